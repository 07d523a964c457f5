/**
 * The accounting's saved form: plain JSON, checked in full when read back, because a wrong account invents or hides
 * losses.
 */
import { countOf, isObject, isU64Text, shownValue } from '../base';
import { SeqRange } from './intervals';
import { MAX_OPEN_GAPS, MAX_WAITING_RANGES, OpenGap, SavedRange, SourceAccount, SourceState } from './source-account';

/** The accounts of one run as saved. */
export interface RunState {
  /** Decimal text. */
  runId: string;
  sources: SourceState[];
}

/** The saved form of a LossAccounting. */
export interface LossState {
  version: 1;
  /** Run that was joined in the middle, decimal text. */
  joined?: string;
  /** Run of first contact, decimal text; absent where something was passed over since. */
  contact?: string;
  /** Run up to which sources not met yet begin with an indeterminate gap, decimal text. */
  doubtfulRun?: string;
  totals: { delivered: number; lost: number; authoritative: number };
  /** In the order of last use. */
  runs: RunState[];
}

/** A state that is not one, with the place inside it. */
export interface LossStateError {
  readonly ok: false;
  readonly code: 'OPENOT_LOSS_STATE_INVALID';
  readonly message: string;
}

interface ReadState {
  readonly ok: true;
  readonly joined: string | undefined;
  readonly contact: string | undefined;
  readonly doubtfulRun: string | undefined;
  readonly totals: LossState['totals'];
  readonly runs: { runId: string; sources: Map<number, SourceAccount> }[];
}

const gapOf = ({ first, last, class: lossClass }: OpenGap): SavedRange =>
  lossClass === 'lost' ? [first, last] : [first, last, lossClass === 'indeterminate' ? 1 : 2];
const pairOf = ({ first, last }: SeqRange): SavedRange => [first, last];

/** One source's account as saved. */
export function sourceState(sourceId: number, account: SourceAccount): SourceState {
  const { base, next, lost, authoritative, open, waiting, doubtful } = account;
  const state: SourceState = [sourceId, base, next, lost, authoritative, open.map(gapOf), waiting.map(pairOf)];
  const { lastTimeNs, latestTimeNs } = account;
  if (doubtful || latestTimeNs !== undefined) state.push(doubtful ? 1 : 0);
  if (latestTimeNs !== undefined) state.push(String(lastTimeNs ?? 0));
  if (latestTimeNs !== undefined && latestTimeNs !== lastTimeNs) state.push(String(latestTimeNs));
  return state;
}

/** Reads a saved state back, whole or not at all. */
export function readLossState(value: unknown, maxRuns: number, maxSources: number): ReadState | LossStateError {
  if (!isObject(value) || value.version !== 1) return invalid('/version', '1', isObject(value) ? value.version : value);
  const { joined, totals, runs } = value;
  const { contact, doubtfulRun } = value;
  if (contact !== undefined && !isU64Text(contact)) return invalid('/contact', 'a run id as decimal text', contact);
  if (doubtfulRun !== undefined && !isU64Text(doubtfulRun))
    return invalid('/doubtfulRun', 'a run id as decimal text', doubtfulRun);
  if (joined !== undefined && !isU64Text(joined)) return invalid('/joined', 'a run id as decimal text', joined);
  if (!isObject(totals) || ![totals.delivered, totals.lost, totals.authoritative].every(isCount))
    return invalid('/totals', 'three counts', totals);
  if (!Array.isArray(runs) || runs.length > maxRuns) return invalid('/runs', `at most ${maxRuns} runs`, runs);
  const read: ReadState['runs'] = [];
  for (let r = 0; r < runs.length; r++) {
    const run: unknown = runs[r];
    if (!isObject(run) || !isU64Text(run.runId) || read.some((other) => other.runId === run.runId))
      return invalid(`/runs/${r}/runId`, 'a run id as decimal text, once', run);
    if (!Array.isArray(run.sources) || run.sources.length > maxSources)
      return invalid(`/runs/${r}/sources`, `at most ${maxSources} sources`, run.sources);
    const sources = new Map<number, SourceAccount>();
    for (let s = 0; s < run.sources.length; s++) {
      const entry: unknown = run.sources[s];
      const account = readSource(entry);
      const id = account === undefined ? -1 : ((entry as unknown[])[0] as number);
      if (account === undefined || sources.has(id))
        return invalid(`/runs/${r}/sources/${s}`, 'the account of one source, once, with sums that agree', entry);
      sources.set(id, account);
    }
    read.push({ runId: run.runId, sources });
  }
  return { ok: true, joined, contact, doubtfulRun, totals: totals as LossState['totals'], runs: read };
}

function readSource(entry: unknown): SourceAccount | undefined {
  if (!Array.isArray(entry) || entry.length < 7 || entry.length > 10) return undefined;
  const [sourceId, base, next, lost, authoritative, open, waiting, doubtful, last, latest = last] = entry as unknown[];
  if (
    !isCount(sourceId) ||
    sourceId > 0xffff_ffff ||
    !isCount(base) ||
    !isCount(next) ||
    !isCount(lost) ||
    !isCount(authoritative)
  )
    return undefined;
  if (base > next || lost > next - base || authoritative > lost) return undefined;
  const gaps = readRanges(open, base, next - 1, MAX_OPEN_GAPS, true);
  const ranges = readRanges(waiting, next, Number.MAX_SAFE_INTEGER, MAX_WAITING_RANGES);
  if (gaps === undefined || ranges === undefined || (doubtful !== undefined && doubtful !== 0 && doubtful !== 1))
    return undefined;
  if (last !== undefined && (!isU64Text(last) || !isU64Text(latest) || BigInt(latest) < BigInt(last))) return undefined;
  if (gaps.reduce((sum, gap) => sum + countOf(gap), 0) > lost - authoritative) return undefined;
  const account = new SourceAccount(base, next, doubtful === 1);
  account.lost = lost;
  account.authoritative = authoritative;
  account.open = gaps;
  account.waiting = ranges.map((range) => ({ ...range, basis: 'authoritative' }));
  for (const time of last === undefined ? [] : [BigInt(latest as string), BigInt(last)])
    account.at(Number(time & 0xffff_ffffn), Number(time >> 32n));
  return account;
}

/** Ascending, disjoint ranges inside [lowest, highest]. */
function readRanges(
  value: unknown,
  lowest: number,
  highest: number,
  limit: number,
  hasClass = false
): OpenGap[] | undefined {
  if (!Array.isArray(value) || value.length > limit) return undefined;
  const ranges: OpenGap[] = [];
  let from = lowest;
  for (const pair of value as unknown[]) {
    if (
      !Array.isArray(pair) ||
      (pair.length !== 2 && !(hasClass && pair.length === 3 && (pair[2] === 1 || pair[2] === 2)))
    )
      return undefined;
    const [first, last] = pair as unknown[];
    if (!isCount(first) || !isCount(last) || first < from || last < first || last > highest) return undefined;
    ranges.push({
      first,
      last,
      class: pair.length === 2 ? 'lost' : pair[2] === 1 ? 'indeterminate' : 'before-contact'
    });
    from = last + 1;
  }
  return ranges;
}

/** A count, a seq, or one past the highest seq there is (2^53). */
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 2 ** 53;

function invalid(pointer: string, expected: string, found: unknown): LossStateError {
  return {
    ok: false,
    code: 'OPENOT_LOSS_STATE_INVALID',
    message: `the saved loss accounting is damaged at ${pointer}: expected ${expected}, found ${shownValue(found)}`
  };
}
