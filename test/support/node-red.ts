/**
 * Our nodes in Node-RED's test helper: the real runtime's flows and nodes, without editor and storage. Sources are
 * loaded
 * through tsx, so no build is needed. What a listener throws would vanish in the helper: messages are collected here
 * and
 * looked at by the test itself.
 */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';

export { until } from './until';
import { keyAtHand } from './key-at-hand';

export interface FlowNode {
  id: string;
  type: string;
  z?: string;
  wires?: string[][];
  [property: string]: unknown;
}

type Message = NodeMessage & Record<string, unknown>;

interface Helper {
  init(runtime: string, settings?: object): void;
  settings(settings?: object): object;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: unknown[], flow: FlowNode[], credentials?: object): Promise<void>;
  setFlows(flow: FlowNode[], type?: string): Promise<void>;
  clearFlows(): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): Node;
  log(): { args: Array<[{ level: number; msg: unknown; type?: string; id?: string }]> };
  _events: NodeJS.EventEmitter;
  _registryUtil: { createNodeApi(node: object): NodeAPI & { hooks?: unknown } };
}

// eslint-disable-next-line @typescript-eslint/no-require-imports
export const helper = require('node-red-node-test-helper') as Helper;

/** The helper gives nodes everything but the runtime's own messaging hooks. */
const { createNodeApi } = helper._registryUtil;
helper._registryUtil.createNodeApi = (node) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { hooks } = require('@node-red/util') as { hooks: unknown };
  return Object.assign(createNodeApi(node), { hooks });
};

/** Of a deploy it gives up after 300 ms, which a busy machine may need: then its end is waited for here. */
const { setFlows } = helper;
helper.setFlows = async (flow, type) => {
  const started = new Promise<void>((resolve) => helper._events.once('flows:started', () => resolve()));
  await setFlows.call(helper, flow, type).catch((error: unknown) => {
    if ((error as Error).message !== 'timeout waiting event') throw error;
    return started;
  });
};

const load = (type: string): ((RED: NodeAPI) => void) =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(join(__dirname, '..', '..', 'nodes', type, type)) as (RED: NodeAPI) => void;

/** Node-RED's own nodes that a flow of a test may use. */
const core: Record<string, string> = {
  debug: 'common/21-debug',
  delay: 'function/89-delay',
  function: 'function/10-function',
  'http in': 'network/21-httpin',
  'http request': 'network/21-httprequest',
  'http response': 'network/21-httpin',
  join: 'sequence/17-split',
  junction: 'common/05-junction',
  'link call': 'common/60-link',
  'link in': 'common/60-link',
  'link out': 'common/60-link',
  split: 'sequence/17-split',
  switch: 'function/10-switch',
  'tls-config': 'network/05-tls'
};
const loadCore = (type: string): ((RED: NodeAPI) => void) =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(`@node-red/nodes/core/${core[type]}.js`) as (RED: NodeAPI) => void;

const ours = [
  'openot-definition',
  'openot-opcua',
  'openot-modbus',
  'openot-reader',
  'openot-decoder',
  'openot-drift-guard',
  'openot-doc',
  'openot-ack',
  'openot-logobject',
  'openot-api',
  'openot-otel',
  'openot-otlp',
  'openot-archive',
  'openot-simulator'
];

/** Registers before and after hooks of a suite that uses the helper; returns its own user directory. */
export function useNodeRed(): { userDir: string } {
  const place = { userDir: '' };
  before(async () => {
    place.userDir = mkdtempSync(join(tmpdir(), 'openot-nodes-'));
    keyAtHand(join(place.userDir, 'openot', 'pki'), join(place.userDir, 'openot', 'simulator-pki'));
    await helper.startServer();
    helper.settings({ userDir: place.userDir });
  });
  afterEach(async () => {
    await helper.unload();
    // Every output of every node in every test: what a node adds to a message must be plain.
    const all = flows
      .splice(0)
      .flatMap(({ received }) => [...received].filter(([id]) => id !== 'caught' && id !== 'completed'));
    for (const [id, messages] of all)
      messages.forEach((message, index) =>
        shouldBePlain(
          { payload: message.payload, openot: message.openot, parts: message.parts, topic: message.topic },
          `${id}[${index}]`
        )
      );
    statuses.clear();
    helper._events.removeListener('node-status', noteStatus);
  });
  after(async () => {
    await helper.stopServer();
    rmSync(place.userDir, { recursive: true, force: true });
  });
  return place;
}

