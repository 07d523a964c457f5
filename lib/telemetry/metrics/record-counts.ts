import { BoundedMap } from '../../base';
import type { DocumentObject, PlaceholderReason } from '../../document';
import { textAttribute } from '../attributes';
import type { MetricPoint } from '../otlp-types';
import { selfPoint } from './catalogue';
import { streamAttribute } from './series';
import { MAX_STREAMS } from './status-metrics';

/**
 * Every reason of docs/format.md 17. Each has a series from the first status on: the first increase is then seen as
 * one.
 */
const reasons: readonly PlaceholderReason['kind'][] = [
  'missingCurrentDefinition',
  'stalePriorEpoch',
  'drift',
  'fullHashDrift',
  'unknownEventId',
  'schemaViolation',
  'invalidPayload'
];

/**
 * Nanoseconds between two points of one series, at least: stores that keep milliseconds refuse a second value for the
 * same one.
 */
const STEP_NS = 1_000_000n;

/** What is counted beside the placeholders: of one message, or in all. */
interface Tally {
  /** Values that were NaN or infinite. */
  notFinite: number;
  /** Records that were read before. */
  repeated: number;
}

interface Counts extends Tally {
  readonly reasons: Map<string, number>;
  /** Time of the last points. */
  lastNs: bigint;
}

/** What the mapper itself counts, per stream, cumulative since it was made (docs/format.md 22). */
export class RecordCounts {
  private readonly streams = new BoundedMap<string, Counts>(MAX_STREAMS);
  private startNs: bigint | undefined;

  /** `startNs`: when counting began; the first time that is heard of where it is not given. */
  constructor(startNs: bigint | undefined) {
    this.startNs = startNs;
  }

  /** Counts documents, and what else was found among them; points only of what has grown. */
  documents(
    documents: readonly DocumentObject[],
    stream: string,
    { notFinite, repeated }: Readonly<Tally>
  ): MetricPoint[] {
    const grown = new Set<string>();
    let counts: Counts | undefined;
    for (const document of documents) {
      if (document.kind !== 'placeholder') continue;
      counts ??= this.of(stream);
      counts.reasons.set(document.reason.kind, (counts.reasons.get(document.reason.kind) ?? 0) + 1);
      grown.add(document.reason.kind);
    }
    if (notFinite > 0 || repeated > 0) {
      counts ??= this.of(stream);
      counts.notFinite += notFinite;
      counts.repeated += repeated;
    }
    const receiveTimeNs = documents.at(-1)?.provenance.receiveTimeNs;
    if (counts === undefined || receiveTimeNs === undefined) return [];
    return this.points(stream, counts, BigInt(receiveTimeNs), grown, {
      notFinite: notFinite > 0,
      repeated: repeated > 0
    });
  }

  /** All counts of a stream, zeros too. */
  status(stream: string, nowNs: bigint): MetricPoint[] {
    if (stream === '') return [];
    const counts = this.of(stream);
    return this.points(stream, counts, nowNs, counts.reasons.keys(), { notFinite: true, repeated: true });
  }

  private of(stream: string): Counts {
    return this.streams.use(stream, () => ({
      reasons: new Map(reasons.map((reason) => [reason, 0])),
      notFinite: 0,
      repeated: 0,
      lastNs: 0n
    }));
  }

  private points(
    stream: string,
    counts: Counts,
    nowNs: bigint,
    of: Iterable<string>,
    also: Readonly<Record<keyof Tally, boolean>>
  ): MetricPoint[] {
    this.startNs ??= nowNs;
    // Receive times of documents and arrivals of status messages are not one order; those of one series' points must
    // be.
    let timeNs = nowNs < this.startNs ? this.startNs : nowNs;
    if (timeNs < counts.lastNs + STEP_NS) timeNs = counts.lastNs + STEP_NS;
    counts.lastNs = timeNs;
    const times = { startTimeUnixNano: String(this.startNs), timeUnixNano: String(timeNs) };
    const points = [...of].map((reason) =>
      selfPoint(
        'openot.records.placeholder',
        [...streamAttribute(stream), textAttribute('openot.placeholder.reason', reason)],
        times,
        { asInt: String(counts.reasons.get(reason) ?? 0) }
      )
    );
    if (also.notFinite)
      points.push(
        selfPoint('openot.values.not_finite', streamAttribute(stream), times, { asInt: String(counts.notFinite) })
      );
    if (also.repeated)
      points.push(
        selfPoint('openot.records.repeated', streamAttribute(stream), times, { asInt: String(counts.repeated) })
      );
    return points;
  }
}
