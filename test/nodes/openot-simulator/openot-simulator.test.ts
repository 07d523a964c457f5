import should from 'should';
import { AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { findModbusRings } from '../../../lib/discovery';
import type { CommandAnswer } from '../../../nodes/openot-simulator/controller';
import { nextRunId } from '../../../nodes/openot-simulator/run-id';
import { Flow, helper, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { definitionText, hashOf } from '../support/data';

const flow = (simulator: Record<string, unknown> = {}): Promise<Flow> =>
  Flow.start([
    {
      id: 'simulator',
      type: 'openot-simulator',
      scenario: 'reactor',
      rate: '50',
      ringBytes: '65536',
      opcuaPort: '0',
      wires: [['out']],
      ...simulator
    },
    sink('out')
  ]);
const answer = async (running: Flow, topic: unknown, payload?: unknown): Promise<Record<string, unknown>> => {
  const before = running.at('out').length;
  running.send('simulator', { topic: topic as string, payload });
  await until(`an answer to ${String(topic)}`, () => running.at('out').length > before);
  return running.at('out').at(-1)!;
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe('openot-simulator', () => {
  const place = useNodeRed();

  it('obeys commands and answers with its counters', async () => {
    const running = await flow();
    const { payload } = await answer(running, 'burst', 100);
    const { ok, topic, statistics, endpoint, ringNodes } = payload as CommandAnswer;
    should({ ok, topic, endpoint, ringNodes }).eql({ ok: true, topic: 'burst', endpoint: null, ringNodes: [] });
    should(statistics.written).be.above(99);
    running.at('out').forEach((each) => shouldBePlain(each));
    should(running.caught).eql([]);
    await until('a status', () =>
      statusesOf('simulator').some(({ text }) => /^reactor .*no server, ring 64 KiB$/.test(text ?? ''))
    );
  });

  it('shows its ring over Modbus where it is told to, and says in which registers', async () => {
    const port = await freePort();
    const running = await flow({ modbusPort: String(port) });
    const { payload } = await answer(running, 'statistics');
    should((payload as CommandAnswer).modbus).eql({ host: '127.0.0.1', port, controlAddress: 0, ringAddress: 44 });
    await until('a status', () =>
      statusesOf('simulator').some(({ text }) => new RegExp(`port ${port}, ring 64 KiB$`).test(text ?? ''))
    );
    const outcome = await findModbusRings({ host: '127.0.0.1', port });
    should(outcome).match({
      ok: true,
      rings: [
        {
          isProved: true,
          fields: { registerType: 'holding', controlAddress: '0', ringAddress: '44', byteOrder: 'big' }
        }
      ]
    });
    await helper.unload();
    should(await findModbusRings({ host: '127.0.0.1', port })).match({ ok: false, code: 'OPENOT_MODBUS_UNREACHABLE' });
  });

  it('has no Modbus server in a flow that says nothing of one, as one of version 0.1', async () => {
    const running = await flow();
    should(((await answer(running, 'statistics')).payload as CommandAnswer).modbus).equal(null);
  });

  it('says that a ring is too large for registers, or that its port is taken', async () => {
    const large = await flow({ modbusPort: String(await freePort()), ringBytes: '131072' });
    await until('the error', () => large.caught.length > 0);
    should(large.caught[0]).match({
      code: 'OPENOT_SIMULATOR_SERVER',
      message: /131072 bytes from register 44 on ends beyond the last register/
    });
    await helper.unload();
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const running = await flow({ modbusPort: String((taken.address() as AddressInfo).port) });
    await until('the error', () => running.caught.length > 0);
    taken.close();
    should(running.caught[0]).match({
      code: 'OPENOT_SIMULATOR_SERVER',
      message: /Modbus server could not listen on port/
    });
  });

  it('gives its definition file, the next one, and a path for a file node', async () => {
    const running = await flow();
    const first = await answer(running, 'definition', 'openot/x/a.json');
    should(first.payload).equal(definitionText('reactor-1'));
    should(first.definitionHash).equal(hashOf(definitionText('reactor-1')));
    should(first.filename).equal(join(place.userDir, 'openot', 'x', 'a.json'));
    should((await answer(running, 'next-definition')).payload).equal(definitionText('reactor-2'));
    await answer(running, 'definition-change');
    const second = await answer(running, 'definition');
    should(second.payload).equal(definitionText('reactor-2'));
    should(second).not.have.property('filename');
    should((await answer(running, 'statistics')).payload)
      .have.propertyByPath('statistics', 'definitionHash')
      .equal(second.definitionHash);
  });

  it('gives every start a run of its own that is higher, however soon, and also when the clock was set back', () => {
    const now = Date.now() + 1_000_000;
    const runs = [now, now, now + 0.5, now - 5000, now + 1].map(nextRunId);
    should(new Set(runs).size).equal(5);
    should([...runs].sort((a, b) => (a < b ? -1 : 1))).eql(runs);
  });

  it('is a new run at every deploy', async () => {
    const runs: bigint[] = [];
    for (let deploy = 0; deploy < 3; deploy++) {
      const running = await flow();
      runs.push(BigInt(((await answer(running, 'statistics')).payload as CommandAnswer).statistics.runId));
      await helper.unload();
    }
    should(runs[0] < runs[1] && runs[1] < runs[2]).be.true();
  });

  it('refuses what is no command with a coded error', async () => {
    const running = await flow();
    for (const topic of ['explode', '', undefined, 5n as unknown as string, {} as string])
      running.send('simulator', { topic });
    running.send('simulator', { topic: 'burst', payload: 'many' });
    await until('the errors', () => running.caught.length === 6);
    should(running.caught.map(({ code }) => code)).eql([
      ...Array<string>(5).fill('OPENOT_SIMULATOR_COMMAND'),
      'OPENOT_SIMULATOR_COUNT'
    ]);
    should(running.at('out')).eql([]);
  });

  for (const [name, settings] of [
    ['a plant that is none', { scenario: 'moon' }],
    ['a rate beyond its limit', { rate: '1000000' }],
    ['a ring that is no multiple of 8', { ringBytes: '1001' }],
    ['an unset variable', { opcuaPort: '${NO_SUCH_VARIABLE}' }]
  ] as Array<[string, Record<string, unknown>]>) {
    it(`refuses ${name}`, async () => {
      const running = await flow(settings);
      running.send('simulator', { topic: 'statistics' });
      await until('the error', () => running.caught.length > 0);
      should(running.caught[0].code).equal('OPENOT_CONFIG');
      should(statusesOf('simulator').at(-1)).match({ fill: 'red' });
    });
  }
});
