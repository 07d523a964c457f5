import 'should';
import { EpochTracker, KnownEpoch } from '../../../lib/ring';
import { decodeRecord, EventType, Key, RecordView, Slot } from '../../../lib/wire';
import { bytesSlot, encoded, startedSlots, ulintSlot } from '../../support/records';
import { Seeded, seeded } from '../../support/seeded';
import { rounds } from '../../support/rounds';

const HISTORIES = rounds(1000, 3000);

/** A record in the ring, and the hash of the definition it was really written with. */
interface Written {
  readonly abs: number;
  readonly record: RecordView;
  readonly hash: string;
}

/** A producer that keeps to the rules of docs/format.md 10, with everything they allow. */
class Plant {
  readonly ring: Written[] = [];
  headAbs: number;
  epochId = 1;
  epochFirstAbs: number;
  hash: string;
  prevHash = '0'.repeat(16);
  private runId = 1;
  private readonly seqs = new Map<number, number>();

  constructor(private readonly random: Seeded) {
    this.headAbs = this.epochFirstAbs = random.below(3) === 0 ? 0 : random.below(5000);
    this.hash = this.anyHash();
    if (random.below(2) === 0) this.start(true);
  }

  /** Few hashes, so that an earlier definition often comes back. */
  anyHash(): string {
    return 'abc'[this.random.below(3)].repeat(16);
  }

  write(sourceId: number, eventTypeId: number, slots: readonly Slot[] = []): number {
    const seq = this.seqs.get(sourceId) ?? 0;
    this.seqs.set(sourceId, seq + 1);
    const record = decodeRecord(encoded({ runId: this.runId, sourceId, seq, eventTypeId, slots })) as RecordView;
    const abs = this.headAbs + (this.random.below(10) === 0 ? 4 * this.random.below(10) : 0);
    this.ring.push({ abs, record, hash: this.hash });
    this.headAbs = abs + record.length;
    return abs;
  }

  message(): void {
    this.write(1 + this.random.below(3), EventType.Message);
  }

  /** Another definition, or the same anew: warm or cold; now and then the DefinitionChanged cannot be written. */
  change(): void {
    const next = this.anyHash();
    const cold = this.random.below(3) === 0;
    this.write(0, EventType.LoggerStopped);
    const slots = [
      bytesSlot(Key.defHashOld, Buffer.from(this.hash, 'hex')),
      bytesSlot(Key.defHashNew, Buffer.from(next, 'hex')),
      ulintSlot(Key.epochId, this.epochId + 1)
    ];
    if (this.random.below(6) > 0) this.write(0, EventType.DefinitionChanged, slots);
    this.prevHash = this.hash;
    this.hash = next;
    this.epochId++;
    if (cold) this.newRun();
    this.epochFirstAbs = this.start(cold);
  }

  /**
   * A cold start that leaves the definition as it is. Whether it opens an epoch of its own is the producer's choice.
   */
  restart(): void {
    this.newRun();
    const abs = this.start(true);
    if (this.random.below(2) === 0) return;
    this.prevHash = this.hash;
    this.epochFirstAbs = abs;
    if (this.random.below(2) === 0) this.epochId++;
  }

  private newRun(): void {
    this.runId++;
    this.seqs.clear();
  }

  private start(cold: boolean): number {
    return this.write(0, EventType.LoggerStarted, startedSlots(cold));
  }
}

type Look = Parameters<EpochTracker['observeSnapshot']>[0];

/**
 * The rule by which a definition is bound, the careless way: the last known start below the current epoch's decides.
 */
function priorOf(look: Look, known: readonly KnownEpoch[]): KnownEpoch | undefined {
  const below = known.filter(({ firstAbs }) => firstAbs < look.epochFirstAbs);
  const last = below[below.length - 1];
  return last !== undefined && last.hash === look.prevDefinitionHash ? last : undefined;
}

/**
 * A reader that looks now and then, reads in pieces, falls behind, and is restarted. Returns how many records it bound
 * to the prior epoch.
 */
function play(seed: number): { prior: number; stale: number } {
  const random = seeded(seed);
  const plant = new Plant(random);
  const counts = { prior: 0, stale: 0 };
  let tracker = new EpochTracker();
  let next = 0;
  const overwriting = random.below(2) === 0;
  const busy = 1 + random.below(12);
  for (let n = 0; n < 60; n++) {
    for (let i = random.below(busy); i > 0; i--) {
      const action = random.below(16);
      if (action === 0) plant.change();
      else if (action === 1) plant.restart();
      else plant.message();
    }
    const look: Look = {
      epochId: plant.epochId,
      epochFirstAbs: plant.epochFirstAbs,
      definitionHash: plant.hash,
      prevDefinitionHash: plant.prevHash
    };
    tracker.observeSnapshot(look);
    if (overwriting && random.below(6) === 0) {
      const oldest = next + random.below(plant.ring.length - next + 1);
      if (oldest > next) tracker.gap();
      next = oldest;
    }
    const batch = plant.ring.slice(next, next + random.below(10));
    next += batch.length;
    for (const { abs, record } of batch) tracker.observeRecord(abs, record);
    const known = tracker.known();
    const prior = priorOf(look, known);
    for (const { abs, hash } of batch) {
      if (abs >= look.epochFirstAbs) {
        if (hash !== look.definitionHash) throw new Error('the plant broke its own rules');
      } else if (prior !== undefined && abs >= prior.firstAbs) {
        counts.prior++;
        if (hash !== prior.hash)
          throw new Error(
            `seed ${seed}: a record at ${abs}, written with ${hash}, was bound to ${prior.hash} from ` +
              `${prior.firstAbs}; known ${JSON.stringify(known)}`
          );
      } else counts.stale++;
      // Also what nobody binds by: every known stretch holds records of its own hash only.
      const of = known.filter(({ firstAbs }) => firstAbs <= abs).pop();
      if (of !== undefined && of.hash !== hash)
        throw new Error(
          `seed ${seed}: the record at ${abs}, written with ${hash}, is not of the epoch known there: ` +
            `${JSON.stringify(known)}`
        );
    }
    if (random.below(8) === 0) {
      const again = EpochTracker.fromJSON(JSON.parse(JSON.stringify(tracker)));
      if (!again.ok) throw new Error(again.message);
      tracker = again.tracker;
    }
  }
  return counts;
}

describe('known epochs in random histories', () => {
  it(
    `${HISTORIES} rings with laps, lost changes, returning definitions and restarts: no record is bound ` +
      'to a wrong definition',
    function () {
      const sums = { prior: 0, stale: 0 };
      for (let seed = 1; seed <= HISTORIES; seed++) {
        const { prior, stale } = play(seed);
        sums.prior += prior;
        sums.stale += stale;
      }
      // A tracker that knows nothing would bind nothing wrong either.
      sums.prior.should.be.above(16 * HISTORIES);
      sums.stale.should.be.above(16 * HISTORIES);
    }
  );
});
