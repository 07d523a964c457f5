import type { KeyValue, MetricPoint, NumberDataPoint } from '../otlp-types';

/**
 * What a metric about ourselves is. The unit is UCUM; without one it is empty, never `1`, which stores read as a ratio.
 */
interface SelfMetric {
  readonly kind: MetricPoint['kind'];
  readonly unit: string;
  readonly description: string;
}

const sum = (unit: string, description: string): SelfMetric => ({ kind: 'sum', unit, description });
const gauge = (unit: string, description: string): SelfMetric => ({ kind: 'gauge', unit, description });

/** Every metric about readers, clocks and the mapper itself (docs/format.md 22), by name. */
export const selfMetrics = {
  'openot.records.delivered': sum('{record}', 'Records handed on by the reader'),
  'openot.bytes.delivered': sum('By', 'Bytes of the records handed on by the reader'),
  'openot.records.lost': sum(
    '{record}',
    'Records that will not come, by class: lost, or indeterminate (perhaps delivered before an unclean stop)'
  ),
  'openot.records.before_contact': sum(
    '{record}',
    'Records that were overwritten before the first record ever read of their source: no loss'
  ),
  'openot.laps': sum('{lap}', 'Times the controller overwrote what was not read yet'),
  'openot.ranges.skipped': sum('{range}', 'Stretches of the ring that were passed over'),
  'openot.incarnations': sum('{incarnation}', 'Times the ring began anew'),
  'openot.records.reread': sum('{record}', 'Records read again because they were torn, stale or half written'),
  'openot.reader.polls': sum('{poll}', 'Polls that asked the controller for anything'),
  'openot.reader.reads': sum('{read}', 'Read calls to the controller'),
  'openot.looks.repeated': sum('{look}', 'Looks at the control block beyond the two that a poll needs'),
  'openot.looks.unconfirmed': sum('{look}', 'Polls that went on with a control block no second look confirmed'),
  'openot.records.placeholder': sum('{record}', 'Records that could not be resolved, by reason'),
  'openot.records.repeated': sum('{record}', 'Records that were read before: they change no span'),
  'openot.values.not_finite': sum('{value}', 'Values that were NaN or infinite, which no point can carry'),
  'openot.ring.lag': gauge('By', 'Bytes between what was handed on and the head of the ring'),
  'openot.ring.capacity': gauge('By', 'Size of the ring'),
  'openot.batches.in_flight': gauge('{batch}', 'Batches handed on and not settled yet'),
  'openot.reader.up': gauge('', '1 while the reader reaches its ring, else 0'),
  'openot.reader.state': gauge('', '1 for the state that the reader is in, 0 for the others'),
  'openot.reader.trouble': gauge('', '1 while the reader shows a trouble of this code, 0 once it is over'),
  'openot.log.gaps': sum('{gap}', 'Spans of a log of OPC UA in which records may be missing'),
  'openot.log.pages': sum('{page}', 'Pages of a log of OPC UA that were read'),
  'openot.log.repeated': sum('{record}', 'Records of a log of OPC UA that came again and were not handed on again'),
  'openot.log.clock.offset': gauge('s', "The device's clock less this machine's, as it was measured at the last poll"),
  'openot.log.clock.error': gauge('s', 'By how much that offset may be wrong'),
  'openot.clock.skew': gauge(
    's',
    'Receive time minus source time of the newest record, the smallest of recent reads: below 0 the clock of the ' +
      'device is ahead'
  ),
  'openot.clock.suspect': gauge('', '1 while the clock of the device is suspect for this reason, else 0'),
  'openot.clock.unsynced': gauge('', '1 while records of this source say that its clock is not synchronised, else 0')
} as const satisfies Record<string, SelfMetric>;

/** Its name. */
export type SelfMetricName = keyof typeof selfMetrics;

/** One point of it. */
export function selfPoint(
  name: SelfMetricName,
  attributes: KeyValue[],
  times: Pick<NumberDataPoint, 'timeUnixNano' | 'startTimeUnixNano'>,
  value: Pick<NumberDataPoint, 'asInt' | 'asDouble'>
): MetricPoint {
  const { kind, unit, description } = selfMetrics[name];
  return { name, unit, description, kind, point: { attributes, ...times, ...value } };
}
