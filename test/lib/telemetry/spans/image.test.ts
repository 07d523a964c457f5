import should from 'should';
import { DocumentObject } from '../../../../lib/document';
import { createSpanStore, SpanStore } from '../../../../lib/telemetry/spans';
import {
  batchEvent,
  BatchState,
  conditionActive,
  conditionCleared,
  conditionHandled,
  conditionSuppressed,
  message,
  stateTransition
} from '../../../../lib/simulator/scenarios/events';
import { crc32c } from '../../../../lib/wire';
import { seeded } from '../../../support/seeded';
import { randomHistory } from './support/histories';
import { ALARM, loadPlant, Plant, Plc } from './support/plc';
import { plain, read, single } from './support/reading';

/** An image with another body, its checksum right. */
function imageOf(body: string, version = 1): Uint8Array {
  const bytes = Buffer.from(body, 'utf8');
  return Buffer.concat([
    Buffer.from(`OPENOT-SPANS ${version} ${crc32c(bytes).toString(16).padStart(8, '0')}\n`),
    bytes
  ]);
}

const bodyOf = (image: Uint8Array): Record<string, unknown> => {
  const text = Buffer.from(image).toString('utf8');
  return JSON.parse(text.slice(text.indexOf('\n') + 1)) as Record<string, unknown>;
};

