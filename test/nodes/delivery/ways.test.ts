import should from 'should';
import { deployedFlows } from '../../../nodes/delivery/deployed';
import { reachedTwice } from '../../../nodes/delivery/duplicates';
import type { OurNode } from '../../../nodes/delivery/our-node';
import { RunningNode, RunningNodes } from '../../../nodes/delivery/running-nodes';
import { Walked, walkWays, Ways } from '../../../nodes/delivery/ways';
import { Wiring, wiringOf } from '../../../nodes/delivery/wiring';

type Config = Partial<Walked> & {
  id: string;
  type: string;
  z?: string;
  name?: string;
  d?: boolean;
  scope?: unknown;
  links?: unknown;
  linkType?: string;
  mode?: string;
};

/** The flows as they are deployed, of which those that are not disabled run. */
class Runtime {
  private readonly configs: readonly Config[];

  constructor(...configs: Config[]) {
    this.configs = configs.map((config) => ({ z: 'tab', ...config }));
  }

  readonly RED = {
    nodes: {
      getNode: (id: string) => this.running(id) ?? null,
      eachNode: (call: (config: Config) => void) => this.configs.forEach(call)
    }
  } as never;

  running(id: string): RunningNode | undefined {
    return this.configs.find((config) => config.id === id && config.d !== true) as RunningNode | undefined;
  }
  isOurs = (id: string): boolean => this.running(id)?.type.startsWith('openot-') === true;
  nodes = (): RunningNodes => new RunningNodes(this.RED, this.isOurs);
  /** What the tracker knows of a node of ours. */
  our = (id: string): OurNode | undefined => {
    const type = this.running(id)?.type;
    if (type === undefined || !type.startsWith('openot-')) return undefined;
    if (type === 'openot-doc' || type === 'openot-otel') return { outputs: [0, 1, 2] };
    return type === 'openot-ack' ? { outputs: [0], end: 'ack' } : { outputs: [0] };
  };
  ways(...wires: string[]): Ways<Walked> {
    return walkWays<Walked>(wires, {
      nodeOf: (id) => this.running(id),
      isOurs: this.isOurs,
      deployed: deployedFlows(this.RED),
      takesDebug: false
    });
  }
  wiring = (): Wiring => wiringOf(this.running('reader')!, { outputs: [0] }, this.nodes(), this.our);
  twice = (): string | undefined =>
    reachedTwice(this.running('reader')!, { outputs: [0] }, this.nodes(), this.our)?.name;
}

const node = (id: string, type: string, ...wires: string[]): Config => ({ id, type, wires: [wires] });
const told = ({ ways }: Ways<Walked>): unknown[] =>
  ways.map(({ node: { id }, isOurs, turns, isUncertain }) => [id, isOurs, turns, isUncertain]);

describe('the ways out of an output', () => {
  it('end at the first node on each that is more than a wire; every wire is a turn', () => {
    const runtime = new Runtime(
      node('junction', 'junction', 'out', 'doc'),
      { ...node('out', 'link out'), links: ['in'], wires: [['in']], mode: 'link' },
      node('in', 'link in', 'sub'),
      node('sub', 'subflow:s', 'file'),
      node('doc', 'openot-doc'),
      node('file', 'file')
    );
    should(told(runtime.ways('junction'))).eql([
      ['file', false, 4, false],
      ['doc', true, 1, false]
    ]);
  });

  it('go through a link call to the link in that it names, and back behind all calls', () => {
    const runtime = new Runtime(
      { ...node('call', 'link call', 'file'), links: ['in'] },
      { ...node('other', 'link call', 'database'), links: ['in'] },
      node('in', 'link in', 'return'),
      { ...node('return', 'link out'), mode: 'return' },
      node('file', 'file'),
      node('database', 'postgres')
    );
    should(told(runtime.ways('call'))).eql([
      ['file', false, 3, true],
      ['database', false, 3, true]
    ]);
  });

  it('end at a link call whose target each message names', () => {
    const runtime = new Runtime({ ...node('call', 'link call', 'file'), linkType: 'dynamic' }, node('file', 'file'));
    should(told(runtime.ways('call'))).eql([['call', false, 0, false]]);
  });

  it('are none where a node of others is disabled or missing; one of ours that is disabled is named', () => {
    const runtime = new Runtime(
      { ...node('file', 'file'), d: true },
      { ...node('doc', 'openot-doc'), d: true, name: 'papers' }
    );
    should(runtime.ways('file', 'nowhere')).match({ ways: [], isWired: false, isMissing: true });
    should(runtime.ways('file', 'nowhere').disabled).equal(undefined);
    should(runtime.ways('doc').disabled).eql({ id: 'doc', type: 'openot-doc', name: 'papers' });
  });

  it('do not count a debug node behind records, which is wired all the same', () => {
    const runtime = new Runtime(node('look', 'debug'));
    should(runtime.ways('look')).match({ ways: [], isWired: true });
  });

  it('end where wires go round in circles', () => {
    const runtime = new Runtime(node('a', 'junction', 'b'), node('b', 'junction', 'a', 'file'), node('file', 'file'));
    should(told(runtime.ways('a'))).eql([['file', false, 2, false]]);
  });
});

