import { entriesOfBundle } from '../log/bundle';
import { nodeHashes } from '../log/recover';
import { HASH_LENGTH, leafHashes } from '../tree/digest';
import { TreeEdge } from '../tree/edge';
import { equal, rootOfComplete, subtreesOf } from '../tree/merkle';
import { Tile, TILE_WIDTH, tilePath, widthOfLevel } from '../tree/tiles';
import { entryNames } from './entry-names';
import { Findings } from './findings';

/** Where the files of a log are read from. */
export interface LogSource {
  /** The whole file; undefined when it is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** One bundle as it was found, beside what the tree says. */
interface Bundle {
  readonly index: number;
  readonly width: number;
  readonly entries: readonly Buffer[] | undefined;
}

/**
 * Reads a log's bundles in order and builds its tree anew; says where entries, tiles and root do not fit. It keeps one
 * tile of each level, whatever the size.
 */
export class TreeCheck {
  private edge: TreeEdge;
  /** The stored tile of level 1 above the tile that is looked at. */
  private above: { readonly index: number; readonly bytes: Uint8Array | undefined } | undefined;
  /** Tiles whose root is not what the tile above says: which of the two was changed the root of all tells. */
  private readonly disputed: { readonly index: number; readonly isEntries: boolean }[] = [];
  private tellLast: (isWhole: boolean) => void = () => undefined;
  private pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: LogSource,
    private readonly size: number,
    private readonly findings: Findings
  ) {
    this.edge = this.newEdge();
  }

  /** Begins behind what was pruned; false where the tiles above do not have its hashes. */
  async beginAt(minimum: number): Promise<boolean> {
    if (minimum === 0) return true;
    const hashes = await nodeHashes(this.source, subtreesOf(0, minimum), this.size);
    if (hashes === undefined) return false;
    const edge = await TreeEdge.of(
      minimum,
      ({ level, index, width }) => this.partial(level as number, index, width),
      this.onFull
    );
    if (edge === undefined) return false;
    this.edge = edge;
    return true;
  }

  /** The entries of a bundle, after it was looked at; undefined where it is not there or broken. */
  async bundle(index: number): Promise<readonly Buffer[] | undefined> {
    const width = Math.min(TILE_WIDTH, this.size - index * TILE_WIDTH);
    const bundle = await this.readBundle(index, width);
    const stored = await this.readTile({ level: 0, index, width });
    const made = bundle.entries === undefined ? undefined : leafHashes(bundle.entries);
    if (width === TILE_WIDTH) await this.full(bundle, made, stored);
    else this.last(bundle, made, stored);
    return bundle.entries;
  }

  /** The root over all entries, when every bundle was read. */
  async end(root: Uint8Array): Promise<void> {
    await this.pending;
    const isWhole = this.edge.size === this.size && equal(this.edge.root(), root);
    this.tellLast(isWhole);
    for (const { tile, bytes } of this.edge.partials()) if (tile.level !== 0) await this.compareTile(tile, bytes);
    for (const { index, isEntries } of this.disputed) {
      const path = tilePath({ level: 1, index: Math.floor(index / TILE_WIDTH), width: TILE_WIDTH });
      if (isWhole)
        this.findings.add({
          kind: 'tile-changed',
          message: `the hash of tile ${index} in it was changed: the entries yield the signed root`,
          path
        });
      else
        this.findings.add({
          kind: 'entry-changed',
          message:
            `entries ${index * TILE_WIDTH} to ${index * TILE_WIDTH + TILE_WIDTH - 1}` +
            `${isEntries ? '' : ' (not there)'} are others than those that were signed`,
          index: index * TILE_WIDTH
        });
    }
    if (!isWhole)
      this.findings.add({
        kind: 'root',
        message: `the ${this.edge.size} entries do not yield the root that was signed for ${this.size}`
      });
  }

  private async full(bundle: Bundle, made: Buffer | undefined, stored: Uint8Array | undefined): Promise<void> {
    const { index } = bundle;
    const parent = await this.parentOf(index);
    const candidates = [made, stored].filter((hashes): hashes is Buffer => hashes !== undefined);
    if (candidates.length === 0) return this.gap(index);
    const roots = candidates.map((hashes) => rootOfComplete(hashes));
    const right = parent === undefined ? 0 : roots.findIndex((root) => equal(root, parent));
    const chosen = candidates[Math.max(0, right)];
    this.differences(bundle, made, stored, right >= 0 ? chosen : undefined);
    if (right < 0) this.disputed.push({ index, isEntries: made !== undefined });
    if (this.edge.size === index * TILE_WIDTH) this.edge.addTile(chosen);
    await this.pending;
  }

  private last(bundle: Bundle, made: Buffer | undefined, stored: Uint8Array | undefined): void {
    const hashes = made ?? stored;
    // Which of both was changed the root of all tells.
    this.tellLast = (isWhole) => this.differences(bundle, made, stored, isWhole ? made : undefined);
    if (hashes === undefined || this.edge.size !== bundle.index * TILE_WIDTH) return;
    this.edge.add(hashes);
  }

