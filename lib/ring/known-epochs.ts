import {
  EventType,
  Key,
  nextSlot,
  Offset,
  parseU64,
  readSafeU64,
  readU16,
  readU32,
  RecordView,
  SLOT_HEADER_LENGTH,
  u64Of
} from '../wire';
import { hexText } from '../wire/hex';
import { hexOf, isCount, isObject, optional } from '../base';
import { KnownEpoch, Snapshot } from './snapshot';

/** Epochs remembered, the latest ones. Only the one before the current is needed to bind; the rest is for people. */
export const MAX_KNOWN_EPOCHS = 8;

/**
 * What is known of one epoch. Where `hash` is missing two sources contradicted each other: nothing is said of it then.
 */
interface Fact {
  readonly epochId: number;
  /** Every record of this incarnation from here to the next epoch's start belongs to it. */
  readonly firstAbs: number;
  /** False: it is known from here on, but may have begun earlier. */
  readonly isStart: boolean;
  readonly hash?: string;
  /** Hash of the epoch before, where known. */
  readonly prevHash?: string;
}

/** A DefinitionChanged that waits for its LoggerStarted. */
interface Change {
  readonly epochId: number;
  readonly oldHash: string;
  readonly newHash: string;
}

/** The tracker's saved form. */
export interface EpochTrackerState {
  version: 1;
  facts: Fact[];
  latest?: { epochId: number; firstAbs: number };
  stretch?: { firstAbs: number; runId: string; loggerSeq?: number };
  pending?: Change;
}

/** A saved state that is not one; the message says where. */
export interface EpochStateError {
  readonly ok: false;
  readonly code: 'OPENOT_EPOCH_STATE_INVALID';
  readonly message: string;
}

/**
 * Records read without a gap since the last start of an epoch, or since reading began: none of them can hide a
 * boundary.
 */
interface Stretch {
  readonly firstAbs: number;
  readonly runLow: number;
  readonly runHigh: number;
  /** Seq expected of the logger (source 0); undefined until its first record. */
  loggerSeq: number | undefined;
}

/**
 * Learns where the epochs of one incarnation of a ring begin (docs/format.md 10), so that a record of the epoch before
 * last is never taken for one of the previous epoch. Two sources, both checked: the control block's
 * (epochId, epochFirstAbs), and a DefinitionChanged / LoggerStarted pair met while reading without a gap, which also
 * tells which epoch the records of the stretch before it belong to.
 * `known` gives only an unbroken chain of epoch ids that ends at the latest: where an epoch in between was not seen, or
 * two sources contradict each other, everything older is left out. A new incarnation needs `reset`.
 */
export class EpochTracker {
  private facts: Fact[] = [];
  /** Of the last control block seen. */
  private latest: { epochId: number; firstAbs: number } | undefined;
  private stretch: Stretch | undefined;
  private pending: Change | undefined;

  /** Takes the facts of an accepted look; never of one whose seqlock was not confirmed. */
  observeSnapshot(
    snapshot: Pick<Snapshot, 'epochId' | 'epochFirstAbs' | 'definitionHash' | 'prevDefinitionHash'>
  ): void {
    const { epochId, epochFirstAbs: firstAbs, definitionHash: hash, prevDefinitionHash: prevHash } = snapshot;
    const { latest } = this;
    if (
      latest !== undefined &&
      latest.epochId === epochId &&
      latest.firstAbs === firstAbs &&
      this.factOf(epochId)?.hash === hash
    )
      return;
    // Epochs never go back within an incarnation: what was known belongs to another history.
    if (latest !== undefined && (epochId < latest.epochId || firstAbs < latest.firstAbs)) this.reset();
    this.latest = { epochId, firstAbs };
    this.learn({ epochId, firstAbs, isStart: true, hash, prevHash });
  }

  /** Takes the next record in ring order. Call `gap` first wherever the records before it were not all seen. */
  observeRecord(abs: number, record: RecordView): void {
    const { bytes, start } = record;
    const runLow = readU32(bytes, start + Offset.runId);
    const runHigh = readU32(bytes, start + Offset.runId + 4);
    const eventTypeId = record.eventTypeId;
    if (eventTypeId === EventType.LoggerStarted) return this.started(abs, record, runLow, runHigh);
    const { stretch } = this;
    // A run that changed without a LoggerStarted hides a start: what was read before proves nothing about what comes.
    if (stretch === undefined || stretch.runLow !== runLow || stretch.runHigh !== runHigh)
      this.begin({ firstAbs: abs, runLow, runHigh, loggerSeq: undefined });
    if (record.sourceId === 0) this.checkLogger(abs, record);
    if (eventTypeId === EventType.DefinitionChanged) this.pending = changeOf(record);
  }

