import { BoundedMap } from '../../base';
import { selfMetrics } from '../metrics';
import type { MetricPoint } from '../otlp-types';
import { metricWords } from './metric-words';

/** One metric as an open network's registry of metrics lists it (docs/format.md 24). */
export interface RegisteredMetric {
  /** As people read it. */
  readonly name: string;
  /** The metric's name in telemetry, `metric.code` of its points. */
  readonly code: string;
  readonly category: 'value' | 'pipeline';
  /** live: points of it were sent; draft: none were, and may be. */
  readonly status: 'live' | 'draft';
  readonly definition: string;
  readonly granularity: 'total' | 'instant';
  readonly frequency: 'change' | 'status';
  /** UCUM; empty without one. */
  readonly unit: string;
}

/** Metrics remembered as sent; beyond it the one that was sent longest ago goes. */
const MAX_METRICS = 10_000;

/** What a mapper has sent of metrics, and what it can send. */
export interface MetricRegistry {
  /** These were sent. */
  sent(points: Iterable<Pick<MetricPoint, 'name' | 'unit' | 'kind' | 'description'>>): void;
  /**
   * All of it by code: what a mapper says of readers, clocks and itself, and the values of controllers that it has
   * sent. Which other values a controller will tell nobody knows here.
   */
  rows(): RegisteredMetric[];
}

/**
 * A registry in which nothing was sent yet.
 *
 * @example
 * ```ts
 * import { createMetricRegistry } from '@openot/node-red/telemetry';
 *
 * const registry = createMetricRegistry();
 * registry.sent([{ name: 'openot.value.Temperature', unit: 'Cel', kind: 'gauge' }]);
 * console.log(registry.rows().filter(({ status }) => status === 'live').map(({ name }) => name)); // ['Temperature']
 * ```
 */
export function createMetricRegistry(): MetricRegistry {
  const live = new BoundedMap<string, RegisteredMetric>(MAX_METRICS);
  return {
    sent(points) {
      for (const point of points) {
        const key = `${point.name}\n${point.unit}`;
        if (!live.has(key)) live.set(key, rowOf(point, 'live'));
      }
    },
    rows() {
      const rows = [...live.values()];
      const known = new Set(rows.map(({ code }) => code));
      for (const [name, metric] of Object.entries(selfMetrics))
        if (!known.has(name)) rows.push(rowOf({ name, ...metric }, 'draft'));
      return rows.sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : a.unit < b.unit ? -1 : 1));
    }
  };
}

function rowOf(
  metric: Pick<MetricPoint, 'name' | 'unit' | 'kind' | 'description'>,
  status: RegisteredMetric['status']
): RegisteredMetric {
  const { label, ...words } = metricWords(metric);
  const definition =
    metric.description ??
    (words.category === 'value' ? `The value ${label} of a controller, told whenever it changes` : label);
  return { name: label, ...words, status, definition, unit: metric.unit };
}
