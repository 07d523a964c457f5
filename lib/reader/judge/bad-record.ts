import { PlacedRecord } from '../../ring';
import { RecordView } from '../../wire';
import { Standing } from './anchor';
import { HarvestBounds, Trouble } from './accept-records';
import { Memory } from './ring-position';
import { Patience } from './streak';
import { ReaderSettings } from '../settings';
import { searchRecord } from './search-record';
import { FlatWindow } from '../observe/window';

/** What to do about a place where the walk could not go on. */
export type Decision = 'wait' | 'skip' | 'anew';

/** Bytes that look like those of the lap before are waited for this many times as long as a copy may be old. */
const OLD_LAP_PATIENCE = 6;

/** What follows a record that is not new. */
interface Following {
  /** A new record, not older than the last one handed on: so these bytes are of this lap. */
  readonly goesOn: boolean;
  /** Another record that is not new and yet later than the last one handed on. */
  readonly wentBack: boolean;
}

/**
 * Judges such places, poll after poll (docs/design.md 5). The last record handed on stands where it stood, so this is
 * the ring we know; what follows it may be torn, or still the lap before in an old copy, or broken, or repeated by the
 * producer. Nothing is passed over that another reading could still bring.
 */
export class TroubleJudge {
  /** Since when nothing could be handed on, through laps too. */
  readonly patience = new Patience();
  /** Source of the last record passed over as a repeat: when it repeats again, its seqs began anew. */
  private repeated: { readonly runId: bigint; readonly sourceId: number; readonly expected: number } | undefined;
  /** Place behind which the last reading showed that these bytes are of this lap. */
  private provenAbs: number | undefined;

  constructor(private readonly settings: Pick<ReaderSettings, 'maxRereads' | 'rereadMs'>) {}

  judge(
    memory: Memory,
    window: FlatWindow,
    bounds: HarvestBounds,
    trouble: Trouble,
    standing: Standing,
    nowMs: number
  ): Decision {
    this.patience.note(nowMs);
    const { provenAbs } = this;
    this.provenAbs = undefined;
    if (this.patience.times <= this.settings.maxRereads) return 'wait';
    // Only behind the last record handed on is it certain that what is later is of this lap.
    const isAnchored = standing === 'stands';
    const record = trouble.reason === 'OPENOT_SEQ_WENT_BACK' ? trouble.notNew : undefined;
    const found =
      record === undefined
        ? this.unreadable(memory, window, bounds, trouble, isAnchored)
        : this.notNew(memory, bounds, trouble, record, isAnchored);
    // The parts of one window may come from copies of different ages: the place must be read once more after its proof
    // was.
    if (found === 'proven') this.provenAbs = trouble.abs;
    const decision = found !== 'proven' ? found : provenAbs === trouble.abs ? 'skip' : 'wait';
    if (decision === 'skip' && record !== undefined && memory.isLatest(record))
      this.repeated = {
        runId: record.runId,
        sourceId: record.sourceId,
        expected: memory.accounting.expectedSeq(record.runId, record.sourceId)
      };
    return decision;
  }

  reset(): void {
    this.patience.reset();
  }

  /**
   * Bytes that are no record, or one that cannot be handled. What is later and whole behind them proves that they will
   * not change.
   */
  private unreadable(
    memory: Memory,
    window: FlatWindow,
    bounds: HarvestBounds,
    trouble: Trouble,
    isAnchored: boolean
  ): Decision | 'proven' {
    if (isAnchored && trouble.notNew !== undefined && !memory.isOlder(trouble.notNew)) return 'proven';
    const next = searchRecord(memory, window, trouble.abs, Math.min(bounds.headAbs, bounds.trustedHead));
    if (isAnchored && next.isProof) return 'proven';
    return this.hasLasted(bounds, trouble, next.metOld ? OLD_LAP_PATIENCE : 1) ? 'skip' : 'wait';
  }

  private notNew(
    memory: Memory,
    bounds: HarvestBounds,
    trouble: Trouble,
    record: RecordView,
    isAnchored: boolean
  ): Decision | 'proven' {
    const { goesOn, wentBack } = following(memory, trouble.following ?? [], record);
    const expected = memory.accounting.expectedSeq(record.runId, record.sourceId);
    // Later than anything handed on: no old copy shows that, so it was written anew.
    if (memory.isLatest(record)) {
      const again =
        this.repeated !== undefined &&
        this.repeated.runId === record.runId &&
        this.repeated.sourceId === record.sourceId &&
        this.repeated.expected === expected;
      if (wentBack || again) return this.hasLasted(bounds, trouble, 1) ? 'anew' : 'wait';
      // Alone at the end of the ring: the next record will tell. It was handed on once, so nothing is missing
      // meanwhile.
      if (!goesOn) return 'wait';
      if (this.hasLasted(bounds, trouble, 1)) return 'skip';
      return isAnchored ? 'proven' : 'wait';
    }
    if (this.hasLasted(bounds, trouble, OLD_LAP_PATIENCE)) return 'skip';
    return isAnchored && goesOn ? 'proven' : 'wait';
  }

  /** Longer than a copy may be old, counted from when head had passed the place. */
  private hasLasted(bounds: HarvestBounds, trouble: Trouble, factor: number): boolean {
    return this.patience.ms >= factor * this.settings.rereadMs && trouble.abs < bounds.settledHead;
  }
}

/** Up to where the source of the repeated record goes on, or to the end of what is there. */
function following(memory: Memory, records: readonly PlacedRecord[], repeated: RecordView): Following {
  let goesOn = false;
  for (const { record } of records) {
    if (memory.isOlder(record)) continue;
    if (!memory.isNew(record)) {
      // A record that was handed on already, as an old copy shows it, is none that went back.
      if (memory.isLatest(record)) return { goesOn, wentBack: true };
      continue;
    }
    goesOn = true;
    if (record.sourceId === repeated.sourceId) break;
  }
  return { goesOn, wentBack: false };
}
