import { contentOf, keyOf, LogContent } from './content';
import { LOOK_RECORDS } from './eviction';
import type { LogError, LogFacts, LogPage, LogPort, LogRequest } from './log-port';
import { ALL_FIELDS } from './model';
import { createPoll } from './poll';
import type { Poll, Polled, PollOutcome, PollSettings } from './poll-types';
import type { LogPosition } from './position';
import { TICKS_PER_MS } from './time';

/** How a log is read. */
export interface CollectSettings extends PollSettings {
  /** 1 to 1000. */
  readonly minimumSeverity: number;
  /** Records asked for at a time. */
  readonly pageSize: number;
  /** Who reads, and in which languages: another user may see other records. */
  readonly user: string;
  /** Records after which those that are there are handed on although the log has more. */
  readonly takeAfter: number;
}

/** What one poll came to. */
export type PollRun =
  { readonly ok: true; readonly facts: LogFacts; readonly outcome: PollOutcome; readonly poll: Poll } | LogError;

/** Optional fields that are asked for, from all to none: a device may send bytes in them that nobody can read. */
const FIELD_STEPS: readonly number[] = [ALL_FIELDS, 0x07, 0];
/** How often a poll begins anew, with smaller pages and fewer fields, before it is given up until the next one. */
const MOST_STARTS = 16;
/** How often in a row a span of Times is begun anew. */
const MOST_STARTS_OF_SPAN = 8;
/** Times of a span that are kept, to halve it by; of more every second one. */
const MOST_TIMES = 8_192;

const LEAST_SEVERITY = 1;

const isEnd = (point: Uint8Array | null): point is null => point === null || point.length === 0;

/**
 * Polls a log once, from where the last poll ended (docs/format.md 29). `hand` is given what can be handed on before
 * the poll is at its end; it ends when there is room for more. The rest comes with the outcome. Never rejects, unless
 * `hand` does.
 */
export async function runPoll(
  log: LogPort,
  before: LogPosition | undefined,
  settings: CollectSettings,
  hand: (part: Polled, facts: LogFacts) => Promise<void>,
  signal?: AbortSignal
): Promise<PollRun> {
  const fingerprint = JSON.stringify([settings.minimumSeverity, settings.user]);
  let position = before;
  let fields = before !== undefined && before.fingerprint === fingerprint ? before.fields : ALL_FIELDS;
  let { pageSize } = settings;
  let failed: LogError | undefined;
  for (let start = 0; start < MOST_STARTS; start++) {
    const facts = await log.facts();
    if (!facts.ok) return facts;
    const poll = createPoll(position, { ...facts, fingerprint, fields }, settings);
    const pages = new Pages(log, poll, { fields, pageSize, minimumSeverity: settings.minimumSeverity });
    const done = await pages.drain(facts, settings.takeAfter, signal, async (part) => {
      position = part.position;
      await hand(part, facts);
    });
    if (done.ok) return { ok: true, facts, outcome: done.outcome, poll };
    failed = done;
    if (done.remedy === 'smaller' && pageSize > 1) pageSize = Math.floor(pageSize / 2);
    else if (done.remedy === 'smaller' || done.remedy === 'fewerFields') {
      const next = FIELD_STEPS.find((step) => step < fields);
      if (next === undefined) return { ...done, remedy: 'later' };
      fields = next;
    } else return done.remedy === 'startOver' ? { ...done, remedy: 'later' } : done;
  }
  return { ...(failed as LogError), remedy: 'later' };
}

/**
 * The pages of one poll. A server that forgets its continuation points before a long reading is through is asked for
 * one span of Times after the other, each short enough to be read to its end.
 */
class Pages {
  private point: Uint8Array | null = null;
  private span: { readonly start: bigint; readonly end: bigint };
  /** Times that the span has brought, in the order in which they came. */
  private times: bigint[] = [];
  /** The first records of the poll. */
  private first: LogContent[] = [];
  /** How often in a row the span was begun anew. */
  private starts = 0;
  /** Most records that a page had. */
  private fullest = 0;

  constructor(
    private readonly log: LogPort,
    private readonly poll: Poll,
    private readonly ask: Pick<LogRequest, 'fields' | 'minimumSeverity'> & { readonly pageSize: number }
  ) {
    this.span = poll;
  }

  async drain(
    facts: LogFacts,
    takeAfter: number,
    signal: AbortSignal | undefined,
    hand: (part: Polled) => Promise<void>
  ): Promise<{ readonly ok: true; readonly outcome: PollOutcome } | LogError> {
    let waiting = 0;
    for (;;) {
      if (signal?.aborted === true) return this.giveUp(STOPPED);
      const page = await this.next();
      if (!page.ok) {
        if (page.remedy !== 'startOver' || ++this.starts >= MOST_STARTS_OF_SPAN)
          return (await this.taken(hand)) ?? page;
        this.narrow();
        continue;
      }
      waiting += page.records.length;
      if (this.isChasing(page, facts)) break;
      if (isEnd(this.point) && !this.goOn()) break;
      if (waiting < takeAfter) continue;
      const failed = await this.taken(hand);
      if (failed !== undefined) return this.giveUp(failed);
      waiting = 0;
    }
    const failed = await this.look();
    return failed ?? { ok: true, outcome: this.poll.finish() };
  }

