import { join } from 'node:path';
import { freePort } from '../../../e2e/support/runtime';
import { installed, installReceivers, ReceiverProcess } from './receiver-process';

/** One log record as it shows it. */
export interface ShownLog {
  /** Milliseconds; a float that is right to about 250 ns. */
  readonly timestamp: number;
  readonly body: unknown;
  readonly severityText: string;
  readonly severityNumber: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: Record<string, unknown>;
  readonly resource: Record<string, unknown>;
}

/** One span as it shows it. */
export interface ShownSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly attributes: Record<string, unknown>;
  readonly events: {
    readonly name: string;
    readonly timestamp: number;
    readonly attributes: Record<string, unknown>;
  }[];
  readonly status: { readonly code: string; readonly message?: string };
}

/** The points of one metric with one set of attributes. */
export interface ShownSeries {
  readonly name: string;
  readonly kind: string;
  readonly unit?: string;
  readonly temporality?: string;
  readonly monotonic?: boolean;
  readonly attributes: Record<string, unknown>;
  readonly points: { readonly timestamp: number; readonly startTimestamp?: number; readonly value: number }[];
}

/**
 * autotel-devtools, a receiver with pages to look at, on a Node.js with SQLite: what a person would see. It knows no
 * gzip (400 "Invalid JSON"), shows integers as JavaScript numbers and times as floats of milliseconds, forgets event
 * names, and takes two log records of the same trace, span, time and severity for one.
 */
export class Autotel {
  private constructor(
    readonly endpoint: string,
    private readonly child: ReceiverProcess
  ) {}

  static async start(port?: number): Promise<Autotel> {
    const node = (await installReceivers()).nodeWithSqlite();
    const http = port ?? (await freePort());
    const child = ReceiverProcess.start(
      node,
      [
        join(installed, 'autotel-devtools/dist/cli.js'),
        '--port',
        String(http),
        '--grpc-port',
        String(await freePort())
      ],
      installed
    );
    await child.listening(http);
    return new Autotel(`http://127.0.0.1:${http}`, child);
  }

  get output(): string {
    return this.child.output;
  }

  async logs(): Promise<ShownLog[]> {
    return this.pages<ShownLog>('logs');
  }

  async spans(): Promise<ShownSpan[]> {
    return (await this.pages<{ spans: ShownSpan[] }>('traces')).flatMap(({ spans }) => spans);
  }

  /** Every series of every metric. */
  async series(): Promise<ShownSeries[]> {
    const { metrics } = (await this.ask('/api/metrics')) as { metrics: { name: string }[] };
    const found = await Promise.all(
      metrics.map(
        ({ name }) => this.ask('/api/query/metrics', { name, maxPoints: 20_000 }) as Promise<{ series: ShownSeries[] }>
      )
    );
    return found.flatMap(({ series }) => series);
  }

  private async pages<T>(what: 'logs' | 'traces'): Promise<T[]> {
    const all: T[] = [];
    let cursor: string | null | undefined;
    do {
      const page = (await this.ask(`/api/query/${what}`, {
        query: '',
        limit: 100,
        ...(cursor ? { cursor } : {})
      })) as Record<string, unknown>;
      all.push(...(page[what] as T[]));
      cursor = page.nextCursor as string | null;
    } while (cursor);
    return all;
  }

  private async ask(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(
      this.endpoint + path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    );
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
