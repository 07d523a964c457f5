import { ByteNode } from './inspect-node';

/** A piece of one ring node: bytes [from, to) of that node, asked for as elements [first, last]. */
export interface Piece {
  readonly node: ByteNode;
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The pieces of the ring's nodes that hold the physical bytes [offset, offset + length), rounded outward to elements.
 */
export function piecesOf(ring: readonly ByteNode[], offset: number, length: number): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const node of ring) {
    const from = Math.max(0, offset - start);
    const to = Math.min(node.length, offset + length - start);
    if (from < to)
      pieces.push({ node, from, to, first: Math.floor(from / node.width), last: Math.ceil(to / node.width) - 1 });
    start += node.length;
  }
  return pieces;
}

/** The range as OPC UA wants it: a single element is "5", because "5:5" is refused. Undefined = the whole value. */
export function rangeText(piece: Piece): string | undefined {
  const elements = piece.node.length / piece.node.width;
  if (piece.first === 0 && piece.last === elements - 1) return undefined;
  return piece.first === piece.last ? String(piece.first) : `${piece.first}:${piece.last}`;
}

/**
 * The asked bytes out of what came: the range itself, or the whole value where the server ignored the range. Undefined
 * where it is neither. Data that is shifted by an element has the right length: only the CRC of the records shows it.
 */
export function cut(piece: Piece, bytes: Uint8Array): Uint8Array | undefined {
  const { node, from, to, first, last } = piece;
  const base = first * node.width;
  if (bytes.length === (last - first + 1) * node.width) return bytes.subarray(from - base, to - base);
  return bytes.length === node.length ? bytes.subarray(from, to) : undefined;
}
