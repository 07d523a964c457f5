import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { type LogDocument, type LogGapDocument, ticksOfUnixMs } from '../../../lib/logobject';
import { LogStore, Producer, type SimulatorOpcuaServer, startOpcuaServer } from '../../../lib/simulator';
import { Flow, type FlowNode, helper, sink, until, useNodeRed } from '../../support/node-red';

/** Longer than the test may take: what comes did not come because of the interval. */
const NEVER = '3600000';

describe('openot-logobject and the events of a server', function () {
  this.timeout(120_000);
  const place = useNodeRed();
  const store = new LogStore({});
  let server: SimulatorOpcuaServer;

  before(async () => {
    server = await startOpcuaServer({
      producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
      port: 0,
      pkiFolder: join(place.userDir, 'device'),
      logs: [{ name: 'ServerLog', store }]
    });
  });
  after(() => server.stop());

  const enter = (text: string): void =>
    store.add({ ticks: ticksOfUnixMs(Date.now()), severity: 180, message: { locale: 'en', text } });
  const flow = (id: string, properties: Record<string, unknown>): FlowNode[] => [
    {
      id: 'opcua',
      type: 'openot-opcua',
      endpoint: server.endpointUrl,
      securityMode: 'None',
      securityPolicy: 'Basic256Sha256',
      authentication: 'anonymous',
      trust: 'list',
      requestTimeout: '30000'
    },
    {
      id,
      type: 'openot-logobject',
      mode: 'collect',
      endpoints: ['opcua'],
      interval: NEVER,
      wires: [['documents'], ['status']],
      ...properties
    },
    sink('documents'),
    sink('status')
  ];
  type Messages = readonly { payload?: unknown }[];
  const documentsOf = (messages: Messages): (LogDocument | LogGapDocument)[] =>
    messages.flatMap(({ payload }) => payload as (LogDocument | LogGapDocument)[]);
  const textsOf = (messages: Messages): (string | undefined)[] =>
    documentsOf(messages).map((one) => (one.kind === 'log' ? one.message.text : one.verdict));
  const polled = (status: Messages): boolean =>
    status.some(({ payload }) => (payload as { state?: string }).state === 'reading');

  it('reads the log at once when an event says that there is something new', async () => {
    const running = await Flow.start(flow('signal', {}));
    const documents = running.at('documents');
    await until('the first poll', () => polled(running.at('status')));
    enter('one');
    await until('the record', () => textsOf(documents).includes('one'));
    enter('two');
    await until('the next record', () => textsOf(documents).includes('two'));
    const [{ provenance }] = documentsOf(documents);
    assert.equal(provenance.logObject, 'i=19372');
  });

  it('collects the events themselves, and says after a restart from when to when nobody listened', async () => {
    const first = await Flow.start(flow('source', { feed: 'events' }));
    await until('the first poll', () => polled(first.at('status')));
    const documents = first.at('documents');
    enter('heard');
    await until('the event', () => textsOf(documents).includes('heard'));
    assert.deepEqual(textsOf(documents), ['heard']);
    assert.equal(documentsOf(documents)[0].provenance.logObject, 'i=2253');
    await helper.unload();
    enter('unheard');
    const again = await Flow.start(flow('source', { feed: 'events' }));
    await until('the gap', () => textsOf(again.at('documents')).includes('unwatched'));
    enter('heard again');
    await until('the next event', () => textsOf(again.at('documents')).includes('heard again'));
    assert.deepEqual(textsOf(again.at('documents')), ['unwatched', 'heard again']);
  });
});
