import { logSeverity } from '../base';
import type { ClockOffset } from './clock';
import { gapUid, LogContent, logUid } from './content';
import type { NewRecord } from './poll-types';
import { isoOfTicks, unixNsOfTicks } from './time';
import type { LogGap, Verdict } from './verdict';

/** Where a log document comes from. */
export interface LogProvenance {
  readonly stream: string;
  readonly server: { readonly applicationUri: string; readonly endpoint: string };
  /** NodeId with its namespace URI. */
  readonly logObject: string;
  /** Nanoseconds since 1970, decimal text. */
  readonly receiveTimeNs: string;
  readonly clock: ClockOffset;
}

/** A record of a log as JSON (docs/format.md 28). What it does not have is absent. */
export interface LogDocument extends LogContent {
  readonly kind: 'log';
  readonly provenance: LogProvenance;
  readonly uid: string;
  /** Nanoseconds since 1970, decimal text; absent where its Time is none, before 1970 or after 2554. */
  readonly timeNs?: string;
  readonly severityText?: string;
  /** One line for a person. */
  readonly text: string;
}

/** Where records of a log may be missing; how many is not known (docs/format.md 29). */
export interface LogGapDocument {
  readonly kind: 'gap';
  readonly provenance: LogProvenance;
  readonly uid: string;
  /** Of the device's clock, nanoseconds since 1970, decimal text: behind the first, up to the second. */
  readonly after: string;
  readonly before: string;
  readonly verdict: Verdict;
  readonly text: string;
}

/** The document of a record that was not handed on before. */
export function logDocument({ content, ticks, key, number }: NewRecord, provenance: LogProvenance): LogDocument {
  const { applicationUri } = provenance.server;
  const timeNs = unixNsOfTicks(ticks);
  const band = logSeverity(content.severity);
  return {
    kind: 'log',
    provenance,
    uid: logUid(applicationUri, provenance.logObject, key, number),
    ...(timeNs === undefined ? {} : { timeNs: timeNs.toString() }),
    ...content,
    ...(band === undefined ? {} : { severityText: band.text }),
    text: lineOf(content, ticks, band?.text)
  };
}

function lineOf({ severity, sourceName, sourceNode, message }: LogContent, ticks: bigint, band?: string): string {
  const source = sourceName ?? sourceNode;
  const time = isoOfTicks(ticks) ?? 'no time';
  return `${time} ${band ?? `severity ${severity}`} ${source === undefined ? '' : `${source}: `}${message.text ?? ''}`;
}

const WORDS: Readonly<Record<Verdict, string>> = {
  restart: 'the server was started anew',
  expired: 'the log keeps records for a shorter time than the reading was away',
  overflow: 'the log ran over, or was cleared',
  unwatched: 'nobody listened to the events then',
  'overflow-while-reading': 'the log ran over while it was read',
  unreadable: 'the device sent bytes that are no record',
  skipped: 'a node refused them, and the topic "skip" passed them over'
};

/** The document of a gap. */
export function gapDocument({ after, before, verdict }: LogGap, provenance: LogProvenance): LogGapDocument {
  const ns = (ticks: bigint): string => (unixNsOfTicks(ticks) ?? 0n).toString();
  const how = verdict === 'skipped' ? 'are' : 'may be';
  const shown = (ticks: bigint): string => isoOfTicks(ticks) ?? 'the beginning';
  return {
    kind: 'gap',
    provenance,
    uid: gapUid(provenance.server.applicationUri, provenance.logObject, `${after} ${before} ${verdict}`),
    after: ns(after),
    before: ns(before),
    verdict,
    text: `records ${how} missing between ${shown(after)} and ${shown(before)}: ${WORDS[verdict]}`
  };
}
