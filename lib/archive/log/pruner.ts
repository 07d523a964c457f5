import { errorText } from '../../base';
import { ArchiveFiles } from '../ports';
import { partialFolder, TILE_WIDTH, Tile, tilePath } from '../tree/tiles';
import { recordPath } from './entry';
import { MINIMUM } from './log-files';
import { isMarkDue, minimumOf, prunedText } from './retention';
import type { LogWriter } from './writer';

/** Bundles whose files are removed at a time. */
const AT_A_TIME = 64;

/**
 * Prunes a log: first the marks and the note, signed; then what is pruned into the saved state; then the file
 * `minimum`; then the files themselves. Wherever it is killed, the next life goes on from there.
 */
export class Pruner {
  constructor(
    private readonly writer: LogWriter,
    private readonly files: ArchiveFiles,
    /** Milliseconds that entries are kept; 0: for ever. */
    private readonly keepMs: number
  ) {}

  /** In the turn of the archive: decides, and says so in the log. May be tried again. */
  async decide(): Promise<void> {
    const { writer, keepMs } = this;
    if (keepMs === 0) return;
    writer.countOpen();
    if (isMarkDue(writer.state, keepMs)) {
      const { marks, openMs } = writer.state;
      const index = writer.nextIndex;
      writer.put(writer.composer.mark());
      writer.state = { ...writer.state, marks: [...marks, { index, openMs }] };
    }
    const minimum = minimumOf(writer.state, keepMs);
    if (minimum > writer.state.minimum) {
      const { previous, marks } = writer.state;
      const continued = previous === null ? '' : `; this log continues ${previous.origin} at ${previous.size} entries`;
      writer.note('pruned', prunedText(minimum, keepMs) + continued);
      writer.state = { ...writer.state, minimum, marks: marks.filter(({ index }) => index >= minimum + TILE_WIDTH) };
    }
    if (writer.isNew) await writer.signIfNew();
    else await writer.saveState();
  }

  /** Outside of the turn: the files of what was pruned go. False where some are left, for the next time. */
  async remove(signal: AbortSignal, events: { onWarning(text: string): void }): Promise<boolean> {
    try {
      return await this.removeFiles(signal);
    } catch (thrown) {
      events.onWarning(`what was pruned could not be removed, and is tried again within an hour: ${errorText(thrown)}`);
      return false;
    }
  }

  private async removeFiles(signal: AbortSignal): Promise<boolean> {
    const { minimum, removed } = this.writer.state;
    if (signal.aborted) return false;
    if (removed >= minimum) return true;
    await this.files.write([{ path: MINIMUM, bytes: Buffer.from(`${minimum}\n`, 'utf8') }]);
    for (let bundle = removed / TILE_WIDTH; bundle < minimum / TILE_WIDTH; bundle += AT_A_TIME) {
      if (signal.aborted) return false;
      const until = Math.min(minimum / TILE_WIDTH, bundle + AT_A_TIME);
      for (const path of prunedFiles(bundle, until)) await this.files.remove(path);
    }
    return true;
  }

  /**
   * In the turn of the archive, since the same content may be stored anew: those that only pruned entries name go, and
   * the saved state says that all is gone. May be tried again.
   */
  async removed(): Promise<void> {
    const { writer } = this;
    const { minimum } = writer.state;
    if (writer.state.removed >= minimum) return;
    const { contents } = writer.composer;
    for (const [sha256, index] of contents)
      if (index < minimum) {
        await this.files.remove(recordPath(sha256));
        contents.delete(sha256);
      }
    writer.state = { ...writer.state, removed: minimum };
    await writer.saveState();
  }
}

/** Bundles [from, to), the tiles whose last leaf is in one of them, and what a kill left of their partial forms. */
function prunedFiles(from: number, to: number): string[] {
  const tiles: Tile[] = [];
  for (let bundle = from; bundle < to; bundle++) {
    tiles.push({ level: 'entries', index: bundle, width: TILE_WIDTH });
    let [index, level] = [bundle, 0];
    tiles.push({ level, index, width: TILE_WIDTH });
    while ((index + 1) % TILE_WIDTH === 0) {
      index = (index + 1) / TILE_WIDTH - 1;
      tiles.push({ level: ++level, index, width: TILE_WIDTH });
    }
  }
  return tiles.flatMap((tile) => [tilePath(tile), partialFolder(tile)]);
}
