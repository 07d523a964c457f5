import type { Timers } from '../../lib/base';
import type { ApiDocument } from '../../lib/telemetry';
import type { CallOutcome, OpenCall } from './call';

/** Calls open at a time in one runtime; beyond it the oldest ends as failed. */
export const MAX_OPEN_CALLS = 10_000;

/** Takes the document of a call that has ended. */
export type Emit = (document: ApiDocument) => void;

/**
 * The open calls of a runtime, by span id. They outlive their nodes: a call that was open during a deploy is told by
 * the node that then has the id of the one where it began, also where it ended meanwhile.
 */
export class OpenCalls {
  private readonly calls = new Map<string, { readonly call: OpenCall; readonly cancel: () => void }>();
  private readonly emitters = new Map<string, Emit>();
  /** What ended while the node of this id was being made anew: no more than was open when it closed. */
  private readonly waiting = new Map<string, ApiDocument[]>();
  /** Nodes whose open calls this process has written to their file, and knows better itself. */
  readonly keptHere = new Set<string>();

  constructor(
    private readonly timers: Pick<Timers, 'after'>,
    private readonly limit = MAX_OPEN_CALLS
  ) {}

  /** The node of this id tells its calls by `emit` from now on, first those that waited. Returns how to end that. */
  listen(nodeId: string, emit: Emit): () => void {
    this.emitters.set(nodeId, emit);
    const waiting = this.waiting.get(nodeId) ?? [];
    this.waiting.delete(nodeId);
    for (const document of waiting) emit(document);
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
    const { at } = open.call;
    const document = open.call.ended(outcome);
    const emit = this.emitters.get(at);
    if (emit !== undefined) emit(document);
    else this.waiting.set(at, [...(this.waiting.get(at) ?? []), document]);
  }

  /** What a node that closes has not told, as it would end if Node-RED stopped now. The calls stay open. */
  asStopped(nodeId: string): ApiDocument[] {
    return [
      ...(this.waiting.get(nodeId) ?? []),
      ...[...this.calls.values()]
        .filter(({ call }) => call.at === nodeId)
        .map(({ call }) => call.ended({ statusCode: 0, failure: STOPPED }))
    ];
  }

  /** Forgets what a node that is gone has not told. Returns how many calls that were. */
  drop(nodeId: string): number {
    const open = [...this.calls].filter(([, { call }]) => call.at === nodeId);
    for (const [spanId, { cancel }] of open) {
      this.calls.delete(spanId);
      cancel();
    }
    const waited = this.waiting.get(nodeId)?.length ?? 0;
    this.waiting.delete(nodeId);
    return open.length + waited;
  }
}

const timedOut = (ms: number): CallOutcome['failure'] => ({
  type: 'timeout',
  code: 'ETIMEDOUT',
  msg: `not ended within ${ms} ms`
});
const STOPPED = {
  type: 'aborted',
  code: 'none',
  msg: 'Node-RED stopped before the call ended'
} as const satisfies CallOutcome['failure'];
const tooMany = (limit: number): CallOutcome['failure'] => ({
  type: 'limit',
  code: 'none',
  msg: `more than ${limit} calls were open`
});
