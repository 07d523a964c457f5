import { BoundedMap } from '../base';
import type { OpenotCode } from '../base/codes';
import { LossItem } from '../stream/items';
import { Offset, readU32, RecordView, u64Of } from '../wire';
import { droppedRange, isCheckpoint } from './claims';
import { LossDelta, SourceAccount, SourceState } from './source-account';
import { LossState, LossStateError, readLossState, RunState, sourceState } from './state';

/**
 * Runs whose accounts are kept, the last ones used. Records come in ring order and a cold start never goes back to an
 * earlier run, so a run this far back has no record left to come.
 */
export const MAX_RUNS = 8;
/**
 * Sources kept per run. No account can be given up soundly (its next record would count as a loss from 0), so the next
 * source is refused.
 */
export const MAX_SOURCES_PER_RUN = 65_536;

/**
 * What became of one record. `losses` go out BEFORE it, in this order.
 * fresh: new data. repeat: its seq is below the expected one, so it is not new data and never handed on; `losses` can
 * then hold upgrades only. refused (ok false): it cannot be accounted for, nothing was changed.
 */
export type AccountResult =
  | { readonly ok: true; readonly kind: 'fresh'; readonly losses: readonly LossItem[] }
  | { readonly ok: true; readonly kind: 'repeat'; readonly expectedSeq: number; readonly losses: readonly LossItem[] }
  | { readonly ok: false; readonly kind: 'refused'; readonly code: OpenotCode; readonly message: string };

/** The account of one source. delivered + lost = next - base, always. */
export interface SourceSummary {
  /** Decimal text. */
  readonly runId: string;
  readonly sourceId: number;
  /** First seq that counts: 0, or the first one seen where reading began at the newest record. */
  readonly base: number;
  /** The seq expected next. */
  readonly next: number;
  readonly delivered: number;
  readonly lost: number;
  /** Of the lost: known by the producer's word. */
  readonly authoritative: number;
}

interface Run {
  readonly low: number;
  readonly high: number;
  readonly id: string;
  readonly sources: Map<number, SourceAccount>;
  /**
   * Sources that may be changed here. In a draft those of its origin are copied first, and as long as the map itself is
   * the origin's (`shared`) nothing of the run may be.
   */
  readonly own: Set<number> | 'all' | 'shared';
}

const nothing: readonly LossItem[] = [];
const inOrder: AccountResult = { ok: true, kind: 'fresh', losses: nothing };

/**
 * Loss accounting of one stream in one incarnation, per (run id, source id), after the clipped rule of docs/format.md
 * 9.
 * Reports deltas: each lost seq once, with the basis known when the record that revealed it has been accounted for in
 * full; a later rise of the basis is an `upgrade` item with the same range, which adds nothing to any sum.
 * Feed it records in ring order. A record in sequence costs no allocation. A new incarnation needs a new object.
 *
 * @example
 * ```ts
 * import { LossAccounting } from '@openot/node-red/loss';
 * import { decodeRecord } from '@openot/node-red/wire';
 *
 * const accounting = new LossAccounting();
 * const record = decodeRecord(Buffer.alloc(44));
 * const result = record.ok ? accounting.account(record) : undefined;
 * if (result?.ok && result.kind === 'fresh') for (const { count, basis } of result.losses) console.log(count, basis);
 * ```
 */
export class LossAccounting {
  private readonly runs = new BoundedMap<string, Run>(MAX_RUNS);
  private current: Run | undefined;
  private joined: bigint | undefined;
  /** Sources of runs up to this one that were not met yet may have been handed on before an unclean stop. */
  private doubtfulRun: bigint | undefined;
  /** First contact was in this run, and nothing was passed over since. */
  private contactRun: bigint | undefined;
  private deliveredTotal = 0;
  private lostTotal = 0;
  private authoritativeTotal = 0;

  /**
   * Begin in the middle of a run (`startFrom: newest`, a seek): each source of it, and of the runs before it, starts at
   * its first record seen from now on. Sources seen before, and every later run, are counted from seq 0.
   */
  startAt(runId: bigint): void {
    this.joined = runId;
  }

