import { NoticeItem } from '../../ring';
import { Trouble } from './accept-records';
import { Memory } from './ring-position';
import { searchRecord } from './search-record';
import { ReaderError } from '../status';
import { FlatWindow } from '../observe/window';

/** What one window brought: nothing of it lies there, it goes on in the next one, or it is over. */
export type SearchStep =
  'elsewhere' | 'on' | { readonly notice: Extract<NoticeItem, { kind: 'skipped' }>; readonly error: ReaderError };

/**
 * The search for the next record behind a place that cannot be read, through as many windows as it takes: one notice in
 * the end.
 */
export class Search {
  /** Where it goes on. */
  abs: number;
  /** What the first search came to: one answer that was bad in itself must not take good records with it. */
  private candidate: number | undefined;

  constructor(
    private readonly fromAbs: number,
    private readonly trouble: Trouble
  ) {
    this.abs = trouble.abs;
  }

  step(memory: Memory, window: FlatWindow, headAbs: number): SearchStep {
    if (this.abs < window.fromAbs || this.abs >= window.endAbs) return 'elsewhere';
    const { abs, found } = searchRecord(memory, window, this.abs, headAbs);
    if (!found && abs < headAbs) {
      this.abs = abs;
      return 'on';
    }
    if (this.candidate !== abs) {
      this.candidate = abs;
      this.abs = this.trouble.abs;
      return 'on';
    }
    const message = `positions ${this.fromAbs} to ${abs} of ${memory.stream} could not be read as new records, however often they were read, and were passed over: ${this.trouble.message}`;
    return {
      notice: { kind: 'skipped', fromAbs: this.fromAbs, toAbs: abs, reason: this.trouble.reason },
      error: { code: 'OPENOT_RING_SKIPPED', message }
    };
  }
}
