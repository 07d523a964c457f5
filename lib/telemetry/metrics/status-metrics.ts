import { BoundedMap } from '../../base';
import { textAttribute } from '../attributes';
import type { KeyValue, MetricPoint } from '../otlp-types';
import { SelfMetricName, selfPoint } from './catalogue';
import { streamAttribute } from './series';
import type { StatusCounts, StatusMessage } from './status-message';

/** Streams that are remembered, at most. */
export const MAX_STREAMS = 1000;

/** States a reader can be in (docs/design.md 3), and whether it then reaches its ring. */
export const readerStates: Readonly<Record<string, boolean>> = {
  stopped: false,
  connecting: false,
  reading: true,
  idle: true,
  paused: true,
  waiting: true,
  updating: true,
  outage: false,
  refused: false,
  failed: false
};

/** Shown with state `reading` while a Read has no answer: not reached. */
const SILENT = 'OPENOT_READ_SILENT';

/** Counters that are one series each. */
const plain: readonly (readonly [keyof StatusCounts, SelfMetricName])[] = [
  ['records', 'openot.records.delivered'],
  ['bytes', 'openot.bytes.delivered'],
  ['beforeContact', 'openot.records.before_contact'],
  ['laps', 'openot.laps'],
  ['skipped', 'openot.ranges.skipped'],
  ['incarnations', 'openot.incarnations'],
  ['reread', 'openot.records.reread'],
  ['polls', 'openot.reader.polls'],
  ['reads', 'openot.reader.reads'],
  ['repeated', 'openot.looks.repeated'],
  ['unconfirmed', 'openot.looks.unconfirmed'],
  ['logGaps', 'openot.log.gaps'],
  ['logPages', 'openot.log.pages'],
  ['logRepeated', 'openot.log.repeated']
];

interface Seen {
  sinceNs: bigint | undefined;
  startNs: bigint;
  nowNs: bigint;
  counts: StatusCounts;
  code: string | undefined;
}

/** Metrics of readers from their status messages (docs/format.md 22). What a status does not know gives no point. */
export class StatusMetrics {
  private readonly seen = new BoundedMap<string, Seen>(MAX_STREAMS);

  points(status: StatusMessage): MetricPoint[] {
    const stream = streamAttribute(status.stream);
    const timeUnixNano = String(status.nowNs);
    const points = (name: SelfMetricName, value: number | undefined, ...more: KeyValue[]): MetricPoint[] =>
      value === undefined ? [] : [selfPoint(name, [...stream, ...more], { timeUnixNano }, { asInt: String(value) })];
    const seconds = (name: SelfMetricName, ms: number | undefined): MetricPoint[] =>
      ms === undefined ? [] : [selfPoint(name, stream, { timeUnixNano }, { asDouble: ms / 1000 })];
    const up = readerStates[status.state] === true && status.code !== SILENT;
    const own = [
      points('openot.reader.up', up ? 1 : 0),
      ...Object.keys({ ...readerStates, [status.state]: false }).map((state) =>
        points('openot.reader.state', state === status.state ? 1 : 0, textAttribute('openot.reader.state', state))
      )
    ];
    // Counts of several readers that have no name yet would be taken for one.
    if (status.stream === '') return own.flat();
    const before = this.seen.get(status.stream)?.code;
    const sums = this.sums(status);
    return [
      ...own,
      points(
        'openot.reader.trouble',
        status.code === undefined ? undefined : 1,
        textAttribute('openot.reader.code', status.code ?? '')
      ),
      // Reported once: a series that just ended would stand at 1 for as long as its store looks back.
      points(
        'openot.reader.trouble',
        before === undefined || before === status.code ? undefined : 0,
        textAttribute('openot.reader.code', before ?? '')
      ),
      sums,
      points('openot.ring.lag', status.lag),
      points('openot.ring.capacity', status.capacity),
      points('openot.batches.in_flight', status.inFlight),
      seconds('openot.log.clock.offset', status.clockOffsetMs),
      seconds('openot.log.clock.error', status.clockErrorMs)
    ].flat();
  }

  private sums(status: StatusMessage): MetricPoint[] {
    const { counts } = status;
    const startTimeUnixNano = String(this.startOf(status));
    const sum = (name: SelfMetricName, value: number | undefined, ...more: KeyValue[]): MetricPoint[] =>
      value === undefined
        ? []
        : [
            selfPoint(
              name,
              [...streamAttribute(status.stream), ...more],
              { startTimeUnixNano, timeUnixNano: String(status.nowNs) },
              { asInt: String(value) }
            )
          ];
    const { lost, indeterminate = 0 } = counts;
    return [
      ...plain.map(([key, name]) => sum(name, counts[key])),
      // The reader's total of lost ones includes the indeterminate ones; two classes of one sum must not.
      sum(
        'openot.records.lost',
        lost === undefined ? undefined : Math.max(0, lost - indeterminate),
        textAttribute('openot.loss.class', 'lost')
      ),
      sum('openot.records.lost', counts.indeterminate, textAttribute('openot.loss.class', 'indeterminate'))
    ].flat();
  }

  /**
   * When the counts of this message began: what the reader says, else when the stream was first heard of. A count that
   * fell began anew, at some time after the message before.
   */
  private startOf({ stream, sinceNs, nowNs, counts, code }: StatusMessage): bigint {
    const last = this.seen.get(stream);
    const seen = this.seen.use(stream, () => ({
      sinceNs,
      startNs: sinceNs ?? nowNs,
      nowNs,
      counts,
      code
    }));
    if (last !== undefined) {
      if (sinceNs !== undefined && sinceNs !== last.sinceNs) seen.startNs = sinceNs;
      else if (fell(last.counts, counts)) seen.startNs = last.nowNs;
    }
    Object.assign(seen, { sinceNs, nowNs, counts, code });
    // A clock that was set back: no point may end before it began.
    return seen.startNs > nowNs ? nowNs : seen.startNs;
  }
}

function fell(before: StatusCounts, now: StatusCounts): boolean {
  return (Object.keys(now) as (keyof StatusCounts)[]).some((key) => (now[key] ?? 0) < (before[key] ?? 0));
}
