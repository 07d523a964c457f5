import should from 'should';
import { createServer, IncomingMessage, request as forward, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { CREDENTIALS_AGAIN_MS, endpointsOf, SenderSettings } from '../../../lib/otlp';
import { createHttpTransport } from '../../../lib/otlp/http';
import { FakeSender } from './support/fake-sender';
import { logsRequest, records } from './support/requests';
import { accept, say, ScriptedReceiver } from './support/scripted-receiver';

/** What a person sets in the dialog. */
type Dialog = Partial<Parameters<typeof endpointsOf>[0]> & { readonly maxBytes?: number };

/* Each text is taken at its word: what it says is done, and then the collector takes the same items. */
describe('the advice on an answer of a collector, followed to the letter', () => {
  let receiver: ScriptedReceiver;
  let fake: FakeSender;

  beforeEach(async () => void (receiver = await ScriptedReceiver.start()));
  afterEach(async () => {
    fake?.real?.close();
    await receiver.kill();
  });

  /** As a deploy with these settings; what was not accepted before is read again. */
  const deploy = ({ maxBytes, ...dialog }: Dialog = {}): void => {
    fake?.real?.close();
    const given = { endpoint: receiver.url, endpoints: {}, compression: 'none', token: '', headers: '', ...dialog };
    const found = endpointsOf(given as Parameters<typeof endpointsOf>[0], () => undefined);
    if (!found.ok) throw new Error(found.message);
    const { endpoints } = found as { endpoints: SenderSettings['endpoints'] };
    fake = new FakeSender({ endpoints, ...(maxBytes === undefined ? {} : { maxBytes }) });
    fake.real = createHttpTransport(4);
    fake.offer('l', logsRequest(records(0, 3)), { hasToken: true });
  };
  const says = async (): Promise<string> => {
    await fake.passReal(0, () => fake.said.length > 0);
    should(fake.sender.status()).match({ accepted: 0 });
    return fake.said[0].message;
  };
  const isAccepted = async (): Promise<void> => {
    await fake.passReal(0, () => fake.sender.status().pending === 0);
    should(fake.sender.status()).match({ accepted: 3, rejected: 0 });
  };

  it('402: the account is paid for', async () => {
    let isPaid = false;
    receiver.script = (received, response) => (isPaid ? accept : say(402))(received, response);
    deploy({ token: 'mine' });
    should(await says()).match(/The account that the token or the headers of this node belong to must be paid for$/);
    isPaid = true;
    await fake.pass(2 * CREDENTIALS_AGAIN_MS);
    await isAccepted();
  });

  for (const status of [401, 403])
    it(`${status}: the token is renewed`, async () => {
      receiver.script = (received, response) =>
        (received.headers.authorization === 'Bearer new' ? accept : say(status))(received, response);
      deploy({ token: 'old' });
      should(await says()).match(/Set or renew the token or the headers of this node$/);
      deploy({ token: 'new' });
      await isAccepted();
    });

  it('431, as Node.js itself answers: shorter headers are set', async () => {
    deploy({ headers: `x-long: ${'x'.repeat(20_000)}` });
    should(await says()).match(/^431 .*\. Set fewer or shorter headers in this node$/);
    deploy({ headers: 'x-long: x' });
    await isAccepted();
  });

  it('415: a receiver of OTLP/HTTP with JSON is put there', async () => {
    receiver.script = (received, response) =>
      (/json/.test(received.headers['content-type'] ?? '') ? say(415) : accept)(received, response);
    deploy();
    await fake.passReal(0, () => fake.rejected.length > 0);
    should(fake.rejected[0].message).match(/takes no JSON: it must be a receiver of OTLP\/HTTP with JSON$/);
    receiver.script = accept;
    deploy();
    await isAccepted();
  });

  for (const status of [404, 405, 410, 421, 501])
    it(`${status}: the address is corrected, which the text names`, async () => {
      receiver.script = ({ path }, response) =>
        (path === '/otlp/v1/logs' ? accept : say(status))({} as never, response);
      deploy();
      const place = /Nothing takes logs by OTLP\/HTTP at http:\S+\/v1\/logs: correct the field "Endpoint"$/;
      should(await says()).match(place);
      deploy({ endpoint: `${receiver.url}/otlp` });
      await isAccepted();
    });

  it('404 of one signal that has an address of its own: that field is named, and corrected', async () => {
    receiver.script = ({ path }, response) => (path === '/logs' ? accept : say(404))({} as never, response);
    deploy({ endpoints: { logs: `${receiver.url}/log` } });
    should(await says()).match(/at http:\S+\/log: correct the field "Logs address"$/);
    deploy({ endpoints: { logs: `${receiver.url}/logs` } });
    await isAccepted();
  });

  // By a person at the collector, or at what stands before it; here nothing is changed, and all is sent again.
  for (const [status, text] of [
    [500, /The collector failed on it: see its own log for why$/],
    [502, /A gateway before the collector does not reach it: start the collector, or correct where the gateway leads$/],
    [503, /The collector takes nothing now: start it, or give it more room; all is sent again until it does$/],
    [504, /A gateway before the collector has no answer from it: see whether the collector is overloaded$/]
  ] as const)
    it(`${status}: it is mended at the collector, and nothing is lost meanwhile`, async () => {
      let isMended = false;
      receiver.script = (received, response) => (isMended ? accept : say(status))(received, response);
      deploy();
      should(await says()).match(text);
      isMended = true;
      await fake.pass(60_000);
      await isAccepted();
    });

  it('a redirect: the address is set to where it leads', async () => {
    const elsewhere = await ScriptedReceiver.start();
    try {
      receiver.script = say(308, '', { location: `${elsewhere.url}/v1/logs` });
      deploy();
      const place = /\(to (http:\S+)\/v1\/logs\): set the field "Endpoint" to where the collector is$/.exec(
        await says()
      );
      deploy({ endpoint: place![1] });
      await isAccepted();
    } finally {
      await elsewhere.kill();
    }
  });

  it('413: "Max. bytes" is lowered', async () => {
    receiver.script = (received, response) => (received.raw.length > 1000 ? say(413) : accept)(received, response);
    deploy({ maxBytes: 900 });
    await isAccepted();
    should(receiver.received.every(({ raw }) => raw.length <= 1000)).be.true();
  });

  describe('407', () => {
    let proxy: Server;
    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    let wants: string | undefined;
    const address = (): string => `127.0.0.1:${(proxy.address() as AddressInfo).port}`;

    beforeEach(async () => {
      wants = undefined;
      proxy = createServer((incoming: IncomingMessage, response) => {
        const isProxied = /^http:/.test(incoming.url ?? '');
        if (!isProxied || incoming.headers['proxy-authorization'] !== wants) {
          incoming.resume();
          return void response.writeHead(407, { 'content-length': 0 }).end();
        }
        const { method, headers } = incoming;
        const onward = forward(incoming.url!, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        });
        incoming.pipe(onward);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => {
      proxy.closeAllConnections();
      proxy.close();
    });

    for (const status of [502, 503, 504])
      it(`and ${status} of a proxy: the field "Proxy" is set to none`, async () => {
        proxy.removeAllListeners('request');
        proxy.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
          incoming.resume();
          response.writeHead(status, { 'content-length': 0 }).end();
        });
        deploy({ proxy: address() });
        const text = /by the proxy 127\S+ of the field "Proxy": where .* without one, set the field "Proxy" to none$/;
        should(await says()).match(text);
        deploy({ proxy: 'none' });
        await isAccepted();
      });

    it('of what stands at the address: it is named in the field "Proxy"', async () => {
      deploy({ endpoint: `http://${address()}` });
      should(await says()).match(/What answers there is a proxy: name it in the field "Proxy"$/);
      deploy({ proxy: address() });
      await isAccepted();
    });

    it('of the proxy: user name and password are put before its host', async () => {
      wants = basic;
      deploy({ proxy: `http://${address()}` });
      const message = await says();
      should(message).match(/put http:\/\/user:password@ before its host, in the field "Proxy"$/);
      deploy({ proxy: `http://me:s3cret@${address()}` });
      await isAccepted();
    });
  });
});
