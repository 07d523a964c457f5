import type { MetricPoint } from '../otlp-types';

/** What the open networks' specification wants to know of a metric (docs/format.md 24). */
export interface MetricWords {
  readonly code: string;
  readonly category: 'value' | 'pipeline';
  readonly label: string;
  readonly granularity: 'total' | 'instant';
  readonly frequency: 'change' | 'status';
}

const VALUE_PREFIX = 'openot.value.';

/**
 * The words about a metric. A value is told when it changes and says nothing of any span of time; a total and a state
 * of the reader come with its status.
 */
export function metricWords({ name, kind }: Pick<MetricPoint, 'name' | 'kind'>): MetricWords {
  const isValue = name.startsWith(VALUE_PREFIX);
  return {
    code: name,
    category: isValue ? 'value' : 'pipeline',
    label: isValue ? name.slice(VALUE_PREFIX.length) : labelOf(name),
    granularity: kind === 'sum' ? 'total' : 'instant',
    frequency: isValue ? 'change' : 'status'
  };
}

/** `openot.records.delivered` as people read it: `Records delivered`. */
function labelOf(name: string): string {
  const words = name.replace(/^openot\./, '').replace(/[._]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
