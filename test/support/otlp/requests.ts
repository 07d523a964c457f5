import type { Signal } from '../../../lib/telemetry/otlp-types';

/** Part of a request. */
export type Json = Record<string, unknown>;

const list = (value: unknown): Json[] => (value ?? []) as Json[];

/** Log records, spans, or data points with the name and unit of their metric. */
export function itemsOf(signal: Signal, request: Json): Json[] {
  if (signal === 'logs')
    return list(request.resourceLogs).flatMap((entry) =>
      list(entry.scopeLogs).flatMap((scope) => list(scope.logRecords))
    );
  if (signal === 'traces')
    return list(request.resourceSpans).flatMap((entry) => list(entry.scopeSpans).flatMap((scope) => list(scope.spans)));
  const metrics = list(request.resourceMetrics).flatMap((entry) =>
    list(entry.scopeMetrics).flatMap((scope) => list(scope.metrics))
  );
  return metrics.flatMap(({ name, unit, gauge, sum }) =>
    list(((gauge ?? sum) as Json).dataPoints).map((point) => ({ metric: name, unit, ...point }))
  );
}

/** The attributes of an item or a resource, by key. */
export function attributesOf({ attributes }: Json): Record<string, Json> {
  return Object.fromEntries(list(attributes).map(({ key, value }) => [key, value as Json]));
}
