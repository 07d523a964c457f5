import type { CollectSettings } from '../../lib/logobject';
import type { EventFilterName } from '../../lib/transport/opcua';
import { choiceOf, numberOf } from '../runtime/numbers';

/** The dialog's properties as they stand in a flow file. */
export interface LogProperties {
  endpoints?: unknown;
  objects?: unknown;
  mode?: unknown;
  interval?: unknown;
  startFrom?: unknown;
  overlap?: unknown;
  minimumSeverity?: unknown;
  pageSize?: unknown;
  feed?: unknown;
  eventFilter?: unknown;
  commit?: unknown;
  clockWarning?: unknown;
  statusInterval?: unknown;
}

/** What the node is told. */
export interface LogSettings {
  readonly mode: 'collect' | 'query';
  readonly endpoints: readonly string[];
  readonly objects: readonly string[];
  readonly intervalMs: number;
  readonly startFrom: 'oldest' | 'newest';
  readonly overlapMs: number;
  readonly minimumSeverity: number;
  readonly pageSize: number;
  /** What the documents are made of: records, with events as the sign to read at once; or the events themselves. */
  readonly feed: 'records' | 'events';
  readonly eventFilter: EventFilterName;
  readonly commit: 'onSend' | 'onAck';
  readonly clockWarningMs: number;
  readonly statusIntervalMs: number;
}

/** Out of a dialog. Throws OPENOT_CONFIG. */
export function logSettings(properties: LogProperties): LogSettings {
  const number = (value: unknown, name: string, fallback: number, min: number, max: number): number =>
    numberOf(value, { name, fallback, min, max });
  const { endpoints } = properties;
  return {
    mode: choiceOf(properties.mode, 'Mode', ['collect', 'query']),
    endpoints: (Array.isArray(endpoints) ? endpoints : String(endpoints ?? '').split(/[\s,]+/))
      .map(String)
      .filter((id) => id !== ''),
    objects: String(properties.objects ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    intervalMs: number(properties.interval, 'Interval', 10_000, 100, 86_400_000),
    startFrom: choiceOf(properties.startFrom, 'Begins at', ['oldest', 'newest']),
    overlapMs: number(properties.overlap, 'Overlap', 10_000, 0, 3_600_000),
    minimumSeverity: number(properties.minimumSeverity, 'Severity from', 1, 1, 1000),
    pageSize: number(properties.pageSize, 'Page', 500, 1, 100_000),
    feed: choiceOf(properties.feed, 'Documents of', ['records', 'events']),
    eventFilter: choiceOf(properties.eventFilter, 'Events', ['log', 'all']),
    commit: choiceOf(properties.commit, 'Read when', ['onSend', 'onAck']),
    clockWarningMs: number(properties.clockWarning, 'Clock warning', 1000, 1, 86_400_000),
    statusIntervalMs: number(properties.statusInterval, 'Status every', 5000, 100, 3_600_000)
  };
}

/** Records after which what is there is handed on although the log has more. */
const TAKE_AFTER = 5_000;

/** What of it a poll is told. */
export const collectSettings = ({ overlapMs, startFrom, minimumSeverity, pageSize }: LogSettings): CollectSettings => ({
  overlapMs,
  startFrom,
  minimumSeverity,
  pageSize,
  user: '',
  takeAfter: TAKE_AFTER
});
