import should from 'should';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countByIdentity, readDocuments } from './support/documents';
import { appendTo, chain } from './support/flows';
import { besides, overModbus } from './support/modbus-flow';
import { Plc, startPlc } from './support/plc';
import { addProbe, differences, mostHeldBy, heldLine, settledAt } from './support/probe';
import { sleep, until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';
import { seeded } from '../support/seeded';
import { rounds } from '../support/rounds';

const DEPLOYS = Number(process.env.OPENOT_DEPLOYS ?? rounds(20, 100));

describe(`${DEPLOYS} deploys in a row of a flow that reads over OPC UA and Modbus TCP`, function () {
  let plc: Plc;
  let userDir: string;
  let runtime: Runtime | undefined;

  before(async () => {
    plc = await startPlc({ rate: 50, ringBytes: 120_000, modbusPort: 'any', truthLimit: 1_000_000 });
    userDir = await makeUserDirectory();
    addProbe(userDir);
    // Nothing may be overwritten before the runtime is there.
    plc.simulator.command('stop-producer');
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  const output = (name: string): string => join(userDir, `${name}.ndjson`);
  const part = (name: string): FlowNode[] => [
    ...chain({
      endpoint: plc.endpointUrl,
      controlNode: plc.controlNodeId,
      ringNode: plc.ringNodeIds.join('\n'),
      definition: { source: 'json', json: plc.simulator.definitionText() },
      reader: { stream: name },
      after: [['append']]
    }),
    appendTo('append', output(name))
  ];
  const servers = (): string => {
    const { server, modbus } = plc.simulator;
    return (
      `${server!.sessions()} sessions, ${server!.connections()} OPC UA connections, ${modbus!.connections()} ` +
      'Modbus connections'
    );
  };

  it(
    'leaves no session, connection, socket, timer or listener behind, on either side, and every record ' + 'comes once',
    async () => {
      const flows = [...part('opcua'), ...besides(overModbus(part('modbus'), plc), 'm-')];
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
      runtime = await Runtime.start(userDir, { NODE_OPTIONS: '--expose-gc' });
      const read = (): string => {
        const documents = [output('opcua'), output('modbus')].map((path) => readDocuments(path));
        const counts = documents.map(
          (all) => `${countByIdentity(all).size} records, ${all.filter(({ kind }) => kind === 'loss').length} losses`
        );
        const truth = plc.simulator.truth().map(({ runId, sourceId, seq }) => `${runId}/${sourceId}/${seq}`);
        const missing = documents.map((all) =>
          ((known) => truth.filter((id) => !known.has(id)))(countByIdentity(all)).slice(0, 20).join(' ')
        );
        return (
          `${plc.simulator.statistics().written} written; ${counts.join('; ')}; missing ${missing.join(' | ')}; ` +
          `${JSON.stringify([...runtime!.comms.status].filter(([id]) => /reader/.test(id)))}\n` +
          `${runtime!.log.slice(-3000)}`
        );
      };
      plc.simulator.command('start-producer');
      await until(
        'both to read',
        () => readDocuments(output('opcua')).length > 0 && readDocuments(output('modbus')).length > 0,
        () => runtime!.log
      );
      // What is loaded when first needed is there after one deploy of each kind.
      for (const type of ['full', 'nodes'] as const) await runtime.deploy(changed(flows, 'decoder', type), type);
      const quiet = async (): Promise<void> => {
        await until(
          'one session and one connection',
          () => servers() === '1 sessions, 1 OPC UA connections, 1 Modbus connections',
          servers
        );
        await sleep(3_000);
      };
      await quiet();
      const before = await mostHeldBy(runtime);
      const services = (): Record<string, number> => plc.simulator.server!.counters().services;
      const servicesBefore = services();
      const modbusBefore = plc.simulator.modbus!.counters().connections;
      const random = seeded(Number(process.env.OPENOT_SEED ?? 1));
      const begun = Date.now();
      for (let round = 0; round < DEPLOYS; round++) {
        // At any moment: while it connects, while it reads, while it waits.
        await sleep(random.below(round % 3 === 0 ? 30 : 500));
        const which = ['decoder', 'reader', 'opcua', 'm-device', 'm-reader', 'm-doc'][random.below(6)];
        const full = round % 2 === 0;
        await runtime.deploy(changed(flows, which, `round ${round}`), full ? 'full' : 'nodes');
      }
      const tookMs = Date.now() - begun;
      await quiet();
      const after = await settledAt(before, runtime);
      plc.simulator.command('stop-producer');
      const produced = plc.simulator.statistics().written;
      await until(
        'the rest',
        () =>
          [output('opcua'), output('modbus')].every((path) => countByIdentity(readDocuments(path)).size >= produced),
        read
      );
      console.log(
        `      ${DEPLOYS} deploys in ${(tookMs / 1000).toFixed(0)} s: sessions opened ` +
          `${services().CreateSession - servicesBefore.CreateSession}, closed ` +
          `${services().CloseSession - servicesBefore.CloseSession}, Modbus connections ` +
          `${plc.simulator.modbus!.counters().connections - modbusBefore}; left: ${servers()}`
      );
      console.log(`      runtime before: ${heldLine(before)}; after: ${heldLine(after)}`);
      should(differences(before, after)).eql([]);
      should(services().CreateSession - services().CloseSession).equal(1);
      should(after.heapUsed).be.below(before.heapUsed + 30e6);
      for (const path of [output('opcua'), output('modbus')]) {
        const documents = readDocuments(path);
        should([...countByIdentity(documents)].filter(([, times]) => times !== 1)).eql([]);
        should(countByIdentity(documents).size).equal(produced);
        should(documents.filter(({ kind }) => kind === 'loss')).eql([]);
      }
      await runtime.stop();
      should(servers()).equal('0 sessions, 0 OPC UA connections, 0 Modbus connections');
      should(runtime.complaints()).eql([]);
    }
  );
});

const changed = (flows: readonly FlowNode[], id: string, name: string): FlowNode[] =>
  flows.map((node) => (node.id === id ? { ...node, name } : node));
