import should from 'should';
import { join } from 'node:path';
import type { CommandAnswer } from '../../../nodes/openot-simulator/controller';
import { nextRunId } from '../../../nodes/openot-simulator/run-id';
import { Flow, helper, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { definitionText, hashOf } from '../support/data';

const flow = (simulator: Record<string, unknown> = {}): Promise<Flow> =>
  Flow.start([{ id: 'simulator', type: 'openot-simulator', scenario: 'reactor', rate: '50', ringBytes: '65536', opcuaPort: '0', wires: [['out']], ...simulator }, sink('out')]);
const answer = async (running: Flow, topic: unknown, payload?: unknown): Promise<Record<string, unknown>> => {
  const before = running.at('out').length;
  running.send('simulator', { topic: topic as string, payload });
  await until(`an answer to ${String(topic)}`, () => running.at('out').length > before);
  return running.at('out').at(-1)!;
};

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
    await until('a status', () => statusesOf('simulator').some(({ text }) => /reactor .*ring 64 KiB, no server/.test(text ?? '')));
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
    should((await answer(running, 'statistics')).payload).have.propertyByPath('statistics', 'definitionHash').equal(second.definitionHash);
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
    for (const topic of ['explode', '', undefined, 5n as unknown as string, {} as string]) running.send('simulator', { topic });
    running.send('simulator', { topic: 'burst', payload: 'many' });
    await until('the errors', () => running.caught.length === 6);
    should(running.caught.map(({ code }) => code)).eql([...Array<string>(5).fill('OPENOT_SIMULATOR_COMMAND'), 'OPENOT_SIMULATOR_COUNT']);
    should(running.at('out')).eql([]);
  });

  for (const [name, settings] of [['a plant that is none', { scenario: 'moon' }], ['a rate beyond its limit', { rate: '1000000' }], ['a ring that is no multiple of 8', { ringBytes: '1001' }], ['an unset variable', { opcuaPort: '${NO_SUCH_VARIABLE}' }]] as Array<[string, Record<string, unknown>]>) {
    it(`refuses ${name}`, async () => {
      const running = await flow(settings);
      running.send('simulator', { topic: 'statistics' });
      await until('the error', () => running.caught.length > 0);
      should(running.caught[0].code).equal('OPENOT_CONFIG');
      should(statusesOf('simulator').at(-1)).match({ fill: 'red' });
    });
  }
});
