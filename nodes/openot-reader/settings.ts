import { Commit, DEFAULT_SETTINGS, ReaderMode, ReaderSettings, StartFrom, Verify } from '../../lib/reader';
import { choiceOf, numberOf } from '../runtime/numbers';
import type { RingProperties } from './way-to-the-ring';

/** The dialog's properties as they stand in a flow file. */
export interface ReaderProperties extends RingProperties {
  stream?: unknown;
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

/**
 * What the reader is told, out of a dialog; properties that a flow of an earlier version does not have take their
 * defaults. Throws OPENOT_CONFIG.
 */
export function readerSettings(properties: ReaderProperties): Partial<ReaderSettings> {
  return {
    stream: String(properties.stream ?? '').trim(),
    mode: choiceOf<ReaderMode>(properties.mode, 'Reads', ['poll', 'subscribe', 'trigger']),
    verify: choiceOf<Verify>(properties.verify, 'Confirms by', ['extraCall', 'sameCall']),
    startFrom: choiceOf<StartFrom>(properties.startFrom, 'Begins at', ['oldest', 'newest']),
    intervalMs: numberOf(properties.interval, {
      name: 'Interval',
      fallback: DEFAULT_SETTINGS.intervalMs,
      min: 10,
      max: 3_600_000
    }),
    maxRecords: numberOf(properties.maxRecords, {
      name: 'Max. records',
      fallback: DEFAULT_SETTINGS.maxRecords,
      min: 1,
      max: 100_000
    }),
    maxBytes: numberOf(properties.maxBytes, {
      name: 'Max. bytes',
      fallback: DEFAULT_SETTINGS.maxBytes,
      min: 64,
      max: 16_777_216
    }),
    commit: choiceOf<Commit>(properties.commit, 'Read when', ['onSend', 'onAck']),
    maxInFlight: numberOf(properties.maxInFlight, {
      name: 'Under way',
      fallback: DEFAULT_SETTINGS.maxInFlight,
      min: 1,
      max: 1024
    }),
    ackTimeoutMs: numberOf(properties.ackTimeout, {
      name: 'Ack time-out',
      fallback: DEFAULT_SETTINGS.ackTimeoutMs,
      min: 1000,
      max: 86_400_000
    }),
    statusIntervalMs: numberOf(properties.statusInterval, {
      name: 'Status every',
      fallback: DEFAULT_SETTINGS.statusIntervalMs,
      min: 100,
      max: 3_600_000
    })
  };
}
