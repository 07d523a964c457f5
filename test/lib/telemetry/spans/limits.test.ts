import should from 'should';
import { DocumentObject } from '../../../../lib/document';
import { createSpanStore, SPAN_LIMITS, SpanStore, SpanLimits } from '../../../../lib/telemetry/spans';
import {
  batchEvent,
  BatchState,
  conditionActive,
  conditionCleared,
  conditionCommented,
  conditionHandled,
  message
} from '../../../../lib/simulator/scenarios/events';
import { loadPlant, Plant, Plc } from './support/plc';
import { idsOf, plain, read, single } from './support/reading';

const of = (correlationId: number): { conditionId: number; conditionClass: number; correlationId: number } => ({
  conditionId: 9,
  conditionClass: 0,
  correlationId
});

describe('the limits of a span store', () => {
  let plant: Plant;
  let plc: Plc;
  before(() => {
    plant = loadPlant();
  });
  beforeEach(() => {
    plc = new Plc(plant.compiled);
  });
  const spanStore = (limits: Partial<SpanLimits>): SpanStore => createSpanStore({ limits });
  const active = (correlationId: number): DocumentObject => plc.log(conditionActive(1, of(correlationId)));
  const cleared = (correlationId: number): DocumentObject => plc.log(conditionCleared(1, of(correlationId)));
  const large = (correlationId: number): DocumentObject =>
    plc.log(conditionCommented(1, of(correlationId), 'x'.repeat(255)));

  it('open spans: the oldest is closed early and says so; its real end finds nothing any more', () => {
    const small = spanStore({ openSpans: 2 });
    should(read(small, [active(1), active(2)])).eql([]);
    const early = single(read(small, [active(3)]));
    should(plain(early.attributes)).containEql({
      'openot.correlation.id': 1,
      'openot.truncated': true,
      'openot.truncation.reason': 'limit'
    });
    should(early.endTimeUnixNano).equal(String(plc.now));
    should(small.open).equal(2);
    should(read(small, [cleared(1)])).eql([]);
    should(
      read(small, [cleared(2), cleared(3)]).map(({ attributes }) => plain(attributes)['openot.correlation.id'])
    ).eql([2, 3]);
    should(small.counts).containEql({ opened: 3, closed: 3, truncatedByLimit: 1, truncated: 0, unknownBeginnings: 1 });
  });

  it('open spans: what was closed early does not begin again when it is read again', () => {
    const small = spanStore({ openSpans: 2 });
    const documents = [active(1), active(2), active(3), cleared(1), cleared(2), cleared(3)];
    const first = read(small, documents);
    should(first.length).equal(3);
    should(read(small, documents)).eql(first);
    should(small.counts.opened).equal(3);
  });

  it('open spans: the oldest of all streams goes, at the time of its own', () => {
    const small = spanStore({ openSpans: 1 });
    read(small, [active(1)], 'a');
    const last = plc.now;
    plc.pass(60);
    const early = single(read(small, [active(2)], 'b'));
    should(plain(early.attributes)).containEql({ 'openot.stream': 'a' });
    should(early.endTimeUnixNano).equal(String(last));
  });

  it('events of one span: further ones are counted, repetitions make room first', () => {
    const small = spanStore({ eventsPerSpan: 3 });
    const span = single(
      read(small, [
        active(1),
        plc.log(conditionActive(1, of(1), { refreshId: 1 })),
        plc.log(conditionHandled(1, 'ConditionAcknowledged', of(1))),
        plc.log(conditionActive(1, of(1), { refreshId: 2 })),
        plc.log(conditionHandled(1, 'ConditionConfirmed', of(1))),
        plc.log(conditionActive(1, of(1), { refreshId: 3 })),
        plc.log(conditionHandled(1, 'ConditionReset', of(1))),
        plc.log(conditionCommented(1, of(1), 'too late')),
        cleared(1)
      ])
    );
    should(span.events.map(({ name }) => name)).eql([
      'openot.condition_acknowledged',
      'openot.condition_confirmed',
      'openot.condition_reset'
    ]);
    should(span.droppedEventsCount).equal(4);
    should(small.counts.droppedEvents).equal(4);
  });

  it('events of one span: a repetition that is read again is not counted again', () => {
    const small = spanStore({ eventsPerSpan: 1 });
    const documents = [
      active(1),
      ...Array.from({ length: 5 }, () => plc.log(conditionActive(1, of(1), { refreshId: 1 })))
    ];
    read(small, documents);
    read(small, documents);
    should(single(read(small, [cleared(1)])).droppedEventsCount).equal(4);
  });

  it('an alarm that is open for ever neither grows the memory nor stops anything else', () => {
    const small = spanStore({});
    read(small, [active(1)]);
    const sizes: number[] = [];
    let others = 0;
    for (let day = 0; day < 6; day++) {
      for (let n = 0; n < 400; n++) {
        const other = 2 + day * 400 + n;
        others += read(small, [
          plc.log(conditionActive(1, of(1), { refreshId: n })),
          plc.log(conditionCommented(1, of(1), 'still there')),
          active(other),
          cleared(other)
        ]).length;
        small.settled('line 1', '1', 1, Number.MAX_SAFE_INTEGER, 0);
      }
      sizes.push(small.image().length);
    }
    should(others).equal(2400);
    should(small.open).equal(1);
    // Full after the first days: the events of the span, the uses that are remembered.
    should(Math.abs(sizes[5] - sizes[3])).be.below(sizes[3] / 100);
    should(sizes[5]).be.below(400_000);
    const span = single(read(small, [cleared(1)]));
    should(span.events.length).equal(SPAN_LIMITS.eventsPerSpan);
    should(span.events.length + (span.droppedEventsCount ?? 0)).equal(4800);
    should(plain(span.attributes)).not.have.property('openot.truncated');
  });

  it('handed out and not settled: the span store is full until some are settled, and loses none of them', () => {
    const small = spanStore({ unsettledSpans: 2 });
    const documents = [active(1), cleared(1), active(2), cleared(2), active(3), cleared(3)];
    read(small, documents.slice(0, 3));
    should(small.isFull).be.false();
    const spans = [...read(small, [documents[1]]), ...read(small, documents.slice(3))];
    should([small.isFull, small.pending, small.counts.forgotten]).eql([true, 3, 0]);
    should(small.unsettled()).eql(spans);
    should(read(small, documents)).eql(spans);
    small.settled('line 1', '1', 1, documents[3].kind === 'event' ? documents[3].seq : 0);
    should([small.isFull, small.pending]).eql([false, 1]);
  });

  it('handed out and not settled: what nobody is known to settle makes no span store full, but is kept', () => {
    const small = spanStore({ unsettledSpans: 2 });
    const documents = [active(1), cleared(1), active(2), cleared(2)];
    const spans = read(small, documents);
    should(small.isFull).be.true();
    const restored = spanStore({ unsettledSpans: 2 });
    should(restored.restore(small.image())).eql({ ok: true });
    should([restored.isFull, restored.pending]).eql([false, 2]);
    // They are read again, and so under way again.
    should(read(restored, documents)).eql(spans);
    should(restored.isFull).be.true();
    restored.abandoned('line 1', '1', 1, Number.MAX_SAFE_INTEGER);
    should([restored.isFull, restored.pending]).eql([false, 2]);
    should(read(restored, documents)).eql(spans);
    restored.settled('line 1', '1', 1, Number.MAX_SAFE_INTEGER);
    should([restored.isFull, restored.pending]).eql([false, 0]);
  });

  it(
    'handed out and not settled, in a span store that goes on all the same: the oldest is forgotten, ' +
      'counted, and not handed out again',
    () => {
      const documents = [active(1), cleared(1), active(2), cleared(2), active(3), cleared(3)];
      const [bySpans, byBytes] = [spanStore({ keptSpans: 2 }), spanStore({ keptBytes: 2000 })];
      for (const small of [bySpans, byBytes]) {
        const spans = read(small, documents);
        should(spans.length).equal(3);
        should(small.counts.forgotten)
          .equal(3 - small.pending)
          .and.be.above(0);
        should(small.unsettled()).eql(spans.slice(small.counts.forgotten));
        should(read(small, documents)).eql(spans.slice(small.counts.forgotten));
      }
      should(bySpans.pending).equal(2);
    }
  );

  it('handed out and not settled: all that one record closed is kept together', () => {
    const small = spanStore({});
    read(small, [active(1), active(2), active(3)]);
    plc.coldStart();
    const ending = plc.log(message(0, 102, []));
    const spans = read(small, [ending]);
    should(spans.length).equal(3);
    should(read(small, [ending])).eql(spans);
    small.settled('line 1', '2', 0, 0);
    should(small.pending).equal(0);
    should(read(small, [ending])).eql([]);
  });

  it('bytes of the image: large spans are closed early, large closed ones make the span store full', () => {
    const small = spanStore({ imageBytes: 200_000 });
    let spans = 0;
    let fullOnes = 0;
    for (let correlationId = 0; correlationId < 60; correlationId++) {
      spans += read(small, [active(correlationId), ...Array.from({ length: 10 }, () => large(correlationId))]).length;
      if (small.isFull) {
        should(small.pending).be.above(5);
        small.settled('line 1', '1', 1, Number.MAX_SAFE_INTEGER);
        should(small.isFull).be.false();
        fullOnes++;
      }
      should(small.image().length).be.below(220_000);
    }
    should(fullOnes).be.above(0);
    should(small.open).be.within(5, 40);
    should(small.counts.truncatedByLimit)
      .equal(spans)
      .and.equal(60 - small.open);
    should(small.counts.forgotten).equal(0);
  });

  it('the image is the same whether its spans were made anew or not', () => {
    const [kept, fresh] = [spanStore({}), spanStore({})];
    const documents = [
      active(1),
      active(2),
      large(1),
      cleared(2),
      active(3),
      large(3),
      large(1),
      plc.log(message(1, 102, []))
    ];
    for (const document of documents) {
      read(kept, [document]);
      kept.image();
    }
    read(fresh, documents);
    should(Buffer.from(kept.image()).equals(fresh.image())).be.true();
    should(kept.open).equal(2);
  });

  it('bytes of the image: a single span that is too large is closed early too, and handed out', () => {
    const small = spanStore({ imageBytes: 2000 });
    const documents = [
      active(1),
      ...Array.from({ length: 10 }, () => plc.log(conditionCommented(1, of(1), 'x'.repeat(200))))
    ];
    should(plain(single(read(small, documents)).attributes)).containEql({ 'openot.truncation.reason': 'limit' });
    should(small.open).equal(0);
  });

  it('identities: one that was forgotten opens as if it were new', () => {
    const reusedWith = (identities: number): unknown => {
      const small = spanStore({ identities });
      const spans = read(small, [
        active(1),
        cleared(1),
        active(2),
        cleared(2),
        active(3),
        cleared(3),
        active(1),
        cleared(1)
      ]);
      return plain(spans[3].attributes)['openot.correlation.reused'];
    };
    should(reusedWith(3)).equal(true);
    should(reusedWith(2)).equal(undefined);
  });

  it('identities: what was open long is remembered from its end', () => {
    const small = spanStore({ identities: 2 });
    const spans = read(small, [
      active(1),
      active(2),
      cleared(2),
      active(3),
      cleared(3),
      cleared(1),
      active(1),
      cleared(1)
    ]);
    should(plain(spans[3].attributes)).containEql({ 'openot.correlation.reused': true });
  });

  it('identities: conditions do not drive out batches', () => {
    const small = spanStore({ identities: 2 });
    const batch = (state: number): DocumentObject => plc.log(batchEvent(1, 40, state, 30));
    read(small, [batch(BatchState.Started), batch(BatchState.Completed)]);
    for (let n = 0; n < 10; n++) read(small, [active(n), cleared(n)]);
    const again = single(read(small, [batch(BatchState.Started), batch(BatchState.Completed)]));
    should(plain(again.attributes)).containEql({ 'openot.correlation.reused': true });
  });

  it('sources: beyond the limit a record that is read again may count again, but memory does not grow', () => {
    const small = spanStore({ sources: 10 });
    for (let n = 0; n < 3000; n++) read(small, [plc.log(message(n, 102, []))]);
    should(small.image().length).be.below(1000);
  });

  it('streams: the one that was silent longest goes, its open spans closed early', () => {
    const small = spanStore({ streams: 2 });
    read(small, [active(1)], 'a');
    read(small, [active(2)], 'b');
    read(small, [plc.log(message(1, 102, []))], 'a');
    const early = single(read(small, [active(3)], 'c'));
    should(plain(early.attributes)).containEql({ 'openot.stream': 'b', 'openot.truncation.reason': 'limit' });
    should(small.open).equal(2);
  });

  it('of ids: a record of a span that is open keeps its trace, however many came since', () => {
    const small = spanStore({ identities: 1 });
    const batch = plc.log(batchEvent(1, 40, BatchState.Started, 30));
    const event = conditionActive(1, of(1));
    const documents = [
      batch,
      plc.log({ ...event, slots: [...event.slots, { key: 37, type: 5, payload: Uint8Array.of(40, 0, 0, 0) }] })
    ];
    const ids = idsOf(small, documents);
    read(small, [active(2), active(3)]);
    should(idsOf(small, documents)).eql(ids);
    should(idsOf(small, [plc.log(conditionHandled(1, 'ConditionAcknowledged', of(1)))])).eql([ids[1]]);
  });
});