describe('the flows as they are deployed', () => {
  it('know a node inside a subflow by its id in the template', () => {
    const runtime = new Runtime(
      { ...node('inner', 'openot-doc'), z: 's' },
      { id: 'instance', type: 'subflow:s', d: true },
      { id: 'plain', type: 'subflow:other', d: true }
    );
    const deployed = deployedFlows(runtime.RED);
    should(deployed.disabled('instance-inner')).eql({ id: 'instance-inner', type: 'openot-doc', name: 'openot-doc' });
    should(deployed.disabled('instance')?.type).equal('subflow:s');
    should(deployed.disabled('plain')).equal(undefined);
    should(deployed.disabled('gone')).equal(undefined);
  });

  it('know the Complete nodes that hear of a node, and what a call is', () => {
    const runtime = new Runtime(
      { id: 'complete', type: 'complete', scope: ['file', 'other'] },
      { id: 'call', type: 'link call', linkType: 'dynamic', links: ['in'] },
      { id: 'back', type: 'link out', mode: 'return' }
    );
    const deployed = deployedFlows(runtime.RED);
    should(deployed.from('file')).eql(['complete']);
    should([deployed.from('call'), deployed.isDynamic('call'), deployed.isReturn('back')]).eql([[], true, true]);
  });
});

describe('who takes what a reader sends', () => {
  const right = (): Config[] => [
    node('reader', 'openot-reader', 'decoder'),
    node('decoder', 'openot-decoder', 'guard'),
    node('guard', 'openot-drift-guard', 'doc'),
    { id: 'doc', type: 'openot-doc', wires: [['file'], [], []] },
    node('file', 'file')
  ];
  const changed = (id: string, change: Partial<Config>, ...more: Config[]): Runtime =>
    new Runtime(...right().map((each) => (each.id === id ? { ...each, ...change } : each)), ...more);

  it('is somebody where all is wired', () => {
    should(new Runtime(...right()).wiring()).eql({ kind: 'wired' });
  });

  it('is nobody without a wire, and where all that is wired is disabled or missing', () => {
    should(changed('reader', { wires: [[]] }).wiring()).eql({ kind: 'unwired', hasWires: false });
    should(changed('reader', { wires: [['gone']] }).wiring()).eql({ kind: 'unwired', hasWires: true });
    should(changed('decoder', { d: true }).wiring()).match({ kind: 'unwired', disabled: { id: 'decoder' } });
  });

  it('waits for a node of ours that is disabled, however far behind, also behind a node of somebody else', () => {
    should(changed('doc', { d: true }).wiring()).match({ kind: 'disabled', node: { id: 'doc' } });
    const behind = changed('file', { wires: [['ack']] }, { ...node('ack', 'openot-ack'), d: true });
    should(behind.wiring()).match({ kind: 'disabled', node: { id: 'ack' } });
    const other = changed('file', { wires: [['more']] }, { ...node('more', 'file'), d: true });
    should(other.wiring()).eql({ kind: 'wired' });
  });
});

describe('a node that gets everything by two ways', () => {
  const reader = (...to: string[]): Config => node('reader', 'openot-reader', ...to);
  const decoder = (id: string): Config => node(id, 'openot-decoder', 'guard');
  const guard = { ...node('guard', 'openot-drift-guard', 'doc'), name: 'watch' };
  const doc = { id: 'doc', type: 'openot-doc', wires: [['otel'], ['otel'], ['otel']] };
  const otel = { id: 'otel', type: 'openot-otel', wires: [['otlp'], ['otlp'], ['otlp']] };
  const otlp = node('otlp', 'openot-otlp');

  it('is found behind two decoders, and behind a wire that goes there directly and through a junction', () => {
    should(new Runtime(reader('a', 'b'), decoder('a'), decoder('b'), guard, doc, otel, otlp).twice()).equal('watch');
    const junction = node('junction', 'junction', 'guard');
    const forked = { ...decoder('a'), wires: [['guard', 'junction']] };
    should(new Runtime(reader('a'), forked, junction, guard, doc, otel, otlp).twice()).equal('watch');
    should(new Runtime(reader('a'), forked, junction, guard, doc, otel, otlp).wiring()).match({
      twice: { id: 'guard' }
    });
  });

  it('is none where the outputs of one node lead there: they carry different things, on longer ways too', () => {
    should(new Runtime(reader('a'), decoder('a'), guard, doc, otel, otlp).twice()).equal(undefined);
    const stored = { ...doc, wires: [['archive'], ['otel'], []] };
    const archive = node('archive', 'openot-archive', 'otel');
    should(new Runtime(reader('a'), decoder('a'), guard, stored, archive, otel, otlp).twice()).equal(undefined);
  });

  it('is none at openot-ack, which counts branches, nor behind a node of somebody else, which may choose', () => {
    const kept = { ...node('doc', 'openot-doc'), wires: [['file', 'ack'], [], []] };
    const ack = node('ack', 'openot-ack');
    const archive = node('archive', 'openot-archive', 'ack');
    const flow = [reader('a', 'archive'), decoder('a'), guard, kept, archive, ack, node('file', 'file', 'ack')];
    should(new Runtime(...flow).twice()).equal(undefined);
    const choosing = [
      reader('a'),
      { ...decoder('a'), wires: [['switch', 'guard']] },
      node('switch', 'switch', 'guard')
    ];
    should(new Runtime(...choosing, guard, doc, otel, otlp).twice()).equal(undefined);
  });

  it('ends where wires go round in circles', () => {
    const round = { ...guard, wires: [['a', 'doc']] };
    should(new Runtime(reader('a'), decoder('a'), round, doc, otel, otlp).twice()).equal(undefined);
  });
});
