import should from 'should';
import { decodeControlBlock, isConsistent, NOT_ADVERTISED, visitWindow } from '../../../lib/ring';
import { changeDefinition, highWaterAll, isMidUpdate, powerCycle, Producer, startLogger } from '../../../lib/simulator';
import { SeededRandom } from '../../../lib/simulator/random';
import { Key, text, udint } from '../../../lib/simulator/slots';
import { EventType, Flag } from '../../../lib/wire';
import { flatWindow } from '../../support/flat-window';
import { START_NS } from './support/clocked';
import { Follower, line, lineOf } from './support/follower';

const HASH = '00112233445566aa';
const NEXT_HASH = 'ffeeddccbbaa9988';
const sources = [
  { sourceId: 7, path: ['Plant', 'A'] },
  { sourceId: 9, path: ['Plant', 'B'] }
];

function producerOf(options: Partial<ConstructorParameters<typeof Producer>[0]> = {}): Producer {
  let now = START_NS;
  return new Producer({ ringBytes: 4096, clock: () => now++, definitionHash: HASH, truthLimit: 100_000, ...options });
}

/** A message of varying length, so that records meet the end of the ring at every offset. */
function logMessage(producer: Producer, sourceId: number, random: SeededRandom): void {
  producer.emit({
    sourceId,
    eventTypeId: EventType.Message,
    slots: [udint(Key.messageTemplateId, 1), text(Key.arg, 'x'.repeat(random.below(100)))]
  });
}