  /**
   * Bytes or seqs were missed (lap, skipped range, seek, loss of the logger's records): a boundary may lie among them.
   */
  gap(): void {
    this.stretch = undefined;
    this.pending = undefined;
  }

  /** A new incarnation: positions and epochs begin anew. */
  reset(): void {
    this.facts = [];
    this.latest = undefined;
    this.gap();
  }

  /** The same knowledge, to be changed without changing this one. */
  copy(): EpochTracker {
    const copy = new EpochTracker();
    copy.facts = this.facts.slice();
    copy.latest = this.latest;
    copy.stretch = this.stretch === undefined ? undefined : { ...this.stretch };
    copy.pending = this.pending;
    return copy;
  }

  /**
   * The known epochs, ascending, consecutive in id, as plain objects of the caller's own. Empty when nothing is
   * certain.
   */
  known(): KnownEpoch[] {
    const chain: KnownEpoch[] = [];
    let above: Fact | undefined;
    for (let i = this.facts.length - 1; i >= 0; i--) {
      const { epochId, firstAbs, hash } = this.facts[i];
      if (hash === undefined) break;
      if (above !== undefined) {
        // Where the epoch above really began, nobody knows: so nobody knows where this one ends.
        if (!above.isStart) break;
        const follows = epochId === above.epochId - 1 && firstAbs < above.firstAbs;
        if (!follows || (above.prevHash !== undefined && above.prevHash !== hash)) break;
      }
      chain.push({ epochId, firstAbs, hash });
      above = this.facts[i];
    }
    return chain.reverse();
  }

  /** The whole state as plain JSON. */
  toJSON(): EpochTrackerState {
    const state: EpochTrackerState = { version: 1, facts: this.facts.map((fact) => ({ ...fact })) };
    if (this.latest !== undefined) state.latest = { ...this.latest };
    if (this.pending !== undefined) state.pending = { ...this.pending };
    if (this.stretch !== undefined) {
      const { firstAbs, runLow, runHigh, loggerSeq } = this.stretch;
      const runId = u64Of(runLow, runHigh).toString();
      state.stretch = loggerSeq === undefined ? { firstAbs, runId } : { firstAbs, runId, loggerSeq };
    }
    return state;
  }

  /** The tracker a saved state describes, or what is wrong with the state. */
  static fromJSON(value: unknown): { readonly ok: true; readonly tracker: EpochTracker } | EpochStateError {
    const broken = whatIsBroken(value);
    if (broken !== undefined)
      return { ok: false, code: 'OPENOT_EPOCH_STATE_INVALID', message: `the saved epochs are damaged at ${broken}` };
    const state = value as EpochTrackerState;
    const tracker = new EpochTracker();
    tracker.facts = state.facts.map((fact) => ({ ...fact }));
    tracker.latest = state.latest;
    tracker.pending = state.pending;
    if (state.stretch !== undefined) {
      const { firstAbs, runId, loggerSeq } = state.stretch;
      tracker.stretch = {
        firstAbs,
        runLow: Number(BigInt(runId) & 0xffff_ffffn),
        runHigh: Number(BigInt(runId) >> 32n),
        loggerSeq
      };
    }
    return { ok: true, tracker };
  }

  private factOf(epochId: number): Fact | undefined {
    return this.facts.find((fact) => fact.epochId === epochId);
  }

  private begin(stretch: Stretch): void {
    this.stretch = stretch;
    this.pending = undefined;
  }

  /** The logger's own seqs tell whether one of its records was never written: lifecycle records are among them. */
  private checkLogger(abs: number, record: RecordView): void {
    const stretch = this.stretch as Stretch;
    const seq = record.safeSeq;
    if (stretch.loggerSeq !== undefined && stretch.loggerSeq !== seq)
      this.begin({ ...stretch, firstAbs: abs, loggerSeq: undefined });
    (this.stretch as Stretch).loggerSeq = seqAfter(seq);
  }

  /**
   * LoggerStarted: the boundary. Without a DefinitionChanged seen right before it, nobody knows whether the definition
   * is still the same.
   */
  private started(abs: number, record: RecordView, runLow: number, runHigh: number): void {
    const { stretch, pending } = this;
    const seq = record.sourceId === 0 ? record.safeSeq : undefined;
    if (stretch !== undefined && pending !== undefined && this.continues(stretch, seq, runLow, runHigh)) {
      const { epochId, oldHash, newHash } = pending;
      if (epochId > 0) this.learn({ epochId: epochId - 1, firstAbs: stretch.firstAbs, isStart: false, hash: oldHash });
      this.learn({ epochId, firstAbs: abs, isStart: true, hash: newHash, prevHash: oldHash });
    }
    this.begin({ firstAbs: abs, runLow, runHigh, loggerSeq: seqAfter(seq) });
  }