describe('the image of a span store', () => {
  let plant: Plant;
  let plc: Plc;
  before(() => {
    plant = loadPlant();
  });
  beforeEach(() => {
    plc = new Plc(plant.compiled);
  });
  const empty = (): SpanStore => createSpanStore();
  const restored = (image: Uint8Array): SpanStore => {
    const spanStore = empty();
    should(spanStore.restore(image)).eql({ ok: true });
    return spanStore;
  };

  it('brings an alarm that is open across a restart to one right span', () => {
    const history = [
      plc.log(conditionActive(1, ALARM, { severity: 900, causes: [1] })),
      plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM, 'jdoe')),
      plc.log(conditionSuppressed(1, 9, 'Größe ✓ 😀 \u2028')),
      plc.log(conditionHandled(1, 'ConditionConfirmed', ALARM, 'jdoe')),
      plc.log(conditionCleared(1, ALARM))
    ];
    const whole = single(read(empty(), history));
    for (let cut = 1; cut < history.length; cut++) {
      const before = empty();
      read(before, history.slice(0, cut));
      should(read(restored(before.image()), history.slice(cut))).eql([whole], `restart before record ${cut}`);
      should(read(restored(before.image()), history)).eql(
        [whole],
        `restart before record ${cut}, everything read again`
      );
    }
  });

  it('is the whole span store: the image of what was restored is the same', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const spanStore = empty();
      const history = randomHistory(seeded(seed), plant, 300);
      read(spanStore, history.slice(0, 150), 'a', true);
      read(spanStore, history.slice(150), 'b', true);
      const image = spanStore.image();
      const other = restored(image);
      should(Buffer.from(other.image()).equals(Buffer.from(image))).be.true();
      should([other.open, other.pending]).eql([spanStore.open, spanStore.pending]);
      should(other.unsettled()).eql(spanStore.unsettled());
    }
  });

  it('of an empty span store is empty', () => {
    const spanStore = restored(empty().image());
    should([spanStore.open, spanStore.pending]).eql([0, 0]);
  });

  it('takes the place of what the span store knew', () => {
    const spanStore = empty();
    read(spanStore, [plc.log(conditionActive(1, ALARM))]);
    should(spanStore.restore(empty().image())).eql({ ok: true });
    should(spanStore.open).equal(0);
    should(spanStore.changed).be.false();
  });

  it('is asked for when something changed that a restart must find, and at leisure for the rest', () => {
    const spanStore = empty();
    const flags = (...documents: DocumentObject[]): [boolean, boolean] => {
      read(spanStore, documents, 'line 1', true);
      const found: [boolean, boolean] = [spanStore.changed, spanStore.moved];
      spanStore.image();
      should([spanStore.changed, spanStore.moved]).eql([false, false]);
      return found;
    };
    const line = plc.log(message(1, 102, []));
    should(flags(line)).eql([false, true]);
    should(flags(line)).eql([false, false], 'read again');
    should(flags(plc.loss(1, 1))).eql([false, false]);
    const active = plc.log(conditionActive(1, ALARM));
    should(flags(active)).eql([true, true]);
    should(flags(active)).eql([false, false], 'read again');
    should(flags(plc.log(message(1, 102, [])))).eql([false, true]);
    should(flags(plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)))).eql([true, true]);
    should(flags(plc.log(conditionHandled(1, 'ConditionAcknowledged', { ...ALARM, correlationId: 99 })))).eql(
      [false, true],
      'of a span that is not open'
    );
    should(flags(plc.log(batchEvent(1, 40, BatchState.Started, 30)))).eql([true, true]);
    should(flags(plc.log(stateTransition(1, 7, 2, 4, 1)))).eql([true, true]);
    should(flags(plc.log(conditionCleared(1, ALARM)))).eql([true, true]);
    spanStore.settled('line 1', '1', 1, 1000);
    should([spanStore.changed, spanStore.moved]).eql([false, true]);
    spanStore.image();
    plc.coldStart();
    should(flags(plc.log(message(0, 102, [])))).eql([true, true], 'the run ended');
    plc.coldStart();
    should(flags(plc.log(message(0, 102, [])))).eql([false, true], 'a run ended in which nothing was open');
  });

  it('of another limit is brought within it with the next record', () => {
    const spanStore = empty();
    read(
      spanStore,
      [1, 2, 3].map((correlationId) => plc.log(conditionActive(1, { ...ALARM, correlationId })))
    );
    const small = createSpanStore({ limits: { openSpans: 1 } });
    should(small.restore(spanStore.image())).eql({ ok: true });
    const spans = read(small, [plc.log(message(1, 102, []))]);
    should(spans.map(({ attributes }) => plain(attributes)['openot.correlation.id'])).eql([1, 2]);
  });

  it('that was cut or changed anywhere is refused, and the span store stays as it is', () => {
    const source = empty();
    read(source, [plc.log(conditionActive(1, ALARM))]);
    const image = source.image();
    const spanStore = empty();
    read(spanStore, [plc.log(conditionActive(1, { ...ALARM, correlationId: 6 }))]);
    for (let length = 0; length < image.length; length += 7)
      should(spanStore.restore(image.subarray(0, length))).containEql({
        ok: false,
        code: 'OPENOT_OTEL_STATE_UNREADABLE'
      });
    for (let at = 0; at < image.length; at++) {
      const changed = Uint8Array.from(image);
      changed[at] ^= 0x10;
      should(spanStore.restore(changed).ok).be.false();
    }
    should(spanStore.open).equal(1);
    should(single(read(spanStore, [plc.log(conditionCleared(1, { ...ALARM, correlationId: 6 }))])).name).equal(
      'TempHigh'
    );
  });

  it('says what is wrong with it and what to do', () => {
    const messageOf = (image: Uint8Array): string => {
      const result = empty().restore(image);
      if (result.ok) throw new Error('taken');
      return `${result.code}: ${result.message}`;
    };
    const wayOut =
      'Put the file back from a backup, or remove it to begin without any: of what was open then no span will come';
    should(messageOf(Buffer.from('{}'))).equal(
      'OPENOT_OTEL_STATE_UNREADABLE: the saved open spans of this node cannot be used: it does not begin as one. ' +
        `${wayOut}`
    );
    should(messageOf(imageOf('{"streams":'))).containEql('it is not JSON');
    should(messageOf(imageOf('{}'))).containEql('a field is missing or of another kind');
    should(messageOf(imageOf('{}', 0))).containEql('it has version 0, this package reads version 1');
    should(messageOf(Buffer.concat([imageOf('{}'), Buffer.from(' ')]))).containEql('its checksum does not hold');
    should(messageOf(imageOf('whatever a later version writes', 2))).equal(
      'OPENOT_OTEL_STATE_NEWER: the saved open spans of this node have version 2, a newer package wrote them; ' +
        'this one reads version 1. Install that package again. Or: put the file back from a backup, or remove it ' +
        'to begin without any: of what was open then no span will come'
    );
  });

  it('in which a field is missing or of another kind is refused, whichever it is', () => {
    const spanStore = empty();
    const active = plc.log(conditionActive(1, ALARM));
    read(spanStore, [
      active,
      plc.log(conditionHandled(1, 'ConditionAcknowledged', ALARM)),
      plc.log(batchEvent(1, 40, BatchState.Started, 30)),
      plc.log(batchEvent(1, 40, BatchState.Completed, 30))
    ]);
    const image = spanStore.image();
    should(empty().restore(imageOf(JSON.stringify(bodyOf(image)))).ok).be.true();
    let spoilt = 0;
    const spoil = (whole: Record<string, unknown>, node: Record<string, unknown>, path: string): void => {
      for (const [name, value] of Object.entries(node)) {
        // The values of attributes and a status are handed on as they are.
        const inside = `${path}.${name}`;
        if (/\.(value|status|parentSpanId|error|state|kind)$/.test(inside)) continue;
        node[name] =
          typeof value === 'object'
            ? 17
            : typeof value === 'string' && !/\.(stream|name|key)$/.test(inside)
              ? 'Z'
              : null;
        should(empty().restore(imageOf(JSON.stringify(whole))).ok).equal(false, inside);
        spoilt++;
        node[name] = value;
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          spoil(whole, value as Record<string, unknown>, inside);
        if (Array.isArray(value) && typeof value[0] === 'object' && !Array.isArray(value[0]))
          spoil(whole, value[0] as Record<string, unknown>, inside);
      }
    };
    const whole = bodyOf(image);
    spoil(whole, whole, '');
    should(spoilt).be.above(40);
    const dangling = bodyOf(image);
    (dangling.open as { at: number }[])[0].at = 1;
    should(empty().restore(imageOf(JSON.stringify(dangling))).ok).be.false();
  });
});
