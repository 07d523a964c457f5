import type { LogContent } from './content';
import type { LogFacts } from './log-port';
import type { LogPosition } from './position';
import type { LogGap } from './verdict';

/** What is known of the log and its server when a poll begins. */
export interface PollFacts extends Omit<LogFacts, 'ok'> {
  /** Of the settings that decide which records there are and what they look like: severity, user, locale. */
  readonly fingerprint: string;
  /** The RequestMask. */
  readonly fields: number;
}

/** What a person chose. */
export interface PollSettings {
  /** How far back every poll reads again, milliseconds: a record may be entered so long after its own Time. */
  readonly overlapMs: number;
  /** Where reading begins at first contact. */
  readonly startFrom: 'oldest' | 'newest';
}

/** A record that was not handed on before. */
export interface NewRecord {
  readonly content: LogContent;
  readonly ticks: bigint;
  readonly key: string;
  /** Among equals, from 0. */
  readonly number: number;
}

/** What is said of a poll beside its records. */
export type PollNotice = 'settings-changed' | 'clock-stepped-back';

/** What a poll, or the part of it that was taken, brings. */
export interface Polled {
  /** In the order of their Times. */
  readonly records: readonly NewRecord[];
  /** Where records may be missing, before those records. */
  readonly gaps: readonly LogGap[];
  /** What has been read once these records are handed on. */
  readonly position: LogPosition;
}

/** A poll to its end. */
export interface PollOutcome extends Polled {
  readonly pages: number;
  /** Records that came again. */
  readonly repeated: number;
}

/**
 * One reading of a log from before the last one to now (docs/format.md 29). Pages go in, in order; what comes out are
 * the records that were not handed on before. It holds nothing against being begun anew: `createPoll` with the same
 * position.
 */
export interface Poll {
  /** Arguments of GetRecords, in ticks, both ends included. */
  readonly start: bigint;
  readonly end: bigint;
  readonly notices: readonly PollNotice[];
  /** What comes next was asked for anew, from a Time on or before the last ones: records of this poll come again. */
  again(): void;
  /** The records of the next page, in the order in which they came. */
  page(contents: readonly LogContent[]): void;
  /**
   * Records that can be handed on although the poll is not at its end: only while the server keeps the order of Times.
   * Undefined where there are none, or where it does not.
   */
  take(): Polled | undefined;
  /** Bytes that are no record stand behind what the last page brought. */
  unreadable(): void;
  /** Whether the first records have to be asked for once more before `take` or `finish`. */
  readonly asksFirstAgain: boolean;
  /** The first records, asked for once more. */
  firstAgain(contents: readonly LogContent[]): void;
  /** Where the oldest record of any severity has to be asked for before `finish`; undefined: it has not. */
  readonly oldestFrom: bigint | undefined;
  /** That record, where there was one. */
  oldest(content: LogContent | undefined): void;
  /** All pages are there. */
  finish(): PollOutcome;
}
