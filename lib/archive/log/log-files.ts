/** What of a log stands in its folder: tiles, bundles and the journal, read and written by their meaning. */
import { ArchiveFiles } from '../ports';
import { TreeEdge } from '../tree/edge';
import { equal, TreeHead } from '../tree/merkle';
import { bundlesOf, partialFolder, Tile, TILE_WIDTH, tilePath, tilesOfLevel } from '../tree/tiles';
import { bundleOf, entriesOfBundle } from './bundle';

/** The journal's file. */
export const JOURNAL = 'journal';
/** The file that says below which index entries were pruned. */
export const MINIMUM = 'minimum';

/** What the file says of what was pruned; `known` where it says less. */
export async function minimumIn(files: Pick<ArchiveFiles, 'read'>, known: number): Promise<number> {
  const minimum = Number(Buffer.from((await files.read(MINIMUM)) ?? '0').toString('utf8'));
  return Number.isSafeInteger(minimum) && minimum % TILE_WIDTH === 0 ? Math.max(known, minimum) : known;
}

/** Tiles that are written and flushed at a time, at most. */
const WRITES_AT_A_TIME = 32;

/** Tiles that became full since the last checkpoint, with their bytes. */
export interface FullTile {
  readonly tile: Tile;
  readonly bytes: Buffer;
}

/** The edge of the tree with this head out of its tiles; undefined where they do not yield that root. */
export async function edgeOf(
  files: ArchiveFiles,
  head: TreeHead,
  onFull?: (full: FullTile) => void
): Promise<TreeEdge | undefined> {
  const edge = await TreeEdge.of(
    head.size,
    (tile) => files.read(tilePath(tile)),
    (tile, bytes) => onFull?.({ tile, bytes: Buffer.from(bytes) })
  );
  return edge !== undefined && equal(edge.root(), head.root) ? edge : undefined;
}

/**
 * The entries [from, to) out of the bundles of a log of `size` entries; undefined where a bundle is missing or broken.
 */
export async function readEntries(
  files: ArchiveFiles,
  size: number,
  from: number,
  to: number
): Promise<Buffer[] | undefined> {
  const found: Buffer[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const bytes = await files.read(tilePath({ level: 'entries', index, width }));
    const entries = bytes === undefined ? undefined : entriesOfBundle(bytes);
    if (entries?.length !== width) return undefined;
    const first = index * TILE_WIDTH;
    found.push(...entries.slice(Math.max(0, from - first), Math.min(width, to - first)));
  }
  return found;
}

/** Leaf hashes of the last `count` entries of a log of `size`, as far as its level-0 tiles are there. */
export async function lastLeaves(
  files: Pick<ArchiveFiles, 'read'>,
  size: number,
  count: number
): Promise<Uint8Array[]> {
  const leaves: Uint8Array[] = [];
  const first = Math.max(0, size - count);
  for (let index = Math.floor(first / TILE_WIDTH); index * TILE_WIDTH < size; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const bytes = await files.read(tilePath({ level: 0, index, width }));
    if (bytes?.length !== width * 32) leaves.length = 0;
    else
      for (let i = 0; i < width; i++)
        if (index * TILE_WIDTH + i >= first) leaves.push(bytes.subarray(i * 32, i * 32 + 32));
  }
  return leaves;
}

/** Writes what the log of `size` has beyond that of `from`: bundles, full tiles, and the partial ones of its edge. */
export async function writeTiles(
  files: ArchiveFiles,
  edge: TreeEdge,
  from: number,
  parts: { readonly full: readonly FullTile[]; readonly tail: readonly Uint8Array[]; readonly tailFrom: number }
): Promise<void> {
  const { size } = edge;
  const writes: (readonly [tile: Tile, bytes: () => Uint8Array])[] = [];
  for (const bundle of bundlesOf(size, from)) {
    const first = bundle.index * TILE_WIDTH - parts.tailFrom;
    writes.push([bundle, () => bundleOf(parts.tail.slice(first, first + bundle.width))]);
  }
  for (const { tile, bytes } of parts.full) writes.push([tile, () => bytes]);
  for (const { tile, bytes } of edge.partials()) {
    const isNew = tilesOfLevel(tile.level as number, size, from).some(({ index }) => index === tile.index);
    if (isNew) writes.push([tile, () => bytes]);
  }
  // Several at a time: a disk flushes them together.
  for (let at = 0; at < writes.length; at += WRITES_AT_A_TIME)
    await files.write(
      writes.slice(at, at + WRITES_AT_A_TIME).map(([tile, bytes]) => ({ path: tilePath(tile), bytes: bytes() }))
    );
}

/** The partial forms of tiles and bundles that are full now go: of each level the first tile alone can have some. */
export async function removePartials(files: ArchiveFiles, full: readonly FullTile[]): Promise<void> {
  const seen = new Set<unknown>();
  for (const { tile } of full) {
    if (seen.has(tile.level)) continue;
    seen.add(tile.level);
    await files.remove(partialFolder(tile));
    if (tile.level === 0) await files.remove(partialFolder({ ...tile, level: 'entries' }));
  }
}
