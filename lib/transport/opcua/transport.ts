import type { DataValue, ReadValueIdOptions } from 'node-opcua';
import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../transport';
import { LET_GO_MS, SharedConnection } from './connection';
import { withDeadline } from '../../base/deadline';
import { bytesOf } from './elements';
import { Endable } from '../link/endable';
import { transportError, unexpectedError } from './errors';
import { Inspection, inspectNodes, rangeOf, statusError } from './inspect';
import { loadClient } from './load';
import { parseNodeId, resolveNodeId, WrittenNodeId } from './node-id';
import { readValues } from './read-values';
import { cut, Piece, piecesOf, rangeText } from './ring-map';
import { OpcuaNodes } from './settings';
import { watchNode, Watching } from './watch';

const NAMESPACE_ARRAY = 2255;
const CLOSED = transportError('OPENOT_OPCUA_CLOSED', 'the transport was closed', 'reconnect');

/** One ring behind a shared session. */
export class OpcuaTransport implements Transport {
  private readonly holder = {};
  private inspected: Inspection | undefined;
  /** Number of the session that `inspected` belongs to. */
  private session = 0;
  /** Namespace URI by `ns=` index, as at first contact: indexes move when the server's interfaces change. */
  private readonly knownUris = new Map<number, string>();
  /** The server refused a range: the ring is read whole. */
  private whole = false;
  private watching: Watching | undefined;
  /** From one close to the next. */
  private life = new Endable();

  constructor(
    private readonly connection: SharedConnection,
    private readonly nodes: OpcuaNodes
  ) {}

