import should from 'should';
import type {
  Counts,
  HttpAnswer,
  HttpFailure,
  HttpRequest,
  HttpTransport,
  Rejected,
  CollectorReport,
  SenderPorts,
  SenderSettings
} from '../../../../lib/otlp';
import { gunzipSync } from 'node:zlib';
import { OtlpSender } from '../../../../lib/otlp';
import { until } from '../../../support/until';
import { itemsOf } from './requests';

export type Reply = HttpAnswer | HttpFailure;

export const answer = (status: number, body: unknown = {}, headers: Partial<HttpAnswer> = {}): HttpAnswer => ({
  ok: true,
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  isCut: false,
  ...headers
});
export const cut: HttpFailure = {
  ok: false,
  code: 'OPENOT_OTLP_UNREACHABLE',
  message: 'connect ECONNREFUSED 127.0.0.1:4318'
};

/** A request that the fake collector got. */
export interface Got {
  readonly atMs: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: unknown;
}

/** A sender with a clock that stands still until it is moved, and a collector that answers as `reply` says. */
export class FakeSender {
  nowMs = 1000;
  random = 0;
  readonly got: Got[] = [];
  readonly rejected: Rejected[] = [];
  readonly said: CollectorReport[] = [];
  readonly faults: unknown[] = [];
  /** Names of messages in the order in which they left, with their counts. */
  readonly left: { name: string; counts: Counts }[] = [];
  /** In which order reports and messages came out. */
  readonly order: string[] = [];
  /** What the collector answers; a promise that is pending is one that takes its time. */
  reply: (got: Got) => Reply | Promise<Reply> = () => answer(200);
  isClosed = false;
  /** A real way to a real collector, in place of `reply`. */
  real: HttpTransport | undefined;
  readonly sender: OtlpSender;
  private timers: { atMs: number; call: () => void }[] = [];

  constructor(
    settings: Partial<SenderSettings> = {},
    headers: Record<string, string> = {},
    isGzip = false,
    query = ''
  ) {
    const endpoint = (signal: string): SenderSettings['endpoints']['logs'] => ({
      url: new URL(`http://collector/v1/${signal}${query}`),
      from: 'field "Endpoint"',
      headers,
      timeoutMs: 10_000,
      isGzip
    });
    const ports: SenderPorts = {
      now: () => this.nowMs,
      wallMs: () => Date.parse('2026-01-01T00:00:00Z') + this.nowMs,
      after: (ms, call) => {
        const timer = { atMs: this.nowMs + ms, call };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((each) => each !== timer));
      },
      random: () => this.random,
      transport: { post: (request) => this.post(request), close: () => void (this.isClosed = true) }
    };
    this.sender = new OtlpSender(
      ports,
      {
        endpoints: { logs: endpoint('logs'), metrics: endpoint('metrics'), traces: endpoint('traces') },
        maxItems: 500,
        maxBytes: 4_194_304,
        maxInFlight: 4,
        ...settings
      },
      {
        onRejected: (rejected) => {
          this.rejected.push(rejected);
          this.order.push(`rejected ${rejected.count}`);
        },
        onChange: (said) => void this.said.push(said),
        onFault: (thrown) => void this.faults.push(thrown)
      }
    );
  }

  /** Gives it a message; `request` an object or text. */
  offer(
    name: string,
    request: unknown,
    arrival: { hasToken?: boolean; stream?: string; sequence?: string } = {}
  ): ReturnType<OtlpSender['offer']> {
    return this.sender.offer(typeof request === 'string' ? request : JSON.stringify(request), {
      hasToken: false,
      ...arrival,
      done: (counts) => {
        this.left.push({ name, counts });
        this.order.push(`left ${name}`);
      }
    });
  }

  /** Moves the clock, and whatever comes of it. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    await turns();
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.call();
      await turns();
    }
    this.nowMs = endMs;
  }

  /** The same, and then waits, in real time, until something holds: compression leaves the thread. */
  async passReal(ms: number, holds: () => boolean): Promise<void> {
    await this.pass(ms);
    await until('what takes real time', async () => {
      await this.pass(0);
      return holds();
    });
  }

  /** Waits that are set. */
  get waiting(): number {
    return this.timers.length;
  }

  private async post(request: HttpRequest): Promise<Reply> {
    const { url, headers, body } = request;
    const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : Buffer.from(body)).toString();
    const got = { atMs: this.nowMs, url: url.href, headers, text, body: JSON.parse(text) as unknown };
    this.got.push(got);
    return this.real === undefined ? this.reply(got) : this.real.post(request);
  }
}

/** Lets every promise run that can. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Items of each request that it got. */
export const sizes = ({ got }: FakeSender): number[] => got.map(({ body }) => itemsOf(body).length);

/** Nothing that was taken is unaccounted for. */
export function sums(fake: FakeSender): void {
  const { taken, accepted, rejected, dropped, pending } = fake.sender.status();
  should(accepted + rejected + dropped + pending).equal(taken);
}