  /**
   * First contact with a ring in this run, at its oldest record: what is missing before the first record of a source of
   * this run, or of one before it, was overwritten before, and is no loss. Until `contactOver`.
   */
  contact(runId: bigint): void {
    this.contactRun = runId;
  }

  /** Nothing was passed over since first contact. */
  get isContact(): boolean {
    return this.contactRun !== undefined;
  }

  /** Something was passed over since first contact: what a source lacks before its first record may lie there. */
  contactOver(): void {
    this.contactRun = undefined;
  }

  /**
   * Records were passed over that may have been delivered before an unclean stop, of whatever sources, none of a run
   * after this one: the next gap of each source is `indeterminate` (docs/format.md 9).
   */
  doubt(runId: bigint): void {
    this.doubtfulRun = runId;
    for (const { id } of [...this.runs.values()]) {
      const run = this.own(this.runs.get(id) as Run);
      for (const sourceId of [...run.sources.keys()]) {
        const source = ownSource(run, sourceId) as SourceAccount;
        source.doubtful = true;
        source.state = undefined;
      }
    }
  }

  /**
   * A working copy: what it is given changes nothing here, so a reader can try out what follows and drop it. Costs what
   * is changed, not what is known. This one must not be changed while the copy is in use.
   */
  draft(): LossAccounting {
    const copy = new LossAccounting();
    for (const [id, run] of this.runs) copy.runs.set(id, { ...run, sources: run.sources, own: 'shared' });
    copy.current = this.current === undefined ? undefined : copy.runs.get(this.current.id);
    copy.joined = this.joined;
    copy.doubtfulRun = this.doubtfulRun;
    copy.contactRun = this.contactRun;
    copy.deliveredTotal = this.deliveredTotal;
    copy.lostTotal = this.lostTotal;
    copy.authoritativeTotal = this.authoritativeTotal;
    return copy;
  }

  /** Takes one record. */
  account(record: RecordView): AccountResult {
    const { bytes, start } = record;
    const seq = record.safeSeq;
    if (seq < 0) return seqTooLarge(record);
    const run = this.own(this.runOf(readU32(bytes, start + Offset.runId), readU32(bytes, start + Offset.runId + 4)));
    const sourceId = record.sourceId;
    const timeLow = readU32(bytes, start + Offset.sourceTimeNs);
    const timeHigh = readU32(bytes, start + Offset.sourceTimeNs + 4);
    let isContact = false;
    let source = ownSource(run, sourceId);
    if (source === undefined) {
      if (run.sources.size >= MAX_SOURCES_PER_RUN) return tooManySources(run.id, sourceId);
      const base = this.joined !== undefined && BigInt(run.id) <= this.joined ? seq : 0;
      isContact = this.contactRun !== undefined && BigInt(run.id) <= this.contactRun;
      source = new SourceAccount(base, base, this.doubtfulRun !== undefined && BigInt(run.id) <= this.doubtfulRun);
      run.sources.set(sourceId, source);
      if (typeof run.own === 'object') run.own.add(sourceId);
    }
    const dropped = droppedRange(record);
    if (seq === source.next && dropped === undefined && source.waiting.length === 0 && !source.doubtful) {
      source.next = seq + 1;
      source.state = undefined;
      source.at(timeLow, timeHigh);
      this.deliveredTotal++;
      return inOrder;
    }
    if (seq < source.next) {
      return {
        ok: true,
        kind: 'repeat',
        expectedSeq: source.next,
        losses: dropped === undefined ? nothing : this.report(run.id, sourceId, source.name(dropped))
      };
    }
    this.deliveredTotal++;
    const after = source.lastTimeNs;
    const deltas = source.advance(seq, dropped, isCheckpoint(record), isContact);
    source.at(timeLow, timeHigh);
    if (deltas.length === 0) return inOrder;
    return { ok: true, kind: 'fresh', losses: this.report(run.id, sourceId, deltas, after, source.lastTimeNs) };
  }

