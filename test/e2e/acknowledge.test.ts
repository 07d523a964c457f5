import should from 'should';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { between, Between } from './support/between';
import { countByIdentity, StrictDocument } from './support/documents';
import { appendTo, catchTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { sleep, until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

/** What the reader said of itself last. */
interface Said {
  state: string;
  code: string | null;
  inFlight: number;
  totals: { records: number; lost: number };
}

/** A multiple of what the cases join and batch, so that no message stays in such a node. */
const EVENTS = 120;

describe('acknowledgement in a real Node-RED', function () {
  this.timeout(120_000);
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime;
  let cases = 0;

  before(async () => {
    plc = await startPlc({ rate: 1, ringBytes: 1 << 20 });
    plc.simulator.command('stop-producer');
    produce(EVENTS - (produced() % EVENTS));
    should(produced() % EVENTS).equal(0);
    userDir = await makeUserDirectory();
    writeFileSync(join(userDir, 'flows.json'), '[]');
    runtime = await Runtime.start(userDir);
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  const file = (name: string): string => join(userDir, `${name}-${cases}`);
  const textOf = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');
  const linesOf = (name: string): string[] => textOf(name).split('\n').slice(0, -1);
  /** The documents that have come to the end of the flow, in front of its gate. */
  const seen = (): Map<string, number> => countByIdentity(linesOf('seen').filter((line) => line !== '').map((line) => JSON.parse(line) as StrictDocument));
  const times = (): number[] => [...new Set(seen().values())];
  const said = (): Said | undefined => linesOf('status').map((line) => JSON.parse(line) as Said).at(-1);
  const context = (): string => `${seen().size} seen ${String(times())} times, ${JSON.stringify(said())}\n${linesOf('errors').join('\n')}\n${runtime.log.slice(-2000)}`;
  const untilSeen = (records: number, often = 1): Promise<unknown> => until(`${records} records ${often} times`, () => seen().size >= records && [...seen().values()].every((count) => count >= often), 20_000, context);
  const untilSaid = (what: string, holds: (status: Said) => boolean): Promise<Said> => until(what, () => ((status) => status !== undefined && holds(status) && status)(said()), 20_000, context);
  const produced = (): number => plc.simulator.statistics().written;
  const produce = (events: number): void => {
    for (const [command, count] of [['start-producer'], ['burst', events], ['stop-producer']]) should(plc.simulator.command(command, count)).match({ ok: true });
  };
  const closeGate = (): void => writeFileSync(file('gate'), '');
  const openGate = (): void => rmSync(file('gate'), { force: true });

  /** reader -> … -> doc -> `what` -> seen -> gate -> openot-ack. The gate swallows everything while it is closed. */
  const flow = (what: Between, reader: Record<string, unknown> = {}): FlowNode[] => {
    const fs = "const fs = global.get('fs');";
    return [
      ...chain({
        endpoint: plc.endpointUrl, controlNode: plc.controlNodeId, ringNode: plc.ringNodeIds.join('\n'),
        definition: { source: 'json', json: plc.simulator.definitionText() },
        doc: what.doc ?? {}, after: [what.first], status: ['status']
      }).map((node) =>
        node.id !== 'reader' ? node : { ...node, id: `reader${cases}`, interval: '50', statusInterval: '100', maxRecords: '20', commit: 'onAck', maxInFlight: '64', ackTimeout: '60000', ...reader }
      ),
      ...what.nodes.map((node): FlowNode => ({ z: 'tab', x: 500, y: 300, ...node, id: node.id!, type: node.type! })),
      { ...appendTo('status', ''), func: `${fs} fs.appendFileSync(${JSON.stringify(file('status'))}, JSON.stringify(msg.payload) + '\\n');` },
      {
        ...appendTo('seen', ''), outputs: 1, wires: [[what.behindSeen ?? 'gate']],
        func: `${fs} fs.appendFileSync(${JSON.stringify(file('seen'))}, [].concat(msg.payload).map((text) => text.replace(/\\n*$/, '\\n')).join('')); return msg;`
      },
      { ...appendTo('gate', ''), outputs: 1, wires: [['ack']], func: `${fs} return fs.existsSync(${JSON.stringify(file('gate'))}) ? null : msg;` },
      { id: 'ack', type: 'openot-ack', z: 'tab', name: '', branches: String(what.branches ?? 1), x: 900, y: 300, wires: [[]] },
      ...catchTo(file('errors'))
    ];
  };
  /** A deploy of everything: the reader is made anew, and goes on from its state file. */
  const restart = async (nodes: FlowNode[]): Promise<void> => {
    await runtime.deploy(nodes);
    rmSync(file('status'), { force: true });
  };

  beforeEach(() => void cases++);

  for (const what of between) {
    it(`acknowledges through ${what.name}: nothing before it came to openot-ack, everything after it`, async () => {
      closeGate();
      const nodes = flow(what);
      const records = produced();
      await restart(nodes);
      await untilSaid('rest', ({ state, totals }) => state === 'idle' && totals.records === records);
      await untilSeen(what.swallows ? 10 : records);
      await sleep(200);
      should(said()!.inFlight).be.above(2);
      should(times()).eql([1]);
      // What was swallowed comes again, from the beginning: nothing of it was acknowledged.
      openGate();
      await restart(nodes);
      await untilSaid('every acknowledgement', ({ state, totals, inFlight }) => state === 'idle' && totals.records === records && inFlight === 0);
      await sleep(200);
      if (!what.swallows) should(times()).eql([2]);
      const count = linesOf('seen').length;
      // What was acknowledged does not.
      await restart(nodes);
      await untilSaid('rest again', ({ state }) => state === 'idle');
      should(said()!.totals).match({ records: 0, lost: 0 });
      await sleep(200);
      should(linesOf('seen').length).equal(count);
      should(linesOf('errors')).eql([]);
    });
  }
});
