import should from 'should';
import type { ApiDocument } from '../../../lib/telemetry';
import { Flow, FlowNode, helper, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { mappedCalls } from '../../lib/telemetry/api/support/calls';
import { onDemand, participant, Running, serveTo, silent } from './support/http';

/** Stands in bodies and headers: nobody asked for it. */
const MARKER = 'S3CRET-of-somebody';
const api = (id: string, changes: Record<string, unknown>): FlowNode => ({
  id,
  type: 'openot-api',
  name: 'orders',
  direction: 'served',
  senderId: 'bap-1',
  recipientId: 'plant-4711',
  told: [],
  wires: [[], []],
  ...changes
});
const request = (changes: Record<string, unknown>): FlowNode => ({
  id: 'request',
  type: 'http request',
  method: 'GET',
  ret: 'txt',
  url: '',
  wires: [[]],
  ...changes
});
const respond: FlowNode = { id: 'response', type: 'http response', statusCode: '', headers: {}, wires: [] };

const documents = (flow: Flow): ApiDocument[] => flow.at('calls').map(({ payload }) => payload as ApiDocument);
const attributesOf = (document: ApiDocument, name: string): unknown =>
  document.events.find((event) => event.name === name)?.attributes;
/** The documents of the flow, each of which the mapper takes. */
async function told(flow: Flow, count = 1): Promise<ApiDocument[]> {
  await until(`${count} documents`, () => documents(flow).length >= count);
  const { problems } = mappedCalls(documents(flow));
  should(problems).eql([]);
  return documents(flow);
}

describe('openot-api', () => {
  useNodeRed();
  const open: Running[] = [];
  const opened = async <T extends Running>(running: Promise<T>): Promise<T> => {
    const one = await running;
    open.push(one);
    return one;
  };
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  describe('behind http in', () => {
    const servedBy = async (changes: Record<string, unknown>, ...more: FlowNode[]): Promise<[Flow, Running]> => {
      const flow = await Flow.start([
        api('begin', { wires: [['response'], ['calls']], ...changes }),
        respond,
        sink('calls'),
        ...more
      ]);
      return [flow, await opened(serveTo('begin'))];
    };

    it('tells a call when its answer is sent: who, what, how long, and how it was answered', async () => {
      const [flow, server] = await servedBy({});
      const answer = await fetch(`${server.url}/orders/7?token=${MARKER}`, { headers: { authorization: MARKER } });
      should(answer.status).equal(200);
      const [document] = await told(flow);
      const { startNs, endNs, traceId, spanId, ...rest } = document;
      should(rest).eql({
        kind: 'api',
        name: 'orders',
        spanKind: 'Server',
        method: 'GET',
        route: '/orders/:id',
        host: `127.0.0.1:${server.port}`,
        scheme: 'http',
        flavor: '1.1',
        senderId: 'bap-1',
        recipientId: 'plant-4711',
        statusCode: 200,
        status: 'Ok',
        events: []
      });
      should(BigInt(endNs) >= BigInt(startNs)).equal(true);
      should([traceId!.length, spanId!.length]).eql([32, 16]);
      should(JSON.stringify(flow.at('calls'))).not.containEql(MARKER);
      await until('the count', () => statusesOf('begin').some(({ text }) => text === '1 call'));
    });

    it('belongs to the trace that the call brings, else to that of its transaction', async () => {
      const [flow, server] = await servedBy({ transactionId: 'payload.tx' });
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await fetch(`${server.url}/orders/1`, { headers: { traceparent } });
      await fetch(`${server.url}/orders/2?tx=abc`);
      await fetch(`${server.url}/orders/3?tx=abc`, { headers: { traceparent: 'nonsense' } });
      const [brought, hashed, again] = await told(flow, 3);
      should(brought).containEql({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' });
      should(hashed.traceId).equal('ba7816bf8f01cfea414140de5dae2223');
      should(hashed.parentSpanId).equal(undefined);
      should(again.traceId).equal(hashed.traceId);
    });

    it('names what failed: an answer from 400 on, a caller that went away, an answer that never came', async () => {
      const [flow, server] = await servedBy(
        { timeout: '300', wires: [['ways'], ['calls']] },
        {
          id: 'ways',
          type: 'function',
          func: "if (msg.req.params.id === '3') return null; msg.statusCode = 404; return msg;",
          outputs: 1,
          wires: [['response']]
        }
      );
      await fetch(`${server.url}/orders/1`);
      const aborted = new AbortController();
      const never = fetch(`${server.url}/orders/3`, { signal: aborted.signal }).catch(() => undefined);
      const [answered, timedOut] = await told(flow, 2);
      aborted.abort();
      await never;
      should(answered).containEql({ statusCode: 404, status: 'Error' });
      should(attributesOf(answered, 'error')).eql({ type: 'http', code: '404', msg: 'answered with status 404' });
      should(timedOut).containEql({ statusCode: 0, status: 'Error' });
      should(attributesOf(timedOut, 'error')).containEql({ type: 'timeout' });
      const early = new AbortController();
      const gone = fetch(`${server.url}/orders/3`, { signal: early.signal }).catch(() => undefined);
      await until('the call to begin', () => statusesOf('begin').length > 0);
      setImmediate(() => early.abort());
      await gone;
      const third = (await told(flow, 3))[2];
      should(['aborted', 'timeout']).containEql((attributesOf(third, 'error') as { type: string }).type);
    });

    it('tells of bodies and headers what the dialog names, at either end, and nothing else', async () => {
      const [flow, server] = await servedBy(
        {
          userAgent: true,
          told: [
            { key: 'reqBody', value: 'payload', type: 'msg' },
            { key: 'device', value: 'req.headers.x-device', type: 'msg' },
            { key: 'gone', value: 'not.there', type: 'msg' }
          ],
          wires: [['answer'], ['calls']]
        },
        {
          id: 'answer',
          type: 'function',
          func: `msg.payload = { ok: true, n: 1 }; msg.headers = { 'x-secret': '${MARKER}' }; return msg;`,
          outputs: 1,
          wires: [['end']]
        },
        api('end', { told: [{ key: 'resBody', value: 'payload', type: 'msg' }], wires: [['response'], []] })
      );
      await fetch(`${server.url}/orders/1?q=1`, {
        headers: { 'x-device': 'd-1', 'user-agent': 'test/1', cookie: MARKER, authorization: MARKER }
      });
      const [document] = await told(flow);
      should(document.userAgent).equal('test/1');
      should(attributesOf(document, 'request_info')).eql({ reqBody: '{"q":"1"}', device: 'd-1' });
      should(attributesOf(document, 'response_info')).eql({ resBody: '{"ok":true,"n":1}' });
      should(JSON.stringify(flow.at('calls'))).not.containEql(MARKER);
      should(flow.at('calls').map((message) => Object.keys(message).sort())).eql([['_msgid', 'payload', 'topic']]);
    });

    it('lets every message through, also one that is no call, and says so', async () => {
      const flow = await Flow.start([api('begin', { wires: [['next'], ['calls']] }), sink('next'), sink('calls')]);
      flow.send('begin', { payload: 1 } as never);
      await until('the error', () => flow.caught.length > 0);
      should(flow.caught[0].code).equal('OPENOT_API_NOT_SERVED');
      should(flow.at('next')[0].payload).equal(1);
    });
  });

  describe('around an http request', () => {
    const around = (
      url: string,
      changes: Record<string, unknown> = {},
      requests: Record<string, unknown> = {}
    ): Promise<Flow> =>
      Flow.start([
        api('begin', { direction: 'called', wires: [['request'], ['calls']], ...changes }),
        request({ url, wires: [['end']], ...requests }),
        api('end', { direction: 'called', told: [{ key: 'resBody', value: 'payload' }], wires: [['next'], ['calls']] }),
        sink('next'),
        sink('calls')
      ]);

    it('tells the call, and passes its trace on', async () => {
      const other = await opened(participant({ body: 'answer', headers: { 'x-secret': MARKER } }));
      const flow = await around(`${other.url}/orders/7?token=${MARKER}`, {}, { method: 'POST' });
      flow.send('begin', { payload: { secret: MARKER }, headers: { authorization: MARKER } } as never);
      const [document] = await told(flow);
      const { startNs, endNs, traceId, spanId, ...rest } = document;
      should(BigInt(endNs) >= BigInt(startNs)).equal(true);
      should(rest).eql({
        kind: 'api',
        name: 'orders',
        spanKind: 'Client',
        method: 'POST',
        scheme: 'http',
        route: '/orders/7',
        host: `127.0.0.1:${other.port}`,
        senderId: 'bap-1',
        recipientId: 'plant-4711',
        statusCode: 200,
        status: 'Ok',
        events: [{ name: 'response_info', timeNs: rest.events[0].timeNs, attributes: { resBody: 'answer' } }]
      });
      should(other.asked[0].headers).containEql({ traceparent: `00-${traceId}-${spanId}-01`, authorization: MARKER });
      should(JSON.stringify(flow.at('calls'))).not.containEql(MARKER);
      should(flow.at('next')[0].openotApi).eql([]);
      should(flow.at('calls').length).equal(1);
    });

    it('sends nothing to the next participant of what the last one answered, as http request alone would not', async () => {
      const first = await opened(participant({ headers: { 'x-secret': MARKER, 'set-cookie': `a=${MARKER}` } }));
      const second = await opened(participant());
      const flow = await Flow.start([
        request({ id: 'first', url: first.url, wires: [['begin']] }),
        api('begin', { direction: 'called', wires: [['request'], ['calls']] }),
        request({ url: second.url, wires: [['end']] }),
        api('end', { direction: 'called', wires: [[], []] }),
        sink('calls')
      ]);
      flow.send('first', { payload: '' } as never);
      await told(flow);
      should(JSON.stringify(second.asked)).not.containEql(MARKER);
      should(second.asked[0].headers.traceparent).be.a.String();
    });

    it('tells an answer from 400 on, a refused connection and a timeout as failed', async () => {
      const bad = await opened(participant({ status: 503, body: MARKER }));
      const dead = await opened(participant());
      await dead.close();
      const mute = await opened(silent());
      const flow = await around('', {}, { method: 'use' });
      const send = (url: string): void =>
        flow.send('begin', { url, method: 'put', payload: '', requestTimeout: 200 } as never);
      for (const [at, { url }] of [bad, dead, mute].entries()) {
        send(`${url}/x`);
        await told(flow, at + 1);
      }
      const [answered, refused, timedOut] = documents(flow);
      should(answered).containEql({ statusCode: 503, status: 'Error', method: 'PUT' });
      should(attributesOf(answered, 'error')).eql({ type: 'http', code: '503', msg: 'answered with status 503' });
      should(refused).containEql({ statusCode: 0, status: 'Error', host: `127.0.0.1:${dead.port}`, route: '/x' });
      should(attributesOf(refused, 'error')).eql({
        type: 'connection',
        code: 'ECONNREFUSED',
        msg: 'the connection failed'
      });
      should(timedOut).containEql({ statusCode: 0, status: 'Error', host: `127.0.0.1:${mute.port}` });
      should(attributesOf(timedOut, 'error')).eql({ type: 'timeout', code: 'ETIMEDOUT', msg: 'no answer in time' });
    });

    const caught = async (isWired: boolean): Promise<Flow> => {
      const dead = await opened(participant());
      await dead.close();
      const flow = await Flow.start([
        api('begin', { direction: 'called', timeout: '200', wires: [['request'], ['calls']] }),
        request({ url: dead.url, senderr: true, wires: [['end']] }),
        api('end', { direction: 'called', wires: [[], []] }),
        sink('calls')
      ]);
      // The one Catch node that the test helper allows ends at `caught`.
      if (isWired) helper.getNode('caught').on('input', (message) => flow.send('end', message));
      flow.send('begin', { payload: '' } as never);
      return flow;
    };

    it('hears of a failure from a Catch node', async () => {
      const [document] = await told(await caught(true));
      should(attributesOf(document, 'error')).containEql({ type: 'connection', code: 'ECONNREFUSED' });
    });

    it('tells a call whose end nobody hears of when its time is over', async () => {
      const [document] = await told(await caught(false));
      should(attributesOf(document, 'error')).eql({
        type: 'timeout',
        code: 'ETIMEDOUT',
        msg: 'not ended within 200 ms'
      });
    });

    it('is one node alone behind an http request, too', async () => {
      const other = await opened(participant({ body: 'answer' }));
      const flow = await Flow.start([
        request({ url: `${other.url}/x`, wires: [['alone']] }),
        api('alone', { name: '', direction: 'called', wires: [['next'], ['calls']] }),
        sink('next'),
        sink('calls')
      ]);
      flow.send('request', { payload: '' } as never);
      const [document] = await told(flow);
      should(document).containEql({ name: 'GET /x', statusCode: 200, status: 'Ok', spanKind: 'Client' });
      should(BigInt(document.endNs) > BigInt(document.startNs)).equal(true);
      should(other.asked[0].headers.traceparent).equal(`00-${document.traceId}-${document.spanId}-01`);
      flow.send('alone', { payload: '' } as never);
      await until('the error', () => flow.caught.length > 0);
      should(flow.caught[0].code).equal('OPENOT_API_NO_BEGIN');
    });
  });

  describe('that is deployed anew while a call is open', () => {
    const waiting = async (): Promise<{ flow: Flow; answer: () => void }> => {
      const other = await opened(onDemand());
      const flow = await Flow.start([
        api('begin', { direction: 'called', wires: [['request'], ['calls']] }),
        request({ url: other.url, wires: [['end']] }),
        api('end', { direction: 'called', wires: [[], ['calls']] }),
        sink('calls')
      ]);
      flow.send('begin', { payload: '' } as never);
      await until('the call', () => other.isAsked());
      return { flow, answer: other.answer };
    };
    const deployed = (flow: Flow, change: (node: FlowNode) => FlowNode[]): Promise<void> =>
      helper.setFlows(
        flow.nodes.flatMap((node) => (node.id === 'begin' ? change(node) : [node])),
        'nodes'
      );

    it('tells it all the same, when it ends', async () => {
      const { flow, answer } = await waiting();
      await deployed(flow, (node) => [{ ...node, timeout: '60000' }]);
      should(documents(flow)).eql([]);
      answer();
      const [document] = await told(flow);
      should(document).containEql({ name: 'orders', statusCode: 200, status: 'Ok' });
    });

    it('says aloud how many calls nobody tells, where it was deleted', async () => {
      const { flow } = await waiting();
      await deployed(flow, () => []);
      await until('the error', () => JSON.stringify(helper.log().args).includes('OPENOT_API_NOT_TOLD'));
      should(documents(flow)).eql([]);
    });
  });

  it('makes calls that are made while one is served its children', async () => {
    const other = await opened(participant());
    const flow = await Flow.start([
      api('begin', { wires: [['inner'], ['calls']] }),
      api('inner', { name: 'stock', direction: 'called', wires: [['request'], ['calls']] }),
      request({ url: other.url, wires: [['innerEnd']] }),
      api('innerEnd', { name: 'stock', direction: 'called', wires: [['response'], []] }),
      respond,
      sink('calls')
    ]);
    const server = await opened(serveTo('begin'));
    await fetch(`${server.url}/orders/1`);
    const [made, served] = await told(flow, 2);
    should([made.name, served.name]).eql(['stock', 'orders']);
    should(made).containEql({ traceId: served.traceId, parentSpanId: served.spanId });
  });
});
