import should from 'should';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countByIdentity, readDocuments } from '../e2e/support/documents';
import { appendTo, chain } from '../e2e/support/flows';
import { besides, overModbus } from '../e2e/support/modbus-flow';
import { Plc, startPlc } from '../e2e/support/plc';
import { addProbe, differences, mostHeldBy, heldLine, settledAt } from '../e2e/support/probe';
import { sleep, until } from '../e2e/support/process';
import { FlowNode, Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { seeded } from '../support/seeded';
import { TcpProxy } from '../support/tcp-proxy';

const DEPLOYS = 15;

/* With a link that is well: test/e2e/redeploys.test.ts. */
describe('deploys while the link is dead', function () {
  this.timeout(300_000);
  let plc: Plc;
  let userDir: string;
  let runtime: Runtime | undefined;
  let proxies: TcpProxy[] = [];

  before(async () => {
    plc = await startPlc({ rate: 20, ringBytes: 120_000, modbusPort: 'any', truthLimit: 1_000_000 });
    plc.simulator.command('stop-producer');
    proxies = [await TcpProxy.open(plc.simulator.server!.port), await TcpProxy.open(plc.simulator.modbus!.port)];
    userDir = await makeUserDirectory();
    addProbe(userDir);
  });
  after(async () => {
    runtime?.kill();
    for (const proxy of proxies) await proxy.close();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it(
    `${DEPLOYS} each on a link that swallows, that is unplugged and that is refused: nothing is left ` +
      'behind when it is back, and nothing is lost',
    async () => {
      const output = (name: string): string => join(userDir, `${name}.ndjson`);
      const part = (name: string): FlowNode[] => [
        ...chain({
          endpoint: `opc.tcp://127.0.0.1:${proxies[0].port}/openot`,
          controlNode: plc.controlNodeId,
          ringNode: plc.ringNodeIds.join('\n'),
          definition: { source: 'json', json: plc.simulator.definitionText() },
          reader: { stream: name },
          after: [['append']]
        }),
        appendTo('append', output(name))
      ];
      const flows = [...part('opcua'), ...besides(overModbus(part('modbus'), plc, proxies[1].port), 'm-')];
      const outputs = [output('opcua'), output('modbus')];
      const servers = (): string =>
        `${plc.simulator.server!.sessions()} sessions, ${proxies.map(({ open }) => open).join(' and ')} connections`;
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
      runtime = await Runtime.start(userDir, { NODE_OPTIONS: '--expose-gc' });
      plc.simulator.command('start-producer');
      const reads = async (): Promise<void> => {
        const before = outputs.map((path) => readDocuments(path).length);
        await until(
          'both to read',
          () => outputs.every((path, i) => readDocuments(path).length > before[i] + 5),
          () => `${servers()}\n${runtime!.log.slice(-3000)}`
        );
      };
      await reads();
      for (const type of ['full', 'nodes'] as const) await runtime.deploy(changed(flows, 'decoder', type), type);
      await reads();
      await sleep(3_000);
      const before = await mostHeldBy(runtime);
      const random = seeded(1);
      for (const how of ['blackHole', 'unplugged', 'refused'] as const) {
        for (const proxy of proxies) await proxy.down(how);
        for (let round = 0; round < DEPLOYS; round++) {
          await sleep(random.below(round % 3 === 0 ? 30 : 1_500));
          const which = ['decoder', 'reader', 'opcua', 'm-device', 'm-reader'][random.below(5)];
          await runtime.deploy(changed(flows, which, `${how} ${round}`), round % 2 === 0 ? 'full' : 'nodes');
        }
        // What was swallowed is dead on the controller's side too; it notices in its own time.
        for (const proxy of proxies) await proxy.up('forgotten');
        await reads();
        const after = await settledAt(before, runtime);
        console.log(`      ${how}: before ${heldLine(before)}; after ${heldLine(after)}; ${servers()}`);
        should(differences(before, after)).eql([]);
        should(proxies.map(({ open }) => open)).eql([1, 1]);
      }
      plc.simulator.command('stop-producer');
      const produced = plc.simulator.statistics().written;
      await until(
        'the rest',
        () => outputs.every((path) => countByIdentity(readDocuments(path)).size >= produced),
        servers
      );
      for (const path of outputs) {
        const documents = readDocuments(path);
        should([...countByIdentity(documents)].filter(([, times]) => times !== 1)).eql([]);
        should(documents.filter(({ kind }) => kind === 'loss')).eql([]);
      }
      await runtime.stop();
      should(runtime.complaints().filter((line) => /Close timed out|CLOSE_TIMEOUT|Unhandled|TypeError/.test(line))).eql(
        []
      );
    }
  );
});

const changed = (flows: readonly FlowNode[], id: string, name: string): FlowNode[] =>
  flows.map((node) => (node.id === id ? { ...node, name } : node));
