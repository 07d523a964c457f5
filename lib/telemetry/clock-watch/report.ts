import { stringValue } from '../any-value';
import { intAttribute, textAttribute } from '../attributes';
import { streamAttribute } from '../metrics/series';
import type { KeyValue, LogRecord } from '../otlp-types';
import type { ClockReason } from './api';
import type { ClockHint } from './hint';

/** A change of a verdict, to be told. */
export interface ClockChange {
  readonly suspect: boolean;
  readonly reason: ClockReason;
  readonly stream: string;
  /** Where the verdict is about one source: its id, and its name if it has one. */
  readonly source?: { readonly id: number; readonly name?: string };
  /** What it is known by: the uid of the document that showed it. */
  readonly shownBy: string;
  /** When that was received. */
  readonly timeNs: bigint;
  /** Behind "The clock of … ". */
  readonly says: string;
  /** Nanoseconds, receive time minus source time. */
  readonly offsetNs?: bigint;
  readonly hint?: ClockHint;
  readonly quality?: string;
}

/**
 * The log record of a change (docs/format.md 22): `openot.clock_suspect` WARN or `openot.clock_restored` INFO, at the
 * time
 * of receipt, since the other one is in doubt. Its uid is that of the document with `/clock/<reason>` behind it.
 */
export function clockRecord(change: ClockChange): LogRecord {
  const { suspect, reason, stream, source, shownBy, offsetNs, hint, quality } = change;
  const whose =
    source === undefined
      ? stream === ''
        ? 'this device'
        : stream
      : `${source.name ?? `source ${source.id}`}${stream === '' ? '' : ` of ${stream}`}`;
  const attributes: KeyValue[] = [
    textAttribute('log.record.uid', `${shownBy}/clock/${reason}`),
    textAttribute('openot.kind', 'clock'),
    ...streamAttribute(stream)
  ];
  if (source !== undefined)
    attributes.push(
      intAttribute('openot.source.id', source.id),
      ...(source.name === undefined ? [] : [textAttribute('openot.source.name', source.name)])
    );
  attributes.push(textAttribute('openot.clock.reason', reason));
  if (offsetNs !== undefined)
    attributes.push({ key: 'openot.clock.skew', value: { doubleValue: Number(offsetNs) / 1e9 } });
  if (hint !== undefined)
    attributes.push(
      textAttribute('openot.clock.hint', hint.kind),
      ...(hint.zone === undefined ? [] : [textAttribute('openot.clock.zone', hint.zone)])
    );
  if (quality !== undefined) attributes.push(textAttribute('openot.clock.quality', quality));
  const time = String(change.timeNs);
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: suspect ? 13 : 9,
    severityText: suspect ? 'WARN' : 'INFO',
    eventName: suspect ? 'openot.clock_suspect' : 'openot.clock_restored',
    body: stringValue(
      `The clock of ${whose} ${change.says}${hint === undefined ? '' : `: it looks like ${hint.text}`}`
    ),
    attributes
  };
}
