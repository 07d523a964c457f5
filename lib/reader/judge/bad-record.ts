import { PlacedRecord } from '../../ring';
import { RecordView } from '../../wire';
import { FlatWindow } from '../observe/window';
import { ReaderSettings } from '../settings';
import { AcceptBounds, BadPlace } from './accept-records';
import { AnchorCheck } from './anchor';
import { RingPosition } from './ring-position';
import type { Learnt, SeqChain } from './ring-state';
import { searchRecord } from './search-record';
import { Streak } from './streak';

/**
 * What to do about a place where no record could be handed on: read it again, pass it over (docs/reader.md says search:
 * row 12 looks for where reading goes on), or believe that the ring began anew.
 */
export type BadRecordVerdict = 'wait' | 'skip' | 'newIncarnation';

/** Bytes that look like those of the lap before are waited for this many times as long as a copy may be old. */
const OLD_LAP_PATIENCE = 6;

/** One reading of a bad place. */
export interface BadReading {
  readonly position: RingPosition;
  readonly window: FlatWindow;
  readonly bounds: AcceptBounds;
  readonly place: BadPlace;
  readonly anchor: AnchorCheck;
  /** For how long nothing could be handed on, this reading included. */
  readonly streak: Streak;
  readonly learnt: Learnt;
}

type Policy = Pick<ReaderSettings, 'maxRereads' | 'rereadMs'>;

/**
 * Judges such places, poll after poll (docs/reader.md). The last record handed on stands where it stood, so this is
 * the ring we know; what follows it may be torn, or still the lap before in an old copy, or broken, or repeated by the
 * producer. Nothing is passed over that another reading could still bring.
 */
export function judgeBadRecord(
  reading: BadReading,
  policy: Policy
): { readonly verdict: BadRecordVerdict; readonly learnt: Learnt } {
  const { position, place, streak } = reading;
  const { repeated, provenAbs } = reading.learnt;
  if (streak.times <= policy.maxRereads) return { verdict: 'wait', learnt: { repeated } };
  const record = place.reason === 'OPENOT_SEQ_WENT_BACK' ? place.notNew : undefined;
  const found = record === undefined ? unreadable(reading, policy) : repeat(reading, record, policy);
  // The parts of one window may come from copies of different ages: the place must be read once more after its proof
  // was.
  if (found === 'proven' && provenAbs !== place.abs)
    return { verdict: 'wait', learnt: { repeated, provenAbs: place.abs } };
  const verdict = found === 'proven' ? 'skip' : found;
  const proof = found === 'proven' ? { provenAbs: place.abs } : {};
  if (verdict !== 'skip' || record === undefined || !position.isLatest(record))
    return { verdict, learnt: { repeated, ...proof } };
  return { verdict, learnt: { repeated: chainOf(position, record), ...proof } };
}

/**
 * Bytes that are no record, or one that cannot be handled. What is later and whole behind them proves that they will
 * not change.
 */
function unreadable(reading: BadReading, policy: Policy): BadRecordVerdict | 'proven' {
  const { position, window, bounds, place, anchor } = reading;
  // Only behind the last record handed on is it certain that what is later is of this lap.
  const isAnchored = anchor === 'stands';
  const next = searchRecord(position, window, place.abs, Math.min(bounds.headAbs, bounds.trustedHead));
  if (isAnchored && next.isProof) return 'proven';
  return hasLasted(reading, next.metOld ? OLD_LAP_PATIENCE : 1, policy) ? 'skip' : 'wait';
}

/** A record whose seq is below the expected one: row 15b where it is later than all that was handed on, else 15c. */
function repeat(reading: BadReading, record: RecordView, policy: Policy): BadRecordVerdict | 'proven' {
  const { position, place, anchor, learnt } = reading;
  const isAnchored = anchor === 'stands';
  const { goesOn, wentBack } = following(position, place.following ?? [], record);
  // Later than anything handed on: no old copy shows that, so it was written anew.
  if (position.isLatest(record)) {
    const again = learnt.repeated !== undefined && isSameChain(learnt.repeated, chainOf(position, record));
    if (wentBack || again) return hasLasted(reading, 1, policy) ? 'newIncarnation' : 'wait';
    // Alone at the end of the ring: the next record will tell. It was handed on once, so nothing is missing meanwhile.
    if (!goesOn) return 'wait';
    if (hasLasted(reading, 1, policy)) return 'skip';
    return isAnchored ? 'proven' : 'wait';
  }
  if (hasLasted(reading, OLD_LAP_PATIENCE, policy)) return 'skip';
  return isAnchored && goesOn ? 'proven' : 'wait';
}

/**
 * Long enough that no old copy shows it: since the first reading, and also since head was seen to have passed the
 * place.
 */
function hasLasted({ streak, place, bounds }: BadReading, factor: number, { rereadMs }: Policy): boolean {
  return streak.ms >= factor * rereadMs && place.abs < bounds.settledHead;
}

const chainOf = (position: RingPosition, { runId, sourceId }: RecordView): SeqChain => ({
  runId,
  sourceId,
  expected: position.accounting.expectedSeq(runId, sourceId)
});

const isSameChain = (a: SeqChain, b: SeqChain): boolean =>
  a.runId === b.runId && a.sourceId === b.sourceId && a.expected === b.expected;

/** What follows a record that is not new. */
interface Following {
  /** A new record, not older than the last one handed on: so these bytes are of this lap. */
  readonly goesOn: boolean;
  /** Another record that is not new and yet later than the last one handed on. */
  readonly wentBack: boolean;
}

/** Up to where the source of the repeated record goes on, or to the end of what is there. */
function following(position: RingPosition, records: readonly PlacedRecord[], repeated: RecordView): Following {
  let goesOn = false;
  for (const { record } of records) {
    if (position.isOlder(record)) continue;
    if (!position.isNew(record)) {
      // A record that was handed on already, as an old copy shows it, is none that went back.
      if (position.isLatest(record)) return { goesOn, wentBack: true };
      continue;
    }
    goesOn = true;
    if (record.sourceId === repeated.sourceId) break;
  }
  return { goesOn, wentBack: false };
}
