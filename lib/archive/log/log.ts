import { ArchiveFiles } from '../ports';
import { emptyRoot, leafHashes } from '../tree/digest';
import { TreeEdge } from '../tree/edge';
import { TreeHead } from '../tree/merkle';
import { TILE_WIDTH } from '../tree/tiles';
import { WrittenEntry } from './entry';
import { framesOf } from './journal';
import { edgeOf, FullTile, JOURNAL, readEntries, removePartials, writeTiles } from './log-files';

/** A log in its folder: what is appended is in the journal first, and in tiles with the next checkpoint. */
export class Log {
  private edge: TreeEdge;
  /** Entries that no full bundle on disk holds, from index `tailFrom` on. */
  private tail: Buffer[] = [];
  private tailFrom = 0;
  private full: FullTile[] = [];
  /** Bytes of the journal that are good. */
  private journal = 0;
  private signedHead: TreeHead = { size: 0, root: emptyRoot() };

  constructor(private readonly files: ArchiveFiles) {
    this.edge = this.newEdge();
  }

  /** Entries that are flushed. */
  get size(): number {
    return this.edge.size;
  }

  /** Bytes of the journal. */
  get journalBytes(): number {
    return this.journal;
  }

  /** What was signed last. */
  get signed(): TreeHead {
    return this.signedHead;
  }

  /** The root of all entries so far. */
  get head(): TreeHead {
    return { size: this.edge.size, root: this.edge.root() };
  }

  /** Stands at this head, whose tiles are on disk; false where they do not yield it. */
  async restore(head: TreeHead): Promise<boolean> {
    const edge = head.size === 0 ? this.newEdge() : await edgeOf(this.files, head, (tile) => this.full.push(tile));
    const from = Math.floor(head.size / TILE_WIDTH) * TILE_WIDTH;
    const tail = edge === undefined ? undefined : await readEntries(this.files, head.size, from, head.size);
    if (edge === undefined || tail === undefined) return false;
    this.edge = edge;
    this.tail = tail.map((entry) => Buffer.from(entry));
    this.tailFrom = from;
    this.full = [];
    this.signedHead = head;
    return true;
  }

  /** The journal was read: these entries of it are not in the tree yet; so many bytes of it are good. */
  resume(entries: readonly Buffer[], journalBytes: number): void {
    this.take(entries);
    this.journal = journalBytes;
  }

  /** Appends entries durably: the files they speak of first. All of them, or it rejects and may be tried again. */
  async append(entries: readonly WrittenEntry[]): Promise<void> {
    for (const { file } of entries) if (file !== undefined) await this.files.write([file]);
    const appended = entries.map(({ bytes }) => bytes);
    const frames = framesOf(appended, this.journal);
    await this.files.writeAt(JOURNAL, this.journal, frames);
    this.journal += frames.length;
    this.take(appended);
  }

  /** Writes the tiles of all entries so far. */
  writeTiles(): Promise<void> {
    const { full, tail, tailFrom } = this;
    return writeTiles(this.files, this.edge, this.signedHead.size, { full, tail, tailFrom });
  }

  /**
   * This head was signed and its checkpoint stands: the journal is needed no more, nor are partial tiles that are full.
   */
  async signedAt(head: TreeHead): Promise<void> {
    this.signedHead = head;
    if (this.journal > 0) await this.files.cut(JOURNAL, 0);
    this.journal = 0;
    await removePartials(this.files, this.full);
    this.full = [];
    const from = Math.floor(head.size / TILE_WIDTH) * TILE_WIDTH;
    this.tail = this.tail.slice(from - this.tailFrom);
    this.tailFrom = from;
  }

  /** The entry of this index; undefined where its bundle is not there. */
  async entryAt(index: number): Promise<Buffer | undefined> {
    if (index >= this.tailFrom) return this.tail[index - this.tailFrom];
    return (await readEntries(this.files, this.signedHead.size, index, index + 1))?.[0];
  }

  private take(entries: readonly Buffer[]): void {
    this.edge.add(leafHashes(entries));
    for (const entry of entries) this.tail.push(entry);
  }

  private newEdge(): TreeEdge {
    return new TreeEdge((tile, bytes) => this.full.push({ tile, bytes: Buffer.from(bytes) }));
  }
}
