import should from 'should';
import { RingPosition } from '../../../../lib/reader/judge/ring-position';
import { EventType, Key, RecordView, decodeRecord } from '../../../../lib/wire';
import { encoded, startedSlots, udintSlot } from '../../../support/records';
import { seeded, Seeded } from '../../../support/seeded';
import { FakePlc } from '../fake-plc';
import { CAPACITY, sampleOf, shown } from './cases';

/** A record as a producer of several runs and sources may write it, with gaps, repeats, heartbeats and starts. */
function randomRecord(random: Seeded, seqs: Map<number, number>, runId: number, timeNs: bigint): RecordView {
  const sourceId = random.below(5);
  const seq = (seqs.get(sourceId) ?? 0) + (random.below(6) === 0 ? random.below(4) : 0);
  seqs.set(sourceId, seq + 1);
  const kind = random.below(10);
  const bytes = encoded({
    sourceId,
    seq,
    runId,
    timeNs,
    ...(kind === 0
      ? { eventTypeId: EventType.Heartbeat, slots: [udintSlot(Key.intervalMs, 100 + random.below(3))] }
      : {}),
    ...(kind === 1 ? { eventTypeId: EventType.LoggerStarted, slots: startedSlots(true) } : {})
  });
  return decodeRecord(bytes) as RecordView;
}

/** One step of reading, drawn from `random`: mostly a record, now and then a jump or a new life. */
function step(position: RingPosition, plc: FakePlc, random: Seeded, seqs: Map<number, number>): void {
  const kind = random.below(40);
  const image = sampleOf(plc);
  if (kind === 0) return position.passOver(position.cursor + 4 * random.below(50), random.below(9), image);
  if (kind === 1) return position.seek(4 * random.below(200));
  if (kind === 2) return position.beginAnew(image, 0);
  if (kind === 3) return position.goOnAnew(image, random.below(2) === 0);
  if (kind === 4) {
    position.epochs.observeSnapshot({
      epochId: random.below(3),
      epochFirstAbs: position.cursor,
      definitionHash: '1111111111111111',
      prevDefinitionHash: '0000000000000000'
    });
    return;
  }
  const runId = random.below(8) === 0 ? 2 : 1;
  const record = randomRecord(random, seqs, runId, BigInt(random.below(1_000_000)));
  const result = position.accounting.account(record);
  if (!result.ok || result.kind === 'repeat') return;
  position.epochs.observeRecord(position.cursor, record);
  position.passed(position.cursor, record);
}

function steps(position: RingPosition, seed: number, count: number): void {
  const plc = new FakePlc(CAPACITY);
  plc.fill(1);
  const random = seeded(seed);
  const seqs = new Map<number, number>();
  for (let i = 0; i < count; i++) step(position, plc, random, seqs);
}

function positionOf(seed: number): RingPosition {
  const plc = new FakePlc(CAPACITY);
  plc.fill(1);
  const position = new RingPosition('plc/7', sampleOf(plc));
  position.begin('oldest');
  position.maybeDeliveredBelow = seeded(seed).below(2000);
  steps(position, seed, 60);
  // The saved form of each account is kept once it was made: made here, it is no change.
  position.toSaved();
  return position;
}

describe('a draft of a position', () => {
  it('changes nothing of its origin, whatever it takes', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const origin = positionOf(seed);
      const before = shown(origin);
      const draft = origin.draft();
      steps(draft, seed + 1000, 80);
      const draftOfDraft = draft.draft();
      steps(draftOfDraft, seed + 2000, 40);
      draftOfDraft.toSaved();
      shown(origin).should.equal(before, `seed ${seed}`);
    }
  });

  it('comes to the same as the position itself would have', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const drafted = positionOf(seed).draft();
      const direct = positionOf(seed);
      for (let part = 0; part < 4; part++) {
        steps(drafted, seed * 10 + part, 20);
        steps(direct, seed * 10 + part, 20);
      }
      const saved = direct.toSaved();
      should(drafted.draft().toSaved()).eql(saved, `seed ${seed}`);
      drafted.incarnation.should.equal(direct.incarnation);
      drafted.reached.should.equal(direct.reached);
    }
  });

  it('is no other than its origin before it takes anything', () => {
    const origin = positionOf(5);
    should(origin.draft().toSaved()).eql(origin.toSaved());
  });
});
