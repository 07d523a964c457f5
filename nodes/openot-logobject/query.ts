import type { NodeMessage } from 'node-red';
import { isObject, shownValue } from '../../lib/base';
import {
  contentOf,
  keyOf,
  LogDocument,
  logDocument,
  LogError,
  LogMerge,
  LogPage,
  logQueryFilter,
  msOfTicks,
  ticksOfUnixMs,
  ticksOfUnixNs
} from '../../lib/logobject';
import { CodedError } from '../runtime/coded-error';
import type { LogServer } from './server';
import type { LogSettings } from './settings';

/** What a message asks for. Times in ticks of the host's clock. */
export interface LogQuery {
  readonly start: bigint;
  readonly end: bigint;
  readonly minimumSeverity: number;
  readonly text?: string;
  readonly source?: string;
  readonly sort: 'oldest' | 'newest';
  readonly limit: number;
}

const DEFAULT_LIMIT = 10_000;
const MAX_LIMIT = 1_000_000;
const BATCH = 500;
const MOST_KEYS = 10_000;
/** Every field: a search needs the text of all. */
const FIELDS = 0x1f;

const wrong = (what: string, expected: string, found: unknown): CodedError =>
  new CodedError('OPENOT_LOG_QUERY', `msg.${what}: ${expected} is expected, found ${shownValue(found)}`);

/** ISO 8601 with an offset or Z, or nanoseconds since 1970 as text. Throws OPENOT_LOG_QUERY. */
function timeOf(value: unknown, what: string, fallback: bigint): bigint {
  if (value === undefined || value === null || value === '') return fallback;
  if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return ticksOfUnixNs(BigInt(value));
  const isIso = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.,]+(Z|[+-]\d{2}:?\d{2})$/.test(value);
  const ms = isIso ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) throw wrong(what, 'a time as 2026-11-30T22:00:00Z, or nanoseconds since 1970 as text', value);
  return ticksOfUnixMs(ms);
}

