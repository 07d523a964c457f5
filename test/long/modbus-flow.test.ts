import should from 'should';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plc, startPlc } from '../e2e/support/plc';
import { addProbe, probe } from '../e2e/support/probe';
import { sleep, until } from '../e2e/support/process';
import { FlowNode, Runtime } from '../e2e/support/runtime';
import { root } from '../e2e/support/toolchain';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { isFlat, Memory } from './support/memory';
import { countingFunction, RangeSums, rangeLine, rangeSums } from './support/ranges';

const MINUTES = Number(process.env.OPENOT_LONG_MINUTES ?? 10);
/** Above what the link carries: a fifth of the time. */
const NARROW_MINUTES = Math.max(0.5, MINUTES / 4);
const RATE = 500;

describe('the example flow over Modbus TCP in a real Node-RED', function () {
  this.timeout((MINUTES + NARROW_MINUTES + 5) * 60_000);
  const quirks: { scan?: number } = {};
  let plc: Plc;
  let userDir: string;
  let runtime: Runtime;

  beforeEach(async () => {
    delete quirks.scan;
    plc = await startPlc({
      scenario: 'packaging',
      rate: RATE,
      ringBytes: 120_000,
      opcuaPort: 0,
      modbusPort: 'any',
      modbusQuirks: quirks,
      truthLimit: 3_000_000,
      heartbeatInterval: 500
    });
    plc.simulator.command('stop-producer');
    userDir = await makeUserDirectory();
    addProbe(userDir);
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow()));
    runtime = await Runtime.start(userDir, { NODE_OPTIONS: '--expose-gc' });
  });
  afterEach(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  /** As it is shipped, without its own controller, its buttons and its debug nodes; the documents are counted. */
  function flow(): FlowNode[] {
    const folder = join(root, 'examples');
    const example = JSON.parse(
      readFileSync(
        join(
          folder,
          readdirSync(folder).find((name) => name.startsWith('04'))!
        ),
        'utf8'
      )
    ) as FlowNode[];
    const kept = example.filter(
      ({ type }) => type === 'tab' || (type.startsWith('openot-') && type !== 'openot-simulator')
    );
    const tab = kept.find(({ type }) => type === 'tab')!.id;
    const ids = new Set(kept.map(({ id }) => id));
    const wired = kept.map((node): FlowNode => {
      const wires = (node.wires as string[][] | undefined)?.map((ends) => ends.filter((id) => ids.has(id)));
      if (node.type === 'openot-doc')
        return { ...node, profile: 'enriched', format: 'object', emit: 'batch', outputs: 1, wires: [['count']] };
      if (node.type === 'openot-definition') return { ...node, source: 'json', json: plc.simulator.definitionText() };
      return wires === undefined ? node : { ...node, wires };
    });
    const device = kept.find(({ type }) => type === 'openot-modbus')!;
    const { controlAddress, ringAddress } = plc.simulator.modbus!;
    return [
      ...wired.map((node): FlowNode => {
        if (node.id === device.id) return { ...node, host: '127.0.0.1', port: String(plc.simulator.modbus!.port) };
        return node.type === 'openot-reader'
          ? { ...node, controlAddress: String(controlAddress), ringAddress: String(ringAddress) }
          : node;
      }),
      countingFunction('count', tab, join(userDir, 'ranges.json'))
    ];
  }

  /** Runs for so long and lets everything come to its end. */
  async function run(minutes: number): Promise<{ sums: RangeSums; memory: Memory; tookS: number; requests: number }> {
    const memory = new Memory();
    plc.simulator.command('start-producer');
    const begun = Date.now();
    const requestsBefore = plc.simulator.modbus!.counters().requests;
    for (let next = begun; Date.now() - begun < minutes * 60_000; await sleep(Math.max(0, next - Date.now()))) {
      next += 2_000;
      const { rss, heapUsed } = await probe(runtime);
      memory.add(rss, heapUsed);
    }
    const tookS = (Date.now() - begun) / 1000;
    const requests = plc.simulator.modbus!.counters().requests - requestsBefore;
    delete quirks.scan;
    // The last word of every source: what was lost before it becomes known.
    plc.simulator.command('high-water');
    await sleep(700);
    plc.simulator.command('stop-producer');
    const { runId, sourceId, seq } = plc.simulator.truth().at(-1)!;
    const counted = (): RangeSums | undefined =>
      existsSync(join(userDir, 'ranges.json'))
        ? rangeSums(join(userDir, 'ranges.json'), plc.simulator.truth())
        : undefined;
    await until(
      'the newest record',
      () => counted()?.has(`${runId}/${sourceId}`, seq),
      () => runtime.log.slice(-3000)
    );
    return { sums: counted()!, memory, tookS, requests };
  }

  it(`${MINUTES} minutes at ${RATE} events/s: nothing is lost, memory is flat`, async () => {
    const { sums, memory, tookS, requests } = await run(MINUTES);
    await runtime.stop();
    console.log(`      ${tookS.toFixed(0)} s: ${rangeLine(sums)}; ${Math.round(requests / tookS)} requests/s`);
    console.log(`      ${memory.line()}`);
    should(sums.faults).eql([]);
    should(sums.lost).equal(0);
    should(sums.delivered).equal(sums.produced);
    should(sums.produced).be.above(0.9 * RATE * tookS);
    should(runtime.complaints()).eql([]);
    should(isFlat(memory)).be.true();
  });

  it(
    `${NARROW_MINUTES} minutes above what the link carries (one request in a scan of 20 ms): what is ` +
      'lost is reported, exactly, and memory is flat',
    async () => {
      quirks.scan = 20;
      const { sums, memory, tookS, requests } = await run(NARROW_MINUTES);
      await runtime.stop();
      console.log(`      ${tookS.toFixed(0)} s: ${rangeLine(sums)}; ${Math.round(requests / tookS)} requests/s`);
      console.log(`      ${memory.line()}`);
      should(sums.faults).eql([]);
      should(sums.lost).be.above(1_000);
      should(sums.delivered).be.above(1_000);
      should(sums.delivered + sums.lost).equal(sums.produced);
      should(isFlat(memory)).be.true();
    }
  );
});
