import should from 'should';
import { assembleRequest } from '../../../../lib/telemetry/assemble';
import { createMeter, selfMetrics } from '../../../../lib/telemetry/metrics';
import type { LogRecord, MetricPoint } from '../../../../lib/telemetry/otlp-types';
import { canonical } from '../../../support/otlp/official';
import { assertValid } from '../../../support/otlp/validator';
import { Device, HOUR } from '../clock-watch/rig';
import { played } from '../support/played';
import { seriesOf } from '../support/points';
import { loss, NOON, placeholder, reading, SECOND, status } from '../support/readings';

const envelope = { resource: { attributes: [] }, scope: { name: 'n', version: '1' } };
const settings = { boolMetrics: true };

describe('metrics and clocks as OTLP', () => {
  const points: MetricPoint[] = [];
  const logs: LogRecord[] = [];
  before(() => {
    const meter = createMeter();
    const take = ({ metrics, logs: more }: { metrics: MetricPoint[]; logs: LogRecord[] }): void => {
      points.push(...metrics);
      logs.push(...more);
    };
    for (let i = 0; i < 40; i++) {
      const nowNs = NOON + BigInt(i) * SECOND;
      const made = {
        sourceNs: i < 10 ? nowNs + HOUR : i < 20 ? 0n : nowNs,
        receiveNs: nowNs,
        seq: i,
        unsynced: i % 7 === 0,
        sourceId: i % 3,
        sourceName: i % 3 === 0 ? '' : 'Pump'
      };
      take(
        meter.documents(
          [
            reading('ULInt', '18446744073709551615', { unit: 'Stück' }, made),
            reading('Real', i % 2 === 0 ? null : -0, { nonFinite: 'NaN' }, { ...made, sourceId: 9 }),
            placeholder('drift', made),
            loss(made)
          ],
          'line 1',
          settings
        )
      );
      const measured = meter.status(
        status({ code: i % 2 === 0 ? 'OPENOT_RING_STALE' : null }),
        { stream: 'line 1' },
        String(nowNs + SECOND / 10n)
      );
      if (measured.ok) take(measured);
      const log = meter.status(
        {
          state: 'reading',
          totals: { records: i, gaps: 0, repeated: 2 * i, pages: i },
          clockOffsetMs: -2.5,
          clockErrorMs: 1
        },
        { stream: 'plc/ServerLog' },
        String(nowNs)
      );
      if (log.ok) take(log);
    }
  });

  it('are valid, all of them', () => {
    should(new Set(points.map(({ name }) => name))).have.size(Object.keys(selfMetrics).length + 1);
    should(logs.length).be.above(2);
    assertValid('metrics', assembleRequest('metrics', { metrics: points }, envelope));
    assertValid('logs', assembleRequest('logs', { logs }, envelope));
  });

  it('come back from the official codec as they went', () => {
    const request = assembleRequest('metrics', { metrics: points }, envelope);
    should(JSON.stringify(canonical('metrics', request)).length).be.above(10_000);
    const [metric] = assembleRequest(
      'metrics',
      { metrics: points.filter(({ name }) => name === 'openot.records.lost') },
      envelope
    ).resourceMetrics[0].scopeMetrics[0].metrics;
    should(metric).have.properties({ name: 'openot.records.lost', unit: '{record}' });
    should(metric.sum).have.properties({ aggregationTemporality: 2, isMonotonic: true });
    should(metric.gauge).be.undefined();
  });

  it('no series has two points of one time, and the points of each come in order', () => {
    const last = new Map<string, bigint>();
    for (const point of points.filter(({ name }) => Object.hasOwn(selfMetrics, name))) {
      const series = seriesOf(point);
      const timeNs = BigInt(point.point.timeUnixNano);
      should(timeNs > (last.get(series) ?? -1n)).be.true(series);
      last.set(series, timeNs);
    }
  });

  it('no two log records have one uid', () => {
    const uids = logs.map(({ attributes }) => attributes[0].value.stringValue);
    should(new Set(uids).size).equal(uids.length);
  });
});

describe("the simulator's clock", () => {
  it('that loses its synchronisation and finds it again is told, and nothing else of it', () => {
    const device = new Device();
    let nowNs = 0n;
    for (const batch of played('packaging')) {
      for (const { provenance } of batch)
        if (BigInt(provenance.sourceTimeNs ?? 0) > nowNs) nowNs = BigInt(provenance.sourceTimeNs ?? 0);
      device.nowNs = nowNs + SECOND / 10n;
      if (batch.length > 0) device.reads(...batch).idle();
    }
    const told = new Set(device.told);
    should(told).eql(new Set(['suspect unsynced', 'suspect quality', 'restored quality']));
  });
});
