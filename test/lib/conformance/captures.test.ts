import 'should';
import { LossAccounting } from '../../../lib/loss';
import { EpochResolver } from '../../support/conformance/epoch-resolver';
import { RingBatch, RingRecord, readCapturedRing } from '../../support/conformance/read-ring';
import { EventType } from '../../../lib/wire';
import { ReferenceLogger } from '../../support/conformance/reference-logger';
import { sequenceObserver, sidecarOracle } from '../../support/conformance/oracles';
import { capture, captureNames, describeVectors } from '../../support/vectors';

const BUFFER = 1;

/** 3 messages of source 10, 2 of source 20, a checkpoint of both, a new definition, one message of each. */
function richWrap(): ReferenceLogger {
  const logger = new ReferenceLogger(256);
  for (const sourceId of [10, 10, 10, 20, 20]) logger.message(sourceId);
  logger.checkpointAll();
  logger.changeDefinition('newhash2');
  for (const sourceId of [10, 20]) logger.message(sourceId);
  return logger;
}

/** One message of source 21, then a new definition. */
function lifecycleSurvival(): ReferenceLogger {
  const logger = new ReferenceLogger(256);
  logger.message(21);
  logger.changeDefinition('newhash2');
  return logger;
}

function read(image: Uint8Array, positions: { headAbs: number; oldestAbs: number }): RingBatch {
  const batch = readCapturedRing(image, { cursor: 0, ...positions });
  if (!batch.ok) throw new Error(batch.kind);
  return batch;
}

function resolverOf(records: readonly RingRecord[]): EpochResolver {
  const resolver = new EpochResolver(BUFFER, 1n, 1n);
  for (const { startAbs, record } of records) resolver.observe(BUFFER, BigInt(startAbs), record);
  return resolver;
}

/** start, end, source, seq, event type, epoch of every record. */
function survivors(records: readonly RingRecord[]): number[][] {
  const resolver = resolverOf(records);
  return records.map(({ startAbs, endAbs, record }) => [
    startAbs,
    endAbs,
    record.sourceId,
    record.safeSeq,
    record.eventTypeId,
    Number(resolver.resolve(BUFFER, record.runId, BigInt(startAbs)))
  ]);
}

function accounted(records: readonly RingRecord[]): (sourceId: number) => [number, number] {
  const accounting = new LossAccounting();
  for (const { record } of records) accounting.account(record).ok.should.be.true();
  return (sourceId) => [accounting.delivered(1n, sourceId), accounting.lost(1n, sourceId)];
}