/** Of the test that runs. */
const flows: Flow[] = [];

const statuses = new Map<string, Array<{ fill?: string; shape?: string; text?: string }>>();
const noteStatus = ({ id, status }: { id: string; status?: { fill?: string; text?: string } }): void => {
  if (status === undefined) return;
  statuses.set(id, [...(statuses.get(id) ?? []), status]);
};

/** Every status a node has shown, oldest first. */
export const statusesOf = (id: string): Array<{ fill?: string; shape?: string; text?: string }> =>
  statuses.get(id) ?? [];

/** A flow with a tab and, for the whole tab, a Catch and a Complete node whose findings are collected. */
export class Flow {
  readonly received = new Map<string, Message[]>();

  private constructor(readonly nodes: FlowNode[]) {}

  static async start(nodes: FlowNode[], credentials: object = {}): Promise<Flow> {
    const flow = new Flow([
      { id: 'tab', type: 'tab', label: 'test' },
      // A node without a place (x, y) counts as a config node.
      ...nodes.map((node) => (node.wires === undefined ? node : { z: 'tab', x: 0, y: 0, ...node })),
      { id: 'catch-all', type: 'catch', z: 'tab', x: 0, y: 0, scope: null, uncaught: false, wires: [['caught']] },
      {
        id: 'complete-all',
        type: 'complete',
        z: 'tab',
        x: 0,
        y: 0,
        scope: nodes.filter(({ wires }) => wires !== undefined).map(({ id }) => id),
        wires: [['completed']]
      },
      { id: 'caught', type: 'helper', z: 'tab', x: 0, y: 0, wires: [] },
      { id: 'completed', type: 'helper', z: 'tab', x: 0, y: 0, wires: [] }
    ]);
    flows.push(flow);
    helper._events.removeListener('node-status', noteStatus);
    helper._events.on('node-status', noteStatus);
    const others = Object.keys(core).filter((type) => nodes.some((node) => node.type === type));
    // One file may make several types.
    const files = new Map(others.map((type) => [core[type], loadCore(type)]));
    await helper.load([...ours.map(load), ...files.values()], flow.nodes, credentials);
    flow.listen();
    return flow;
  }

  /** Collects at every helper node; again after a deploy, which makes new ones. */
  listen(): void {
    for (const { id, type } of this.nodes) if (type === 'helper') this.listenAt(id);
  }

  /** Collects at this helper node, if it is one. */
  listenAt(id: string): void {
    if (this.nodes.find((node) => node.id === id)?.type !== 'helper') return;
    if (!this.received.has(id)) this.received.set(id, []);
    helper.getNode(id).on('input', (message: NodeMessage) => void this.received.get(id)!.push(message as Message));
  }

  at(id: string): Message[] {
    return this.received.get(id) ?? [];
  }

  get caught(): Array<{ code?: string; message: string; source: { id: string } }> {
    return this.at('caught').map(
      (message) => message.error as { code?: string; message: string; source: { id: string } }
    );
  }

  send(id: string, message: NodeMessage): void {
    helper.getNode(id).receive(message);
  }
}

export const sink = (id: string): FlowNode => ({ id, type: 'helper', wires: [] });

/** Every message delivered that is pending now. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Fails unless a value, all through, is made of what a Node-RED message may contain (docs/design.md 3). */
export function shouldBePlain(value: unknown, path = 'msg'): void {
  should(foreignIn(value, path)).equal(undefined);
}

/** The first thing in a value that a message may not contain, with its path. */
function foreignIn(value: unknown, path: string): string | undefined {
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) return undefined;
  if (typeof value !== 'object') return `${path} is a ${typeof value}`;
  if (Buffer.isBuffer(value)) return undefined;
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isPlain = Array.isArray(value)
    ? prototype === Array.prototype
    : prototype === Object.prototype || prototype === null;
  if (!isPlain) return `${path} is a ${value.constructor?.name}`;
  for (const name of Object.keys(value)) {
    const found = foreignIn((value as Record<string, unknown>)[name], `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
