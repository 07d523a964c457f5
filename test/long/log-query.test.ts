import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ticksOfUnixMs } from '../../lib/logobject';
import { addProbe, probe } from '../e2e/support/probe';
import { until } from '../e2e/support/process';
import { Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { type LogDevice, startLogDevice } from '../support/log-device';
import { button, logFlow, looking } from './support/log-flow';

const RECORDS = Number(process.env.OPENOT_LOG_RECORDS ?? 1_000_000);
const EACH = 5_000;
/** What the collector of garbage may leave to chance, MB. */
const MARGIN_MB = 40;

/** What stands in the file behind the flow when a search is over. */
interface Sums {
  readonly documents: number;
  readonly messages: number;
  /** Documents whose number is not above the one before. */
  readonly outOfOrder: number;
  readonly query: { readonly records: number; readonly searched: number; readonly stopped: boolean };
}

describe('searching logs with a real Node-RED', function () {
  this.timeout(1_200_000);
  const devices: LogDevice[] = [];
  let userDir: string;
  let runtime: Runtime | undefined;

  const count = (): string => `
    const sums = context.get('sums') || { documents: 0, messages: 0, outOfOrder: 0, last: -1 };
    for (const { message } of msg.payload) {
      const number = Number(message.text.split(' ')[1]);
      if (number <= sums.last) sums.outOfOrder++;
      sums.last = number;
    }
    sums.documents += msg.payload.length;
    sums.messages++;
    context.set('sums', msg.openot && msg.openot.query ? undefined : sums);
    if (msg.openot && msg.openot.query)
      fs.writeFileSync(${JSON.stringify(sumsFile())}, JSON.stringify({ ...sums, query: msg.openot.query }));`;
  const sumsFile = (): string => join(userDir, 'sums.json');
  const sums = (): Sums | undefined =>
    existsSync(sumsFile()) ? (JSON.parse(readFileSync(sumsFile(), 'utf8')) as Sums) : undefined;

  async function begin(): Promise<Runtime> {
    userDir = await makeUserDirectory();
    addProbe(userDir);
    const flow = [
      ...logFlow(
        devices.map(({ endpointUrl }) => endpointUrl),
        { mode: 'query' },
        [['count'], []]
      ),
      button('all', { limit: 1_000_000 }),
      button('stop', { topic: 'stop' }),
      looking('count', count())
    ];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
    runtime = await Runtime.start(userDir, { NODE_OPTIONS: '--expose-gc' });
    return runtime;
  }
  afterEach(async () => {
    runtime?.kill();
    for (const device of devices.splice(0)) await device.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  const filled = async (): Promise<LogDevice> => {
    const device = await startLogDevice(0, { maxRecords: RECORDS });
    devices.push(device);
    const first = Date.now() - 1000 - RECORDS;
    for (let i = 0; i < RECORDS; i++)
      device.store.add({
        ticks: ticksOfUnixMs(first + i),
        severity: 80,
        sourceName: 'Motor',
        message: { locale: 'en', text: `record ${i}` },
        additionalData: [{ name: 'speed', value: { type: 'Int32', value: i } }]
      });
    return device;
  };

  it(`${RECORDS} records come out in order, with flat memory`, async () => {
    const { store } = await filled();
    const node = await begin();
    const heap: number[] = [(await probe(node)).heapUsed / 1e6];
    const begun = performance.now();
    await node.inject('all');
    for (const part of [0.25, 0.5, 0.75, 0.95]) {
      await until(
        `${part} of the pages`,
        () => store.counters.pages >= (part * RECORDS) / 500,
        () => node.log,
        600_000
      );
      heap.push((await probe(node)).heapUsed / 1e6);
    }
    const found = await until('the end of the search', sums, () => node.log, 600_000);
    const tookS = (performance.now() - begun) / 1000;
    heap.push((await probe(node)).heapUsed / 1e6);
    console.log(
      `      ${found.documents} documents of ${found.query.searched} records in ${tookS.toFixed(1)} s ` +
        `(${Math.round(found.query.searched / tookS)} records/s); heap before, at 25, 50, 75, 95 % and after: ` +
        `${heap.map((mb) => mb.toFixed(0)).join(', ')} MB`
    );
    assert.deepEqual(
      [found.documents, found.query.searched, found.outOfOrder, found.query.stopped],
      [RECORDS, RECORDS, 0, false]
    );
    for (const mb of heap.slice(1)) assert.ok(mb < heap[0] + MARGIN_MB, `${mb} MB of heap, ${heap[0]} before`);
    assert.deepEqual(node.complaints(), []);
  });

  it(`a search through ${RECORDS} records is stopped: it ends, says so, and asks for nothing more`, async () => {
    const { store } = await filled();
    const node = await begin();
    await node.inject('all');
    await until(
      'the search to be under way',
      () => store.counters.pages >= 20,
      () => node.log
    );
    const begun = performance.now();
    await node.inject('stop');
    const found = await until('the end of the search', sums, () => node.log);
    const tookMs = performance.now() - begun;
    const { pages } = store.counters;
    // The connection still answers: what follows would have been asked by now.
    await node.inject('stop');
    console.log(
      `      stopped in ${tookMs.toFixed(0)} ms after ${found.query.searched} of ${RECORDS} records, ${pages} pages`
    );
    assert.equal(found.query.stopped, true);
    assert.ok(found.query.searched < RECORDS);
    assert.equal(found.documents, found.query.records);
    assert.equal(store.counters.pages, pages);
  });

  it(`two devices whose clocks are 5 s ahead and 90 s behind: ${2 * EACH} records in their true order`, async () => {
    for (const offsetMs of [5_000, -90_000]) devices.push(await startLogDevice(offsetMs, { maxRecords: EACH }));
    const first = Date.now() - 1000 - 40 * EACH;
    // One every 20 ms, by turns: nearer together than their clocks are off, farther apart than the error of that.
    for (let i = 0; i < 2 * EACH; i++) {
      const { store, offsetMs } = devices[i % 2];
      store.add({
        ticks: ticksOfUnixMs(first + 20 * i + offsetMs),
        severity: 80,
        message: { locale: null, text: `record ${i}` }
      });
    }
    const node = await begin();
    await node.inject('all');
    const found = await until('the end of the search', sums, () => node.log);
    console.log(`      ${found.documents} records of two devices, ${found.outOfOrder} out of order`);
    assert.deepEqual([found.documents, found.outOfOrder], [2 * EACH, 0]);
  });
});
