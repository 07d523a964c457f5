import type { Signal } from '../../../../lib/telemetry/otlp-types';

/** Log records with the uids `uid/from` … as a mapper makes them. */
export const records = (from: number, count: number, text = 'a line'): object[] =>
  Array.from({ length: count }, (_, i) => ({
    timeUnixNano: String(1_700_000_000_000_000_000n + BigInt(from + i)),
    severityNumber: 9,
    eventName: 'openot.value_changed',
    body: { stringValue: text },
    attributes: [{ key: 'log.record.uid', value: { stringValue: `uid/${from + i}` } }]
  }));

/** An export request for logs. */
export const logsRequest = (
  items: readonly object[],
  service = 'line 1',
  scope: object = { name: 'openot', version: '1' }
): object => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeLogs: [{ scope, logRecords: items }]
    }
  ]
});

export const point = (value: number): object => ({
  attributes: [],
  timeUnixNano: '1700000000000000000',
  asDouble: value
});

/** An export request for metrics: a gauge for each name. */
export const metricsRequest = (metrics: Record<string, object[]>): object => ({
  resourceMetrics: [
    {
      resource: { attributes: [] },
      scopeMetrics: [
        {
          scope: { name: 'openot' },
          metrics: Object.entries(metrics).map(([name, dataPoints]) => ({ name, unit: '1', gauge: { dataPoints } }))
        }
      ]
    }
  ]
});

export const span = (n: number): object => ({
  traceId: '0'.repeat(31) + '1',
  spanId: n.toString(16).padStart(16, '0'),
  name: 'a batch',
  kind: 1,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: [],
  events: [],
  status: {}
});

/** An export request for traces. */
export const tracesRequest = (spans: readonly object[]): object => ({
  resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'openot' }, spans }] }]
});

type Body = Record<string, { [name: string]: unknown }[]>;

/** The items of a request, whatever its signal. */
export function itemsOf(request: unknown): unknown[] {
  const body = request as Body;
  const all = (name: string, of: unknown[]): Record<string, unknown>[] =>
    of.flatMap((each) => (each as Record<string, Record<string, unknown>[]>)[name] ?? []);
  if ('resourceLogs' in body) return all('logRecords', all('scopeLogs', body.resourceLogs));
  if ('resourceSpans' in body) return all('spans', all('scopeSpans', body.resourceSpans));
  return all('metrics', all('scopeMetrics', body.resourceMetrics)).flatMap(
    ({ gauge, sum }) => ((gauge ?? sum) as { dataPoints: unknown[] }).dataPoints
  );
}

/** `log.record.uid` of every log record of a request, in order. */
export const uidsOf = (request: unknown): string[] =>
  itemsOf(request).map(
    (item) =>
      (item as { attributes: { key: string; value: { stringValue: string } }[] }).attributes.find(
        ({ key }) => key === 'log.record.uid'
      )!.value.stringValue
  );

export const signalOf = (request: unknown): Signal =>
  'resourceLogs' in (request as object) ? 'logs' : 'resourceSpans' in (request as object) ? 'traces' : 'metrics';
