import type { NodeId } from 'node-opcua';
import { withDeadline } from '../../base/deadline';
import { CancelScope, RingFound, SharedTransport, transportError } from '../link';
import { ReadOutcome, ReadPart, TransportError } from '../transport';
import { LET_GO_MS, SharedOpcuaConnection } from './connection';
import { inspectNodes } from './inspect';
import { readNamespaces } from './namespaces';
import { parseNodeId, resolveNodeId, WrittenNodeId } from './node-id';
import { RingReads } from './ring-reads';
import { OpcuaNodes } from './settings';
import { watchNode, Watching } from './watch';
import { WholeReads } from './whole-reads';

const CLOSED = transportError('OPENOT_OPCUA_CLOSED', 'the transport was closed', 'reconnect');
const ANOTHER_SESSION = transportError(
  'OPENOT_OPCUA_SESSION_LOST',
  'the session is another one than before: the nodes are looked up again',
  'reconnect'
);

interface FoundNode {
  readonly nodeId: NodeId;
  /** As the user wrote it. */
  readonly text: string;
}

/** One ring behind a shared session. node-opcua asserts, and throws, where one would not think of it: a value here. */
export class OpcuaTransport extends SharedTransport<SharedOpcuaConnection, RingReads> {
  /** Namespace URI by `ns=` index, as at first contact: indexes move when the server's interfaces change. */
  private readonly knownUris = new Map<number, string>();
  private watching: Watching | undefined;
  /** Outlives a session: what ends one ends the next too. */
  private readonly wholes = new WholeReads();

  constructor(
    connection: SharedOpcuaConnection,
    private readonly nodes: OpcuaNodes
  ) {
    super(connection, { closed: CLOSED, anotherSession: ANOTHER_SESSION });
  }

  get host(): string {
    const [, host] = /^opc\.tcp:\/\/(\[[^\]]*\]|[^:/]+)/i.exec(this.connection.settings.endpoint) ?? [];
    return host?.replace(/^\[|\]$/g, '') ?? 'ring';
  }

  watch(
    intervalMs: number,
    onChange: () => void
  ): Promise<{ readonly ok: true; stop(): Promise<void> } | TransportError> {
    return this.guarded((scope) => this.watchNow(scope, intervalMs, onChange));
  }

  protected async find(acquire: () => Promise<TransportError | undefined>): Promise<RingFound<RingReads>> {
    const written = this.parse();
    if ('ok' in written) return written;
    const failed = await acquire();
    if (failed !== undefined) return failed;
    const resolved = await this.resolve(written);
    if ('ok' in resolved) return resolved;
    const [control, ...ring] = resolved;
    const inspected = await inspectNodes(this.connection, control, ring, this.wholes);
    if (!inspected.ok) return inspected;
    return {
      ok: true,
      ring: new RingReads(this.connection, inspected, this.wholes),
      facts: {
        ok: true,
        ringBytes: inspected.ring.reduce((sum, node) => sum + node.length, 0),
        granularity: inspected.ring[inspected.ring.length - 1].width,
        about: inspected.about
      }
    };
  }

  protected readRing(ring: RingReads, parts: readonly ReadPart[]): Promise<ReadOutcome> {
    return ring.read(parts);
  }

  protected override letGo(): Promise<unknown> {
    const { watching } = this;
    this.watching = undefined;
    const stop = async (): Promise<void> => watching?.stop();
    return withDeadline('the subscription', LET_GO_MS, stop()).catch(() => undefined);
  }

  private async watchNow(
    scope: CancelScope,
    intervalMs: number,
    onChange: () => void
  ): Promise<{ readonly ok: true; stop(): Promise<void> } | TransportError> {
    const { ring } = this;
    if (ring === undefined)
      return transportError('OPENOT_OPCUA_SESSION_LOST', 'there is no session to subscribe in', 'reconnect');
    await this.watching?.stop();
    const watching = await watchNode(this.connection, ring.nodes.control.nodeId, intervalMs, onChange);
    if (watching.ok && scope.cancelled !== undefined) {
      await watching.stop();
      return scope.cancelled;
    }
    if (watching.ok) this.watching = watching;
    return watching;
  }

  private parse(): WrittenNodeId[] | TransportError {
    const texts = [this.nodes.controlNode, ...this.nodes.ringNodes];
    if (this.nodes.ringNodes.length === 0)
      return transportError(
        'OPENOT_OPCUA_NODE_INVALID',
        'no NodeId of the ring is given: expected one per line',
        'refused'
      );
    const written: WrittenNodeId[] = [];
    for (const text of texts) {
      const parsed = parseNodeId(text);
      if (!parsed.ok) return transportError('OPENOT_OPCUA_NODE_INVALID', parsed.message, 'refused');
      written.push(parsed);
    }
    return written;
  }

  /** The nodes as this session knows them. */
  private async resolve(written: readonly WrittenNodeId[]): Promise<FoundNode[] | TransportError> {
    const namespaces = await readNamespaces(this.connection);
    if (!namespaces.ok) return namespaces;
    const resolved: FoundNode[] = [];
    for (const node of written) {
      const found = resolveNodeId(
        node,
        namespaces.value,
        node.uri === undefined ? this.knownUris.get(node.index) : undefined
      );
      if (!found.ok)
        return transportError(
          'OPENOT_OPCUA_NAMESPACE_UNKNOWN',
          `${found.message}: check the NodeId, and that the controller's program is loaded`,
          'refused'
        );
      if (node.uri === undefined && found.uri !== undefined) this.knownUris.set(node.index, found.uri);
      resolved.push({ nodeId: found.nodeId, text: node.text });
    }
    return resolved;
  }
}
