import { DEFAULT_SETTINGS, ReaderMode, ReaderSettings, StartFrom, Verify } from '../../lib/reader';
import { choiceOf, numberOf } from '../shared/numbers';

/** The dialog's properties as they stand in a flow file. */
export interface ReaderProperties {
  stream?: unknown;
  transport?: unknown;
  mode?: unknown;
  interval?: unknown;
  verify?: unknown;
  startFrom?: unknown;
  maxRecords?: unknown;
  maxBytes?: unknown;
  commit?: unknown;
  maxInFlight?: unknown;
  ackTimeout?: unknown;
  statusInterval?: unknown;
}

/** When a batch counts as read: when it has left our nodes, or when an openot-ack has acknowledged it. */
export type CommitMode = 'onSend' | 'onAck';

/** Milliseconds without an acknowledgement, while batches wait for one, after which the reader complains. */
export const DEFAULT_ACK_TIMEOUT_MS = 60_000;

export type ReaderNodeSettings = Partial<ReaderSettings> & { readonly commit: CommitMode; readonly ackTimeoutMs: number };

/** What the reader is told, out of a dialog; properties that a flow of an earlier version does not have take their defaults. Throws OPENOT_CONFIG. */
export function readerSettings(properties: ReaderProperties): ReaderNodeSettings {
  choiceOf(properties.transport, 'transport', ['opcua']);
  return {
    stream: String(properties.stream ?? '').trim(),
    mode: choiceOf<ReaderMode>(properties.mode, 'mode', ['poll', 'subscribe', 'trigger']),
    verify: choiceOf<Verify>(properties.verify, 'verify', ['extraCall', 'sameCall']),
    startFrom: choiceOf<StartFrom>(properties.startFrom, 'startFrom', ['oldest', 'newest']),
    intervalMs: numberOf(properties.interval, { name: 'interval', fallback: DEFAULT_SETTINGS.intervalMs, min: 10, max: 3_600_000 }),
    maxRecords: numberOf(properties.maxRecords, { name: 'maxRecords', fallback: DEFAULT_SETTINGS.maxRecords, min: 1, max: 100_000 }),
    maxBytes: numberOf(properties.maxBytes, { name: 'maxBytes', fallback: DEFAULT_SETTINGS.maxBytes, min: 64, max: 16_777_216 }),
    commit: choiceOf<CommitMode>(properties.commit, 'commit', ['onSend', 'onAck']),
    maxInFlight: numberOf(properties.maxInFlight, { name: 'maxInFlight', fallback: DEFAULT_SETTINGS.maxInFlight, min: 1, max: 1024 }),
    ackTimeoutMs: numberOf(properties.ackTimeout, { name: 'ackTimeout', fallback: DEFAULT_ACK_TIMEOUT_MS, min: 1000, max: 86_400_000 }),
    statusIntervalMs: numberOf(properties.statusInterval, { name: 'statusInterval', fallback: DEFAULT_SETTINGS.statusIntervalMs, min: 100, max: 3_600_000 })
  };
}
