import should from 'should';
import { createSpanStore, SpanStore } from '../../../../lib/telemetry/spans';
import {
  batchEvent,
  BatchState,
  conditionActive,
  conditionCleared,
  materialAddition,
  recipeLoaded,
  stateTransition
} from '../../../../lib/simulator/scenarios/events';
import { Key, udint } from '../../../../lib/simulator/slots';
import { at, loadPlant, Plant, Plc } from './support/plc';
import { idsOf, plain, read, single } from './support/reading';

describe('the span of a batch', () => {
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
  const batch = (state: number, batchId = 40, sourceId = 1): ReturnType<Plc['log']> =>
    plc.log(batchEvent(sourceId, batchId, state, 30));

  it('stands from started to completed, with what names the batch in between', () => {
    const span = single(
      read(spanStore, [
        batch(BatchState.Started),
        plc.log(recipeLoaded(1, 30, '1.2', 40)),
        batch(BatchState.Held),
        batch(BatchState.Resumed),
        batch(BatchState.Paused),
        plc.log(batchEvent(1, 40, 99, 30)),
        plc.log(materialAddition(2, 40, 50, 2.5, 8)),
        batch(BatchState.Completed)
      ])
    );
    should(span).containEql({ name: 'batch Base', kind: 1, startTimeUnixNano: at(1), endTimeUnixNano: at(8) });
    should(span.status).eql({ code: 0 });
    should(span.events.map(({ name }) => name)).eql([
      'openot.recipe_loaded',
      'openot.batch_held',
      'openot.batch_resumed',
      'openot.batch_paused',
      'openot.batch_event',
      'openot.material_addition'
    ]);
    should(plain(span.events[5].attributes)).containEql({
      'openot.source.id': 2,
      'openot.seq': 0,
      'openot.field.quantity': 2.5,
      'openot.field.quantity_unit': 'kg',
      'openot.field.materialId_label': 'Sugar'
    });
    should(plain(span.attributes)).eql({
      'openot.span.kind': 'batch',
      'openot.stream': 'line 1',
      'openot.buffer.id': 4,
      'openot.source.id': 1,
      'openot.source.name': 'Mixer.Main',
      'openot.source.path': ['Plant', 'Mixer'],
      'openot.run.id': '1',
      'openot.begin.seq': 0,
      'openot.batch.id': 40,
      'openot.batch.name': 'B-40',
      'openot.recipe.id': 30,
      'openot.recipe.name': 'Base',
      'openot.end.seq': 6,
      'openot.batch.result': 'Completed'
    });
  });

  it('that is aborted is no error, but says so', () => {
    const span = single(read(spanStore, [batch(BatchState.Started), batch(BatchState.Aborted)]));
    should(span.status).eql({ code: 0 });
    should(plain(span.attributes)).containEql({ 'openot.batch.result': 'Aborted' });
  });

  it('without a recipe that is known has a name all the same', () => {
    const started = batchEvent(1, 41, BatchState.Started, 30);
    const documents = [plc.log({ ...started, slots: started.slots.slice(0, 2) }), batch(BatchState.Completed, 41)];
    should(single(read(spanStore, documents))).containEql({ name: 'batch' });
  });

  it('has its own, whatever other batches do, also of the same source', () => {
    const spans = read(spanStore, [
      batch(BatchState.Started),
      batch(BatchState.Started, 41),
      batch(BatchState.Held, 41),
      batch(BatchState.Completed),
      batch(BatchState.Completed, 41)
    ]);
    should(spans.map(({ events }) => events.length)).eql([0, 1]);
    should(spans.map(({ attributes }) => plain(attributes)['openot.batch.id'])).eql([40, 41]);
  });

  it('whose end was not read ends, truncated, where the batch starts again; the second one is another span', () => {
    const spans = read(spanStore, [
      batch(BatchState.Started),
      plc.loss(1, 2),
      batch(BatchState.Started),
      batch(BatchState.Completed)
    ]);
    should(plain(spans[0].attributes)).containEql({
      'openot.truncated': true,
      'openot.truncation.reason': 'restarted'
    });
    should(spans[0].endTimeUnixNano).equal(spans[1].startTimeUnixNano);
    should(plain(spans[1].attributes)).containEql({
      'openot.correlation.reused': true,
      'openot.batch.result': 'Completed'
    });
    should(spans[0].traceId).equal(spans[1].traceId);
    should(spans[0].spanId).not.equal(spans[1].spanId);
    should(spanStore.counts).containEql({ truncated: 1, opened: 2, closed: 2 });
  });

  it('an end without a beginning is counted', () => {
    should(
      read(spanStore, [batch(BatchState.Completed), batch(BatchState.Aborted, 41), batch(BatchState.Held, 42)])
    ).eql([]);
    should(spanStore.counts.unknownBeginnings).equal(2);
  });

  it('is told by another source than it began with', () => {
    const span = single(read(spanStore, [batch(BatchState.Started), batch(BatchState.Completed, 40, 2)]));
    should(plain(span.attributes)).containEql({ 'openot.source.id': 1, 'openot.end.source.id': 2 });
  });

  it('is the parent of a condition that names it, also where its own beginning was not read or is yet to come', () => {
    const of = { conditionId: 9, conditionClass: 0, correlationId: 1 };
    const active = conditionActive(1, of);
    const documents = [
      plc.log({ ...active, slots: [...active.slots, udint(Key.batchId, 40)] }),
      plc.log(conditionCleared(1, of)),
      batch(BatchState.Started),
      batch(BatchState.Completed)
    ];
    const [condition, parent] = read(spanStore, documents);
    should(condition.parentSpanId).equal(parent.spanId);
    should(condition.traceId).equal(parent.traceId);
  });

  it('is the parent of a condition in the use of its number that is open', () => {
    const of = { conditionId: 9, conditionClass: 0, correlationId: 1 };
    const active = conditionActive(1, of);
    const documents = [
      batch(BatchState.Started),
      batch(BatchState.Completed),
      batch(BatchState.Started),
      plc.log({ ...active, slots: [...active.slots, udint(Key.batchId, 40)] }),
      plc.log(conditionCleared(1, of)),
      batch(BatchState.Completed)
    ];
    const [first, condition, second] = read(spanStore, documents);
    should(condition.parentSpanId).equal(second.spanId).and.not.equal(first.spanId);
  });
});