  /**
   * True when the record's seq is at or above the one expected. Changes nothing: for the check before a record is
   * believed.
   */
  isFresh(record: RecordView): boolean {
    const { bytes, start } = record;
    const seq = record.safeSeq;
    if (seq < 0) return false;
    const run = this.findRun(readU32(bytes, start + Offset.runId), readU32(bytes, start + Offset.runId + 4));
    const source = run?.sources.get(record.sourceId);
    return source === undefined || seq >= source.next;
  }

  /** The lowest seq that would be new data of this record's source; 0 for a source not seen yet. Changes nothing. */
  expectedOf(record: RecordView): number {
    const { bytes, start } = record;
    const run = this.findRun(readU32(bytes, start + Offset.runId), readU32(bytes, start + Offset.runId + 4));
    return run?.sources.get(record.sourceId)?.next ?? 0;
  }

  /**
   * Counting of this source begins (again) at this seq: for whoever joins a stream in the middle and is told where.
   * What was known of it is forgotten.
   */
  beginAt(runId: bigint, sourceId: number, next: number): void {
    const run = this.own(this.runOf(Number(runId & 0xffff_ffffn), Number(runId >> 32n)));
    run.sources.set(sourceId, new SourceAccount(next, next));
    if (typeof run.own === 'object') run.own.add(sourceId);
  }

  /** The lowest seq that would be new data; 0 for a source not seen yet. */
  expectedSeq(runId: bigint, sourceId: number): number {
    return this.find(runId, sourceId)?.next ?? 0;
  }

  /** Records delivered of a source, every kind counted. */
  delivered(runId: bigint, sourceId: number): number {
    return this.find(runId, sourceId)?.delivered ?? 0;
  }

  /** Seqs lost of a source, as far as a later record has shown. */
  lost(runId: bigint, sourceId: number): number {
    return this.find(runId, sourceId)?.lost ?? 0;
  }

  /** Sums over all runs, those no longer kept included. They stop at 2^53-1. */
  totals(): { delivered: number; lost: number; authoritative: number } {
    return { delivered: this.deliveredTotal, lost: this.lostTotal, authoritative: this.authoritativeTotal };
  }

  /** One line per source, runs in the order of last use, sources ascending. */
  sources(): SourceSummary[] {
    const lines: SourceSummary[] = [];
    for (const run of this.runs.values()) {
      for (const [sourceId, account] of [...run.sources].sort((a, b) => a[0] - b[0])) {
        const { base, next, delivered, lost, authoritative } = account;
        lines.push({ runId: run.id, sourceId, base, next, delivered, lost, authoritative });
      }
    }
    return lines;
  }

  /** The whole state as plain JSON. What did not change since the last time is the same object: never change it. */
  toJSON(): LossState {
    const runs: RunState[] = [...this.runs.values()].map((run) => ({ runId: run.id, sources: statesOf(run.sources) }));
    const totals = { delivered: this.deliveredTotal, lost: this.lostTotal, authoritative: this.authoritativeTotal };
    return {
      version: 1,
      ...(this.joined === undefined ? {} : { joined: this.joined.toString() }),
      ...(this.contactRun === undefined ? {} : { contact: this.contactRun.toString() }),
      ...(this.doubtfulRun === undefined ? {} : { doubtfulRun: this.doubtfulRun.toString() }),
      totals,
      runs
    };
  }

  /** The accounting a saved state describes, or what is wrong with the state: it is never read in part. */
  static fromJSON(value: unknown): { readonly ok: true; readonly accounting: LossAccounting } | LossStateError {
    const state = readLossState(value, MAX_RUNS, MAX_SOURCES_PER_RUN);
    if (!state.ok) return state;
    const accounting = new LossAccounting();
    accounting.joined = state.joined === undefined ? undefined : BigInt(state.joined);
    accounting.contactRun = state.contact === undefined ? undefined : BigInt(state.contact);
    accounting.doubtfulRun = state.doubtfulRun === undefined ? undefined : BigInt(state.doubtfulRun);
    accounting.deliveredTotal = state.totals.delivered;
    accounting.lostTotal = state.totals.lost;
    accounting.authoritativeTotal = state.totals.authoritative;
    for (const { runId, sources } of state.runs) accounting.addRun(runId, sources);
    return { ok: true, accounting };
  }

