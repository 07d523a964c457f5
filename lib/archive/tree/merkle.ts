/** The Merkle tree of RFC 6962, section 2.1, and which of its nodes a root or a proof is made of. */
import { emptyRoot, foldPairs, HASH_LENGTH, nodeHash } from './digest';

/** The root of a complete subtree: that of the leaves [index * 2^level, (index + 1) * 2^level). */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** Several complete subtrees whose hashes together make one hash, from left to right. */
export type Nodes = readonly Node[];

/** The largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The complete subtrees of the leaves [from, to), from left to right; `from` is where RFC 6962 splits, or 0. */
export function subtreesOf(from: number, to: number): Node[] {
  const nodes: Node[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    while (2 ** (level + 1) <= to - at && at % 2 ** (level + 1) === 0) level++;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** One hash of the hashes of complete subtrees that follow each other, the largest first. */
export function foldRight(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot();
  let hash = hashes[hashes.length - 1];
  for (let i = hashes.length - 2; i >= 0; i--) hash = nodeHash(hashes[i], hash);
  return hash;
}

/** The root over `count` hashes of 32 bytes that stand back to back, a power of two of them. */
export function rootOfComplete(hashes: Uint8Array, start = 0, count = hashes.length / HASH_LENGTH - start): Uint8Array {
  const row = Buffer.from(hashes.subarray(start * HASH_LENGTH, (start + count) * HASH_LENGTH));
  for (let width = count; width > 1; width /= 2) foldPairs(row, width);
  return Buffer.from(row.subarray(0, HASH_LENGTH));
}

/**
 * The audit path of a leaf in the tree of this size (RFC 6962, 2.1.1): from the leaf's sibling up, each hash as the
 * subtrees that make it.
 */
export function inclusionPath(index: number, size: number): Nodes[] {
  const path: Nodes[] = [];
  const step = (from: number, to: number): void => {
    if (to - from <= 1) return;
    const middle = from + splitOf(to - from);
    if (index < middle) {
      step(from, middle);
      path.push(subtreesOf(middle, to));
    } else {
      step(middle, to);
      path.push(subtreesOf(from, middle));
    }
  };
  step(0, size);
  return path;
}

/** The proof that the tree of `older` leaves is a prefix of that of `newer` (RFC 6962, 2.1.2). */
export function consistencyPath(older: number, newer: number): Nodes[] {
  const path: Nodes[] = [];
  const step = (from: number, to: number, isWhole: boolean): void => {
    if (older === to) {
      if (!isWhole) path.push(subtreesOf(from, to));
      return;
    }
    const middle = from + splitOf(to - from);
    if (older <= middle) {
      step(from, middle, isWhole);
      path.push(subtreesOf(middle, to));
    } else {
      step(middle, to, false);
      path.push(subtreesOf(from, middle));
    }
  };
  if (older > 0 && older < newer) step(0, newer, true);
  return path;
}

/** Whether the path leads from this leaf hash at `index` to the root of `size` leaves (RFC 9162, 2.1.3.2). */
export function includes(
  { index, size, root }: { readonly index: number; readonly size: number; readonly root: Uint8Array },
  leaf: Uint8Array,
  path: readonly Uint8Array[]
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let [place, last, hash] = [index, size - 1, leaf];
  for (const step of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(step, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else hash = nodeHash(hash, step);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(hash, root);
}

/** A size and the root of that many leaves. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the path shows that the older tree is a prefix of the newer one (RFC 9162, 2.1.4.2). */
export function isPrefix(older: TreeHead, newer: TreeHead, path: readonly Uint8Array[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return path.length === 0 && equal(older.root, newer.root);
  if (older.size === 0) return path.length === 0 && equal(older.root, emptyRoot());
  const isComplete = older.size === 1 || splitOf(older.size) * 2 === older.size;
  const steps = isComplete ? [older.root, ...path] : [...path];
  if (steps.length === 0) return false;
  let [place, last] = [older.size - 1, newer.size - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  let [first, second] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      [first, second] = [nodeHash(step, first), nodeHash(step, second)];
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else second = nodeHash(second, step);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(first, older.root) && equal(second, newer.root);
}

/** Whether two byte strings are the same. */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
