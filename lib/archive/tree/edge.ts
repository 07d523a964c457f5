/** The right edge of a tree that grows: of each level the hashes of its last, unfinished tile. */
import { HASH_LENGTH } from './digest';
import { foldRight, Node, rootOfComplete, subtreesOf } from './merkle';
import { Tile, tileOf, TILE_WIDTH } from './tiles';

/** Hashes of one level from the last full tile on, and how many tiles of it were full before. */
interface Level {
  readonly bytes: Buffer;
  /** Hashes in it. */
  width: number;
  /** Full tiles before it. */
  index: number;
}

/** Called with each tile that has become full; its bytes are to be copied where they are kept. */
export type OnFull = (tile: Tile, bytes: Uint8Array) => void;

const newLevel = (index: number): Level => ({ bytes: Buffer.alloc(TILE_WIDTH * HASH_LENGTH), width: 0, index });

/**
 * Takes leaf hashes in order; tells each tile that becomes full and the root of what it has seen. It keeps one tile of
 * each level, whatever the size.
 *
 * @example
 * const edge = new TreeEdge();
 * edge.add(leafHash(entry));
 * edge.root();
 */
export class TreeEdge {
  private readonly levels: Level[] = [];
  private count = 0;

  constructor(private readonly onFull: OnFull = () => undefined) {}

  /** Leaves so far. */
  get size(): number {
    return this.count;
  }

  /** Takes the hash of the next leaf, or those of several, back to back. */
  add(leaves: Uint8Array): void {
    for (let from = 0; from < leaves.length;) {
      const at = (this.levels[0] ??= newLevel(0));
      const to = Math.min(leaves.length, from + (TILE_WIDTH - at.width) * HASH_LENGTH);
      this.put(0, leaves.subarray(from, to));
      this.count += (to - from) / HASH_LENGTH;
      from = to;
    }
  }

  /** Takes the 256 hashes of a whole level-0 tile at once, where all before them are in full tiles; their root. */
  addTile(hashes: Uint8Array): Uint8Array {
    const at = (this.levels[0] ??= newLevel(0));
    if (at.width > 0) throw new RangeError('a whole tile begins at a multiple of 256 leaves');
    this.count += TILE_WIDTH;
    this.onFull({ level: 0, index: at.index++, width: TILE_WIDTH }, hashes);
    const root = rootOfComplete(hashes);
    this.put(1, root);
    return root;
  }

  /** As `addTile`, where only the root of the tile is known. */
  addRoot(root: Uint8Array): void {
    const at = (this.levels[0] ??= newLevel(0));
    if (at.width > 0) throw new RangeError('a whole tile begins at a multiple of 256 leaves');
    this.count += TILE_WIDTH;
    at.index++;
    this.put(1, root);
  }

  /** The root of all leaves so far. */
  root(): Uint8Array {
    return foldRight(subtreesOf(0, this.count).map((node) => this.hashOf(node)));
  }

  /** The unfinished tiles, the lowest level first. */
  partials(): { readonly tile: Tile; readonly bytes: Uint8Array }[] {
    return this.levels.flatMap(({ bytes, width, index }, level) =>
      width === 0 ? [] : [{ tile: { level, index, width }, bytes: bytes.subarray(0, width * HASH_LENGTH) }]
    );
  }

  /**
   * The edge of a tree of `size` leaves out of its partial tiles; undefined where `tileOf` has not all of them in their
   * length.
   */
  static async of(
    size: number,
    read: (tile: Tile) => Promise<Uint8Array | undefined>,
    onFull?: OnFull
  ): Promise<TreeEdge | undefined> {
    const edge = new TreeEdge(onFull);
    edge.count = size;
    for (let width = size, level = 0; width > 0; width = Math.floor(width / TILE_WIDTH), level++) {
      const last = newLevel(Math.floor(width / TILE_WIDTH));
      last.width = width % TILE_WIDTH;
      edge.levels.push(last);
      if (last.width === 0) continue;
      const bytes = await read({ level, index: last.index, width: last.width });
      if (bytes?.length !== last.width * HASH_LENGTH) return undefined;
      last.bytes.set(bytes);
    }
    return edge;
  }

  /** Hashes for which there is room in the unfinished tile of a level. */
  private put(level: number, hashes: Uint8Array): void {
    const at = (this.levels[level] ??= newLevel(0));
    at.bytes.set(hashes, at.width * HASH_LENGTH);
    at.width += hashes.length / HASH_LENGTH;
    if (at.width < TILE_WIDTH) return;
    this.onFull({ level, index: at.index, width: TILE_WIDTH }, at.bytes);
    const root = rootOfComplete(at.bytes);
    at.width = 0;
    at.index++;
    this.put(level + 1, root);
  }

  /** A complete subtree at the right edge stands in the unfinished tile of its level. */
  private hashOf(node: Node): Uint8Array {
    const { tile, start, count } = tileOf(node, this.count);
    return rootOfComplete(this.levels[tile.level as number].bytes, start, count);
  }
}