  /** Names each entry whose hash is not the stored one; `right`: which of both the tree above proves, where it does. */
  private differences(
    { index, width, entries }: Bundle,
    made: Buffer | undefined,
    stored: Uint8Array | undefined,
    right: Uint8Array | undefined
  ): void {
    if (made === undefined || stored === undefined || equal(made, stored)) return;
    for (let i = 0; i < width; i++) {
      const [from, to] = [i * HASH_LENGTH, (i + 1) * HASH_LENGTH];
      if (equal(made.subarray(from, to), stored.subarray(from, to))) continue;
      const at = index * TILE_WIDTH + i;
      if (right === made)
        this.findings.add({
          kind: 'tile-changed',
          message: `its hash of entry ${at} was changed: the entry itself is right`,
          path: tilePath({ level: 0, index, width }),
          index: at
        });
      else
        this.findings.add({
          kind: 'entry-changed',
          message:
            right === stored
              ? 'the entry was changed after it was signed'
              : 'the entry and the hash in its tile do not belong together: one of them was changed',
          index: at,
          ...(entries === undefined ? {} : entryNames(entries[i]))
        });
    }
  }

  /** Nothing is there of 256 entries: their root stands in the tile above, and the rest can still be looked at. */
  private async gap(index: number): Promise<void> {
    const parent = await this.parentOf(index);
    if (parent !== undefined && this.edge.size === index * TILE_WIDTH) this.edge.addRoot(parent);
  }

  private async readBundle(index: number, width: number): Promise<Bundle> {
    const path = tilePath({ level: 'entries', index, width });
    const bytes = await this.source.read(path);
    const entries = bytes === undefined ? undefined : entriesOfBundle(bytes);
    const first = index * TILE_WIDTH;
    if (bytes === undefined)
      this.findings.add({
        kind: 'missing',
        message: `entries ${first} to ${first + width - 1} are not there`,
        path,
        index: first
      });
    else if (entries?.length !== width)
      this.findings.add({
        kind: 'bundle',
        message:
          `it should hold the ${width} entries from ${first} on: ` +
          (entries === undefined ? 'its lengths do not come out even' : `found ${entries.length}`),
        path,
        index: first
      });
    return { index, width, entries: entries?.length === width ? entries : undefined };
  }

  private async readTile(tile: Tile): Promise<Uint8Array | undefined> {
    const path = tilePath(tile);
    const bytes = await this.source.read(path);
    if (bytes === undefined) this.findings.add({ kind: 'missing', message: 'the tile is not there', path });
    else if (bytes.length !== tile.width * HASH_LENGTH)
      this.findings.add({
        kind: 'tile-changed',
        message: `it should have ${tile.width * HASH_LENGTH} bytes, found ${bytes.length}`,
        path
      });
    else return bytes;
    return undefined;
  }

  private async parentOf(index: number): Promise<Uint8Array | undefined> {
    const tile = Math.floor(index / TILE_WIDTH);
    if (this.above?.index !== tile) {
      const width = Math.min(TILE_WIDTH, widthOfLevel(1, this.size) - tile * TILE_WIDTH);
      this.above = { index: tile, bytes: await this.source.read(tilePath({ level: 1, index: tile, width })) };
    }
    const at = (index % TILE_WIDTH) * HASH_LENGTH;
    const { bytes } = this.above;
    return bytes === undefined || bytes.length < at + HASH_LENGTH ? undefined : bytes.subarray(at, at + HASH_LENGTH);
  }

  private partial(level: number, index: number, width: number): Promise<Uint8Array | undefined> {
    const whole = Math.min(TILE_WIDTH, widthOfLevel(level, this.size) - index * TILE_WIDTH);
    return this.source
      .read(tilePath({ level, index, width: whole }))
      .then((bytes) => bytes?.subarray(0, width * HASH_LENGTH));
  }

  private newEdge(): TreeEdge {
    return new TreeEdge(this.onFull);
  }

  /** Tiles above the lowest level, as the entries make them, against the stored ones. */
  private readonly onFull = (tile: Tile, bytes: Uint8Array): void => {
    if (tile.level === 0) return;
    const copy = Buffer.from(bytes);
    this.pending = this.pending.then(() => this.compareTile(tile, copy));
  };

  private async compareTile(tile: Tile, bytes: Uint8Array): Promise<void> {
    const stored = await this.readTile(tile);
    if (
      stored === undefined ||
      equal(stored, bytes) ||
      (tile.level === 1 && this.disputed.some(({ index }) => Math.floor(index / TILE_WIDTH) === tile.index))
    )
      return;
    this.findings.add({
      kind: 'tile-changed',
      message: 'it is not what the tiles below it make',
      path: tilePath(tile)
    });
  }
}
