/**
 * API documents (docs/format.md 24): one call that was served or made, as `openot-api` or a flow tells it.
 */

/** Who called, in OpenTelemetry's words: `Server` where the call was served, `Client` where it was made. */
export const SPAN_KINDS = ['Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;
/** How a call ended. */
export const CALL_STATUSES = ['Unset', 'Ok', 'Error'] as const;

/** Which side of a call a span is. */
export type CallSpanKind = (typeof SPAN_KINDS)[number];
/** How a call ended, as a span says it. */
export type CallStatus = (typeof CALL_STATUSES)[number];

/** One value of an attribute of an event. In telemetry it is text: one key has one type, whatever a flow brings. */
export type CallValue = string | number | boolean | bigint | readonly (string | number | boolean | bigint)[];

/** Something that happened within the call, or a part of what was sent that somebody asked for by name. */
export interface ApiCallEvent {
  /** Not empty. */
  readonly name: string;
  /** Decimal text, nanoseconds since the Unix epoch. */
  readonly timeNs: string;
  readonly attributes: Readonly<Record<string, CallValue>>;
}

/** One call. Texts that are there are not empty; times are decimal text, nanoseconds since the Unix epoch. */
export interface ApiDocument {
  readonly kind: 'api';
  /** What the interface is called: `search`. */
  readonly name: string;
  readonly method: string;
  /** The path, without what varies from call to call where that is known: `/orders/:id`. */
  readonly route: string;
  readonly host: string;
  /** 100 to 999; 0 where no answer came. */
  readonly statusCode: number;
  readonly startNs: string;
  /** Not before `startNs`. */
  readonly endNs: string;
  /** Who called. */
  readonly senderId: string;
  /** Who was called. */
  readonly recipientId: string;
  readonly scheme?: string;
  readonly flavor?: string;
  readonly userAgent?: string;
  readonly serverName?: string;
  /** Without it: Error for 0 and from 400 on, else Ok. */
  readonly status?: CallStatus;
  readonly spanKind?: CallSpanKind;
  /** 32 lowercase hex digits, not all zero. */
  readonly traceId?: string;
  /** 16 or 32 lowercase hex digits, not all zero. */
  readonly spanId?: string;
  /** Of the call within which this one was made: as `spanId`. */
  readonly parentSpanId?: string;
  /** Without a `traceId` the trace's id is made of it. */
  readonly transactionId?: string;
  /** When it was taken down; without it when it ended. */
  readonly observedNs?: string;
  readonly events: readonly ApiCallEvent[];
}
