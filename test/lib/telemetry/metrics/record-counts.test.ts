import should from 'should';
import { createMeter } from '../../../../lib/telemetry/metrics';
import type { MetricPoint } from '../../../../lib/telemetry/otlp-types';
import { named, told } from '../support/points';
import { NOON, placeholder, reading, SECOND, status } from '../support/readings';

const settings = { boolMetrics: false };
const placeholders = (points: readonly MetricPoint[]): MetricPoint[] => named(points, 'openot.records.placeholder');
const statusOf = (meter: ReturnType<typeof createMeter>, nowNs: bigint, stream = 'line 1'): MetricPoint[] => {
  const measured = meter.status(status(), { stream }, String(nowNs));
  return measured.ok ? measured.metrics : [];
};

describe('metrics: what the mapper counts', () => {
  it('placeholders by reason, cumulative since the mapper was made', () => {
    const meter = createMeter({ startNs: String(NOON - SECOND) });
    const first = meter.documents(
      [placeholder('drift'), placeholder('drift'), placeholder('unknownEventId'), reading('Real', 1)],
      'line 1',
      settings
    ).metrics;
    should(told(placeholders(first))).eql([
      'records.placeholder{placeholder.reason=drift} 2',
      'records.placeholder{placeholder.reason=unknownEventId} 1'
    ]);
    const second = meter.documents([placeholder('drift', { receiveNs: NOON + SECOND })], 'line 1', settings).metrics;
    should(told(placeholders(second))).eql(['records.placeholder{placeholder.reason=drift} 3']);
    for (const { point, kind } of [...placeholders(first), ...placeholders(second)])
      should({ kind, start: point.startTimeUnixNano }).eql({ kind: 'sum', start: String(NOON - SECOND) });
    should(placeholders(second)[0].point.timeUnixNano).equal(String(NOON + SECOND));
  });

  it('of each stream by itself', () => {
    const meter = createMeter();
    meter.documents([placeholder('drift')], 'line 1', settings);
    should(told(placeholders(meter.documents([placeholder('drift')], 'line 2', settings).metrics))).eql([
      'records.placeholder{placeholder.reason=drift} 1'
    ]);
  });

  it('documents without placeholders give no such points', () => {
    should(placeholders(createMeter().documents([reading('Real', 1)], 'line 1', settings).metrics)).eql([]);
  });

  it(
    'every reason has a series from the first status on, so that a store sees the first placeholder as ' +
      'an increase',
    () => {
      const meter = createMeter();
      const points = placeholders(statusOf(meter, NOON));
      should(points.length).equal(7);
      should(points.every(({ point }) => point.asInt === '0')).be.true();
      meter.documents([placeholder('drift', { receiveNs: NOON + SECOND })], 'line 1', settings);
      should(told(placeholders(statusOf(meter, NOON + 2n * SECOND))).filter((line) => !line.endsWith(' 0'))).eql([
        'records.placeholder{placeholder.reason=drift} 1'
      ]);
    }
  );

  it('values that are no finite numbers are counted, and give no point of their own', () => {
    const meter = createMeter();
    const { metrics } = meter.documents(
      [
        reading('Real', null, { nonFinite: 'NaN' }),
        reading('LReal', null, { nonFinite: '-Infinity' }),
        reading('Real', 1)
      ],
      'line 1',
      settings
    );
    should(told(named(metrics, 'openot.values.not_finite'))).eql(['values.not_finite 2']);
    should(named(metrics, 'openot.value.Level').length).equal(1);
  });

  it('records that were read before are counted, and shown when there are more of them, and with each status', () => {
    const meter = createMeter();
    const repeated = (points: readonly MetricPoint[]): string[] => told(named(points, 'openot.records.repeated'));
    should(repeated(meter.documents([reading('Real', 1), reading('Real', 2)], 'line 1', settings, 2).metrics)).eql([
      'records.repeated 2'
    ]);
    should(repeated(meter.documents([reading('Real', 1)], 'line 1', settings, 0).metrics)).eql([]);
    should(repeated(meter.documents([reading('Real', 1)], 'line 1', settings, 1).metrics)).eql(['records.repeated 3']);
    should(repeated(statusOf(meter, NOON + SECOND))).eql(['records.repeated 3']);
    should(repeated(statusOf(createMeter(), NOON))).eql(['records.repeated 0']);
  });

  it(
    'the points of one series follow each other in time, a millisecond apart at least, though receive ' +
      'times and arrivals of status messages do not',
    () => {
      const meter = createMeter();
      const at: bigint[] = [];
      const note = (points: MetricPoint[]): void =>
        void at.push(
          ...points
            .filter(({ point }) => point.attributes.some(({ value }) => value.stringValue === 'drift'))
            .map(({ point }) => BigInt(point.timeUnixNano))
        );
      note(placeholders(statusOf(meter, NOON)));
      for (const receiveNs of [NOON - 5n * SECOND, NOON, NOON + 1n, NOON + SECOND, NOON - SECOND])
        note(placeholders(meter.documents([placeholder('drift', { receiveNs })], 'line 1', settings).metrics));
      note(placeholders(statusOf(meter, NOON)));
      should(at.length).equal(7);
      for (let i = 1; i < at.length; i++) should(Number(at[i] - at[i - 1])).be.aboveOrEqual(1_000_000);
    }
  );

  it('no point ends before its count began, though documents of a recording come', () => {
    const meter = createMeter({ startNs: String(NOON) });
    const [{ point }] = placeholders(
      meter.documents([placeholder('drift', { receiveNs: NOON - 86_400n * SECOND })], '', settings).metrics
    );
    should(BigInt(point.timeUnixNano) >= BigInt(point.startTimeUnixNano ?? 0)).be.true();
  });

  it('nothing given is changed', () => {
    const documents = [
      placeholder('drift'),
      reading('Real', null, { nonFinite: 'NaN' }),
      reading('Real', 1, { unit: 'L' })
    ];
    const payload = status();
    const before = JSON.stringify([documents, payload]);
    const meter = createMeter();
    meter.documents(documents, 'line 1', settings);
    meter.status(payload, { stream: 'line 1' }, String(NOON));
    should(JSON.stringify([documents, payload])).equal(before);
  });
});
