import { isObject } from '../../lib/base';
import type { Clock } from '../../lib/base';
import type { ApiCallEvent, ApiDocument } from '../../lib/telemetry';

/** What is known of a call while it is open. */
export interface CallFacts {
  readonly name: string;
  readonly spanKind: 'Server' | 'Client';
  readonly method: string;
  readonly route: string;
  readonly host: string;
  readonly scheme?: string;
  readonly flavor?: string;
  readonly userAgent?: string;
  readonly senderId: string;
  readonly recipientId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly transactionId?: string;
}

/** Why a call failed: told in words of this package, never in those of whoever was called. */
export interface CallFailure {
  readonly type: 'http' | 'timeout' | 'connection' | 'aborted' | 'failed' | 'limit';
  readonly code: string;
  readonly msg: string;
}

/** How a call ended; 0 = no answer came. What became known of the place only then stands over what was known before. */
export interface CallOutcome extends Partial<Pick<CallFacts, 'host' | 'route' | 'scheme'>> {
  readonly statusCode: number;
  readonly failure?: CallFailure;
}

/** One call that has begun and not ended. */
export class OpenCall {
  private readonly startNs: bigint;
  private readonly startMs: number;
  private readonly events: ApiCallEvent[] = [];
  /** Known before the end: a flow that serves a call failed, and will answer that. */
  failure: CallFailure | undefined;

  constructor(
    readonly facts: CallFacts,
    /** The node where it began. */
    readonly at: string,
    private readonly clock: Pick<Clock, 'nowNs' | 'monotonicMs'>
  ) {
    this.startNs = clock.nowNs();
    this.startMs = clock.monotonicMs();
  }

  /** Adds what somebody asked for by name; nothing where there is none of it. */
  addEvent(name: string, attributes: ApiCallEvent['attributes']): void {
    if (Object.keys(attributes).length > 0) this.events.push({ name, timeNs: this.nowNs(), attributes });
  }

  /** The document of the call, now that it has ended. */
  ended({ statusCode, failure = this.failure ?? answered(statusCode), ...place }: CallOutcome): ApiDocument {
    const endNs = this.nowNs();
    const events = [...this.events];
    if (failure !== undefined) events.push({ name: 'error', timeNs: endNs, attributes: { ...failure } });
    return {
      kind: 'api',
      ...this.facts,
      ...place,
      statusCode,
      startNs: this.startNs.toString(),
      endNs,
      status: failure === undefined ? 'Ok' : 'Error',
      events
    };
  }

  /** By the monotonic clock from the start: a clock that is set meanwhile makes no call end before it began. */
  private nowNs(): string {
    const passedNs = BigInt(Math.max(0, Math.round((this.clock.monotonicMs() - this.startMs) * 1e6)));
    return (this.startNs + passedNs).toString();
  }
}

function answered(statusCode: number): CallFailure | undefined {
  if (statusCode === 0) return { type: 'failed', code: 'none', msg: 'no answer came' };
  return statusCode < 400
    ? undefined
    : { type: 'http', code: String(statusCode), msg: `answered with status ${statusCode}` };
}

/** An object whose properties are not known. */
export const looseOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