  private continues(stretch: Stretch, seq: number | undefined, runLow: number, runHigh: number): boolean {
    if (seq === undefined) return true;
    const sameRun = stretch.runLow === runLow && stretch.runHigh === runHigh;
    if (!sameRun) return seq === 0;
    return stretch.loggerSeq === undefined || stretch.loggerSeq === seq;
  }

  private learn(fact: Fact): void {
    const known = this.factOf(fact.epochId);
    if (known === undefined) {
      this.facts.push(fact);
      this.facts.sort((a, b) => a.epochId - b.epochId);
      if (this.facts.length > MAX_KNOWN_EPOCHS) this.facts.shift();
      return;
    }
    this.facts[this.facts.indexOf(known)] = merged(known, fact);
  }
}

/**
 * The same epoch id with the same hash is the same epoch. A start is worth more than a place somewhere inside; of two
 * starts the earlier one holds (a cold start may move the control block's without a change of epoch).
 */
function merged(a: Fact, b: Fact): Fact {
  if (a.hash !== b.hash) return { epochId: a.epochId, firstAbs: Math.max(a.firstAbs, b.firstAbs), isStart: false };
  if (a.isStart !== b.isStart) return a.isStart ? a : b;
  return b.firstAbs < a.firstAbs ? b : a;
}

/** Undefined where there is none below 2^53. */
const seqAfter = (seq: number | undefined): number | undefined =>
  seq === undefined || seq < 0 || seq === Number.MAX_SAFE_INTEGER ? undefined : seq + 1;

function changeOf(record: RecordView): Change | undefined {
  const epochAt = record.lastPayloadOf(Key.epochId, 8);
  const oldHash = hashOf(record, Key.defHashOld);
  const newHash = hashOf(record, Key.defHashNew);
  const epochId = epochAt < 0 ? -1 : readSafeU64(record.bytes, epochAt);
  return epochId < 0 || oldHash === undefined || newHash === undefined ? undefined : { epochId, oldHash, newHash };
}

/** The carriage hash in a Bytes slot of 8 bytes, or the first 8 of a whole SHA-256, as hex. */
function hashOf(record: RecordView, key: number): string | undefined {
  const { bytes, start, slotsEnd } = record;
  for (let at = start + Offset.slots; at < slotsEnd; at = nextSlot(bytes, at)) {
    const length = bytes[at + 3];
    if (readU16(bytes, at) !== key || (length !== 8 && length !== 32)) continue;
    return hexText(bytes, at + SLOT_HEADER_LENGTH, 8);
  }
  return undefined;
}

const isHash = hexOf(16);
const isOptionalHash = optional(isHash);
const isOptionalCount = optional(isCount);

/** Pointer to the first thing in a saved state that cannot be, or undefined. */
function whatIsBroken(state: unknown): string | undefined {
  if (!isObject(state) || state.version !== 1) return '/version';
  const { facts, latest, stretch, pending } = state;
  if (!Array.isArray(facts) || facts.length > MAX_KNOWN_EPOCHS) return '/facts';
  let above = -1;
  for (let i = 0; i < facts.length; i++) {
    const fact: unknown = facts[i];
    if (
      !isObject(fact) ||
      !isCount(fact.epochId) ||
      fact.epochId <= above ||
      !isCount(fact.firstAbs) ||
      typeof fact.isStart !== 'boolean' ||
      !isOptionalHash(fact.hash) ||
      !isOptionalHash(fact.prevHash)
    )
      return `/facts/${i}`;
    above = fact.epochId;
  }
  if (latest !== undefined && (!isObject(latest) || !isCount(latest.epochId) || !isCount(latest.firstAbs)))
    return '/latest';
  if (
    pending !== undefined &&
    (!isObject(pending) || !isCount(pending.epochId) || !isHash(pending.oldHash) || !isHash(pending.newHash))
  )
    return '/pending';
  if (
    stretch !== undefined &&
    (!isObject(stretch) ||
      !isCount(stretch.firstAbs) ||
      typeof stretch.runId !== 'string' ||
      parseU64(stretch.runId) === undefined ||
      !isOptionalCount(stretch.loggerSeq))
  )
    return '/stretch';
  return undefined;
}
