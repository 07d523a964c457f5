/** The OTLP/HTTP JSON sender (docs/format.md 25). */
export { CREDENTIALS_AGAIN_MS, FIRST_BACKOFF_MS, MAX_BACKOFF_MS, MAX_LONG_BACKOFF_MS } from './retry';
export type { Arrival, Counts } from './pending-messages';
export {
  certificateVariables,
  DEFAULT_ENDPOINT,
  DEFAULT_TIMEOUT_MS,
  endpointsOf,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
  shownUrl
} from './endpoints';
export type { EndpointProperties, Endpoints } from './endpoints';
export { MAX_ANSWER_BYTES } from './http';
export { COMPRESSION_AGAIN_MS } from './compression';
export { MAX_FRUITLESS_REQUESTS, MAX_SEARCH_REQUESTS } from './search';
export type { HttpAnswer, HttpFailure, HttpRequest, HttpTransport, SenderPorts, TlsOptions } from './ports';
export type { Rejected } from './rejected';
export { MAX_RETRY_AFTER_MS } from './retry-after';
export { openSender } from './open-sender';
export type { OpenSender, OpenSenderOptions } from './open-sender';
export { FAULTS } from './outcomes';
export { OFFERED_AGAIN_MS } from './said';
export { OtlpSender } from './sender';
export type { CollectorReport } from './collector-report';
export type { SenderListener } from './accounts';
export type { Dropped, Offered, SenderStatus } from './sender-status';
export { AWAY_BYTES, AWAY_ITEMS, MAX_LOOSE_BYTES, MAX_REQUEST_BYTES, SIGNALS } from './settings';
export type { Endpoint, SenderSettings } from './settings';
export { systemSenderPorts } from './system-ports';
export type { Refusal, RejectReason } from './verdict';
