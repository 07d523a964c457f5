import type { TransportError } from '../transport/transport';

/** How much a search or a test may take. */
export interface FindLimits {
  /** Milliseconds for the whole of it. */
  readonly timeMs: number;
  /** Milliseconds that a search goes on after the first ring that was proved: there may be more of them. */
  readonly lingerMs: number;
  /** OPC UA: nodes looked at, and levels below the Objects folder. */
  readonly maxNodes: number;
  readonly maxDepth: number;
}

/** What a search takes where its caller says nothing; one of a Modbus device takes 45 s. */
export const DEFAULT_FIND_LIMITS: FindLimits = { timeMs: 30_000, lingerMs: 3_000, maxNodes: 20_000, maxDepth: 16 };

/** A ring that a search has found. `F` = the reader's properties that name it, as they stand in a flow file. */
export interface FoundRing<F> {
  /** One line for a person who has to choose. */
  readonly description: string;
  readonly fields: F;
  /** A whole record with a right CRC stood where the control block says that the oldest one is. */
  readonly isProved: boolean;
}

/** What a search came to. The best ring first; `hints` = what a person should know of what was seen on the way. */
export type FindOutcome<F> =
  | {
      readonly ok: true;
      readonly rings: readonly FoundRing<F>[];
      readonly looked: string;
      readonly isComplete: boolean;
      readonly hints: readonly string[];
    }
  | TransportError;

/** NodeIds; those of the ring one a line, in order. */
export type OpcuaFields = { readonly controlNode: string; readonly ringNode: string };

/** Addresses as decimal text, counted from 0. */
export type ModbusFields = {
  readonly registerType: 'holding' | 'input';
  readonly controlAddress: string;
  readonly ringAddress: string;
  readonly byteOrder: 'big' | 'little';
};

/** How a ring came off in a test: it can be read, it can with something to know or to change, or it cannot. */
export type Verdict = 'good' | 'usable' | 'bad';

/** A test's report: `lines` is all of it as text, `verdict` and `change` stand at its top as well. */
export interface ProbeReport {
  readonly ok: true;
  readonly verdict: Verdict;
  readonly lines: readonly string[];
  /** Properties of the reader that should have other values, where the test knows them. */
  readonly change: Readonly<Record<string, string>>;
  /** Properties of the reader that may have other values: a choice, not a mend. */
  readonly offer: Readonly<Record<string, string>>;
}
