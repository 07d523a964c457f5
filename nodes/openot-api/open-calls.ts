import type { Timers } from '../../lib/base';
import type { ApiDocument } from '../../lib/telemetry';
import type { CallOutcome, OpenCall } from './call';

/** Calls open at a time in one runtime; beyond it the oldest ends as failed. */
export const MAX_OPEN_CALLS = 10_000;

/** Takes the document of a call that has ended. */
export type Emit = (document: ApiDocument) => void;

/**
 * The open calls of a runtime, by span id. They outlive their nodes: a call that was open during a deploy is told by
 * the node that then has the id of the one where it began.
 */
export class OpenCalls {
  private readonly calls = new Map<string, { readonly call: OpenCall; readonly cancel: () => void }>();
  private readonly emitters = new Map<string, Emit>();

  constructor(
    private readonly timers: Pick<Timers, 'after'>,
    private readonly limit = MAX_OPEN_CALLS
  ) {}

  /** The node of this id tells its calls by `emit` from now on. Returns how to end that. */
  listen(nodeId: string, emit: Emit): () => void {
    this.emitters.set(nodeId, emit);
    return () => {
      if (this.emitters.get(nodeId) === emit) this.emitters.delete(nodeId);
    };
  }

  begin(call: OpenCall, timeoutMs: number): void {
    for (const [oldest] of this.calls) {
      if (this.calls.size < this.limit) break;
      this.end(oldest, { statusCode: 0, failure: tooMany(this.limit) });
    }
    const { spanId } = call.facts;
    const cancel = this.timers.after(timeoutMs, () =>
      this.end(spanId, { statusCode: 0, failure: timedOut(timeoutMs) })
    );
    this.calls.set(spanId, { call, cancel });
  }

  /** The open call of this span id. */
  of(spanId: string): OpenCall | undefined {
    return this.calls.get(spanId)?.call;
  }

  /** Those that began at the node of this id. */
  openAt(nodeId: string): number {
    let open = 0;
    for (const { call } of this.calls.values()) if (call.at === nodeId) open++;
    return open;
  }

  /** Ends a call, once. */
  end(spanId: string, outcome: CallOutcome): void {
    const open = this.calls.get(spanId);
    if (open === undefined) return;
    this.calls.delete(spanId);
    open.cancel();
    this.emitters.get(open.call.at)?.(open.call.ended(outcome));
  }
}

const timedOut = (ms: number): CallOutcome['failure'] => ({
  type: 'timeout',
  code: 'ETIMEDOUT',
  msg: `not ended within ${ms} ms`
});
const tooMany = (limit: number): CallOutcome['failure'] => ({
  type: 'limit',
  code: 'none',
  msg: `more than ${limit} calls were open`
});
