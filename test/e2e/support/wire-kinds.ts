import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countByIdentity, readDocuments } from './documents';
import { appendTo, chain } from './flows';
import { besides } from './modbus-flow';
import type { Plc } from './plc';
import { FlowNode, Runtime } from './runtime';
import { until } from '../../support/until';

/** A way from openot-doc to a file, by one kind of wire. */
interface Kind {
  readonly name: string;
  /** What stands between doc and the file; `via` is where doc is wired to. */
  readonly nodes: (append: FlowNode) => FlowNode[];
  readonly via?: string[];
  readonly doc?: Record<string, unknown>;
  readonly reader?: Record<string, unknown>;
  /** Of the readers whose batches are acknowledged: what a deploy finds on its way comes again. */
  readonly mayRepeat?: true;
  /** Whether a record is to reach the file. */
  readonly passes?: (seq: number) => boolean;
  /** Nodes that every second deploy takes out of the flow, with the wires to them. */
  readonly deleted?: readonly string[];
  /** What the reader says while they are gone. */
  readonly says?: RegExp;
}

/** What became of one kind. */
export interface KindCounts {
  readonly kind: string;
  readonly mayRepeat: boolean;
  /** Records that were to reach the file, those that did not, and those that did more than once. */
  readonly expected: number;
  readonly missing: number;
  readonly twice: number;
  /** Loss documents in the file. */
  readonly losses: number;
  /** What the reader said after each deploy, each text once. */
  readonly said: readonly string[];
}

const at = { z: 'tab', x: 500, y: 80 };
const counter = (id: string, wires: string[] = []): FlowNode => ({
  ...appendTo(id, ''),
  outputs: wires.length,
  wires: [wires],
  func: 'return msg;'
});
/** The function that appends to a file, and behind it what tells the reader so. */
const acknowledged = (append: FlowNode): FlowNode[] => [
  { ...append, outputs: 1, func: `${String(append.func)} return msg;`, wires: [['ack']] },
  { id: 'ack', type: 'openot-ack', ...at, branches: '1', wires: [[]] }
];
const joined = 'msg.payload = msg.payload.map((each) => JSON.stringify(each) + "\\n").join(""); return msg;';

export const KINDS: readonly Kind[] = [
  {
    name: 'a debug node that is disabled',
    via: ['append', 'look'],
    nodes: (append) => [
      append,
      { id: 'look', type: 'debug', ...at, active: true, d: true, complete: 'payload', tosidebar: true, wires: [] }
    ]
  },
  {
    // The switch keeps messages in a queue of its own, which a deploy empties: only an acknowledgement covers it.
    name: 'a switch that filters, acknowledged behind both its outputs',
    via: ['switch'],
    doc: { format: 'object', emit: 'document' },
    reader: { commit: 'onAck', maxInFlight: '16', ackTimeout: '60000' },
    mayRepeat: true,
    passes: (seq) => seq % 2 === 0,
    nodes: (append) => [
      {
        id: 'switch',
        type: 'switch',
        ...at,
        property: 'payload.seq % 2',
        propertyType: 'jsonata',
        rules: [{ t: 'eq', v: '0', vt: 'num' }, { t: 'else' }],
        checkall: 'true',
        repair: false,
        outputs: 2,
        wires: [['line'], ['ack']]
      },
      { ...counter('line', ['append']), func: 'msg.payload = JSON.stringify(msg.payload) + "\\n"; return msg;' },
      ...acknowledged(append)
    ]
  },
  {
    name: 'a link',
    via: ['out'],
    nodes: (append) => [
      { id: 'out', type: 'link out', ...at, mode: 'link', links: ['in'], wires: [] },
      { id: 'in', type: 'link in', ...at, links: ['out'], wires: [['append']] },
      append
    ]
  },
  {
    name: 'a junction',
    via: ['junction'],
    nodes: (append) => [{ id: 'junction', type: 'junction', ...at, wires: [['append']] }, append]
  },
  {
    name: 'a subflow',
    via: ['instance'],
    nodes: (append) => [
      {
        id: 'template',
        type: 'subflow',
        name: 'keeps',
        in: [{ x: 40, y: 40, wires: [{ id: 'append' }] }],
        out: [],
        env: []
      },
      { ...append, z: 'template' },
      { id: 'instance', type: 'subflow:template', ...at, wires: [] }
    ]
  },
  {
    name: 'a split and a join, acknowledged behind',
    via: ['split'],
    doc: { format: 'object' },
    reader: { commit: 'onAck', maxInFlight: '16', ackTimeout: '60000' },
    nodes: (append) => [
      { id: 'split', type: 'split', ...at, splt: '\\n', arraySplt: 1, stream: false, wires: [['join']] },
      { id: 'join', type: 'join', ...at, mode: 'auto', build: 'array', wires: [['lines']] },
      { ...counter('lines', ['append']), func: joined },
      ...acknowledged(append)
    ]
  },
  {
    name: 'a node that is deleted under traffic, and put back',
    deleted: ['append'],
    says: /^waiting: nothing takes the documents$/,
    nodes: (append) => [append]
  },
  {
    name: 'a node of ours that is deleted under traffic, and put back',
    deleted: ['decoder'],
    says: /^nothing is wired$/,
    nodes: (append) => [append]
  }
];

/** Readers of one controller, one for each kind of wire, in one real Node-RED. */
export class WireKinds {
  private constructor(
    private readonly plc: Plc,
    private readonly userDir: string,
    readonly runtime: Runtime,
    private readonly flows: readonly FlowNode[]
  ) {}