function wholeOf(value: unknown, what: string, fallback: number, most: number): number {
  if (value === undefined || value === null || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw wrong(what, `a whole number from 1 to ${most}`, value);
  return number;
}

/** What a message asks for; without times all that is there. Throws OPENOT_LOG_QUERY. */
export function queryOf(message: NodeMessage, settings: LogSettings, nowMs: number): LogQuery {
  const asked: Record<string, unknown> = isObject(message.payload)
    ? { ...message.payload, ...(message as unknown as Record<string, unknown>) }
    : (message as unknown as Record<string, unknown>);
  const { text, source, sort = 'oldest' } = asked;
  if (sort !== 'oldest' && sort !== 'newest') throw wrong('sort', 'oldest or newest', sort);
  if (text !== undefined && typeof text !== 'string') throw wrong('text', 'text', text);
  if (source !== undefined && typeof source !== 'string') throw wrong('source', 'text', source);
  const start = timeOf(asked.start, 'start', 0n);
  const end = timeOf(asked.end, 'end', ticksOfUnixMs(nowMs));
  if (start > end) throw wrong('start', 'a time before msg.end', asked.start);
  return {
    start,
    end,
    minimumSeverity: wholeOf(asked.minimumSeverity, 'minimumSeverity', settings.minimumSeverity, 1000),
    ...(text === undefined ? {} : { text }),
    ...(source === undefined ? {} : { source }),
    sort,
    limit: wholeOf(asked.limit, 'limit', DEFAULT_LIMIT, MAX_LIMIT)
  };
}

interface Hit {
  readonly correctedMs: number;
  readonly document: LogDocument;
}

/** What a search came to. */
export interface QueryResult {
  readonly records: number;
  readonly searched: number;
  readonly errors: readonly { endpoint: string; code: string; message: string }[];
  readonly stopped: boolean;
}

/** One search over all servers at once. A server that fails is an error of the result and sinks no other. */
export class LogSearch {
  readonly errors: { endpoint: string; code: string; message: string }[] = [];
  searched = 0;
  found = 0;
  private readonly merge: LogMerge<Hit>;
  private readonly waiting: Array<() => void> = [];
  /** Of `newest`: the last ones, at most twice the limit. */
  private kept: LogDocument[] = [];
  private batch: LogDocument[] = [];
  private draining: Promise<void> = Promise.resolve();

  constructor(
    private readonly servers: readonly LogServer[],
    private readonly query: LogQuery,
    private readonly pageSize: number,
    private readonly send: (documents: LogDocument[]) => Promise<void>,
    private readonly signal: AbortSignal,
    private readonly nowNs: () => bigint
  ) {
    this.merge = new LogMerge(servers.length);
  }

  async run(): Promise<QueryResult> {
    await Promise.all(
      this.servers.map(async (server, source) => {
        const failed = await this.searchServer(server, source);
        if (failed !== undefined && !this.isOver) {
          const { code, message } = failed;
          this.errors.push({ endpoint: server.ports.endpoint, code, message });
        }
        this.merge.end(source);
        await this.drain();
      })
    );
    await this.drain();
    if (this.query.sort === 'newest') {
      const newest = this.kept.slice(-this.query.limit).reverse();
      for (let at = 0; at < newest.length; at += BATCH) await this.send(newest.slice(at, at + BATCH));
      this.found = newest.length;
    } else if (this.batch.length > 0) await this.send(this.batch.splice(0));
    return { records: this.found, searched: this.searched, errors: this.errors, stopped: this.signal.aborted };
  }

  private get isOver(): boolean {
    return this.signal.aborted || (this.query.sort === 'oldest' && this.found >= this.query.limit);
  }

  private async searchServer(server: LogServer, source: number): Promise<LogError | undefined> {
    const opened = await server.open();
    if (!opened.ok) return opened;
    const keeps = logQueryFilter(this.query);
    for (const { port, logObject, name } of opened.logs) {
      const facts = await port.facts();
      if (!facts.ok) return facts;
      // The host's times on the device's clock. What is asked for must not lie ahead of it.
      const offset = BigInt(Math.round(facts.clock.offsetMs * 10_000));
      const end = this.query.end + offset < facts.deviceTicks ? this.query.end + offset : facts.deviceTicks;
      const start = this.query.start > 0n ? this.query.start + offset : 0n;
      if (start > end) continue;
      let point: Uint8Array | null = null;
      const numbers = new Map<string, { readonly ticks: bigint; readonly count: number }>();
      do {
        if (this.isOver) {
          if (point !== null) await port.release(point);
          return undefined;
        }
        const page: LogPage | LogError = await port.getRecords({
          start,
          end,
          maxRecords: this.pageSize,
          minimumSeverity: this.query.minimumSeverity,
          fields: FIELDS,
          continuationPoint: point
        });
        if (!page.ok) return page;
        this.searched += page.records.length;
        const hits: Hit[] = [];
        const last = page.records[page.records.length - 1]?.ticks;
        for (const record of page.records) {
          const content = contentOf(record, page.namespaces);
          if (!keeps(content)) continue;
          const key = keyOf(content);
          const number = numbers.get(key)?.count ?? 0;
          numbers.set(key, { ticks: record.ticks, count: number + 1 });
          const document = logDocument(
            { content, ticks: record.ticks, key, number },
            {
              stream: `${server.ports.host}/${name === '' ? logObject : name}`,
              server: { applicationUri: opened.applicationUri, endpoint: server.ports.endpoint },
              logObject,
              receiveTimeNs: this.nowNs().toString(),
              clock: facts.clock
            }
          );
          hits.push({ correctedMs: msOfTicks(record.ticks) - facts.clock.offsetMs, document });
        }
        // Equal records have equal Times: those of a page that is over do not come again.
        if (numbers.size > MOST_KEYS) for (const [key, { ticks }] of numbers) if (ticks !== last) numbers.delete(key);
        this.merge.page(source, hits);
        if (last !== undefined) this.merge.reached(source, msOfTicks(last) - facts.clock.offsetMs);
        point = page.continuationPoint;
        await this.drain();
        await this.turn(source);
      } while (point !== null);
    }
    return undefined;
  }

  /** A server that is ahead waits until the others need it again: what it brings would only be held. */
  private async turn(source: number): Promise<void> {
    while (!this.isOver && !this.merge.needs(source)) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  stop(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** One after the other: what is sent keeps its order. */
  private drain(): Promise<void> {
    this.draining = this.draining.then(() => this.drainNow());
    return this.draining;
  }

  private async drainNow(): Promise<void> {
    for (const { record } of this.merge.take()) {
      if (this.query.sort === 'newest') {
        this.kept.push(record.document);
        if (this.kept.length > 2 * this.query.limit) this.kept = this.kept.slice(-this.query.limit);
        continue;
      }
      if (this.found >= this.query.limit) break;
      this.found++;
      this.batch.push(record.document);
      if (this.batch.length >= BATCH) await this.send(this.batch.splice(0));
    }
    this.stop();
  }
}
