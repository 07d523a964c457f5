import should from 'should';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TcpProxy } from '../support/tcp-proxy';
import { countByIdentity, readDocuments } from './support/documents';
import { appendTo, chain } from './support/flows';
import { besides, overModbus } from './support/modbus-flow';
import { Plc, startPlc } from './support/plc';
import { sleep, until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

/** How long the link is gone at least. Every other way, and longer: test/long/link.test.ts. */
const DOWN_MS = 6_000;

interface Shown {
  readonly atMs: number;
  readonly fill: string;
  readonly text: string;
}

/** Of a reader whose link is dead: neither green, nor a lag as if it were seen. */
const isHonest = ({ fill, text }: Shown): boolean => fill !== 'green' && !/lag/.test(text);

describe('a link that is pulled for some seconds under a real Node-RED', function () {
  let plc: Plc;
  let userDir: string;
  let runtime: Runtime | undefined;
  let proxies: TcpProxy[] = [];

  before(async () => {
    plc = await startPlc({ rate: 50, ringBytes: 120_000, modbusPort: 'any', truthLimit: 100_000 });
    plc.simulator.command('stop-producer');
    userDir = await makeUserDirectory();
  });
  after(async () => {
    runtime?.kill();
    for (const proxy of proxies) await proxy.close();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it(
    'reading goes on by itself over OPC UA and Modbus TCP, the status is honest all along, and every ' +
      'record comes once',
    async () => {
      proxies = [await TcpProxy.open(plc.simulator.server!.port), await TcpProxy.open(plc.simulator.modbus!.port)];
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
      writeFileSync(
        join(userDir, 'flows.json'),
        JSON.stringify([...part('opcua'), ...besides(overModbus(part('modbus'), plc, proxies[1].port), 'm-')])
      );
      runtime = await Runtime.start(userDir);
      const ways = [
        { name: 'OPC UA', reader: 'reader', path: output('opcua'), shown: [] as Shown[], resumedMs: 0 },
        { name: 'Modbus TCP', reader: 'm-reader', path: output('modbus'), shown: [] as Shown[], resumedMs: 0 }
      ];
      plc.simulator.command('start-producer');
      await until(
        'both to read',
        () => ways.every(({ path }) => readDocuments(path).length > 20),
        () => runtime!.log
      );
      const { status } = runtime.comms;
      await until(
        'a status that says so',
        () => ways.every(({ reader }) => status.get(reader)?.fill === 'green'),
        () => JSON.stringify([...status])
      );
      // As the editor shows it, ten times a second.
      const look = (): void =>
        ways.forEach(({ reader, shown }) =>
          shown.push({
            atMs: performance.now(),
            fill: status.get(reader)?.fill ?? '',
            text: status.get(reader)?.text ?? ''
          })
        );
      const looking = setInterval(look, 100);
      for (const proxy of proxies) await proxy.down('unplugged');
      const downMs = performance.now();
      await sleep(DOWN_MS);
      await until(
        'both to tell of the dead link',
        () => ways.every(({ shown }) => shown.some((each) => each.atMs > downMs && isHonest(each))),
        () => JSON.stringify([...status])
      );
      const sizes = ways.map(({ path }) => statSync(path).size);
      const backMs = performance.now();
      for (const proxy of proxies) await proxy.up('repeated');
      await Promise.all(
        ways.map(async (way, i) => {
          await until(
            `${way.name} to go on`,
            () => statSync(way.path).size > sizes[i],
            () => `${JSON.stringify(status.get(way.reader))}\n${runtime!.log.slice(-2000)}`
          );
          way.resumedMs = performance.now() - backMs;
        })
      );
      await until(
        'a status that is well again',
        () => ways.every(({ reader }) => status.get(reader)?.fill === 'green'),
        () => JSON.stringify([...status])
      );
      clearInterval(looking);
      plc.simulator.command('stop-producer');
      const produced = plc.simulator.statistics().written;
      await until(
        'the rest',
        () => ways.every(({ path }) => countByIdentity(readDocuments(path)).size >= produced),
        () => runtime!.log
      );
      for (const { name, path, shown, resumedMs } of ways) {
        const dead = shown.filter(({ atMs }) => atMs > downMs && atMs < backMs);
        const told = dead.find(isHonest)!;
        console.log(
          `      ${name}: went on ${Math.round(resumedMs)} ms after the link's return; told after ` +
            `${Math.round(told.atMs - downMs)} ms: ${told.text}`
        );
        should(dead.slice(dead.indexOf(told)).filter((each) => !isHonest(each))).eql([]);
        const documents = readDocuments(path);
        should(documents.filter(({ kind }) => kind === 'loss')).eql([]);
        should([...countByIdentity(documents)].filter(([, times]) => times !== 1)).eql([]);
        should(countByIdentity(documents).size).equal(produced);
      }
      await runtime.stop();
    }
  );
});