  connect(): Promise<RingFacts | TransportError> {
    return this.guarded((life) => this.connectNow(life));
  }

  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    return this.guarded(() => this.readNow(parts));
  }

  watch(
    intervalMs: number,
    onChange: () => void
  ): Promise<{ readonly ok: true; stop(): Promise<void> } | TransportError> {
    return this.guarded((life) => this.watchNow(life, intervalMs, onChange));
  }

  onLost(listener: (error: TransportError) => void): () => void {
    let told = 0;
    return this.connection.onState(({ state, error }) => {
      const isLost =
        state !== 'connected' &&
        error !== undefined &&
        this.inspected !== undefined &&
        this.session !== this.connection.session;
      if (!isLost || told === this.session) return;
      told = this.session;
      listener(error);
    });
  }

  /** Ends what is under way with `OPENOT_OPCUA_CLOSED`, at once: a deploy does not wait for a server that is silent. */
  async close(): Promise<void> {
    const { watching, life } = this;
    this.life = new Endable();
    this.inspected = undefined;
    this.watching = undefined;
    life.endWith(CLOSED);
    const stop = async (): Promise<void> => watching?.stop();
    const stopping = withDeadline('the subscription', LET_GO_MS, stop()).catch(() => undefined);
    await Promise.all([stopping, this.connection.release(this.holder)]);
  }

  /** node-opcua asserts, and throws, where one would not think of it: a value all the same. */
  private guarded<T>(work: (life: Endable) => Promise<T>): Promise<T | TransportError> {
    const { life } = this;
    const { endpoint, password, privateKey } = this.connection.settings;
    const guarded = async (): Promise<T> => work(life);
    const done = guarded().catch((error: unknown) => unexpectedError(error, endpoint, [password, privateKey]));
    return life.until(done);
  }

  private async connectNow(life: Endable): Promise<RingFacts | TransportError> {
    const written = this.parse();
    if ('ok' in written) return written;
    const acquired = await this.connection.acquire(this.holder);
    if (!acquired.ok) return acquired;
    const namespaces = await this.readNamespaces();
    if (!Array.isArray(namespaces)) return namespaces;
    const resolved = [];
    for (const node of written) {
      const found = resolveNodeId(
        node,
        namespaces,
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
    const [control, ...ring] = resolved;
    const inspected = await inspectNodes(this.connection, control, ring);
    if (!inspected.ok) return inspected;
    // Closed meanwhile, and perhaps connecting again: what was found belongs to nobody.
    if (life !== this.life) return CLOSED;
    this.inspected = inspected;
    this.session = acquired.value;
    this.whole = false;
    return {
      ok: true,
      ringBytes: inspected.ring.reduce((sum, node) => sum + node.length, 0),
      granularity: inspected.ring[inspected.ring.length - 1].width,
      about: inspected.about
    };
  }

  private async readNow(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const { inspected } = this;
    if (inspected === undefined || this.session !== this.connection.session) {
      return (
        this.connection.state().error ??
        transportError(
          'OPENOT_OPCUA_SESSION_LOST',
          'the session is another one than before: the nodes are looked up again',
          'reconnect'
        )
      );
    }
    const outcome = await this.readParts(inspected, parts);
    if (outcome !== 'rangesRefused') return smallest(parts, outcome);
    this.whole = true;
    const again = await this.readParts(inspected, parts);
    return again === 'rangesRefused'
      ? transportError('OPENOT_OPCUA_READ_FAILED', 'the server refuses the ring, whole and in ranges', 'retry')
      : smallest(parts, again);
  }

  private async watchNow(
    life: Endable,
    intervalMs: number,
    onChange: () => void
  ): Promise<{ readonly ok: true; stop(): Promise<void> } | TransportError> {
    const { inspected } = this;
    if (inspected === undefined)
      return transportError('OPENOT_OPCUA_SESSION_LOST', 'there is no session to subscribe in', 'reconnect');
    await this.watching?.stop();
    const watching = await watchNode(this.connection, inspected.control.nodeId, intervalMs, onChange);
    if (watching.ok && life !== this.life) {
      await watching.stop();
      return CLOSED;
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

  private async readNamespaces(): Promise<string[] | TransportError> {
    const { AttributeIds, NodeId, NodeIdType } = loadClient();
    const read = await readValues(this.connection, [
      { nodeId: new NodeId(NodeIdType.NUMERIC, NAMESPACE_ARRAY, 0), attributeId: AttributeIds.Value }
    ]);
    if (!read.ok) return read;
    const names: unknown = read.value[0].value?.value;
    return Array.isArray(names)
      ? (names as string[])
      : transportError(
          'OPENOT_OPCUA_NAMESPACES',
          `the server does not show its namespaces (${read.value[0].statusCode.name})`,
          'retry'
        );
  }

  private async readParts(inspected: Inspection, parts: readonly ReadPart[]): Promise<ReadOutcome | 'rangesRefused'> {
    const { AttributeIds } = loadClient();
    const items: ReadValueIdOptions[] = [];
    // Where ranges are refused a node is read once, however many parts want a piece of it.
    const places = new Map<string, number>();
    const plan = parts.map((part) => {
      if (part.kind === 'control')
        return [
          {
            item: items.push({ nodeId: inspected.control.nodeId, attributeId: AttributeIds.Value }) - 1,
            piece: undefined
          }
        ];
      return piecesOf(inspected.ring, part.offset, part.length).map((piece) => {
        const range = this.whole ? undefined : rangeText(piece);
        const key = `${piece.node.text}|${range ?? ''}`;
        const known = places.get(key);
        const item =
          known ??
          items.push({
            nodeId: piece.node.nodeId,
            attributeId: AttributeIds.Value,
            ...(range === undefined ? {} : { indexRange: rangeOf(range) })
          }) - 1;
        places.set(key, item);
        return { item, piece };
      });
    });
    const read = await readValues(this.connection, items);
    if (!read.ok) return read;
    const out: Uint8Array[] = [];
    for (const pieces of plan) {
      const views: Uint8Array[] = [];
      for (const { item, piece } of pieces) {
        const view = this.viewOf(inspected, read.value[item], piece);
        if (!(view instanceof Uint8Array)) return view;
        views.push(view);
      }
      out.push(views.length === 1 ? views[0] : new Uint8Array(Buffer.concat(views)));
    }
    return { ok: true, parts: out };
  }

  private viewOf(
    inspected: Inspection,
    value: DataValue,
    piece: Piece | undefined
  ): Uint8Array | TransportError | 'rangesRefused' {
    const node = piece?.node ?? inspected.control;
    const status = value.statusCode.name;
    if (!value.statusCode.isGood()) {
      if (piece !== undefined && !this.whole && status.startsWith('BadIndexRange')) return 'rangesRefused';
      return laterError(node.text, status);
    }
    const bytes = bytesOf(value.value);
    if (!bytes.ok)
      return transportError(
        'OPENOT_OPCUA_NODE_CHANGED',
        `${node.text} is ${bytes.found} now, it was ${node.type}: it is looked at again`,
        'reconnect'
      );
    if (piece === undefined) return bytes.bytes;
    const view = cut(piece, bytes.bytes);
    if (view !== undefined) return view;
    const asked = (piece.last - piece.first + 1) * node.width;
    return transportError(
      'OPENOT_OPCUA_SHORT',
      `${asked} bytes of ${node.text} were asked for, ${bytes.bytes.length} came`,
      'retry'
    );
  }
}

/** The control block alone cannot be asked for in smaller pieces. */
function smallest(parts: readonly ReadPart[], outcome: ReadOutcome): ReadOutcome {
  if (outcome.ok || outcome.remedy !== 'smaller' || parts.some(({ kind }) => kind === 'ring')) return outcome;
  return {
    ...outcome,
    message: outcome.message
      .replace('smaller Reads are tried', 'it is asked again')
      .replace('smaller ones are tried', 'it is asked again'),
    remedy: 'retry'
  };
}

const SIZE = new Set([
  'BadResponseTooLarge',
  'BadEncodingLimitsExceeded',
  'BadOutOfMemory',
  'BadResourceUnavailable',
  'BadTimeout'
]);

/** A node that was good before: a size it cannot answer, or gone for now (a download, a reload of the symbols). */
function laterError(text: string, status: string): TransportError {
  if (SIZE.has(status))
    return transportError(
      'OPENOT_OPCUA_TOO_LARGE',
      `${text} cannot be read in this size (${status}): smaller Reads are tried`,
      'smaller'
    );
  const error = statusError(text, status);
  return error.remedy === 'refused' ? { ...error, remedy: 'reconnect' } : error;
}