describe('the producer', () => {
  it('starts a run with LoggerStarted, which opens the epoch, and registers its sources', () => {
    const producer = producerOf({ runId: 5n, epochId: 3n, startAbs: 1000 });
    startLogger(producer, sources);
    const follower = new Follower(producer, 1000);
    const { epochFirstAbs, runId, epochId, definitionHash, prevDefinitionHash } = follower.snapshot();
    should({ epochFirstAbs, runId, epochId, definitionHash, prevDefinitionHash }).deepEqual({
      epochFirstAbs: 1000,
      runId: '5',
      epochId: 3,
      definitionHash: HASH,
      prevDefinitionHash: NOT_ADVERTISED
    });
    follower
      .read()
      .map(({ record }) => [record.sourceId, Number(record.seq), record.eventTypeId])
      .should.deepEqual([
        [0, 0, EventType.LoggerStarted],
        [0, 1, EventType.SourceRegistered],
        [0, 2, EventType.SourceRegistered]
      ]);
  });

  it('stands in the ring where its truth says, wrap after wrap', () => {
    const producer = producerOf({ ringBytes: 1024 });
    const follower = new Follower(producer);
    const random = new SeededRandom(3);
    startLogger(producer, sources);
    for (let i = 0; i < 3000; i++) {
      logMessage(producer, sources[i % 2].sourceId, random);
      if (i % 3 === 0) follower.read();
    }
    follower.read();
    follower.laps.should.equal(0);
    follower.records.map(lineOf).should.deepEqual(producer.truth.all().map(line));
    producer.lostCount.should.be.above(2900);
  });

  it('is accounted for completely when the reader is lapped: delivered and lost make what was produced', () => {
    const producer = producerOf({ ringBytes: 1024 });
    const follower = new Follower(producer);
    const random = new SeededRandom(4);
    startLogger(producer, sources);
    for (let i = 0; i < 3000; i++) {
      logMessage(producer, sources[i % 2].sourceId, random);
      if (random.chance(0.01)) follower.read();
    }
    highWaterAll(producer);
    follower.read();
    follower.laps.should.be.above(5);
    for (const { sourceId } of sources) {
      const { accounting } = follower;
      accounting.lost(1n, sourceId).should.be.above(0);
      (accounting.delivered(1n, sourceId) + accounting.lost(1n, sourceId)).should.equal(
        producer.produced.get(sourceId)
      );
    }
  });

  it(
    'changes the definition warm in the order of the rules: run and seqs go on, the epoch opens at ' + 'LoggerStarted',
    () => {
      const producer = producerOf();
      const random = new SeededRandom(1);
      startLogger(producer, sources);
      logMessage(producer, 9, random);
      const follower = new Follower(producer);
      follower.read();
      changeDefinition(producer, NEXT_HASH, false);
      logMessage(producer, 9, random);
      const read = follower.read();
      read
        .map(({ record }) => [record.runId, record.sourceId, Number(record.seq), record.eventTypeId])
        .should.deepEqual([
          [1n, 0, 3, EventType.LoggerStopped],
          [1n, 7, 0, EventType.SourceHighWater],
          [1n, 9, 1, EventType.SourceHighWater],
          [1n, 0, 4, EventType.DefinitionChanged],
          [1n, 0, 5, EventType.LoggerStarted],
          [1n, 9, 2, EventType.Message]
        ]);
      const changed = read[3].record.slots();
      changed
        .map(({ key, payload }) => [key, Buffer.from(payload).toString('hex')])
        .should.deepEqual([
          [Key.defHashOld, HASH],
          [Key.defHashNew, NEXT_HASH],
          [Key.epochId, '0200000000000000']
        ]);
      const { epochFirstAbs, runId, epochId, definitionHash, prevDefinitionHash } = follower.snapshot();
      should({ epochFirstAbs, runId, epochId, definitionHash, prevDefinitionHash }).deepEqual({
        epochFirstAbs: read[4].abs,
        runId: '1',
        epochId: 2,
        definitionHash: NEXT_HASH,
        prevDefinitionHash: HASH
      });
      producer.truth
        .all()
        .slice(-3)
        .map(({ epochId: of }) => of)
        .should.deepEqual([1n, 2n, 2n]);
    }
  );

  it('starts cold with the next run id and all seqs at 0, DefinitionChanged still in the old run', () => {
    const producer = producerOf();
    startLogger(producer, sources);
    logMessage(producer, 7, new SeededRandom(1));
    const follower = new Follower(producer);
    follower.read();
    changeDefinition(producer, NEXT_HASH, true);
    logMessage(producer, 7, new SeededRandom(1));
    follower
      .read()
      .slice(-3)
      .map(({ record }) => [record.runId, record.sourceId, Number(record.seq), record.eventTypeId])
      .should.deepEqual([
        [1n, 0, 4, EventType.DefinitionChanged],
        [2n, 0, 0, EventType.LoggerStarted],
        [2n, 7, 0, EventType.Message]
      ]);
    follower.snapshot().runId.should.equal('2');
  });

  it('begins a new incarnation after a power cycle: positions and seqs from 0, the same run', () => {
    const producer = producerOf({ ringBytes: 1024, startAbs: 5_000_000 });
    const random = new SeededRandom(1);
    startLogger(producer, sources);
    for (let i = 0; i < 100; i++) logMessage(producer, 7, random);
    powerCycle(producer, sources);
    const follower = new Follower(producer);
    follower
      .read()
      .map(({ abs, record }) => [abs === 0, record.runId, Number(record.seq), record.eventTypeId])[0]
      .should.deepEqual([true, 1n, 0, EventType.LoggerStarted]);
    const { lostCount, oldestAbs, prevDefinitionHash } = follower.snapshot();
    should({ lostCount, oldestAbs, prevDefinitionHash }).deepEqual({
      lostCount: 0,
      oldestAbs: 0,
      prevDefinitionHash: NOT_ADVERTISED
    });
    producer.truth.all().slice(-1)[0].incarnation.should.equal(1);
  });

  it('marks every record while its clock is not synced', () => {
    const producer = producerOf();
    startLogger(producer, sources);
    producer.clockSynced = false;
    logMessage(producer, 7, new SeededRandom(1));
    const flags = new Follower(producer).read().map(({ record }) => record.flags);
    flags.should.deepEqual([Flag.HasCrc, Flag.HasCrc, Flag.HasCrc, Flag.HasCrc | Flag.TimeUnsynced]);
  });

  it('carries positions over 2^32, and shows the half-carried ones to whoever looks between two stores', () => {
    const producer = producerOf({ ringBytes: 512, startAbs: 0xffff_ff00, stepped: true });
    startLogger(producer, sources);
    const random = new SeededRandom(1);
    let halves = 0;
    for (let i = 0; i < 20; i++) logMessage(producer, 7, random);
    while (producer.step()) {
      const view = new DataView(producer.control.buffer);
      const head = view.getBigUint64(24, true);
      if (isMidUpdate(producer) && head < 0xffff_ff00n) halves++;
    }
    halves.should.be.above(0);
    const follower = new Follower(producer, 0xffff_ff00);
    follower.read();
    follower.snapshot().headAbs.should.be.above(2 ** 32);
  });

  it('keeps a log of what it dropped itself, and uses up the seqs', () => {
    const producer = producerOf();
    startLogger(producer, sources);
    producer.skip({ sourceId: 7, eventTypeId: EventType.Message, slots: [] }).should.equal(0);
    logMessage(producer, 7, new SeededRandom(1));
    const { abs, seq } = producer.truth.all().slice(-2)[0];
    should({ abs, seq }).deepEqual({ abs: -1, seq: 0 });
    Number(new Follower(producer).read().slice(-1)[0].record.seq).should.equal(1);
  });

  it('refuses a ring that is no ring', () => {
    should.throws(() => producerOf({ ringBytes: 100 }), /multiple of 8/);
    should.throws(() => producerOf({ ringBytes: 128 }), /at least 256/);
  });
});