describe('the span of a state', () => {
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
  const went = (from: number, to: number, machine = 7, sourceId = 1): ReturnType<Plc['log']> =>
    plc.log(stateTransition(sourceId, machine, 2, from, to));

  it('stands from one transition of its machine to the next', () => {
    const spans = read(spanStore, [went(4, 1), went(1, 4), went(4, 1)], 'line 1', true);
    should(spans.map(({ name, startTimeUnixNano, endTimeUnixNano }) => [name, startTimeUnixNano, endTimeUnixNano])).eql(
      [
        ['Mixer: Running', at(1), at(2)],
        ['Mixer: Paused', at(2), at(3)]
      ]
    );
    should(plain(spans[0].attributes)).eql({
      'openot.span.kind': 'state',
      'openot.stream': 'line 1',
      'openot.buffer.id': 4,
      'openot.source.id': 1,
      'openot.source.name': 'Mixer.Main',
      'openot.source.path': ['Plant', 'Mixer'],
      'openot.run.id': '1',
      'openot.begin.seq': 0,
      'openot.state_machine.id': 7,
      'openot.state_machine.name': 'Mixer',
      'openot.state.id': 1,
      'openot.state.name': 'Running',
      'openot.state.previous': 'Paused',
      'openot.end.seq': 1,
      'openot.state.next': 'Paused'
    });
  });

  it('belongs to one machine of one source', () => {
    const spans = read(spanStore, [went(4, 1), went(4, 1, 8), went(4, 1, 7, 2), went(1, 4)], 'line 1', true);
    should(single(spans).name).equal('Mixer: Running');
    should(spanStore.open).equal(3);
  });

  it('is there on request only; one that is open when that is switched off ends as it would have', () => {
    should(read(spanStore, [went(4, 1), went(1, 4)])).eql([]);
    read(spanStore, [went(4, 1)], 'line 1', true);
    should(single(read(spanStore, [went(1, 4), went(4, 1)])).name).equal('Mixer: Running');
    should(spanStore.open).equal(0);
  });

  it('says where a transition is missing', () => {
    const span = single(read(spanStore, [went(4, 1), plc.loss(1, 1), went(5, 4)], 'line 1', true));
    should(plain(span.attributes)).containEql({ 'openot.truncated': true, 'openot.truncation.reason': 'gap' });
  });

  it('is the child of the batch that its source has open, the latest where there are several', () => {
    const batch = (state: number, batchId: number, sourceId = 1): ReturnType<Plc['log']> =>
      plc.log(batchEvent(sourceId, batchId, state, 30));
    const documents = [
      batch(BatchState.Started, 40),
      batch(BatchState.Started, 41),
      went(4, 1),
      went(4, 1, 7, 2),
      batch(BatchState.Completed, 41),
      went(1, 4),
      batch(BatchState.Completed, 40),
      went(4, 1),
      went(1, 4),
      went(1, 4, 7, 2)
    ];
    const ids = idsOf(spanStore, documents, 'line 1', true);
    const states = spanStore.unsettled().filter(({ name }) => name.startsWith('Mixer'));
    should(states.map(({ parentSpanId }) => parentSpanId)).eql([ids[1]?.spanId, ids[0]?.spanId, undefined, undefined]);
    should(states[0].traceId).equal(ids[1]?.traceId);
    should(ids[2]).eql(
      { traceId: ids[1]?.traceId, spanId: states[0].spanId, parentSpanId: ids[1]?.spanId },
      'so is the log record'
    );
    should(idsOf(spanStore, documents, 'line 1', true)).eql(ids, 'the same when they are read again');
  });

  it('of machines and states that the definition does not know has their numbers', () => {
    const spans = read(spanStore, [went(1, 5, 99), went(5, 6, 99)], 'line 1', true);
    should(single(spans).name).equal('state machine 99: 5');
  });
});
