import { createHash } from 'node:crypto';
import should from 'should';
import { correlationOf, createSpanStore } from '../../../../lib/telemetry/spans';
import { identityOf, spanIdOf, traceIdOf } from '../../../../lib/telemetry/spans/ids';
import {
  batchEvent,
  BatchState,
  conditionActive,
  conditionCleared,
  conditionHandled,
  conditionSuppressed,
  materialAddition,
  stateTransition,
  valueChanged
} from '../../../../lib/simulator/scenarios/events';
import { Key, udint } from '../../../../lib/simulator/slots';
import { Plant, loadPlant, Plc } from './support/plc';
import { idsOf } from './support/reading';

/** What docs/format.md 23 says, by another SHA-256. */
const told = (...parts: (string | number)[]): { traceId: string; spanId: string } => {
  const hex = createHash('sha256').update(parts.join('\n'), 'utf8').digest('hex');
  return { traceId: hex.slice(0, 32), spanId: hex.slice(0, 16) };
};

describe('ids of spans', () => {
  let plant: Plant;
  before(() => {
    plant = loadPlant();
  });

  it('are cut from a hash of the documented text, for the document alone and in a span store', () => {
    const occurrence = { conditionId: 9, conditionClass: 0, correlationId: 5 };
    const plc = new Plc(plant.compiled);
    const documents = [
      plc.log(conditionActive(1, occurrence)),
      plc.log(conditionHandled(1, 'ConditionAcknowledged', occurrence, 'jdoe')),
      plc.log(conditionCleared(1, occurrence)),
      plc.log(batchEvent(1, 40, BatchState.Started, 30)),
      plc.log(materialAddition(2, 40, 50, 2.5, 8))
    ];
    const condition = told('openot/condition', 'Füller 3', 1, 9, 5);
    const batch = told('openot/batch', 'Füller 3', 1, 40);
    const expected = [condition, condition, condition, batch, batch];
    should(documents.map((document) => correlationOf(document, 'Füller 3'))).eql(expected);
    should(idsOf(createSpanStore(), documents, 'Füller 3')).eql(expected);
  });

  it('of a later incarnation are others: after a power cycle alarms are numbered from 1 again', () => {
    const plc = new Plc(plant.compiled);
    plc.incarnation = 3;
    const active = plc.log(conditionActive(1, { conditionId: 9, conditionClass: 0, correlationId: 5 }));
    should(correlationOf(active, 's')).eql(told('openot/condition', 's', 1, 9, 5, 'i3'));
  });

  it('of a state name the record that entered it', () => {
    const plc = new Plc(plant.compiled);
    const documents = [plc.log(stateTransition(1, 7, 2, 4, 1)), plc.log(stateTransition(1, 7, 2, 1, 4))];
    should(idsOf(createSpanStore(), documents, 's', true)).eql([
      told('openot/state', 's', 1, 1, 7, 0),
      told('openot/state', 's', 1, 1, 7, 1)
    ]);
    should(idsOf(createSpanStore(), documents, 's', false)).eql([undefined, undefined]);
  });

  it('are absent where a record belongs to nothing, or to nothing in particular', () => {
    const plc = new Plc(plant.compiled);
    const documents = [
      plc.log(valueChanged(1, 21, { ...udint(Key.newValue, 1), type: 6 })),
      plc.log(conditionSuppressed(1, 9, 'test')),
      plc.loss(1, 3),
      plc.placeholder(1)
    ];
    should(documents.map((document) => correlationOf(document, 's'))).eql([undefined, undefined, undefined, undefined]);
    should(idsOf(createSpanStore(), documents)).eql([undefined, undefined, undefined, undefined]);
  });

  it('are never all zero: the bytes behind are taken', () => {
    const digest = new Uint8Array(32);
    digest[31] = 1;
    should(traceIdOf(digest)).equal('00000000000000000000000000000001');
    should(spanIdOf(digest)).equal('0000000000000001');
    digest[9] = 7;
    should(traceIdOf(digest)).equal('00000000000000000007000000000000');
    should(spanIdOf(digest)).equal('0007000000000000');
    digest[0] = 0xab;
    should(spanIdOf(digest)).equal('ab00000000000000');
  });

  it('hash the text as UTF-8', () => {
    const digest = identityOf('batch', { stream: 'Linie 😀', incarnation: 2, runId: '18446744073709551615' }, [40], {
      sourceId: 3,
      seq: 17
    });
    const text = 'openot/batch\nLinie 😀\n18446744073709551615\n40\ni2\n3\n17';
    should(Buffer.from(digest)).eql(createHash('sha256').update(text, 'utf8').digest());
  });
});
