import should from 'should';
import { recomputeNetworkRequest } from '../../../../lib/telemetry/network';
import type { Signal } from '../../../../lib/telemetry/otlp-types';
import { holders, missingOf } from '../../../support/network/missing-of';
import type { Encoding } from '../../../support/network/requirements';
import { message } from './support/documents';
import { logOf, span, total, valuePoint } from './support/items';
import { fullRequest, mapped, profile, settingsOf } from './support/requests';

const plain = {
  logs: {
    resourceLogs: [
      { resource: { attributes: [] }, scopeLogs: [{ scope: {}, logRecords: [logOf(message({ seq: 1, at: 1 }))] }] }
    ]
  }
};
const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The items from `from` to before `to` in the envelope of the whole, whose sums do not fit them any more. */
function cut<T>(whole: T, from: number, to: number): T {
  const copy = copyOf(whole) as Record<string, Record<string, unknown>[]>;
  const [scoped] = Object.values(Object.values(copy)[0][0]).find(Array.isArray) as Record<string, unknown[]>[];
  const key = ['logRecords', 'metrics', 'spans'].find((name) => name in scoped)!;
  scoped[key] = scoped[key].slice(from, to);
  return copy as T;
}

const slice = <T>(whole: T, from: number, to: number): T | undefined =>
  recomputeNetworkRequest(whole, cut(whole, from, to));

describe('a part of a network request', () => {
  for (const encoding of ['otlp', 'literal'] as Encoding[]) {
    it(`is the request that these items alone would have been (${encoding})`, () => {
      const network = profile();
      for (const checksum of ['md5', 'sha256', 'none']) {
        const settings = settingsOf({ encoding, checksum });
        const spans = network.prepare(
          mapped({ spans: ['1', '2', '3'].map((digit) => span(`000000000000000${digit}`)) }),
          [],
          { stream: '' },
          settings
        ).spans;
        const whole = network.request('traces', { spans }, settings);
        const kept = copyOf(whole);
        should(slice(whole, 1, 3)).eql(network.request('traces', { spans: spans.slice(1) }, settings));
        should(slice(copyOf(whole), 0, 1)).eql(
          copyOf(network.request('traces', { spans: spans.slice(0, 1) }, settings))
        );
        should(whole).eql(kept);
      }
    });

    for (const signal of ['logs', 'metrics', 'traces'] as Signal[]) {
      it(`carries everything that is required (${signal}, ${encoding})`, async () => {
        const part = slice(await fullRequest(signal, { encoding }), 0, 1);
        holders(signal, part, 'item').length.should.equal(1);
        missingOf(signal, encoding, part).should.eql([]);
      });
    }
  }

  it('can be some points of a metric', async () => {
    const network = profile();
    for (const encoding of ['otlp', 'literal']) {
      const settings = settingsOf({ encoding });
      const of = (...values: number[]): unknown =>
        network.request('metrics', { metrics: values.map((value) => valuePoint(value)) }, settings);
      const whole = of(1, 2, 3);
      const stale = copyOf(whole) as {
        resourceMetrics: { scopeMetrics: { metrics: Record<string, { dataPoints: unknown[] }>[] }[] }[];
      };
      const [metric] = stale.resourceMetrics[0].scopeMetrics[0].metrics;
      (metric.gauge ?? metric.sum).dataPoints.splice(1, 2);
      should(recomputeNetworkRequest(whole, stale)).eql(of(1));
      should(recomputeNetworkRequest(stale, of(1))).be.undefined();
      should(recomputeNetworkRequest(whole, plain.logs)).be.undefined();
    }
    should(recomputeNetworkRequest(await fullRequest('logs'), await fullRequest('traces'))).be.undefined();
  });

  it('does not gain what was switched off', () => {
    const network = profile();
    const settings = settingsOf({ checksum: 'none', scopeUuid: false, count: false, schemaUrl: '' });
    const whole = network.request('metrics', { metrics: [valuePoint(), total()] }, settings);
    should(slice(whole, 1, 2)).eql(network.request('metrics', { metrics: [total()] }, settings));
  });

  it('is refused where the checksum is not ours: another one would be a lie', async () => {
    const changed = copyOf(await fullRequest('logs')) as {
      resourceLogs: { scopeLogs: { logRecords: { body: object }[] }[] }[];
    };
    changed.resourceLogs[0].scopeLogs[0].logRecords[0].body = { stringValue: 'forged' };
    should(slice(changed, 0, 1)).be.undefined();
    const odd = JSON.parse(JSON.stringify(await fullRequest('logs')).replace(/[0-9A-F]{32}/, 'crc:1234')) as unknown;
    should(slice(odd, 0, 1)).be.undefined();
  });

  it('is only for requests with that envelope', async () => {
    const good = await fullRequest('logs');
    should(recomputeNetworkRequest(good, good)).eql(good);
    for (const other of [
      plain.logs,
      { resourceLogs: [] },
      {},
      null,
      'text',
      [],
      { resourceLogs: [null] },
      { resourceLogs: [{ resource: null, scopeLogs: [{ scope: { attributes: 3 }, logRecords: [] }] }] }
    ]) {
      should(recomputeNetworkRequest(other, good)).be.undefined();
      should(recomputeNetworkRequest(good, other)).be.undefined();
    }
  });
});