describe('the producer, store by store', () => {
  it('leaves the same ring as at once', () => {
    const [whole, stepped] = [false, true].map((by) => {
      const producer = producerOf({ ringBytes: 2048, stepped: by });
      const random = new SeededRandom(8);
      startLogger(producer, sources);
      for (let i = 0; i < 500; i++) {
        logMessage(producer, 7, random);
        if (by) while (producer.step());
      }
      return producer;
    });
    Buffer.from(stepped.ring).equals(Buffer.from(whole.ring)).should.be.true();
    Buffer.from(stepped.control).equals(Buffer.from(whole.control)).should.be.true();
  });

  // The claim on which readers stand: whatever happens between the looks, a record that lies in the window of the
  // first look and at or above oldest in the last one is whole and the one that was written there.
  it('never lets a reader who looks at oldest again believe an overwritten record', () => {
    const producer = producerOf({ ringBytes: 1024, stepped: true });
    const random = new SeededRandom(11);
    startLogger(producer, sources);
    let believed = 0;
    let overtaken = 0;
    for (let round = 0; round < 4000; round++) {
      for (let i = random.below(4); i > 0; i--) logMessage(producer, sources[i % 2].sourceId, random);
      const steps = (most: number): void => {
        for (let i = random.below(most); i > 0; i--) producer.step();
      };
      steps(30);
      const first = decodeControlBlock(producer.control.slice());
      if (!first.ok) continue;
      isConsistent(first).should.be.true();
      steps(random.chance(0.5) ? 2 : 14);
      const [oldest, head] = [Number(first.oldestAbs), Number(first.headAbs)];
      const bytes = flatWindow(producer.ring, oldest, head);
      steps(random.chance(0.5) ? 2 : 14);
      // Even an image taken in mid-update has oldest right: it was published before the first byte was overwritten.
      const oldestAfter = Number(new DataView(producer.control.buffer).getBigUint64(32, true));
      const written = new Set(producer.truth.all().slice(-100).map(line));
      const end = visitWindow(
        { bytes, fromAbs: oldest, headAbs: head, capacity: producer.ring.length },
        (abs, record) => {
          if (abs < oldestAfter) return void overtaken++;
          believed++;
          written.has(lineOf({ abs, record })).should.be.true(lineOf({ abs, record }));
        }
      );
      if (end.stop !== undefined) end.nextAbs.should.be.below(oldestAfter);
    }
    believed.should.be.above(2000);
    overtaken.should.be.above(100);
  });

  it('stands still inside an update when frozen, and finishes it when released', () => {
    const producer = producerOf({ stepped: true });
    startLogger(producer, sources);
    for (let i = 0; i < 3; i++) producer.step();
    isMidUpdate(producer).should.be.true();
    producer.frozen = true;
    producer.step().should.be.false();
    producer.flush();
    isMidUpdate(producer).should.be.true();
    producer.frozen = false;
    producer.flush();
    new Follower(producer).read().length.should.equal(3);
  });
});
