/** Metrics of documents and readers (docs/format.md 22). */
export type { Measured, Meter, MetricSettings, NotAStatus } from './api';
export { selfMetrics } from './catalogue';
export type { SelfMetricName } from './catalogue';
export { createMeter } from './meter';
export { ucumOf } from './ucum';
export { metricName, valuePoint } from './value-points';
