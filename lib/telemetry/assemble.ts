import type {
  LogsRequest,
  MappedItems,
  Metric,
  MetricPoint,
  MetricsRequest,
  Resource,
  Scope,
  Signal,
  TracesRequest
} from './otlp-types';

/** What stands around the items of one request. */
export interface Envelope {
  readonly resource: Resource;
  readonly scope: Scope;
  /** Of the resource. */
  readonly resourceSchemaUrl?: string;
  /** Of the scope. */
  readonly scopeSchemaUrl?: string;
}

/** The export request of each signal. */
export interface RequestOf {
  logs: LogsRequest;
  metrics: MetricsRequest;
  traces: TracesRequest;
}

/**
 * An export request of one signal's items; one without any has no resource in it (`{resourceLogs: []}`).
 *
 * @example
 * ```ts
 * import { assembleRequest, createOtelMapper, defaultMappingSettings } from '@openot/node-red/telemetry';
 *
 * const enriched: object[] = []; // of a documenter
 * const mapped = createOtelMapper({}).documents(enriched, { stream: 'line 1' }, defaultMappingSettings);
 * const envelope = { resource: { attributes: [] }, scope: { name: 'line 1' } };
 * for (const signal of ['logs', 'metrics', 'traces'] as const)
 *   console.log(JSON.stringify(assembleRequest(signal, mapped, envelope)));
 * ```
 */
export function assembleRequest<S extends Signal>(
  signal: S,
  items: Partial<MappedItems>,
  envelope: Envelope
): RequestOf[S] {
  const build = builders[signal] as (items: Partial<MappedItems>, envelope: Envelope) => RequestOf[S];
  return build(items, envelope);
}

/** An export request without items, to carry what a message has to carry. */
export function emptyRequest<S extends Signal>(signal: S): RequestOf[S] {
  const empty: RequestOf = {
    logs: { resourceLogs: [] },
    metrics: { resourceMetrics: [] },
    traces: { resourceSpans: [] }
  };
  return empty[signal];
}

const builders: { [S in Signal]: (items: Partial<MappedItems>, envelope: Envelope) => RequestOf[S] } = {
  logs: ({ logs = [] }, envelope) =>
    logs.length === 0
      ? emptyRequest('logs')
      : {
          resourceLogs: [
            {
              ...resource(envelope),
              scopeLogs: [{ scope: envelope.scope, logRecords: logs, ...scopeSchema(envelope) }],
              ...resourceSchema(envelope)
            }
          ]
        },
  metrics: ({ metrics = [] }, envelope) =>
    metrics.length === 0
      ? emptyRequest('metrics')
      : {
          resourceMetrics: [
            {
              ...resource(envelope),
              scopeMetrics: [{ scope: envelope.scope, metrics: groupMetrics(metrics), ...scopeSchema(envelope) }],
              ...resourceSchema(envelope)
            }
          ]
        },
  traces: ({ spans = [] }, envelope) =>
    spans.length === 0
      ? emptyRequest('traces')
      : {
          resourceSpans: [
            {
              ...resource(envelope),
              scopeSpans: [{ scope: envelope.scope, spans, ...scopeSchema(envelope) }],
              ...resourceSchema(envelope)
            }
          ]
        }
};

const resource = ({ resource }: Envelope): { resource: Resource } => ({ resource });
const resourceSchema = ({ resourceSchemaUrl }: Envelope): { schemaUrl?: string } =>
  resourceSchemaUrl === undefined ? {} : { schemaUrl: resourceSchemaUrl };
const scopeSchema = ({ scopeSchemaUrl }: Envelope): { schemaUrl?: string } =>
  scopeSchemaUrl === undefined ? {} : { schemaUrl: scopeSchemaUrl };

/**
 * Points of one name, unit and kind as one metric, in the order of their first points (docs/format.md 22): a name that
 * came twice in one request would be two metrics of the same identity.
 */
export function groupMetrics(points: readonly MetricPoint[]): Metric[] {
  const metrics = new Map<string, Metric>();
  for (const { name, unit, description, kind, point } of points) {
    const identity = `${kind}\n${unit}\n${name}`;
    let metric = metrics.get(identity);
    if (metric === undefined) {
      metric = { name, ...(description === undefined ? {} : { description }), unit };
      if (kind === 'gauge') metric.gauge = { dataPoints: [] };
      else metric.sum = { dataPoints: [], aggregationTemporality: 2, isMonotonic: true };
      metrics.set(identity, metric);
    }
    (metric.gauge ?? metric.sum)?.dataPoints.push(point);
  }
  return [...metrics.values()];
}
