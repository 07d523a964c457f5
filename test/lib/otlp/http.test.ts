import should from 'should';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { AddressInfo, createServer, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpAnswer, HttpFailure, HttpTransport, TlsOptions } from '../../../lib/otlp';
import { createHttpTransport, MAX_ANSWER_BYTES } from '../../../lib/otlp/http';
import { accept, cutOff, say, ScriptedReceiver } from './support/scripted-receiver';
import { until } from '../../support/until';

describe('the HTTP transport', () => {
  let receiver: ScriptedReceiver;
  let transport: HttpTransport;
  const post = (
    path = '/v1/logs',
    {
      timeoutMs = 5000,
      tls,
      port = receiver.port,
      body = '{}'
    }: { timeoutMs?: number; tls?: TlsOptions; port?: number; body?: string } = {}
  ): Promise<HttpAnswer | HttpFailure> =>
    transport.post({
      url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${path}`),
      headers: { 'content-type': 'application/json', 'x-own': 'é' },
      body: Buffer.from(body),
      timeoutMs,
      ...(tls === undefined ? {} : { tls })
    });

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
    transport = createHttpTransport(4);
  });
  afterEach(async () => {
    transport.close();
    await receiver.kill();
  });

  it('posts and gives back the answer, on one connection that is kept', async () => {
    receiver.script = say(503, 'later', { 'retry-after': '7', date: 'Thu, 01 Jan 2026 00:00:10 GMT' });
    for (let i = 0; i < 3; i++)
      should(await post('/x/v1/logs?key=1', { body: `{"n":${i}}` })).eql({
        ok: true,
        status: 503,
        retryAfter: '7',
        date: 'Thu, 01 Jan 2026 00:00:10 GMT',
        body: 'later',
        isCut: false
      });
    should(receiver.received.map(({ path, text, connection }) => [path, text, connection])).eql(
      [0, 1, 2].map((n) => ['/x/v1/logs?key=1', `{"n":${n}}`, 1])
    );
    should(receiver.received[0].headers).match({
      'content-length': '7',
      'x-own': 'é',
      'content-type': 'application/json'
    });
  });

  it('does not follow a redirect', async () => {
    receiver.script = say(307, '', { location: `${receiver.url}/elsewhere` });
    should(await post()).match({ ok: true, status: 307, location: `${receiver.url}/elsewhere` });
    should(receiver.received.length).equal(1);
  });

  it('tells that nobody listens', async () => {
    await receiver.kill();
    should(await post()).match({
      ok: false,
      code: 'OPENOT_OTLP_UNREACHABLE',
      message: `connect ECONNREFUSED 127.0.0.1:${receiver.port}`
    });
    await receiver.start();
    should(await post()).match({ ok: true, status: 200 });
  });

  it('tells that the connection was cut after the request was received', async () => {
    receiver.script = cutOff;
    should(await post()).match({
      ok: false,
      code: 'OPENOT_OTLP_UNREACHABLE',
      message:
        'socket hang up: the connection was closed without an answer. Where this port speaks TLS, the address must begin with https://'
    });
    should(receiver.received.length).equal(1);
    receiver.script = accept;
    should(await post()).match({ ok: true });
    // It has answered: the address is right.
    receiver.script = cutOff;
    should(await post()).match({ ok: false, message: 'socket hang up' });
  });

  it('tells that an answer was cut off in its middle', async () => {
    receiver.script = (_received, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"partial');
      setTimeout(() => response.socket?.destroy(), 20);
    };
    should(await post()).match({ ok: false, code: 'OPENOT_OTLP_UNREACHABLE', message: /^the answer was cut off/ });
  });

  it('loses no connection to a server that answers before it has read the request', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    // More than the buffers of both sockets hold: what the kernel takes whole counts as sent, and the connection is
    // used again.
    for (let i = 0; i < 8; i++)
      should(await post('/', { port, body: 'x'.repeat(32_000_000) })).match({ ok: true, status: 413 });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('takes another connection where the kept one is just being closed', async () => {
    should(await post()).match({ ok: true });
    // Received on the first connection, which the receiver gives up at that moment.
    receiver.script = (received, response) =>
      received.connection === 1 ? response.socket?.resetAndDestroy() : accept(received, response);
    should(await post()).match({ ok: true, status: 200 });
    should(receiver.received.map(({ connection }) => connection)).eql([1, 1, 2]);
  });

  it('gives up a request that takes too long, wherever it hangs', async () => {
    receiver.script = () => undefined;
    should(await post('/', { timeoutMs: 100 })).eql({
      ok: false,
      code: 'OPENOT_OTLP_TIMEOUT',
      message: 'no whole answer within 100 ms',
      cuts: 1
    });
    receiver.script = (_received, response) => {
      response.writeHead(200);
      response.write(' ');
    };
    should(await post('/', { timeoutMs: 100 })).match({ ok: false, code: 'OPENOT_OTLP_TIMEOUT' });
    receiver.script = accept;
    should(await post()).match({ ok: true });
  });

  it('reads only the beginning of a long answer', async () => {
    receiver.script = (_received, response) => {
      response.writeHead(400);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(60_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    const answer = await post();
    should(answer).match({ ok: true, status: 400, isCut: true });
    should((answer as HttpAnswer).body).equal('x'.repeat(MAX_ANSWER_BYTES));
  });

  it('takes what is not HTTP for no answer', async () => {
    const server: Server = createServer((socket) => void socket.on('error', () => undefined).end('OPC UA\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    should(await post('/', { port: (server.address() as AddressInfo).port })).match({
      ok: false,
      code: 'OPENOT_OTLP_UNREACHABLE',
      message: /^what listens there does not speak HTTP: name the port .*4318/
    });
    server.close();
  });

  it('ends what is under way when it closes, and takes nothing more', async () => {
    receiver.script = () => undefined;
    const before = receiver.received.length;
    const pending = post();
    await until('the request', () => receiver.received.length > before);
    transport.close();
    should(await pending).match({ ok: false, message: 'the sender is closed' });
    should(await post()).match({ ok: false, message: 'the sender is closed' });
  });

  describe('over TLS', () => {
    let folder = '';
    const file = (name: string): string => join(folder, name);
    let server: TlsServer | undefined;
    let port = 0;
    let hasClientCertificate = false;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'openot-tls-'));
      // node-opcua, where it was loaded before, has set these to files of its own that are gone by now.
      const env = { ...process.env, OPENSSL_CONF: undefined, RANDFILE: undefined };
      for (const name of ['server', 'client'])
        execFileSync(
          'openssl',
          [
            'req',
            '-x509',
            '-newkey',
            'rsa:2048',
            '-nodes',
            '-days',
            '2',
            '-keyout',
            file(`${name}.key`),
            '-out',
            file(`${name}.pem`),
            '-subj',
            `/CN=${name}`,
            '-addext',
            'subjectAltName=IP:127.0.0.1'
          ],
          { stdio: 'ignore', env }
        );
      server = createTlsServer(
        {
          key: readFileSync(file('server.key')),
          cert: readFileSync(file('server.pem')),
          ca: readFileSync(file('client.pem')),
          requestCert: true,
          rejectUnauthorized: false
        },
        (request, response) => {
          hasClientCertificate = (request.socket as import('node:tls').TLSSocket).authorized;
          request.resume().on('end', () => response.end('{}'));
        }
      );
      await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    });
    after(() => {
      server?.close();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    });

    it('refuses a certificate that it does not trust, and trusts the one it is told to', async () => {
      should(await post('/', { tls: {}, port })).match({
        ok: false,
        code: 'OPENOT_OTLP_UNREACHABLE',
        message: /^self-signed certificate: Node\.js does not trust this certificate: choose a TLS configuration/
      });
      const tls = { ca: readFileSync(file('server.pem')) };
      should(await post('/', { tls, port })).match({ ok: true, status: 200, body: '{}' });
      should(hasClientCertificate).be.false();
      should(await post('/', { tls: {}, port })).match({ ok: false });
    });

    it('says in one line what to do about a wrong certificate, and a port that is for the other protocol', async () => {
      const tls = { ca: readFileSync(file('server.pem')) };
      const named = await transport.post({
        url: new URL(`https://localhost:${port}/`),
        headers: {},
        body: Buffer.from('{}'),
        timeoutMs: 60_000,
        tls
      });
      should(named).match({
        ok: false,
        message:
          /^Hostname\/IP does not match certificate's altnames.*: put a name that stands in the certificate into the address/
      });
      should(await post('/', { tls, port: receiver.port })).eql({
        ok: false,
        code: 'OPENOT_OTLP_UNREACHABLE',
        message:
          'what listens there does not speak TLS: begin the address with http://, or name the port that the collector has for https',
        cause: 'TLS failed',
        cuts: 1
      });
      should(await post('/', { port })).match({ ok: false, message: /must begin with https:\/\// });
      for (const one of [named, await post('/', { tls: {}, port })])
        should((one as HttpFailure).message).not.match(/\n/);
    });

    it('shows its own certificate', async () => {
      should(
        await post('/', {
          tls: {
            ca: readFileSync(file('server.pem')),
            cert: readFileSync(file('client.pem')),
            key: readFileSync(file('client.key'))
          },
          port
        })
      ).match({ ok: true });
      should(hasClientCertificate).be.true();
    });
  });
});
