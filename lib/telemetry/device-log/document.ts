import type { Loose } from '../mapper-values';

/** Where a document of a log comes from. */
export interface DeviceLogOrigin {
  readonly stream: string;
  readonly applicationUri: string;
  readonly logObject: string;
  /** Decimal text, nanoseconds since 1970. */
  readonly receiveTimeNs: string;
}

/** One entry of a record's additional data, as documents have it. */
export interface DeviceData {
  readonly name: string | undefined;
  readonly type: string;
  readonly value: unknown;
}

/** A record of a log (`kind: "log"`), checked. */
export interface DeviceLog extends DeviceLogOrigin {
  readonly kind: 'log';
  readonly uid: string;
  readonly timeNs: string | undefined;
  readonly ticks: string;
  readonly severity: number;
  readonly text: string;
  readonly locale: string | undefined;
  readonly eventType: string | undefined;
  readonly sourceNode: string | undefined;
  readonly sourceName: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly parentIdentifier: string | undefined;
  readonly data: readonly DeviceData[];
}

/** A span of a log's time in which records may be missing (`kind: "gap"`), checked. */
export interface DeviceGap extends DeviceLogOrigin {
  readonly kind: 'gap';
  readonly uid: string;
  readonly after: string;
  readonly before: string;
  readonly verdict: string;
  readonly text: string;
}

/** What a collector of the logs of OPC UA hands on: a record, or a gap where records may be missing. */
export type DeviceLogDocument = DeviceLog | DeviceGap;

/** A payload that says of itself that it is one. */
export type DeviceLogLike = Loose & { readonly kind: 'log' | 'gap' };
