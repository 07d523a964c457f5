import type { FlowNode } from './runtime';

/** Something that users put between openot-doc and openot-ack. */
export interface Between {
  readonly name: string;
  /** Ids that openot-doc is wired to. */
  readonly first: string[];
  /** The last of them is wired to `seen`. */
  readonly nodes: readonly Partial<FlowNode>[];
  readonly doc?: Record<string, unknown>;
  readonly branches?: number;
  /** The node that `seen` is wired to, in place of the gate. */
  readonly behindSeen?: string;
  /** Not every document comes through, and not always the same. */
  readonly swallows?: boolean;
}

/** One document a message: what is then counted is no matter of chance. */
const single = { emit: 'document' };

export const keep = (id: string, to: string[], func = 'return msg;'): Partial<FlowNode> => ({
  id,
  type: 'function',
  name: '',
  func,
  outputs: 1,
  timeout: 0,
  noerr: 0,
  initialize: '',
  finalize: '',
  libs: [],
  wires: [to]
});

export const delay = (id: string, to: string[], ms: number, more: Record<string, unknown> = {}): Partial<FlowNode> => ({
  id,
  type: 'delay',
  name: '',
  pauseType: 'delay',
  timeout: String(ms),
  timeoutUnits: 'milliseconds',
  rate: '1',
  nbRateUnits: '1',
  rateUnits: 'second',
  randomFirst: '1',
  randomLast: '5',
  randomUnits: 'seconds',
  drop: false,
  allowrate: false,
  outputs: 1,
  wires: [to],
  ...more
});

const split = (to: string[]): Partial<FlowNode> => ({
  id: 'split',
  type: 'split',
  name: '',
  splt: '\\n',
  spltType: 'str',
  arraySplt: 1,
  arraySpltType: 'len',
  stream: false,
  addname: '',
  property: 'payload',
  wires: [to]
});

const join = (to: string[], more: Record<string, unknown>): Partial<FlowNode> => ({
  id: 'join',
  type: 'join',
  name: '',
  mode: 'auto',
  build: 'array',
  property: 'payload',
  propertyType: 'msg',
  key: 'topic',
  joiner: '\\n',
  joinerType: 'str',
  useparts: false,
  accumulate: false,
  timeout: '',
  count: '',
  reduceRight: false,
  reduceExp: '',
  reduceInit: '',
  reduceInitType: '',
  reduceFixup: '',
  wires: [to],
  ...more
});

const batch = (to: string[], more: Record<string, unknown> = {}): Partial<FlowNode> => ({
  id: 'batch',
  type: 'batch',
  name: '',
  mode: 'count',
  count: '10',
  overlap: 0,
  interval: '1',
  allowEmptySequence: false,
  honourParts: false,
  topics: [],
  wires: [to],
  ...more
});

const switch_ = (to: string[][], rules: object[], property = 'parts.index'): Partial<FlowNode> => ({
  id: 'switch',
  type: 'switch',
  name: '',
  property,
  propertyType: 'msg',
  rules,
  checkall: 'false',
  repair: false,
  outputs: rules.length,
  wires: to
});

const linkIn = (id: string, links: string[], to: string[]): Partial<FlowNode> => ({
  id,
  type: 'link in',
  name: id,
  links,
  wires: [to]
});
const linkOut = (id: string, links: string[], mode: 'link' | 'return'): Partial<FlowNode> => ({
  id,
  type: 'link out',
  name: id,
  mode,
  links,
  wires: []
});

/** With a name that is an expression: it then opens the file for each message, and says when that fails. */
export const file = (to: string[], path = 'written.ndjson'): Partial<FlowNode> => ({
  id: 'file',
  type: 'file',
  name: '',
  filename: JSON.stringify(path),
  filenameType: 'jsonata',
  appendNewline: false,
  createDir: false,
  overwriteFile: 'false',
  encoding: 'none',
  wires: [to]
});

const filter = (to: string[]): Partial<FlowNode> => ({
  id: 'filter',
  type: 'rbe',
  name: '',
  func: 'rbe',
  gap: '',
  start: '',
  inout: 'out',
  septopics: true,
  property: 'payload',
  topi: 'topic',
  wires: [to]
});

