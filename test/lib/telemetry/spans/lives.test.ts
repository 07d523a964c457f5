import should from 'should';
import { DocumentObject } from '../../../../lib/document';
import { createSpanStore, SpanStore } from '../../../../lib/telemetry/spans';
import {
  batchEvent,
  BatchState,
  conditionActive,
  conditionCleared,
  conditionHandled,
  message
} from '../../../../lib/simulator/scenarios/events';
import { EventType } from '../../../../lib/wire';
import { ALARM, at, loadPlant, Plant, Plc, SECOND, T0 } from './support/plc';
import { plain, read, single } from './support/reading';

const stopped = { sourceId: 0, eventTypeId: EventType.LoggerStopped, slots: [] };

describe('a run that ends', () => {
  let plant: Plant;
  let plc: Plc;
  let spanStore: SpanStore;
  before(() => {
    plant = loadPlant();
  });
  beforeEach(() => {
    plc = new Plc(plant.compiled);
    spanStore = createSpanStore();
  });
  const active = (correlationId = 5): DocumentObject => plc.log(conditionActive(1, { ...ALARM, correlationId }));
  const cleared = (): DocumentObject => plc.log(conditionCleared(1, ALARM));
  const line = (sourceId = 1): DocumentObject => plc.log(message(sourceId, 102, []));

  it('closes its open spans as truncated, at the last time that is known of it', () => {
    const documents = [active(), plc.log(batchEvent(2, 40, BatchState.Started, 30)), line(3), plc.log(stopped)];
    should(read(spanStore, documents)).eql([]);
    plc.coldStart();
    plc.pass(3600);
    const spans = read(spanStore, [line(0)]);
    should(spans.map(({ name, endTimeUnixNano }) => [name, endTimeUnixNano])).eql([
      ['TempHigh', at(4)],
      ['batch Base', at(4)]
    ]);
    for (const { attributes } of spans) {
      should(plain(attributes)).containEql({ 'openot.truncated': true, 'openot.truncation.reason': 'run' });
      should(plain(attributes)).not.have.property('openot.end.seq');
    }
    should(spanStore.counts.truncated).equal(2);
    should(spanStore.open).equal(0);
  });

  it('is ended by the first record of the next, whatever it is: a placeholder too, but no loss', () => {
    read(spanStore, [active()]);
    plc.coldStart();
    should(read(spanStore, [plc.loss(0, 2)])).eql([]);
    should(single(read(spanStore, [plc.placeholder(0)])).endTimeUnixNano).equal(at(1));
  });

  it('is not ended by a logger that stops and goes on', () => {
    const documents = [
      active(),
      plc.log(stopped),
      plc.log({
        sourceId: 0,
        eventTypeId: EventType.LoggerStarted,
        slots: [{ key: 59, type: 0, payload: Uint8Array.of(0) }]
      }),
      cleared()
    ];
    should(plain(single(read(spanStore, documents)).attributes)).not.have.property('openot.truncated');
  });

  it('may have opened with its first record what the next opens with its own', () => {
    const first = active();
    plc.coldStart();
    const [truncated, whole] = read(spanStore, [first, active(), cleared()]);
    should(truncated.traceId).not.equal(whole.traceId);
    should(plain(whole.attributes)).not.have.property('openot.truncated');
    should(plain(whole.attributes)).not.have.property('openot.correlation.reused');
  });

  it('never ends a span before it began', () => {
    const begun = active();
    plc.pass(-7200);
    const back = line();
    plc.coldStart();
    const span = single(read(spanStore, [begun, back, line(0)]));
    should(span.endTimeUnixNano).equal(span.startTimeUnixNano);
    should(plain(span.attributes)).containEql({ 'openot.truncated': true, 'openot.clock.reversed': true });
  });

  it("does not end another stream's spans", () => {
    read(spanStore, [active()], 'a');
    read(spanStore, [active(6)], 'b');
    plc.coldStart();
    should(single(read(spanStore, [line()], 'a')).name).equal('TempHigh');
    should(spanStore.open).equal(1);
  });

  it('is over for good: its records, read again, open nothing and end nothing', () => {
    const old = [active(), cleared(), active(6), line()];
    read(spanStore, old);
    plc.coldStart();
    const fresh = [line(0), active(7)];
    read(spanStore, fresh);
    const { opened, closed } = spanStore.counts;
    read(spanStore, [...old, ...fresh]);
    should(spanStore.counts).containEql({ opened, closed });
    should(spanStore.open).equal(1);
  });

  it('an incarnation that ends closes them too, also within the same run', () => {
    const documents = [active(), line()];
    plc.powerCycle();
    const [truncated, whole] = read(spanStore, [...documents, active(), cleared()]);
    should(plain(truncated.attributes)).containEql({
      'openot.truncated': true,
      'openot.truncation.reason': 'incarnation'
    });
    should(truncated.endTimeUnixNano).equal(at(2));
    should(plain(whole.attributes)).containEql({ 'openot.incarnation': 1 });
    should(whole.traceId).not.equal(truncated.traceId);
  });

  it('an incarnation with a lower run id is another life all the same', () => {
    plc.runId = 9n;
    const documents = [active()];
    plc.powerCycle();
    plc.runId = 2n;
    plc.pass(-86_400);
    const spans = read(spanStore, [...documents, active(), cleared()]);
    should(spans.length).equal(2);
  });

  it('run ids are compared as numbers', () => {
    plc.runId = 9n;
    const documents = [active()];
    plc.runId = 10n;
    plc.pass(-86_400);
    should(read(spanStore, [...documents, line()]).length).equal(1);
  });

  it(
    'a reader that forgot its state counts incarnations from 0 again: what it reads again is known, what ' +
      'is new counts',
    () => {
      plc.incarnation = 3;
      const documents = [active(), plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)), line()];
      read(spanStore, documents);
      const again = documents.map((document) => ({
        ...document,
        provenance: { ...document.provenance, incarnation: 0 }
      }));
      should(read(spanStore, again)).eql([]);
      should(spanStore.open).equal(1);
      plc.incarnation = 0;
      const spans = read(spanStore, [active(6), plc.log(conditionCleared(1, { ...ALARM, correlationId: 6 }))]);
      should(spans.map(({ attributes }) => plain(attributes)['openot.truncation.reason'])).eql([
        'incarnation',
        undefined
      ]);
    }
  );

  it('bytes without a ring: seqs that went back in records that are new are another life', () => {
    plc.incarnation = undefined;
    const documents = [active(), line(), line()];
    read(spanStore, documents);
    should(read(spanStore, documents)).eql([], 'the same again is no other life');
    plc.powerCycle();
    const spans = read(spanStore, [active(6), plc.log(conditionCleared(1, { ...ALARM, correlationId: 6 }))]);
    should(spans.map(({ attributes }) => plain(attributes)['openot.truncation.reason'])).eql([
      'incarnation',
      undefined
    ]);
    should(spans[0].endTimeUnixNano).equal(at(3));
  });

  /** The same record with another time, received when it was. */
  const timed = (document: DocumentObject, sourceTimeNs: bigint): DocumentObject => ({
    ...document,
    provenance: { ...document.provenance, sourceTimeNs: String(sourceTimeNs) }
  });
  const DAY = 86_400;

  for (const [what, before, after] of [
    ['a reader that forgot its state', 3, 0],
    ['bytes without a ring', undefined, undefined]
  ] as const) {
    it(`one time in the far future hides for a day at most that a life went back: ${what}`, () => {
      plc.incarnation = before;
      read(spanStore, [line(), line(), timed(line(), T0 + 3_000_000_000n * SECOND)]);
      plc.powerCycle();
      plc.incarnation = after;
      should(read(spanStore, [active(), cleared()])).eql([]);
      should(spanStore.counts.repeated).equal(2);
      const image = spanStore.image();
      spanStore = createSpanStore();
      should(spanStore.restore(image)).eql({ ok: true });
      plc.powerCycle();
      plc.incarnation = after;
      plc.pass(DAY);
      should(read(spanStore, [active(6), plc.log(conditionCleared(1, { ...ALARM, correlationId: 6 }))]).length).equal(
        1
      );
    });
  }

  it('a clock that is days ahead makes no other life of what is read again days later', () => {
    plc.incarnation = undefined;
    const documents = [active(), line(), line()].map((document) =>
      timed(document, BigInt(document.provenance.sourceTimeNs ?? 0) + BigInt(10 * DAY) * SECOND)
    );
    read(spanStore, documents);
    const later = documents.map((document) => ({
      ...document,
      provenance: { ...document.provenance, receiveTimeNs: String(T0 + BigInt(3 * DAY) * SECOND) }
    }));
    should(read(spanStore, later)).eql([]);
    should(spanStore.open).equal(1);
  });

  for (const [what, first] of [
    ['was not set yet', 5n * SECOND],
    ['was not told', 0n]
  ] as const) {
    it(`nor does a receiving clock that ${what}, and is right when the records are read again`, () => {
      plc.incarnation = undefined;
      const documents = [active(), line(), line()];
      const received = (ns: bigint): DocumentObject[] =>
        documents.map((document) => ({
          ...document,
          provenance: { ...document.provenance, receiveTimeNs: String(ns) }
        }));
      read(spanStore, received(first));
      should(read(spanStore, received(plc.now + SECOND))).eql([]);
      should([spanStore.open, spanStore.counts.repeated]).eql([1, 3]);
    });
  }

  it('nor does anything that was read, when it is read again a month later', () => {
    const documents = [active(), line(), line()];
    read(spanStore, documents);
    const later = documents.map((document) => ({
      ...document,
      provenance: { ...document.provenance, incarnation: 0, receiveTimeNs: String(T0 + BigInt(30 * DAY) * SECOND) }
    }));
    should(read(spanStore, later)).eql([]);
    should([spanStore.open, spanStore.counts.repeated]).eql([1, 3]);
  });
});
