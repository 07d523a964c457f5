import should from 'should';
import type { LogDocument, LogGapDocument } from '../../../lib/logobject';
import { Flow, type FlowNode, helper, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { Devices, enter, textsOf } from './support/devices';

type Document = LogDocument | LogGapDocument;
interface Waits {
  readonly state: string;
  readonly waitsFor: { code?: string; detail: string; node?: { id: string; type: string }; sinceNs?: string } | null;
}

describe('openot-logobject, whose documents nobody takes as they are', () => {
  const devices = new Devices(useNodeRed());

  afterEach(() => devices.stopAll());

  const shown = (): string => statusesOf(devices.node).at(-1)?.text ?? '';
  const codes = (flow: Flow): string[] => flow.caught.map(({ code }) => code ?? '');
  const documents = (flow: Flow): Document[] => flow.at('documents').flatMap(({ payload }) => payload as Document[]);
  const waits = (flow: Flow): Waits[] =>
    flow.at('status').flatMap(({ topic, payload }) => (topic === 'waits' ? [payload as Waits] : []));
  const deploy = (flow: Flow, changes: Record<string, object>): Promise<void> =>
    helper.setFlows(
      flow.nodes.map((node) => ({ ...node, ...changes[node.id] })),
      'nodes'
    );
  const times = (flow: Flow, text: string): number =>
    textsOf(flow.at('documents')).filter((one) => one === text).length;
  const decoder: FlowNode = { id: 'decoder', type: 'openot-decoder', emit: 'batch', wires: [['after']] };

  it('holds what a node refuses, reads it again once after 5 s, on read and on a deploy, and loses nothing', async () => {
    const device = await devices.start();
    for (let i = 0; i < 3; i++) enter(device, `record ${i}`, 100 - i);
    const wires = [['documents', 'decoder'], ['status']];
    const flow = await Flow.start(devices.flow({ wires }, [decoder, sink('after')]));
    await until('the refusal', () => /^waits for 'decoder' \(refused, \d+ s\)$/.test(shown()), shown);
    should(statusesOf(devices.node).at(-1)).match({ fill: 'red', shape: 'ring' });
    enter(device, 'meanwhile');
    await until('the second refusal', () => codes(flow).includes('OPENOT_BATCH_REFUSED'), shown);
    should(times(flow, 'record 0')).equal(2);
    should(flow.caught.at(-1)!.message).match(/\/ServerLog, 2\S+Z to 2\S+Z\): .*; the topic "skip" passes them over$/);
    const [waiting] = waits(flow);
    should(waiting).match({ state: 'waiting', waitsFor: { code: 'OPENOT_BATCH_REFUSED', node: { id: 'decoder' } } });
    should(Number(BigInt(waiting.waitsFor!.sinceNs!) / 1_000_000n)).be.approximately(Date.now(), 120_000);

    flow.send(devices.node, { topic: 'read' });
    await until('it again', () => times(flow, 'record 0') === 3, shown);
    await deploy(flow, { [devices.node]: { wires: [['documents'], ['status']] } });
    await until('it once more', () => times(flow, 'record 0') === 4 && /^reading: /.test(shown()), shown);
    should(times(flow, 'meanwhile')).be.above(0);
    should(codes(flow)).eql(['OPENOT_ALREADY_DECODED', 'OPENOT_BATCH_REFUSED']);
    await until('the end of the wait', () => waits(flow).at(-1)?.state === 'reading');
    enter(device, 'later');
    await until('the later record', () => times(flow, 'later') === 1, shown);
    await helper.unload();
    enter(device, 'while away');
    const again = await Flow.start(devices.flow());
    await until('the record', () => textsOf(again.at('documents')).includes('while away'));
    should(textsOf(again.at('documents'))).eql(['while away']);
  });

  it('passes over a batch that is refused again when it is told to skip: a gap says so, what follows comes', async () => {
    const device = await devices.start();
    const spoil = `if (msg.payload.some(({ message }) => message?.text === 'poison')) msg.payload = 5; return msg;`;
    const nodes = devices.flow({ wires: [['documents', 'spoil'], ['status']] }, [
      { id: 'spoil', type: 'function', func: spoil, outputs: 1, libs: [], wires: [['otel']] },
      { id: 'otel', type: 'openot-otel', maxAge: '100', wires: [['after'], ['after'], ['after']] },
      sink('after')
    ]);
    const flow = await Flow.start(nodes);
    enter(device, 'good');
    await until('a good one', () => flow.at('after').length > 0, shown);
    enter(device, 'poison');
    await until('the refusal', () => /^waits for 'otel' \(refused, /.test(shown()), shown);
    flow.send(devices.node, { topic: 'skip' });
    await until('an error', () => codes(flow).includes('OPENOT_READER_SKIP'));
    flow.send(devices.node, { topic: 'read' });
    await until('the second refusal', () => codes(flow).includes('OPENOT_BATCH_REFUSED'), shown);
    enter(device, 'follows');
    flow.send(devices.node, { topic: 'skip' });
    await until('what follows', () => times(flow, 'follows') === 1, shown);
    should(times(flow, 'poison')).equal(2);
    const poison = documents(flow).find((one) => one.kind === 'log' && one.message.text === 'poison') as LogDocument;
    const gaps = documents(flow).filter(({ kind }) => kind === 'gap') as LogGapDocument[];
    should(gaps.map(({ verdict, before }) => ({ verdict, before }))).eql([
      { verdict: 'skipped', before: poison.timeNs }
    ]);
    should(gaps[0].text).match(/^records are missing between .*: a node refused them/);
    await until('the status', () => /^reading: /.test(shown()), shown);
  });

  it('does not hand on again what has arrived of a poll of which a later batch was refused', async () => {
    const device = await devices.start();
    for (let i = 0; i < 700; i++) enter(device, i === 650 ? 'poison' : `record ${i}`, 5000 - i);
    const spoil = `if (msg.payload.some(({ message }) => message?.text === 'poison')) msg.payload = 5; return msg;`;
    const nodes = devices.flow({ wires: [['documents', 'spoil'], ['status']] }, [
      { id: 'spoil', type: 'function', func: spoil, outputs: 1, libs: [], wires: [['otel']] },
      { id: 'otel', type: 'openot-otel', maxAge: '100', wires: [['after'], ['after'], ['after']] },
      sink('after')
    ]);
    const flow = await Flow.start(nodes);
    await until('the refusal', () => /^waits for 'otel' \(refused, /.test(shown()), shown);
    await until('it again', () => times(flow, 'poison') === 2, shown);
    await deploy(flow, { spoil: { func: 'return msg;' } });
    await until('the rest', () => times(flow, 'record 500') === 3, shown);
    await until('the status', () => /^reading: /.test(shown()), shown);
    should([times(flow, 'record 0'), times(flow, 'record 499'), times(flow, 'record 500')]).eql([1, 1, 3]);
  });

  for (const [what, change, says] of [
    ['nothing is wired to it', { log: { wires: [[], ['status']] } }, /^nothing is wired$/],
    ['the only node wired is disabled', { otel: { d: true } }, /^nothing is wired: 'otel' is disabled$/],
    [
      'what stores the documents is missing',
      { otel: { wires: [[], [], []] } },
      /^waiting: nothing takes the documents$/
    ]
  ] as Array<[string, Record<string, object>, RegExp]>)
    it(`waits while ${what}, and reads everything once it is put right`, async () => {
      const device = await devices.start();
      enter(device, 'before');
      const right = devices.flow({ wires: [['otel'], ['status']] }, [
        { id: 'otel', type: 'openot-otel', maxAge: '100', wires: [['after'], ['after'], ['after']] },
        sink('after')
      ]);
      const changeOf = (id: string): object => change[id === devices.node ? 'log' : id] ?? {};
      const flow = await Flow.start(right.map((node) => ({ ...node, ...changeOf(node.id) })));
      await until('the status', () => says.test(shown()), shown);
      enter(device, 'meanwhile');
      should(flow.at('after')).eql([]);
      await helper.setFlows(
        flow.nodes.map(({ d: _disabled, ...node }) => ({ ...node, ...right.find(({ id }) => id === node.id) })),
        'nodes'
      );
      const text = (): string => JSON.stringify(flow.at('after').map(({ payload }) => payload));
      await until(
        'both',
        () => /before/.test(text()) && /meanwhile/.test(text()),
        () => `${shown()} ${text()}`
      );
      should(codes(flow)).eql([]);
    });
});
