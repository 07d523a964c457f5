import type { DataValue, NodeId, ReadValueId } from 'node-opcua';
import { transportError } from '../link';
import { ReadOutcome, ReadPart, TransportError } from '../transport';
import type { SharedOpcuaConnection } from './connection';
import { bytesOf } from './elements';
import { Inspection } from './inspect';
import { rangeOf } from './inspect-node';
import { loadClient } from './load';
import { statusError } from './node-errors';
import { readBytes } from './read-values';
import { cut, Piece, piecesOf, rangeText } from './ring-map';
import { isGood, isTooLarge, mayRefuseRanges, statusName } from './status';
import { WholeReads } from './whole-reads';

/** A range was refused, with this error if the whole is no better. */
interface RangesRefused {
  readonly refused: TransportError;
}

/** Reads parts of control block and ring, whose nodes were looked at in this session. */
export class RingReads {
  /** The server refused a range, and answered the whole: the ring is read whole. */
  private whole = false;
  /** Of the last Read: the next one often asks for the same. */
  private items = new Map<string, ReadValueId>();

  constructor(
    private readonly connection: SharedOpcuaConnection,
    readonly nodes: Inspection,
    private readonly wholes: WholeReads
  ) {}

  /** The parts in order, in one Read where the server's limits allow. */
  async read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    if (this.whole) return smallest(parts, this.wholeOutcome(await this.readParts(parts)));
    const outcome = await this.readParts(parts);
    if (!('refused' in outcome)) return smallest(parts, outcome);
    this.whole = true;
    const again = this.wholeOutcome(await this.readParts(parts));
    // It was not the range that is refused.
    if (!again.ok && again.code !== 'OPENOT_OPCUA_WHOLE_TOO_LARGE') this.whole = false;
    return smallest(parts, again.ok || again.code !== 'OPENOT_OPCUA_NODE_BAD' ? again : outcome.refused);
  }

  private wholeOutcome(outcome: ReadOutcome | RangesRefused): ReadOutcome {
    const result = 'refused' in outcome ? outcome.refused : outcome;
    if (result.ok) {
      this.wholes.came();
      return result;
    }
    const [node] = this.nodes.ring;
    return this.wholes.failed(result, node.text, node.length);
  }

  private async readParts(parts: readonly ReadPart[]): Promise<ReadOutcome | RangesRefused> {
    const { nodes } = this;
    const items: ReadValueId[] = [];
    const made = new Map<string, ReadValueId>();
    let hasRanges = false;
    // Where ranges are refused a node is read once, however many parts want a piece of it.
    const places = new Map<string, number>();
    const add = ({ text, nodeId }: { text: string; nodeId: NodeId }, range: string | undefined): number => {
      const key = `${text}|${range ?? ''}`;
      const item = this.items.get(key) ?? itemOf(nodeId, range);
      made.set(key, item);
      hasRanges ||= range !== undefined;
      return items.push(item) - 1;
    };
    const plan = parts.map((part) => {
      if (part.kind === 'control') return [{ item: add(nodes.control, undefined), piece: undefined }];
      return piecesOf(nodes.ring, part.offset, part.length).map((piece) => {
        const range = this.whole ? undefined : rangeText(piece);
        const key = `${piece.node.text}|${range ?? ''}`;
        const item = places.get(key) ?? add(piece.node, range);
        places.set(key, item);
        return { item, piece };
      });
    });
    this.items = made;
    const read = await readBytes(this.connection, items);
    if (!read.ok)
      return read.code === 'OPENOT_OPCUA_READ_FAILED' && !this.whole && hasRanges ? { refused: read } : read;
    const out: Uint8Array[] = [];
    for (const pieces of plan) {
      const views: Uint8Array[] = [];
      for (const { item, piece } of pieces) {
        const view = this.viewOf(read.value[item], piece);
        if (!(view instanceof Uint8Array)) return view;
        views.push(view);
      }
      out.push(views.length === 1 ? views[0] : new Uint8Array(Buffer.concat(views)));
    }
    return { ok: true, parts: out };
  }

  private viewOf(value: DataValue, piece: Piece | undefined): Uint8Array | TransportError | RangesRefused {
    const node = piece?.node ?? this.nodes.control;
    const status = statusName(value.statusCode);
    if (!isGood(value.statusCode)) {
      const error = laterError(node.text, status);
      const isRange = piece !== undefined && !this.whole && rangeText(piece) !== undefined;
      return isRange && mayRefuseRanges(status) ? { refused: error } : error;
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

/** A value, or a range of it, as a Read asks for it. */
function itemOf(nodeId: NodeId, range: string | undefined): ReadValueId {
  const { AttributeIds, ReadValueId: Item } = loadClient();
  const indexRange = range === undefined ? {} : { indexRange: rangeOf(range) };
  return new Item({ nodeId, attributeId: AttributeIds.Value, ...indexRange });
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

/** A node that was good before: a size it cannot answer, or gone for now (a download, a reload of the symbols). */
function laterError(text: string, status: string): TransportError {
  if (isTooLarge(status) || status === 'BadTimeout')
    return transportError(
      'OPENOT_OPCUA_TOO_LARGE',
      `${text} cannot be read in this size (${status}): smaller Reads are tried`,
      'smaller'
    );
  const error = statusError(text, status);
  return error.remedy === 'refused' ? { ...error, remedy: 'reconnect' } : error;
}
