import should from 'should';
import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { LogsRequest, Signal, TracesRequest } from '../../../../lib/telemetry/otlp-types';
import type { SpanLimits } from '../../../../lib/telemetry/spans';
import type { LockOutcome, Store } from '../../../../lib/state';
import { OtelController } from '../../../../nodes/openot-otel/controller';
import { OtelSettings } from '../../../../nodes/openot-otel/settings';
import type { AckStatus } from '../../../../nodes/delivery';
import { assertValid } from '../../../support/otlp/validator';
import { otelNode } from './otel';

/** A state in memory that fails when it is told to. */
export class MemoryStore implements Store {
  bytes: Uint8Array | undefined;
  saves = 0;
  unlocked = 0;
  isLocked = false;
  failure: Error | undefined;
  /** While set, saves wait for it. */
  gate: Promise<void> | undefined;
  lock(): Promise<LockOutcome> {
    return Promise.resolve(
      this.isLocked ? { ok: false, code: 'OPENOT_STATE_LOCKED', message: 'in use by process 1' } : { ok: true }
    );
  }
  load(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.bytes);
  }
  async save(bytes: Uint8Array): Promise<void> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    this.bytes = bytes.slice();
    this.saves++;
  }
  remove(): Promise<void> {
    this.bytes = undefined;
    return Promise.resolve();
  }
  unlock(): Promise<void> {
    this.unlocked++;
    return Promise.resolve();
  }
}

type Sent = NodeMessage & {
  topic: string;
  parts?: { index: number; count: number };
  openot?: { commit?: string[]; stream?: string };
};

/** A controller with time, tokens and the state file in the test's hands. */
export class Bench {
  readonly sent: Sent[] = [];
  readonly errors: Error[] = [];
  readonly standings = new Map<string, AckStatus>();
  readonly settledUpTo = new Map<string, number>();
  private readonly timers = new Set<{ at: number; call: () => void }>();
  private now = 0;
  /** Questions to the tracker about where a token stands. */
  asked = 0;
  /** While set, sending throws it. */
  failure: Error | undefined;

  constructor(
    readonly controller: OtelController,
    readonly store: MemoryStore | undefined
  ) {}

  static async open(
    changes: Record<string, unknown> = {},
    store: MemoryStore | undefined = new MemoryStore(),
    spanLimits: Partial<SpanLimits> = {}
  ): Promise<Bench> {
    // eslint-disable-next-line prefer-const
    let bench: Bench;
    const settings = new OtelSettings(otelNode(changes), evaluate, '1.2.3');
    const controller = new OtelController({
      settings,
      store,
      spanLimits,
      nowNs: () => '1780000000000000000',
      after: (ms, call) => bench.after(ms, call),
      newId: () => 'id',
      ackStatus: (session) => (bench.asked++, bench.standings.get(session) ?? 'open'),
      isSettled: (session, serial) => serial <= (bench.settledUpTo.get(session) ?? 0),
      report: (error) => void bench.errors.push(error),
      onChange: () => undefined
    });
    bench = new Bench(controller, store);
    void controller.start();
    await turns();
    return bench;
  }

  /** Hands a message to the controller; what it comes to. */
  input(
    payload: unknown,
    commit?: string[],
    more: object = {}
  ): { readonly outcome: Promise<'left' | Error>; state: 'waits' | 'left' | 'failed' } {
    const message = {
      _msgid: 'm',
      payload,
      openot: { stream: 'line 1', ...(commit === undefined ? {} : { commit }) },
      ...more
    } as unknown as NodeMessageInFlow;
    const taken: { outcome: Promise<'left' | Error>; state: 'waits' | 'left' | 'failed' } = {
      outcome: Promise.resolve('left'),
      state: 'waits'
    };
    taken.outcome = new Promise<void>((resolve, reject) => {
      try {
        Promise.resolve(this.controller.input(message, (output) => this.take(output as Array<Sent | null>))).then(
          resolve,
          reject
        );
      } catch (thrown) {
        reject(thrown as Error);
      }
    }).then(
      () => ((taken.state = 'left'), 'left' as const),
      (error: Error) => ((taken.state = 'failed'), error)
    );
    return taken;
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.timers.delete(next);
      this.now = next.at;
      next.call();
      await turns();
    }
    this.now = end;
    await turns();
  }

  get logs(): LogsRequest[] {
    return this.sent.filter(({ topic }) => topic === 'logs').map(({ payload }) => payload as LogsRequest);
  }

  /** Every span sent, in order. */
  get spans(): TracesRequest['resourceSpans'][0]['scopeSpans'][0]['spans'] {
    return this.sent
      .filter(({ topic }) => topic === 'traces')
      .flatMap(({ payload }) =>
        (payload as TracesRequest).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      );
  }

  /** Tokens let go, in order. */
  get tokens(): string[] {
    return this.sent.flatMap(({ openot }) => openot?.commit ?? []);
  }

  /** Uids of the log records sent, in order. */
  get uids(): string[] {
    return this.logs.flatMap(({ resourceLogs }) =>
      resourceLogs.flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map(({ attributes }) => attributes.find(({ key }) => key === 'log.record.uid')!.value.stringValue!)
        )
      )
    );
  }

  private take(output: ReadonlyArray<Sent | null>): void {
    if (this.failure !== undefined) throw this.failure;
    const port = output.findIndex((one) => one !== null);
    const message = output[port]!;
    // By the output that belongs to it, and such that a collector takes it.
    should(port).equal(['logs', 'metrics', 'traces'].indexOf(message.topic));
    assertValid(message.topic as Signal, message.payload);
    this.sent.push(message);
  }

  private after(ms: number, call: () => void): () => void {
    const timer = { at: this.now + ms, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }
}

/** `RED.util.evaluateNodeProperty` as far as it matters, with an environment of its own. */
export function evaluate(value: string, type: string, message?: NodeMessage): unknown {
  if (type === 'env') return ({ SITE: 'north', LIMIT: '7', YES: 'true' } as Record<string, string>)[value] ?? '';
  // Like Node-RED's: throws a TypeError where something above the property is not there.
  return value.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], message);
}

/** Everything that is due without time passing. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Without metrics: every batch of documents has some about the clock. */
export const withoutMetrics = (changes: Record<string, unknown>, store?: MemoryStore): Promise<Bench> =>
  Bench.open({ signals: { logs: true, metrics: false, traces: true }, ...changes }, store);
