/** The files of a tiled log (C2SP tlog-tiles): their names, and which of them a tree of some size has. */
import { HASH_LENGTH } from './digest';
import { Node } from './merkle';

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;
/** Binary levels of the tree that one tile spans. */
export const TILE_HEIGHT = 8;

/** One tile: the hashes [index * 256, index * 256 + width) of a level; level `entries` holds the entries themselves. */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  /** 256, or less for the partial one at the right edge. */
  readonly width: number;
}

/** `1234067` as `x001/x234/067`. */
export function tileNumber(index: number): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`${groups.length === 0 ? '' : 'x'}${String(rest % 1000).padStart(3, '0')}`);
  return groups.join('/');
}

/** The name of a tile's file below the archive's folder, parts separated by `/`. */
export function tilePath({ level, index, width }: Tile): string {
  const whole = `tile/${level}/${tileNumber(index)}`;
  return width === TILE_WIDTH ? whole : `${whole}.p/${width}`;
}

/** The folder of a tile's partial forms. */
export const partialFolder = ({ level, index }: Tile): string => `tile/${level}/${tileNumber(index)}.p`;

/** How many hashes a level has in the tree of so many leaves. */
export const widthOfLevel = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

/** How many levels of tiles the tree of so many leaves has. */
export function levelsOf(size: number): number {
  let levels = 0;
  while (widthOfLevel(levels, size) > 0) levels++;
  return levels;
}

/** The tiles of one level of the tree of `size` leaves that are not the same in that of `from` leaves, in order. */
export function tilesOfLevel(level: number, size: number, from = 0): Tile[] {
  const tiles: Tile[] = [];
  const count = widthOfLevel(level, size);
  const known = widthOfLevel(level, from);
  if (count === known) return tiles;
  for (let index = Math.floor(known / TILE_WIDTH); index * TILE_WIDTH < count; index++)
    tiles.push({ level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) });
  return tiles;
}

/** The bundles of entries, as `tilesOfLevel` of level 0. */
export const bundlesOf = (size: number, from = 0): Tile[] =>
  tilesOfLevel(0, size, from).map((tile) => ({ ...tile, level: 'entries' }));

/** The tile in which a node of the tree stands or from whose hashes it is made, in the tree of `size` leaves. */
export function tileOf(
  { level, index }: Node,
  size: number
): { readonly tile: Tile; readonly start: number; readonly count: number } {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  const tileIndex = Math.floor(first / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, widthOfLevel(tileLevel, size) - tileIndex * TILE_WIDTH);
  return { tile: { level: tileLevel, index: tileIndex, width }, start: first - tileIndex * TILE_WIDTH, count };
}

/** Bytes of a tile of hashes. */
export const tileBytes = ({ width }: Tile): number => width * HASH_LENGTH;
