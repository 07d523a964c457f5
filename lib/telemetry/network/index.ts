/** The envelope of the open networks: profile `network` of openot-otel (docs/format.md 24). */
export type * from './literal/types';
export { createMetricRegistry } from './metric-registry';
export type { MetricRegistry, RegisteredMetric } from './metric-registry';
export { createNetworkProfile } from './profile';
export type { NetworkFacts, NetworkOptions, NetworkProfile } from './profile';
export type { NetworkRequestOf } from './request';
export { recomputeNetworkRequest } from './recompute';
export { defaultNetworkSettings, networkSettings } from './settings';
export type { NetworkChecksum, NetworkEncoding, NetworkError, NetworkInput, NetworkSettings } from './settings';
