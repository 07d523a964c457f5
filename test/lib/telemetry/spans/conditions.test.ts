import should from 'should';
import { createSpanStore, SpanStore } from '../../../../lib/telemetry/spans';
import {
  batchEvent,
  BatchState,
  conditionActive,
  conditionCleared,
  conditionCommented,
  conditionHandled,
  conditionInService,
  conditionOutOfService,
  conditionPriorityChanged,
  conditionShelved,
  conditionSuppressed,
  conditionUnshelved,
  conditionUnsuppressed
} from '../../../../lib/simulator/scenarios/events';
import { Key, udint } from '../../../../lib/simulator/slots';
import { assertValid } from '../../../support/otlp/validator';
import { assembleRequest } from '../../../../lib/telemetry/assemble';
import { ALARM, at, loadPlant, Plant, Plc } from './support/plc';
import { idsOf, plain, read, single } from './support/reading';

describe('the span of a condition', () => {
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

  it('stands from active to cleared, with everything that happened to it in between', () => {
    const span = single(
      read(spanStore, [
        plc.log(conditionActive(1, ALARM, { severity: 900, causes: [1, 2], groupId: 3 })),
        plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM, 'jdoe')),
        plc.log(conditionShelved(1, ALARM, 60, 'jdoe')),
        plc.log(conditionUnshelved(1, ALARM)),
        plc.log(conditionCommented(2, ALARM, 'Größe ✓', 'jdoe')),
        plc.log(conditionHandled(1, 'ConditionConfirmed', ALARM)),
        plc.log(conditionHandled(1, 'ConditionReset', ALARM)),
        plc.log(conditionSuppressed(1, 9, 'maintenance')),
        plc.log(conditionUnsuppressed(1, 9)),
        plc.log(conditionOutOfService(2, 9, 'jdoe')),
        plc.log(conditionInService(2, 9)),
        plc.log(conditionPriorityChanged(1, 9, 1, 2, 'jdoe')),
        plc.log(conditionCleared(2, ALARM))
      ])
    );
    should(span).containDeep({
      name: 'TempHigh',
      kind: 1,
      startTimeUnixNano: at(1),
      endTimeUnixNano: at(13),
      status: { code: 2, message: 'Alarm TempHigh active (High), cause Level, 2, group 3' }
    });
    should(span).not.have.property('parentSpanId');
    should(span).not.have.property('droppedEventsCount');
    should(plain(span.attributes)).eql({
      'openot.span.kind': 'condition',
      'openot.stream': 'line 1',
      'openot.buffer.id': 4,
      'openot.source.id': 1,
      'openot.source.name': 'Mixer.Main',
      'openot.source.path': ['Plant', 'Mixer'],
      'openot.run.id': '1',
      'openot.begin.seq': 0,
      'openot.condition.id': 9,
      'openot.condition.name': 'TempHigh',
      'openot.condition.class': 'Alarm',
      'openot.correlation.id': 5,
      'openot.condition.severity': 900,
      'openot.condition.severity_band': 'High',
      'openot.condition.causes': ['Level', '2'],
      'openot.condition.group': 3,
      'openot.end.seq': 3,
      'openot.end.source.id': 2
    });
    should(span.events.map(({ name, timeUnixNano }) => [name, timeUnixNano])).eql([
      ['openot.condition_acknowledged', at(2)],
      ['openot.condition_shelved', at(3)],
      ['openot.condition_unshelved', at(4)],
      ['openot.condition_commented', at(5)],
      ['openot.condition_confirmed', at(6)],
      ['openot.condition_reset', at(7)],
      ['openot.condition_suppressed', at(8)],
      ['openot.condition_unsuppressed', at(9)],
      ['openot.condition_out_of_service', at(10)],
      ['openot.condition_in_service', at(11)],
      ['openot.condition_priority_changed', at(12)]
    ]);
    should(plain(span.events[3].attributes)).eql({
      'openot.source.id': 2,
      'openot.seq': 0,
      'openot.text': 'Alarm TempHigh commented by Jane Doe (jdoe): Größe ✓',
      'openot.field.comment': 'Größe ✓',
      'openot.field.ackBy': 'jdoe',
      'openot.field.ackBy_label': 'Jane Doe'
    });
    should(plain(span.events[1].attributes)).containEql({ 'openot.field.shelveSecs': 60 });
    assertValid('traces', assembleRequest('traces', { spans: [span] }, { resource: { attributes: [] }, scope: {} }));
  });

  it('is an error for an alarm of high severity only', () => {
    const status = (conditionId: number, conditionClass: number, severity?: number): unknown => {
      const of = { conditionId, conditionClass, correlationId: 1 };
      return single(
        read(createSpanStore(), [plc.log(conditionActive(1, of, { severity })), plc.log(conditionCleared(1, of))])
      ).status;
    };
    // The plant's own scale: high from 800.
    should(status(9, 0, 800)).eql({ code: 2, message: 'Alarm TempHigh active (High)' });
    should(status(9, 0, 799)).eql({ code: 0 });
    should(status(9, 0)).eql({ code: 0 });
    should(status(10, 1, 900)).eql({ code: 0 });
    should(status(11, 44, 900)).eql({ code: 0 });
  });

  it('of a condition that the definition does not know has its number for a name', () => {
    const of = { conditionId: 77, conditionClass: 0, correlationId: 1 };
    const span = single(read(spanStore, [plc.log(conditionActive(1, of)), plc.log(conditionCleared(1, of))]));
    should(span.name).equal('condition 77');
    should(plain(span.attributes)).not.have.property('openot.condition.name');
    const unnamed = [plc.log(conditionActive(1, ALARM)), plc.log(conditionCleared(1, ALARM))].map((document) => ({
      ...document,
      fields: document.fields.map((field) => (field.raw === 9 ? { ...field, value: '' } : field))
    }));
    should(single(read(spanStore, unnamed)).name).equal('condition 9');
  });

  it('belongs to one occurrence: others of the same condition and of others have their own', () => {
    const second = { ...ALARM, correlationId: 6 };
    const other = { conditionId: 10, conditionClass: 1, correlationId: 5 };
    const spans = read(spanStore, [
      plc.log(conditionActive(1, ALARM)),
      plc.log(conditionActive(1, second)),
      plc.log(conditionActive(1, other)),
      plc.log(conditionHandled(1, 'ConditionAcknowledged', second)),
      plc.log(conditionSuppressed(1, 9, 'x')),
      plc.log(conditionCleared(1, other)),
      plc.log(conditionCleared(1, ALARM)),
      plc.log(conditionCleared(1, second))
    ]);
    should(spans.map(({ name, events }) => [name, ...events.map((event) => event.name)])).eql([
      ['DoorOpen'],
      ['TempHigh', 'openot.condition_suppressed'],
      ['TempHigh', 'openot.condition_acknowledged', 'openot.condition_suppressed']
    ]);
    should(new Set(spans.map(({ spanId }) => spanId)).size).equal(3);
    should(new Set(spans.map(({ traceId }) => traceId)).size).equal(3);
  });

  it('says when its clock was not set', () => {
    plc.timeUnsynced = true;
    const active = plc.log(conditionActive(1, ALARM));
    plc.timeUnsynced = false;
    should(plain(single(read(spanStore, [active, plc.log(conditionCleared(1, ALARM))])).attributes)).containEql({
      'openot.begin.time_unsynced': true
    });
  });

  it(
    'has repetitions of a refresh as events; a repetition of what was not seen to begin opens nothing ' +
      'and is counted',
    () => {
      const spans = read(spanStore, [
        plc.log(conditionActive(1, ALARM)),
        plc.log(conditionActive(1, ALARM, { refreshId: 1 })),
        plc.log(conditionActive(1, { ...ALARM, correlationId: 6 }, { refreshId: 1 })),
        plc.log(conditionCleared(1, { ...ALARM, correlationId: 6 })),
        plc.log(conditionCleared(1, ALARM))
      ]);
      should(single(spans).events.map(({ name }) => name)).eql(['openot.condition_active']);
      should(spanStore.counts).containEql({ opened: 1, closed: 1, unknownBeginnings: 2 });
      should(spanStore.open).equal(0);
    }
  );

  it('is handed out when it is cleared; who acknowledges later finds its ids in the log record', () => {
    const active = plc.log(conditionActive(1, ALARM));
    const [span] = read(spanStore, [active, plc.log(conditionCleared(1, ALARM))]);
    const late = [
      plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM, 'jdoe')),
      plc.log(conditionCommented(1, ALARM, 'why?'))
    ];
    should(idsOf(spanStore, late)).eql([
      { traceId: span.traceId, spanId: span.spanId },
      { traceId: span.traceId, spanId: span.spanId }
    ]);
    should(spanStore.open).equal(0);
    should(spanStore.counts.unknownBeginnings).equal(0);
  });

  it("is a child of the batch that it names, in the batch's trace; so are its log records to the end", () => {
    const active = conditionActive(1, ALARM);
    const documents = [
      plc.log(batchEvent(1, 40, BatchState.Started, 30)),
      plc.log({ ...active, slots: [...active.slots, udint(Key.batchId, 40)] }),
      plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)),
      plc.log(conditionCleared(1, ALARM)),
      plc.log(conditionHandled(1, 'ConditionConfirmed', ALARM)),
      plc.log(batchEvent(1, 40, BatchState.Completed, 30))
    ];
    const [batch, ...condition] = idsOf(spanStore, documents).slice(0, 5);
    for (const ids of condition)
      should(ids).eql({ traceId: batch?.traceId, spanId: condition[0]?.spanId, parentSpanId: batch?.spanId });
    const [child, parent] = spanStore.unsettled();
    should(child).containEql({ name: 'TempHigh', traceId: batch?.traceId, parentSpanId: batch?.spanId });
    should(parent).containEql({ name: 'batch Base', spanId: batch?.spanId });
    should(parent.events).eql([]);
    should(plain(child.attributes)).containEql({ 'openot.batch.id': 40 });
  });

  it('that begins again with the same ids is another one, and says so', () => {
    const round = (): ReturnType<Plc['log']>[] => [
      plc.log(conditionActive(1, ALARM)),
      plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)),
      plc.log(conditionCleared(1, ALARM)),
      plc.log(conditionHandled(1, 'ConditionReset', ALARM))
    ];
    const documents = [...round(), ...round(), ...round()];
    const ids = idsOf(spanStore, documents).map((entry) => entry?.spanId);
    const spans = spanStore.unsettled();
    should(spans.map(({ traceId }) => traceId)).eql([spans[0].traceId, spans[0].traceId, spans[0].traceId]);
    should(new Set(spans.map(({ spanId }) => spanId)).size).equal(3);
    should(spans.map(({ attributes }) => plain(attributes)['openot.correlation.reused'])).eql([undefined, true, true]);
    should(ids).eql(spans.flatMap(({ spanId }) => [spanId, spanId, spanId, spanId]));
    should(idsOf(spanStore, documents).map((entry) => entry?.spanId)).eql(ids, 'the same when they are read again');
    const fresh = createSpanStore();
    should(read(fresh, documents)).eql(spans);
  });

  it('that is told active once more, without its end, goes on', () => {
    const span = single(
      read(spanStore, [
        plc.log(conditionActive(1, ALARM, { severity: 100 })),
        plc.log(conditionActive(1, ALARM, { severity: 900 })),
        plc.log(conditionCleared(1, ALARM))
      ])
    );
    should(span.startTimeUnixNano).equal(at(1));
    should(plain(single(span.events).attributes)).containEql({ 'openot.field.severity': 900 });
  });

  it('never ends before it began: a clock that was set back shows', () => {
    const active = plc.log(conditionActive(1, ALARM));
    plc.pass(-3600);
    const span = single(
      read(spanStore, [
        active,
        plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)),
        plc.log(conditionCleared(1, ALARM))
      ])
    );
    should(span.endTimeUnixNano).equal(span.startTimeUnixNano);
    should(plain(span.attributes)).containEql({ 'openot.clock.reversed': true });
    should(single(span.events).timeUnixNano).equal(at(1 - 3600 + 1));
  });

  it('takes nothing from placeholders and losses', () => {
    const documents = [
      plc.log(conditionActive(1, ALARM)),
      plc.loss(1, 3),
      plc.placeholder(1),
      plc.log(conditionCleared(1, ALARM))
    ];
    should(single(read(spanStore, documents)).events).eql([]);
  });

  it("what is handed out is the caller's own", () => {
    const documents = [plc.log(conditionActive(1, ALARM)), plc.log(conditionCleared(1, ALARM))];
    const [span] = read(spanStore, documents);
    const before = structuredClone(span);
    span.name = 'changed';
    span.attributes.length = 0;
    should(read(spanStore, documents)).eql([before]);
    should(spanStore.unsettled()).eql([before]);
  });
});