describe('captured scenarios', () => {
  describe('s4a-rich-wrap', () => {
    const logger = richWrap();
    const { writer } = logger;

    it('has the record sizes of the format', () => {
      const sizes = new Map(logger.written.map(({ eventTypeId, length }) => [eventTypeId, length]));
      Object.fromEntries(sizes).should.eql({
        [EventType.Message]: 52,
        [EventType.SourceHighWater]: 56,
        [EventType.LoggerStopped]: 44,
        [EventType.DefinitionChanged]: 80,
        [EventType.LoggerStarted]: 52
      });
    });

    it('leaves the control figures', () => {
      ({
        head: writer.headAbs,
        oldest: writer.oldestAbs,
        lost: writer.lostCount,
        epochFirst: logger.epochFirstAbs,
        epoch: logger.epochId
      }).should.eql({ head: 872, oldest: 624, lost: 10, epochFirst: 704, epoch: 2 });
    });

    it('laps a reader from the beginning, with four survivors in their epochs', () => {
      const batch = read(writer.bytes, writer);
      batch.lapped.should.be.true();
      batch.nextCursor.should.equal(872);
      survivors(batch.records).should.eql([
        [624, 704, 0, 1, 0x0106, 1],
        [704, 756, 0, 2, 0x0101, 2],
        [768, 820, 10, 5, 0x0003, 2],
        [820, 872, 20, 4, 0x0003, 2]
      ]);
    });

    it('accounts for every seq', () => {
      const of = accounted(read(writer.bytes, writer).records);
      of(10).should.eql([1, 5]);
      of(20).should.eql([1, 4]);
      of(0).should.eql([2, 1]);
    });

    it('satisfies the sidecar oracle', () => {
      const oracle = sequenceObserver(sidecarOracle(256, logger.written));
      read(writer.bytes, writer)
        .records.flatMap((record) => oracle.observe(record))
        .should.eql([]);
    });
  });

  describe('s4a-lifecycle-survival', () => {
    const check = (image: Uint8Array, positions: { headAbs: number; oldestAbs: number }): void => {
      const batch = read(image, positions);
      batch.lapped.should.be.true();
      survivors(batch.records).should.eql([
        [52, 96, 0, 0, 0x0102, 1],
        [96, 152, 21, 1, 0x0108, 1],
        [152, 232, 0, 1, 0x0106, 1],
        [256, 308, 0, 2, 0x0101, 2]
      ]);
      const of = accounted(batch.records);
      of(21).should.eql([1, 1]);
      of(0).should.eql([3, 0]);
      batch.records
        .filter(({ record }) => record.sourceId === 21 && record.eventTypeId === EventType.Message)
        .should.eql([]);
    };

    it('leaves the control figures', () => {
      const { writer, epochFirstAbs } = lifecycleSurvival();
      [writer.headAbs, writer.oldestAbs, writer.lostCount, epochFirstAbs].should.eql([308, 52, 1, 256]);
    });

    it('reads back from a ring that we wrote', () => {
      const { writer } = lifecycleSurvival();
      check(writer.bytes, writer);
    });

    describeVectors('vector', () => {
      const { ring, control } = capture('s4a-lifecycle-survival');

      it('is the only capture there is', () => {
        captureNames().should.eql(['s4a-lifecycle-survival']);
      });

      it('is regenerated byte for byte by our writer', () => {
        const { writer } = lifecycleSurvival();
        ring.length.should.equal(256);
        writer.bytes.findIndex((byte, i) => byte !== ring[i]).should.equal(-1);
      });

      it('has the control fields that our logger leaves', () => {
        const logger = lifecycleSurvival();
        const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
        control.should.eql({
          headAbs: logger.writer.headAbs,
          oldestAbs: logger.writer.oldestAbs,
          lostCount: logger.writer.lostCount,
          runId: Number(logger.runId),
          epochId: logger.epochId,
          epochFirstAbs: logger.epochFirstAbs,
          definitionHash: hex(logger.hash),
          prevDefinitionHash: hex(logger.previousHash)
        });
      });

      it('reads with the figures that it must have', () => {
        check(ring, control);
      });
    });
  });
});

describe('epochs out of retained lifecycle records', () => {
  const told = (cold: boolean, before: number): string[] => {
    const logger = new ReferenceLogger(4096);
    for (let i = 0; i < before; i++) logger.message(21);
    logger.changeDefinition('newhash2', cold);
    logger.message(21);
    const { records } = read(logger.writer.bytes, logger.writer);
    const resolver = resolverOf(records);
    return records
      .filter(({ record }) => record.sourceId === 21)
      .map(
        ({ startAbs, record }) =>
          `run ${record.runId} seq ${record.seq} epoch ${resolver.resolve(BUFFER, record.runId, BigInt(startAbs))}`
      );
  };

  it('warm: the run and its seqs go on', () => {
    told(false, 2).should.eql([
      'run 1 seq 0 epoch 1',
      'run 1 seq 1 epoch 1',
      'run 1 seq 2 epoch 1',
      'run 1 seq 3 epoch 2'
    ]);
  });

  it('cold: a new run from seq 0', () => {
    told(true, 1).should.eql(['run 1 seq 0 epoch 1', 'run 1 seq 1 epoch 1', 'run 2 seq 0 epoch 2']);
  });
});
