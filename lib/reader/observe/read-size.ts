import { ReaderSettings } from '../settings';

/** Milliseconds that reading one window should take, at most: a slow device then has smaller ones. */
const SLOW_WINDOW_MS = 2_000;

type Limits = Pick<ReaderSettings, 'firstChunk' | 'minChunk' | 'maxChunk'>;

/**
 * How many bytes a poll asks for (docs/reader.md): few while it keeps up, more while it is behind, and less per
 * Read than what the server once could not answer. A window may take several Reads.
 */
export interface ReadSize {
  /** Bytes of the next window. */
  readonly window: number;
  /** Bytes of the ring in one Read, at most. */
  readonly perRead: number;
  /** Milliseconds that the last window took. */
  readonly tookMs: number;
}

/**
 * What the records of a window say about the size of the next one. behind: it was full and there is more. caughtUp: it
 * held `used` bytes up to head. needs: a record or a search needs `bytes` of them.
 */
export type ReadHint =
  | { readonly kind: 'behind' }
  | { readonly kind: 'caughtUp'; readonly used: number }
  | { readonly kind: 'needs'; readonly bytes: number };

/** A new session: what the old one could not do may have been the link's fault. */
export const freshSize = ({ firstChunk, maxChunk }: Limits, tookMs = 0): ReadSize => ({
  window: firstChunk,
  perRead: maxChunk,
  tookMs
});

/** The size after a hint. */
export function sizeAfter(size: ReadSize, hint: ReadHint, limits: Limits): ReadSize {
  switch (hint.kind) {
    case 'behind':
      return behind(size, limits);
    case 'caughtUp':
      return hint.used * 4 < size.window
        ? { ...size, window: Math.max(Math.min(limits.firstChunk, size.perRead), Math.floor(size.window / 2)) }
        : size;
    case 'needs':
      return hint.bytes > size.window ? { ...size, window: hint.bytes } : size;
  }
}

/** More at once, where the carriage is quick enough for it. */
function behind(size: ReadSize, { minChunk, maxChunk }: Limits): ReadSize {
  // What takes long is overtaken by the producer before its last sample, and nothing is told of it meanwhile.
  const window = size.tookMs > SLOW_WINDOW_MS ? Math.max(minChunk, Math.floor(size.window / 2)) : size.window;
  if (size.tookMs * 2 > SLOW_WINDOW_MS) return { ...size, window };
  return { ...size, window: Math.max(window, Math.min(maxChunk, size.perRead * 4, window * 2)) };
}

/** A Read was too large or too slow: half of it. Undefined when it cannot be made smaller. */
export function smallerSize(size: ReadSize, { minChunk }: Limits): ReadSize | undefined {
  const perRead = Math.floor(Math.min(size.perRead, size.window) / 2);
  return perRead < minChunk ? undefined : { ...size, perRead, window: Math.min(size.window, perRead) };
}
