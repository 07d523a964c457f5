import should from 'should';
import { DocumentObject } from '../../../../lib/document';
import { createSpanStore, SpanStore } from '../../../../lib/telemetry/spans';
import {
  conditionActive,
  conditionCleared,
  conditionHandled,
  conditionSuppressed,
  message
} from '../../../../lib/simulator/scenarios/events';
import { ALARM, loadPlant, Plant, Plc } from './support/plc';
import { read, single } from './support/reading';

const STREAM = 'line 1';

describe('reading again', () => {
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
  /** As after a kill: another process with the image that was saved. */
  const restart = (image: Uint8Array): void => {
    spanStore = createSpanStore();
    should(spanStore.restore(image)).eql({ ok: true });
  };
  const alarm = (): DocumentObject[] => [
    plc.log(conditionActive(1, ALARM)),
    plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)),
    plc.log(conditionCleared(1, ALARM))
  ];

  it('a kill between the saving of the state and the acceptance brings the span again, the same', () => {
    const documents = alarm();
    const [span] = read(spanStore, documents);
    restart(spanStore.image());
    should(read(spanStore, documents.slice(0, 2))).eql([]);
    should(read(spanStore, documents.slice(2))).eql([span]);
    should(spanStore.unsettled()).eql([span]);
  });

  it('a kill before the saving brings it again too', () => {
    const documents = alarm();
    read(spanStore, documents.slice(0, 1));
    const image = spanStore.image();
    const [span] = read(spanStore, documents.slice(1));
    restart(image);
    should(read(spanStore, documents.slice(1))).eql([span]);
  });

  it('what was settled does not come again, also when it is read from before its beginning', () => {
    const documents = alarm();
    read(spanStore, documents);
    spanStore.settled(STREAM, '1', 1, 2);
    restart(spanStore.image());
    should(read(spanStore, documents)).eql([]);
    should([spanStore.open, spanStore.pending]).eql([0, 0]);
  });

  it('settling counts up to the seq, of that stream, run, source and incarnation, and all lives before', () => {
    const [span] = read(spanStore, alarm());
    for (const [stream, run, source, seq, incarnation] of [
      [STREAM, '1', 1, 1, 0],
      [STREAM, '1', 2, 9, 0],
      ['other', '1', 1, 9, 0],
      ['other', '2', 1, 9, 0],
      [STREAM, '0', 1, 9, 0]
    ] as const) {
      spanStore.settled(stream, run, source, seq, incarnation);
      should(spanStore.unsettled()).eql([span]);
    }
    spanStore.settled(STREAM, '1', 1, 7);
    should(spanStore.pending).equal(0);
    read(spanStore, [
      plc.log(conditionActive(1, { ...ALARM, correlationId: 6 })),
      plc.log(conditionCleared(1, { ...ALARM, correlationId: 6 }))
    ]);
    spanStore.settled(STREAM, '2', 0, 0);
    should(spanStore.pending).equal(0, 'a later run settles the one before');
    plc.powerCycle();
    read(spanStore, alarm());
    spanStore.settled(STREAM, '1', 1, 500, 0);
    should(spanStore.pending).equal(1, 'the incarnation before does not settle this one');
    spanStore.settled(STREAM, '1', 1, 2, 1);
    should(spanStore.pending).equal(0);
  });

  it('an event is in its span once, however often it is read', () => {
    const documents = alarm();
    for (let n = 0; n < 3; n++) read(spanStore, documents.slice(0, 2));
    restart(spanStore.image());
    for (let n = 0; n < 3; n++) read(spanStore, documents.slice(0, 2));
    should(single(read(spanStore, documents.slice(2))).events.length).equal(1);
  });

  it(
    'what happened to the condition before the span began is not taken for an event of it, whatever ' +
      'source told it',
    () => {
      const before = plc.log(conditionSuppressed(2, 9, 'x'));
      const [active, ...rest] = alarm();
      should(single(read(spanStore, [before, active, before, ...rest])).events.length).equal(1);
    }
  );

  it('the whole ring with an empty state gives the same spans', () => {
    const documents = [
      ...alarm(),
      plc.log(conditionActive(1, ALARM)),
      plc.log(conditionCleared(1, ALARM)),
      plc.log(conditionActive(1, { ...ALARM, correlationId: 7 }))
    ];
    plc.coldStart();
    documents.push(plc.log(message(0, 102, [])));
    const first = read(spanStore, documents);
    should(first.length).equal(3);
    should(read(createSpanStore(), documents)).eql(first);
  });

  it('losses in between change nothing', () => {
    const documents = alarm();
    const first = read(spanStore, documents);
    const lossy = documents.flatMap((document) => [{ ...plc.loss(2, 3) }, document]);
    should(read(createSpanStore(), lossy)).eql(first);
  });

  it('an end whose beginning lies before what is read gives no span, and the record still has its ids', () => {
    const [, acknowledged, cleared] = alarm();
    const applied = [acknowledged, cleared].map((document) => spanStore.apply(document, { stream: STREAM }));
    should(applied.map(({ closed }) => closed.length)).eql([0, 0]);
    for (const { correlation } of applied) should(correlation).have.properties(['traceId', 'spanId']);
    should(spanStore.counts.unknownBeginnings).equal(1);
  });

  it('ended runs stay ended across a restart, and come again until they are settled', () => {
    const open = plc.log(conditionActive(1, ALARM));
    plc.coldStart();
    const ending = plc.log(message(0, 102, []));
    const [span] = read(spanStore, [open, ending]);
    restart(spanStore.image());
    should(read(spanStore, [open])).eql([]);
    should(read(spanStore, [ending])).eql([span]);
    should(spanStore.open).equal(0);
  });

  it("streams do not know each other's records", () => {
    const documents = alarm();
    const spans = ['a', 'b'].flatMap((stream) => read(spanStore, documents, stream));
    should(spans.length).equal(2);
    should(spans[0].spanId).not.equal(spans[1].spanId);
  });
});
