import should from 'should';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiDocument } from '../../../lib/telemetry';
import { CallFacts, OpenCall } from '../../../nodes/openot-api/call';
import { KeptCalls } from '../../../nodes/openot-api/kept-calls';
import { OpenCalls } from '../../../nodes/openot-api/open-calls';
import { mappedCalls } from '../../lib/telemetry/api/support/calls';

const clock = { nowNs: () => 1_780_000_000_000_000_000n, monotonicMs: () => 0 };
const timers = { after: () => () => undefined };
const facts = (spanId: string): CallFacts => ({
  name: 'orders',
  spanKind: 'Client',
  method: 'GET',
  route: '/orders/7',
  host: 'plant.example',
  senderId: 'bap-1',
  recipientId: 'plant-4711',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId
});
const FIRST = '00f067aa0ba902b7';
const SECOND = 'b7ad6b7169203331';

describe('calls that are open when their node closes', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openot-api-'));
    path = join(folder, 'openot', 'api', 'node.calls');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A process of Node-RED: its calls, and the node of this id in it. */
  const process = (...open: string[]): { calls: OpenCalls; kept: KeptCalls } => {
    const calls = new OpenCalls(timers);
    for (const spanId of open) calls.begin(new OpenCall(facts(spanId), 'node', clock), 1000);
    return { calls, kept: new KeptCalls(path, 'node', calls) };
  };
  const toldBy = async ({ kept }: { kept: KeptCalls }): Promise<ApiDocument[]> => {
    const documents: ApiDocument[] = [];
    await kept.report((document) => documents.push(document));
    return documents;
  };
  const told = (promise: Promise<unknown>, text: RegExp): Promise<unknown> =>
    should(promise)
      .be.rejectedWith(text)
      .then(() => should(promise).be.rejectedWith({ code: 'OPENOT_API_NOT_TOLD' }));

  it('are told as failed by the next process, once', async () => {
    await process(FIRST, SECOND).kept.close(false);
    const documents = await toldBy(process());
    should(documents.map(({ spanId }) => spanId)).eql([FIRST, SECOND]);
    should(documents[0]).containEql({ kind: 'api', statusCode: 0, status: 'Error', endNs: '1780000000000000000' });
    should(documents[0].events.map(({ name, attributes }) => [name, attributes])).eql([
      ['error', { type: 'aborted', code: 'none', msg: 'Node-RED stopped before the call ended' }]
    ]);
    should(mappedCalls(documents).problems).eql([]);
    should(await toldBy(process())).eql([]);
    should(existsSync(path)).equal(false);
  });

  it('go on in the same process: the node made in its place tells them when they end, also those that did meanwhile', async () => {
    const { calls, kept } = process(FIRST, SECOND);
    const first: ApiDocument[] = [];
    const listenNoMore = calls.listen('node', (document) => first.push(document));
    listenNoMore();
    await kept.close(false);
    should(existsSync(path)).equal(true);
    calls.end(FIRST, { statusCode: 200 });
    const documents: ApiDocument[] = [];
    calls.listen('node', (document) => documents.push(document));
    should(await toldBy({ kept: new KeptCalls(path, 'node', calls) })).eql([]);
    calls.end(SECOND, { statusCode: 204 });
    should(documents.map(({ spanId, statusCode, status }) => [spanId, statusCode, status])).eql([
      [FIRST, 200, 'Ok'],
      [SECOND, 204, 'Ok']
    ]);
    should(first).eql([]);
    should(existsSync(path)).equal(false);
  });

  it('leave no file where there are none', async () => {
    await process().kept.close(false);
    should(existsSync(path)).equal(false);
  });

  it('are counted aloud when their node is deleted or disabled, and never told', async () => {
    const { calls, kept } = process(FIRST, SECOND);
    await told(kept.close(true), /2 calls were open when this node was deleted or disabled/);
    should(calls.openAt('node')).equal(0);
    should(await toldBy(process())).eql([]);
    await process().kept.close(true);
  });

  it('are counted aloud where they cannot be saved', async () => {
    writeFileSync(join(folder, 'openot'), 'in the way of the folder');
    await told(process(FIRST).kept.close(false), /1 open call could not be saved/);
  });

  it('are missed aloud where their file is damaged, which is gone then', async () => {
    await process(FIRST).kept.close(false);
    writeFileSync(path, readFileSync(path, 'utf8').replace('orders', 'ordres'));
    await told(toldBy(process()), /cannot be read from .*checksum/);
    should(await toldBy(process())).eql([]);
  });
});
