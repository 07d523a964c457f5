import { ReaderSettings } from '../settings';

/** Milliseconds that reading one window should take, at most: a slow device then has smaller ones. */
const SLOW_WINDOW_MS = 2_000;

/**
 * How many bytes a poll asks for (docs/design.md 5): few while it keeps up, more while it is behind, and less per
 * Read than what the server once could not answer. A window may take several Reads.
 */
export class ChunkSize {
  /** Bytes of the next window. */
  window: number;
  /** Bytes of the ring in one Read, at most. */
  perRead: number;
  /** Milliseconds that the last window took. */
  tookMs = 0;

  constructor(private readonly settings: Pick<ReaderSettings, 'firstChunk' | 'minChunk' | 'maxChunk'>) {
    this.window = settings.firstChunk;
    this.perRead = settings.maxChunk;
  }

  /** A new session: what the old one could not do may have been the link's fault. */
  reset(): void {
    this.window = this.settings.firstChunk;
    this.perRead = this.settings.maxChunk;
  }

  /** The window was full and there is more: ask for more at once, where the carriage is quick enough for it. */
  behind(): void {
    // What takes long is overtaken by the producer before its last look, and nothing is told of it meanwhile.
    if (this.tookMs > SLOW_WINDOW_MS) this.window = Math.max(this.settings.minChunk, Math.floor(this.window / 2));
    if (this.tookMs * 2 > SLOW_WINDOW_MS) return;
    this.window = Math.max(this.window, Math.min(this.settings.maxChunk, this.perRead * 4, this.window * 2));
  }

  /** The window held `used` bytes up to head. */
  caughtUp(used: number): void {
    if (used * 4 < this.window)
      this.window = Math.max(Math.min(this.settings.firstChunk, this.perRead), Math.floor(this.window / 2));
  }

  /** A record of this length did not fit into the window. */
  needs(bytes: number): void {
    if (bytes > this.window) this.window = bytes;
  }

  /** A Read was too large or too slow. False when it cannot be made smaller. */
  tooLarge(): boolean {
    const smaller = Math.floor(Math.min(this.perRead, this.window) / 2);
    if (smaller < this.settings.minChunk) return false;
    this.perRead = smaller;
    this.window = Math.min(this.window, smaller);
    return true;
  }
}
