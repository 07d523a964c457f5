import { strict as assert } from 'node:assert';
import type { LogDocument } from '../../lib/logobject';
import { type LogDevice, startLogDevice } from '../support/log-device';
import { Flow, type FlowNode, sink, until, useNodeRed } from '../support/node-red';

const SERVERS = 10;
const EACH = 30;

interface Query {
  readonly records: number;
  readonly stopped: boolean;
  readonly errors: readonly { readonly endpoint: string; readonly code: string; readonly message: string }[];
}

describe('openot-logobject: a search through ten servers of which three fail in three ways', function () {
  useNodeRed();
  const devices: LogDevice[] = [];
  afterEach(async () => {
    for (const device of devices.splice(0)) await device.stop();
  });

  it('has the records of the seven others in order, and three errors that name server and cause', async () => {
    for (let i = 0; i < SERVERS - 1; i++) devices.push(await startLogDevice((i - 4) * 7_000, { pageLimit: 10 }));
    const [denied, cut, ...good] = devices;
    denied.store.habits.fault = 'BadUserAccessDenied';
    // One record every 100 ms, by turns: the servers' clocks are farther apart.
    for (let i = 0; i < EACH; i++)
      devices.forEach((device, turn) => device.enter(`${SERVERS * i + turn}`, 60_000 - 1_000 * i - 100 * turn));
    // Forgets in the middle of the search what was asked.
    const { getRecords } = cut.store;
    cut.store.getRecords = (call) =>
      call.continuationPoint === null
        ? getRecords.call(cut.store, call)
        : { ok: false, status: 'BadContinuationPointInvalid' };
    const endpoints = [...devices.map(({ endpointUrl }) => endpointUrl), 'opc.tcp://127.0.0.1:9'];
    const flow = await Flow.start([
      ...endpoints.map((url, i): FlowNode => ({
        id: `opcua-${i}`,
        type: 'openot-opcua',
        endpoint: url,
        securityMode: 'None',
        securityPolicy: 'None',
        authentication: 'anonymous',
        trust: 'list',
        requestTimeout: '30000'
      })),
      {
        id: 'log-ten',
        type: 'openot-logobject',
        mode: 'query',
        endpoints: endpoints.map((_, i) => `opcua-${i}`),
        wires: [['documents'], ['status']]
      },
      sink('documents'),
      sink('status')
    ]);
    flow.send('log-ten', { topic: 'last hour' } as never);
    const last = await until('the end of the search', () =>
      flow
        .at('documents')
        .map(({ openot }) => (openot as { query?: Query } | undefined)?.query)
        .find((query) => query !== undefined)
    );
    const documents = flow.at('documents').flatMap(({ payload }) => payload as LogDocument[]);
    const turns = new Set(good.map((device) => devices.indexOf(device)));
    const numbers = documents.map(({ message }) => Number(message.text));
    const ofSeven = numbers.filter((number) => turns.has(number % SERVERS));
    assert.equal(ofSeven.length, good.length * EACH);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b)
    );
    assert.equal(last.stopped, false);
    const codeOf = (url: string): string | undefined =>
      last.errors.find(({ endpoint }) => url.includes(endpoint.replace('opc.tcp://', '')))?.code;
    assert.equal(last.errors.length, 3);
    assert.equal(codeOf(denied.endpointUrl), 'OPENOT_LOG_DENIED');
    assert.equal(codeOf(cut.endpointUrl), 'OPENOT_LOG_CONTINUATION');
    assert.equal(codeOf('opc.tcp://127.0.0.1:9'), 'OPENOT_OPCUA_REFUSED');
    for (const { message } of last.errors) assert.match(message, /127\.0\.0\.1/);
    assert.equal(flow.at('status').length, 3);
  });
});
