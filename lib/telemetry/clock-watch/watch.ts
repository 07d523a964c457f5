import { BoundedMap } from '../../base';
import type { DocumentObject } from '../../document';
import { intAttribute, textAttribute } from '../attributes';
import { selfPoint } from '../metrics/catalogue';
import { streamAttribute } from '../metrics/series';
import type { MetricPoint } from '../otlp-types';
import {
  ClockItems,
  ClockLimits,
  clockLimits,
  ClockReason,
  ClockState,
  ClockStatus,
  ClockSuspect,
  ClockWatch
} from './api';
import { clockRecord } from './report';
import { isHealthy } from './source-clock';
import { StreamClock } from './stream-clock';

const reasons: readonly ClockReason[] = ['ahead', 'behind', 'implausible', 'unsynced', 'quality'];

/** Nanoseconds of receive time between points where no status messages come. */
const POINTS_EVERY_NS = 5_000_000_000n;

/**
 * A watch over the clocks of any number of streams. Remembers nothing beyond its limits, and nothing over a restart.
 */
export function createClockWatch(limits: Partial<ClockLimits> = {}): ClockWatch {
  return new Watch({ ...clockLimits, ...limits });
}

class Watch implements ClockWatch {
  private readonly streams: BoundedMap<string, StreamClock>;

  constructor(private readonly limits: ClockLimits) {
    this.streams = new BoundedMap(limits.streams);
  }

  documents(documents: readonly DocumentObject[], stream: string): ClockItems {
    const last = documents.at(-1);
    if (last === undefined) return { logs: [], metrics: [] };
    const clock = this.of(stream);
    const changes = clock.documents(documents);
    return {
      logs: changes.map(clockRecord),
      metrics: this.betweenStatuses(clock, stream, BigInt(last.provenance.receiveTimeNs), changes.length > 0)
    };
  }

  status(status: ClockStatus): ClockItems {
    const { stream, nowNs } = status;
    // Readers without a name yet have read nothing that could be judged, and cannot be told apart.
    if (stream === '') return { logs: [], metrics: [] };
    const clock = this.of(stream);
    const changes = clock.status(status);
    const skewNs = status.clockSkewMs === undefined ? undefined : clock.skewNs;
    return { logs: changes.map(clockRecord), metrics: points(clock, stream, nowNs, skewNs) };
  }

  state(): ClockState {
    const suspects: ClockSuspect[] = [];
    for (const [stream, { verdict, unhealthy }] of this.streams) {
      if (verdict !== undefined)
        suspects.push({
          stream,
          reason: verdict.reason,
          text: verdict.hint === undefined ? verdict.text : `${verdict.text}, ${verdict.hint.text}?`
        });
      const [first] = unhealthy;
      if (first !== undefined)
        suspects.push({
          stream,
          reason: first.quality === undefined ? 'unsynced' : 'quality',
          text:
            unhealthy.length === 1
              ? `${first.name ?? `source ${first.id}`} ${first.quality ?? 'not synchronised'}`
              : `${unhealthy.length} sources not synchronised`
        });
    }
    return { suspects };
  }

  private of(stream: string): StreamClock {
    return this.streams.use(stream, () => new StreamClock(stream, this.limits));
  }

  /** Where status messages come, points come with them: two clocks would disorder the series. */
  private betweenStatuses(clock: StreamClock, stream: string, receiveNs: bigint, changed: boolean): MetricPoint[] {
    if (clock.hasStatus) return [];
    if (clock.pointsNs !== undefined && receiveNs <= clock.pointsNs) return [];
    if (!changed && clock.pointsNs !== undefined && receiveNs - clock.pointsNs < POINTS_EVERY_NS) return [];
    clock.pointsNs = receiveNs;
    return points(clock, stream, receiveNs, clock.skewNs);
  }
}

function points(clock: StreamClock, stream: string, timeNs: bigint, skewNs: bigint | undefined): MetricPoint[] {
  const times = { timeUnixNano: String(timeNs) };
  const truth = (value: boolean): { asInt: string } => ({ asInt: value ? '1' : '0' });
  const { verdict, unhealthy } = clock;
  const isSuspect: Record<ClockReason, boolean> = {
    ahead: verdict?.reason === 'ahead',
    behind: verdict?.reason === 'behind',
    implausible: verdict?.reason === 'implausible',
    unsynced: unhealthy.some(({ unsyncedNs }) => unsyncedNs !== undefined),
    quality: unhealthy.some(({ quality }) => quality !== undefined)
  };
  return [
    ...(skewNs === undefined
      ? []
      : [selfPoint('openot.clock.skew', streamAttribute(stream), times, { asDouble: Number(skewNs) / 1e9 })]),
    ...reasons.map((reason) =>
      selfPoint(
        'openot.clock.suspect',
        [...streamAttribute(stream), textAttribute('openot.clock.reason', reason)],
        times,
        truth(isSuspect[reason])
      )
    ),
    ...[...clock.sources.values()].map((source) =>
      selfPoint(
        'openot.clock.unsynced',
        [
          ...streamAttribute(stream),
          intAttribute('openot.source.id', source.id),
          ...(source.name === undefined ? [] : [textAttribute('openot.source.name', source.name)])
        ],
        times,
        truth(!isHealthy(source))
      )
    )
  ];
}