  /** `after`, `before`: source times of the records around the gap that is new. */
  private report(
    runId: string,
    sourceId: number,
    deltas: readonly LossDelta[],
    after?: bigint,
    before?: bigint
  ): LossItem[] {
    return deltas.map(({ first, last, basis, upgrade, class: lossClass }) => {
      const count = last - first + 1;
      if (!upgrade) this.lostTotal = sum(this.lostTotal, count);
      if (basis === 'authoritative') this.authoritativeTotal = sum(this.authoritativeTotal, count);
      const item: LossItem = {
        kind: 'loss',
        runId,
        sourceId,
        firstSeq: first,
        lastSeq: last,
        count,
        basis,
        class: lossClass
      };
      if (upgrade) item.upgrade = true;
      else {
        if (after !== undefined) item.afterTimeNs = after.toString();
        if (before !== undefined) item.beforeTimeNs = before.toString();
      }
      return item;
    });
  }

  private find(runId: bigint, sourceId: number): SourceAccount | undefined {
    return this.runs.get(runId.toString())?.sources.get(sourceId);
  }

  private findRun(low: number, high: number): Run | undefined {
    const run = this.current;
    if (run !== undefined && run.low === low && run.high === high) return run;
    return this.runs.get(runText(low, high));
  }

  /** The run with a map of its own, made when it is first changed in a draft. */
  private own(run: Run): Run {
    if (run.own !== 'shared') return run;
    const own: Run = { ...run, sources: new Map(run.sources), own: new Set() };
    this.runs.set(run.id, own);
    if (this.current === run) this.current = own;
    return own;
  }

  private runOf(low: number, high: number): Run {
    const run = this.current;
    if (run !== undefined && run.low === low && run.high === high) return run;
    const id = runText(low, high);
    const known = this.runs.get(id);
    if (known === undefined) return this.addRun(id, new Map());
    // Re-inserted at the end, so that the map's order is that of last use.
    this.runs.set(id, known);
    this.current = known;
    return known;
  }

  private addRun(id: string, sources: Map<number, SourceAccount>): Run {
    const value = BigInt(id);
    const run: Run = { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n), id, sources, own: 'all' };
    this.runs.set(id, run);
    this.current = run;
    return run;
  }
}

/** The account of a source, copied first where it is still the origin's. */
function ownSource(run: Run, sourceId: number): SourceAccount | undefined {
  const source = run.sources.get(sourceId);
  if (source === undefined || typeof run.own !== 'object' || run.own.has(sourceId)) return source;
  const copy = source.copy();
  run.sources.set(sourceId, copy);
  run.own.add(sourceId);
  return copy;
}

/**
 * One line per source, made anew only where the account changed: a checkpoint after every batch must not cost what all
 * sources cost.
 */
function statesOf(sources: ReadonlyMap<number, SourceAccount>): SourceState[] {
  const states: SourceState[] = new Array<SourceState>(sources.size);
  let at = 0;
  for (const [id, account] of sources) states[at++] = account.state ??= sourceState(id, account);
  return states;
}

/** A corrupt producer can lose 2^53 seqs of every source: the sum stays a number that can be saved. */
const sum = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

const runText = (low: number, high: number): string => (high === 0 ? String(low) : u64Of(low, high).toString());

function seqTooLarge(record: RecordView): AccountResult {
  const message =
    `a seq above 2^53-1 cannot be accounted for: found ${record.seq} of source ${record.sourceId} in run ` +
    `${record.runId}; the producer's seq counter is corrupt, restart it`;
  return { ok: false, kind: 'refused', code: 'OPENOT_SEQ_TOO_LARGE', message };
}

function tooManySources(runId: string, sourceId: number): AccountResult {
  const message =
    `at most ${MAX_SOURCES_PER_RUN} sources of one run can be accounted for: source ${sourceId} of run ${runId} is ` +
    'one more; check that source ids are not made up per event';
  return { ok: false, kind: 'refused', code: 'OPENOT_LOSS_TOO_MANY_SOURCES', message };
}