/** A subflow around one node, and an instance of it. */
const subflow = (to: string[], inside: Partial<FlowNode>): Partial<FlowNode>[] => [
  {
    id: 'definition-of-sub',
    type: 'subflow',
    z: undefined,
    name: 'sub',
    info: '',
    category: '',
    color: '#DDAA99',
    env: [],
    meta: {},
    in: [{ x: 40, y: 40, wires: [{ id: inside.id }] }],
    out: [{ x: 400, y: 40, wires: [{ id: inside.id, port: 0 }] }]
  },
  { ...inside, z: 'definition-of-sub', wires: [[]] },
  { id: 'sub', type: 'subflow:definition-of-sub', name: '', wires: [to] }
];

export const between: readonly Between[] = [
  { name: 'nothing', first: ['seen'], nodes: [] },
  { name: 'a split', first: ['split'], nodes: [split(['seen'])] },
  { name: 'split and join', first: ['split'], nodes: [split(['join']), join(['seen'], {})] },
  { name: 'the join of what openot-doc has split', doc: single, first: ['join'], nodes: [join(['seen'], {})] },
  { name: 'a join by count', doc: single, first: ['join'], nodes: [join(['seen'], { mode: 'custom', count: '10' })] },
  {
    name: 'a join that collects the tokens for a while',
    first: ['seen'],
    nodes: [join(['gate'], { mode: 'custom', property: 'openot.commit', timeout: '0.2' })],
    behindSeen: 'join'
  },
  { name: 'a batch', doc: single, first: ['batch'], nodes: [batch(['seen'])] },
  {
    name: 'a filter that blocks every second message',
    first: ['twice'],
    nodes: [keep('twice', ['filter'], 'return [[msg, RED.util.cloneMessage(msg)]];'), filter(['seen'])]
  },
  {
    name: 'a switch whose outputs come together again',
    doc: single,
    first: ['switch'],
    nodes: [switch_([['seen'], ['seen']], [{ t: 'lt', v: '7', vt: 'num' }, { t: 'else' }])]
  },
  {
    name: 'a switch that swallows the first of each batch',
    doc: single,
    first: ['switch'],
    swallows: true,
    nodes: [
      {
        ...switch_([[], ['seen']], [{ t: 'true' }, { t: 'else' }], 'parts.index = 0 and parts.count > 1'),
        propertyType: 'jsonata'
      }
    ]
  },
  { name: 'links', first: ['out'], nodes: [linkOut('out', ['in'], 'link'), linkIn('in', ['out'], ['seen'])] },
  {
    name: 'a called link',
    first: ['call'],
    nodes: [
      { id: 'call', type: 'link call', name: '', links: ['in'], linkType: 'static', timeout: '30', wires: [['seen']] },
      linkIn('in', [], ['keep']),
      keep('keep', ['return']),
      linkOut('return', [], 'return')
    ]
  },
  { name: 'a subflow', first: ['sub'], nodes: subflow(['seen'], delay('inside', [], 100)) },
  {
    name: 'a function that makes a new message and keeps msg.openot',
    first: ['new'],
    nodes: [keep('new', ['seen'], 'return { payload: msg.payload, openot: msg.openot };')]
  },
  {
    name: 'two branches of different length',
    first: ['delay', 'short'],
    nodes: [delay('delay', ['seen'], 150), keep('short', ['ack'])],
    branches: 2
  },
  { name: 'a delay', first: ['delay'], nodes: [delay('delay', ['seen'], 150)] },
  { name: 'a rate limit', first: ['delay'], nodes: [delay('delay', ['seen'], 0, { pauseType: 'rate', rate: '50' })] },
  { name: 'a file node', first: ['file'], nodes: [file(['seen'])] },
  {
    name: 'a sink without an output and a complete node',
    first: ['sink'],
    nodes: [
      { ...keep('sink', [], 'return null;'), outputs: 0, wires: [] },
      { id: 'complete', type: 'complete', name: '', scope: ['sink'], uncaught: false, wires: [['seen']] }
    ]
  }
];
