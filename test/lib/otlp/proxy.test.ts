import should from 'should';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo, connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createHttpTransport } from '../../../lib/otlp/http';
import type { HttpAnswer, HttpFailure, HttpTransport } from '../../../lib/otlp';
import { endpointsOf } from '../../../lib/otlp';
import { isExcepted, proxyFor } from '../../../lib/otlp/proxy';
import { certificate } from './support/certificate';
import { createServer as createSecure } from 'node:https';
import { ScriptedReceiver } from './support/scripted-receiver';

describe('which proxy is on the way', () => {
  const chosen = (target: string, field: string, env: Record<string, string> = {}): string | undefined => {
    const found = proxyFor(new URL(target), field, (name) => env[name]);
    return found.ok
      ? found.proxy === undefined
        ? undefined
        : `${found.proxy.url.host} ${found.proxy.from}`
      : found.message;
  };

  it('is the one of the field, else of the variables, by the scheme of the target', () => {
    const env = { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2', NO_PROXY: 'local.example' };
    should(chosen('http://c:4318', '', env)).equal('a:1 variable HTTP_PROXY');
    should(chosen('https://c:4318', '', env)).equal('b:2 variable HTTPS_PROXY');
    should(chosen('https://c', '', { ...env, https_proxy: 'd:3' })).equal('d:3 variable https_proxy');
    should(chosen('https://local.example', '', env)).equal(undefined);
    should(chosen('https://local.example', 'http://e:4', env)).equal('e:4 field "Proxy"');
    should(chosen('http://c', 'none', env)).equal(undefined);
    should(chosen('http://c', '', {})).equal(undefined);
    for (const wrong of ['socks5://p:1', 'https://p:1', 'http://', 'http://p/path', 'no proxy'])
      should(chosen('http://c', wrong)).match(
        /^the field "Proxy" must be the address of a proxy, such as http:/,
        wrong
      );
    should(chosen('http://c', '', { HTTP_PROXY: 'socks5://me:s3cret@p' })).match(/^the variable HTTP_PROXY must be/);
    should(chosen('http://c', '', { HTTP_PROXY: 'socks5://me:s3cret@p' })).not.match(/s3cret/);
  });

  it('is none for what NO_PROXY names', () => {
    const excepted = (target: string, list: string): boolean => isExcepted(new URL(target), list);
    for (const [target, list] of [
      ['http://a.example.org', 'example.org'],
      ['http://a.example.org', '.example.org'],
      ['http://a.example.org', 'x, *.example.org'],
      ['http://example.org', 'EXAMPLE.org'],
      ['http://a:4318', 'a:4318'],
      ['https://a', 'a:443'],
      ['http://10.1.2.3:4318', '10.0.0.0/8'],
      ['http://127.0.0.1:4318', 'localhost,127.0.0.1'],
      ['http://[::1]:4318', '::1'],
      ['http://[fd00::5]:4318', 'fd00::/8'],
      ['http://a', '*']
    ])
      should(excepted(target, list)).equal(true, `${target} ${list}`);
    for (const [target, list] of [
      ['http://badexample.org', 'example.org'],
      ['http://a:4318', 'a:4317'],
      ['http://11.1.2.3', '10.0.0.0/8'],
      ['http://a', ''],
      ['http://a', '10.0.0.0/99'],
      ['http://10.0.0.1.example', '0.0.1']
    ])
      should(excepted(target, list)).equal(false, `${target} ${list}`);
  });

  it('stands with each endpoint, and what is wrong with it names the field', () => {
    const of = (proxy: string): ReturnType<typeof endpointsOf> =>
      endpointsOf(
        { endpoint: 'http://c:4318', endpoints: { logs: 'https://l' }, compression: '', token: '', headers: '', proxy },
        (name) => ({ HTTP_PROXY: 'http://a:1' })[name]
      );
    const found = of('');
    should(found.ok && [found.endpoints.logs.proxy, found.endpoints.metrics.proxy?.url.host]).eql([undefined, 'a:1']);
    should(of('ftp://x')).match({ ok: false, where: 'Proxy' });
  });
});

/** A proxy on 127.0.0.1 as plants have them. */
class TestProxy {
  readonly seen: string[] = [];
  readonly auth: (string | undefined)[] = [];
  refusal = 0;
  private readonly sockets = new Set<Duplex>();
  private readonly server: Server = createServer((request, response) => {
    this.note(request);
    const place = new URL(request.url ?? '');
    if (this.refusal > 0) return void response.writeHead(this.refusal).end();
    const socket = connect(Number(place.port), place.hostname);
    this.sockets.add(socket);
    socket.write(`POST ${place.pathname} HTTP/1.1\r\nhost: ${place.host}\r\nconnection: close\r\n`);
    for (const name of ['content-type', 'content-length'])
      socket.write(`${name}: ${String(request.headers[name])}\r\n`);
    socket.write('\r\n');
    request.pipe(socket, { end: false });
    socket.once('data', (chunk: Buffer) => response.writeHead(Number(chunk.toString().slice(9, 12))).end('{}'));
  });

  async start(): Promise<URL> {
    this.server.on('connection', (socket) => this.sockets.add(socket));
    this.server.on('connect', (request: IncomingMessage, socket: Duplex) => {
      this.note(request);
      if (this.refusal > 0) return void socket.end(`HTTP/1.1 ${this.refusal} No\r\ncontent-length: 0\r\n\r\n`);
      const [host, port] = (request.url ?? '').split(':');
      const on: Socket = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        on.pipe(socket).pipe(on);
      });
      this.sockets.add(on);
      for (const each of [on, socket]) each.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://me:s3cret@127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private note({ method, url, headers }: IncomingMessage): void {
    this.seen.push(`${method} ${url}`);
    this.auth.push(headers['proxy-authorization']);
  }
}

describe('the way by a proxy', () => {
  let proxy: TestProxy;
  let at: URL;
  let transport: HttpTransport;
  const body = Buffer.from('{"resourceLogs":[]}');
  const headers = { 'content-type': 'application/json' };
  const post = (url: string, tls?: object): Promise<HttpAnswer | HttpFailure> =>
    transport.post({
      url: new URL(url),
      headers,
      body,
      timeoutMs: 20_000,
      proxy: at,
      ...(tls === undefined ? {} : { tls })
    });
  const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;

  beforeEach(async () => {
    proxy = new TestProxy();
    at = await proxy.start();
    transport = createHttpTransport(2);
  });
  afterEach(async () => {
    transport.close();
    await proxy.stop();
  });

  it('is taken by the whole address without TLS, with user and password', async () => {
    const receiver = await ScriptedReceiver.start();
    try {
      should(await post(`${receiver.url}/v1/logs`)).match({ ok: true, status: 200 });
      should(receiver.received.map(({ path, text }) => [path, text])).eql([['/v1/logs', body.toString()]]);
      should(proxy.seen).eql([`POST ${receiver.url}/v1/logs`]);
      should(proxy.auth).eql([basic]);
      proxy.refusal = 407;
      should(await post(`${receiver.url}/v1/logs`)).match({ ok: true, status: 407 });
    } finally {
      await receiver.kill();
    }
  });

  it('is a tunnel with TLS, which is kept; a refusal of it is said', async () => {
    const { key, cert } = certificate();
    const collector = createSecure({ key, cert }, (request, response) => {
      request.resume().on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/logs`;
    const tls = { ca: cert, servername: 'localhost' };
    try {
      should(await post(url, tls)).match({ ok: true, status: 200, body: '{}' });
      should(await post(url, tls)).match({ ok: true, status: 200 });
      should(proxy.seen).eql([`CONNECT ${new URL(url).host}`]);
      should(proxy.auth).eql([basic]);
      proxy.refusal = 407;
      should(await post(url, { ...tls })).match({ ok: true, status: 407 });
      proxy.refusal = 403;
      should(await post(url, { ...tls })).match({
        ok: false,
        code: 'OPENOT_OTLP_UNREACHABLE',
        message: 'the proxy does not open the way to the collector: 403 Forbidden'
      });
    } finally {
      collector.closeAllConnections();
      collector.close();
    }
  });

  it('that is not there is named, without its password', async () => {
    await proxy.stop();
    for (const url of ['http://collector.example/v1/logs', 'https://collector.example/v1/logs']) {
      const failure = (await post(url)) as HttpFailure;
      should(failure).match({ ok: false, code: 'OPENOT_OTLP_UNREACHABLE', cause: 'connection refused' });
      should(failure.message).match(/^by the proxy 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
      should(failure.message).not.match(/s3cret/);
    }
    proxy = new TestProxy();
    await proxy.start();
  });
});