  /** The point is gone: the first half of what the span has brought can be read to its end, or less of it. */
  private narrow(): void {
    const sorted = this.times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const middle = sorted.at((sorted.length - 1) >> 1);
    if (middle !== undefined && middle < this.span.end) this.span = { start: this.span.start, end: middle };
    this.times = [];
    this.point = null;
    this.poll.again();
  }

  /** The next span, twice as long as what the last one brought, or longer where that was nothing; false: none. */
  private goOn(): boolean {
    const { start, end } = this.span;
    if (end >= this.poll.end) return false;
    const first = this.times.reduce((least, ticks) => (ticks < least ? ticks : least), end);
    const length = this.times.length === 0 ? 8n * (end - start) : 2n * (end - first);
    const until = end + (length > TICKS_PER_MS ? length : TICKS_PER_MS);
    this.span = { start: end + 1n, end: until < this.poll.end ? until : this.poll.end };
    this.times = [];
    this.starts = 0;
    return true;
  }

  /**
   * A log that logs our own calls has one more record for every page, while what is asked for lies ahead of its clock.
   * A server whose pages hold one record only is no such log.
   */
  private isChasing({ records }: LogPage, facts: LogFacts): boolean {
    this.fullest = Math.max(this.fullest, records.length);
    return !isEnd(this.point) && records.length === 1 && this.fullest > 1 && this.poll.end > facts.deviceTicks;
  }

  /** Hands on what can be, also before a poll begins anew: one with many pages might never get to its end otherwise. */
  private async taken(hand: (part: Polled) => Promise<void>): Promise<LogError | undefined> {
    const failed = await this.look();
    if (failed !== undefined) return failed;
    const part = this.poll.take();
    if (part !== undefined) await hand(part);
    return undefined;
  }

  private async next(): Promise<LogPage | LogError> {
    const { poll, ask } = this;
    const page = await this.log.getRecords(this.request(this.span, ask.pageSize, this.point));
    const readable = page.ok ? page : page.remedy === 'fewerFields' && ask.fields === 0 ? page.page : undefined;
    if (readable === undefined) return page.ok ? page : this.giveUp(page);
    const contents = contentsOf(readable);
    poll.page(contents);
    for (const { ticks } of readable.records) this.times.push(ticks);
    if (this.first.length < LOOK_RECORDS) this.first = [...this.first, ...contents].slice(0, LOOK_RECORDS);
    if (this.times.length > MOST_TIMES) this.times = this.times.filter((_, i) => i % 2 === 0);
    if (!page.ok) poll.unreadable();
    this.point = readable.continuationPoint;
    return readable;
  }

  /** Looks whether eviction has passed the reading. */
  private async look(): Promise<LogError | undefined> {
    const { poll } = this;
    if (poll.asksFirstAgain) {
      const first = await this.firstAgain();
      if (!first.ok) return first;
      poll.firstAgain(contentsOf(first).slice(0, LOOK_RECORDS));
    }
    const { oldestFrom } = poll;
    if (oldestFrom === undefined) return undefined;
    const request = this.request({ start: oldestFrom, end: poll.end }, 1, null);
    const oldest = await this.askOnce({ ...request, minimumSeverity: LEAST_SEVERITY });
    if (!oldest.ok) return oldest;
    poll.oldest(contentsOf(oldest).at(0));
    return undefined;
  }

  /**
   * The first records that are there now. Asked for up to the Time of the first ones read, so that the server need not
   * keep a continuation point: many cannot be given one back, and have ten of them. That says enough where they are
   * first still; else all is asked, since what is first now may have a later Time.
   */
  private async firstAgain(): Promise<LogPage | LogError> {
    const { poll, ask } = this;
    const least = Math.min(LOOK_RECORDS, ask.pageSize);
    const first = this.first.slice(0, least);
    const times = first.map(({ ticks }) => BigInt(ticks));
    const end = times.reduce((most, ticks) => (ticks > most ? ticks : most), poll.start);
    const some = await this.askOnce(this.request({ start: poll.start, end }, ask.pageSize, null));
    if (!some.ok) return some;
    const now = contentsOf(some).map(keyOf);
    if (first.length > 0 && first.every((content, i) => now.at(i) === keyOf(content))) return some;
    return this.askOnce(this.request(poll, least, null));
  }

  private async askOnce(request: LogRequest): Promise<LogPage | LogError> {
    const page = await this.log.getRecords(request);
    const readable = page.ok ? page : (page.page ?? page);
    if (readable.ok && !isEnd(readable.continuationPoint)) await this.log.release(readable.continuationPoint);
    return readable;
  }

  private async giveUp(error: LogError): Promise<LogError> {
    if (!isEnd(this.point)) await this.log.release(this.point);
    return error;
  }

  private request(
    { start, end }: { readonly start: bigint; readonly end: bigint },
    maxRecords: number,
    continuationPoint: Uint8Array | null
  ): LogRequest {
    const { fields, minimumSeverity } = this.ask;
    return { start, end, maxRecords, minimumSeverity, fields, continuationPoint };
  }
}

const STOPPED: LogError = {
  ok: false,
  code: 'OPENOT_LOG_STOPPED',
  message: 'the reading of the log was stopped',
  remedy: 'later'
};

const contentsOf = ({ records, namespaces }: LogPage): LogContent[] =>
  records.map((record) => contentOf(record, namespaces));