  static async start(plc: Plc, userDir: string): Promise<WireKinds> {
    const flows = KINDS.flatMap((kind, index) => part(kind, index, plc, userDir));
    // One tab, one definition and one endpoint serve all of them.
    const shared = new Map(flows.map((node) => [node.id, node]));
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify([...shared.values()]));
    return new WireKinds(plc, userDir, await Runtime.start(userDir), [...shared.values()]);
  }

  /** Deploys so many times while records are written, and ends with all nodes in their places; then counts. */
  async deploys(times: number): Promise<KindCounts[]> {
    const { plc, runtime } = this;
    const said = KINDS.map(() => new Set<string>());
    const note = (): void =>
      KINDS.forEach((_, index) => {
        const text = this.statusOf(index);
        if (text !== '') said[index].add(text.replace(/\d[\d. ]*k?/g, 'N '));
      });
    plc.simulator.command('start-producer');
    for (let deploy = 0; deploy < times; deploy++) {
      const before = plc.simulator.statistics().written;
      await until('records between two deploys', () => plc.simulator.statistics().written >= before + 25);
      note();
      const type = (['full', 'flows', 'nodes'] as const)[deploy % 3];
      const isDeleted = deploy % 2 === 0;
      await runtime.deploy(this.changed(deploy, isDeleted), type);
      if (isDeleted) await this.isMissed();
    }
    note();
    await runtime.deploy(this.changed(times, false), 'full');
    plc.simulator.command('stop-producer');
    await until(
      'every record',
      () => this.counts().every(({ missing }) => missing === 0),
      () => `${JSON.stringify(this.counts())}\n${runtime.log.slice(-3000)}`
    );
    // What comes a second time comes with a poll or two more.
    for (let look = 0; look < 5; look++) await until('a poll', () => new Promise((go) => setTimeout(go, 200, true)));
    return this.counts().map((counts, index) => ({ ...counts, said: [...said[index]] }));
  }

  /** Resolves when every reader behind which a node was deleted says so. */
  private async isMissed(): Promise<void> {
    await until(
      'the readers to say what is missing',
      () => KINDS.every(({ says }, index) => says?.test(this.statusOf(index)) !== false),
      () => KINDS.map(({ name }, index) => `${name}: ${this.statusOf(index)}`).join('\n')
    );
  }

  /** What a reader shows. */
  private statusOf(index: number): string {
    return this.runtime.comms.status.get(`k${index}-reader`)?.text ?? '';
  }

  counts(): KindCounts[] {
    const truth = this.plc.simulator
      .truth()
      .map(({ runId, sourceId, seq }) => ({ id: `${runId}/${sourceId}/${seq}`, seq }));
    return KINDS.map(({ name, mayRepeat = false, passes = () => true }, index) => {
      const documents = readDocuments(outputOf(this.userDir, index));
      const times = countByIdentity(documents);
      const expected = truth.filter(({ seq }) => passes(seq));
      return {
        kind: name,
        mayRepeat,
        expected: expected.length,
        missing: expected.filter(({ id }) => !times.has(id)).length,
        twice: [...times.values()].filter((count) => count > 1).length,
        losses: documents.filter(({ kind }) => kind === 'loss').length,
        said: []
      };
    });
  }

  /** Another name for one node of each chain, and, on request, without the nodes that are deleted now and then. */
  private changed(deploy: number, isDeleted: boolean): FlowNode[] {
    const renamed = ['decoder', 'doc', 'guard', 'reader'][deploy % 4];
    const gone = new Set(
      isDeleted ? KINDS.flatMap(({ deleted = [] }, index) => deleted.map((id) => `k${index}-${id}`)) : []
    );
    return this.flows
      .filter(({ id }) => !gone.has(id))
      .map((node) => ({
        ...node,
        ...(node.id.endsWith(`-${renamed}`) ? { name: `${renamed} ${deploy}` } : {}),
        ...(Array.isArray(node.wires)
          ? { wires: (node.wires as string[][]).map((output) => output.filter((id) => !gone.has(id))) }
          : {})
      }));
  }
}

const outputOf = (userDir: string, index: number): string => join(userDir, `k${index}.ndjson`);

function part(kind: Kind, index: number, plc: Plc, userDir: string): FlowNode[] {
  const shared = ['tab', 'definition', 'opcua'];
  const nodes = [
    ...chain({
      endpoint: plc.endpointUrl,
      controlNode: plc.controlNodeId,
      ringNode: plc.ringNodeIds.join('\n'),
      definition: { source: 'json', json: plc.simulator.definitionText() },
      reader: { stream: `kind ${index}`, ...kind.reader },
      doc: kind.doc,
      after: [kind.via ?? ['append']]
    }),
    ...kind.nodes(appendTo('append', outputOf(userDir, index)))
  ];
  return [
    ...nodes.filter(({ id }) => shared.includes(id)),
    ...besides(
      nodes.filter(({ id }) => !shared.includes(id)),
      `k${index}-`
    ).map((node) => inside(node, `k${index}-`))
  ];
}

/** A subflow names its template by its type, and its first node inside a list of objects. */
function inside(node: FlowNode, prefix: string): FlowNode {
  if (node.type === 'subflow:template') return { ...node, type: `subflow:${prefix}template` };
  if (node.type !== 'subflow') return node;
  return { ...node, in: [{ x: 40, y: 40, wires: [{ id: `${prefix}append` }] }] };
}
