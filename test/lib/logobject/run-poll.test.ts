import { strict as assert } from 'node:assert';
import {
  type CollectSettings,
  type LogContent,
  type LogError,
  type LogFacts,
  type LogPage,
  type LogPort,
  type LogRequest,
  type Polled,
  runPoll
} from '../../../lib/logobject';
import { ticksAt } from './support/records';

const SETTINGS: CollectSettings = {
  overlapMs: 10_000,
  startFrom: 'oldest',
  minimumSeverity: 1,
  pageSize: 4,
  user: '',
  takeAfter: 1_000
};

type Fault = (request: LogRequest) => LogError | undefined;

/** A log of one record a second from 1 on, in pages; `fault` answers instead where it wants to. */
class Log implements LogPort {
  readonly asked: LogRequest[] = [];
  readonly released: string[] = [];
  /** So many of its first records are gone. */
  gone = 0;

  constructor(
    private readonly seconds: number,
    public fault: Fault = () => undefined
  ) {}

  async facts(): Promise<LogFacts> {
    const clock = { offsetMs: 0, errorMs: 1, stepMs: 1 };
    return { ok: true, deviceTicks: ticksAt(this.seconds + 1), hostMs: 0, clock };
  }

  async getRecords(request: LogRequest): Promise<LogPage | LogError> {
    this.asked.push(request);
    const failed = this.fault(request);
    if (failed !== undefined) return failed;
    const { start, end, maxRecords, continuationPoint } = request;
    const all = Array.from({ length: this.seconds }, (_, i) => ticksAt(i + 1)).filter(
      (ticks) => ticks >= start && ticks <= end
    );
    const from = continuationPoint === null ? this.gone : continuationPoint[0];
    const records = all
      .slice(from, from + maxRecords)
      .map((ticks) => ({ ticks, severity: 100, message: { locale: null, text: `${ticks}` } }));
    const next = from + records.length;
    return { ok: true, records, continuationPoint: next < all.length ? Uint8Array.of(next) : null, namespaces: [] };
  }

  async release(point: Uint8Array): Promise<void> {
    this.released.push(`${point[0]}`);
  }
}

const failure = (code: LogError['code'], remedy: LogError['remedy']): LogError => ({
  ok: false,
  code,
  message: 'for the test',
  remedy
});
const nowhere = async (): Promise<void> => undefined;
const timesOf = (records: readonly { readonly content: LogContent }[]): string[] =>
  records.map(({ content }) => content.ticks);

/** A log of ten records whose clock was set back by four seconds after a poll that read them. */
class SetBack extends Log {
  /** Whether it has one record more for every call. */
  logsCalls = false;

  constructor(private readonly mostOnPage: number) {
    super(10);
  }

  override async facts(): Promise<LogFacts> {
    return { ...(await super.facts()), deviceTicks: ticksAt(7) };
  }

  override async getRecords(request: LogRequest): Promise<LogPage | LogError> {
    const page = await super.getRecords({ ...request, maxRecords: Math.min(request.maxRecords, this.mostOnPage) });
    if (!this.logsCalls || !page.ok || page.continuationPoint !== null) return page;
    const last = { ticks: ticksAt(10), severity: 1, message: { locale: null, text: `call ${this.asked.length}` } };
    return { ...page, records: page.records.length > 0 ? page.records : [last], continuationPoint: Uint8Array.of(10) };
  }
}

describe('polling a log whose clock was set back', () => {
  const read = async (log: SetBack): Promise<number> => {
    const first = await runPoll(new Log(10), undefined, SETTINGS, nowhere);
    assert.ok(first.ok);
    const again = await runPoll(log, first.outcome.position, SETTINGS, nowhere);
    assert.ok(again.ok);
    return again.outcome.pages;
  };

  it('reads what lies ahead of it to the end, also where every page holds one record', async () =>
    assert.equal(await read(new SetBack(1)), 10));

  it('ends where there is one record more for every page: the log logs our own calls', async () => {
    const log = new SetBack(4);
    log.logsCalls = true;
    assert.equal(await read(log), 4);
  });
});

describe('polling a log', () => {
  it('drains every page with the arguments of the first one', async () => {
    const log = new Log(10);
    const run = await runPoll(log, undefined, SETTINGS, nowhere);
    assert.ok(run.ok);
    assert.equal(run.outcome.records.length, 10);
    assert.equal(run.outcome.pages, 3);
    const points = log.asked.slice(0, 3).map(({ continuationPoint }) => continuationPoint?.[0] ?? null);
    assert.deepEqual(points, [null, 4, 8]);
    assert.deepEqual({ ...log.asked[2], continuationPoint: null }, log.asked[0]);
  });

  it('needs no point for the look at the first records where they are first still', async () => {
    const log = new Log(10);
    await runPoll(log, undefined, SETTINGS, nowhere);
    assert.deepEqual(log.released, []);
    assert.equal(log.asked.length, 4);
  });

  it('asks for all that is first now where the first records are gone, and gives that point back', async () => {
    const log: Log = new Log(10, ({ continuationPoint }) => {
      if (continuationPoint?.[0] === 8) log.gone = 2;
      return undefined;
    });
    await runPoll(log, undefined, SETTINGS, nowhere);
    assert.deepEqual(log.released, ['6']);
    assert.equal(log.asked[4].end, log.asked[0].end);
  });

  it('asks for half as many records where the answer would be too large, down to one', async () => {
    const log = new Log(3, ({ maxRecords }) =>
      maxRecords > 1 ? failure('OPENOT_LOG_TOO_LARGE', 'smaller') : undefined
    );
    const run = await runPoll(log, undefined, { ...SETTINGS, pageSize: 16 }, nowhere);
    assert.ok(run.ok);
    assert.equal(run.outcome.records.length, 3);
    assert.deepEqual(
      log.asked.slice(0, 5).map(({ maxRecords }) => maxRecords),
      [16, 8, 4, 2, 1]
    );
  });

  it('leaves optional fields out where they cannot be read, and remembers that', async () => {
    const log = new Log(3, ({ fields }) => (fields > 0 ? failure('OPENOT_LOG_TOO_DEEP', 'fewerFields') : undefined));
    const run = await runPoll(log, undefined, SETTINGS, nowhere);
    assert.ok(run.ok);
    assert.deepEqual(
      log.asked.map(({ fields }) => fields),
      [0x1f, 0x07, 0]
    );
    const again = await runPoll(log, run.outcome.position, SETTINGS, nowhere);
    assert.ok(again.ok);
    assert.equal(log.asked.at(-1)?.fields, 0);
    assert.deepEqual(again.outcome.records, []);
  });

  it('asks for shorter spans where the server forgets its points, and brings each record once', async () => {
    const log = new Log(40, ({ continuationPoint }) =>
      (continuationPoint?.[0] ?? 0) > 4 ? failure('OPENOT_LOG_CONTINUATION', 'startOver') : undefined
    );
    const run = await runPoll(log, undefined, SETTINGS, nowhere);
    assert.ok(run.ok);
    const times = timesOf(run.outcome.records);
    assert.equal(times.length, 40);
    assert.equal(new Set(times).size, 40);
  });

  it('gets through, a record at a time, where no point is ever known again', async () => {
    const log = new Log(40, ({ continuationPoint }) =>
      continuationPoint === null ? undefined : failure('OPENOT_LOG_CONTINUATION', 'startOver')
    );
    // The times of a span are halved until one record is left: that one is read, and so is the next.
    const run = await runPoll(log, undefined, { ...SETTINGS, pageSize: 1 }, nowhere);
    assert.ok(run.ok, JSON.stringify(run.ok || run.code));
    assert.equal(run.outcome.records.length, 40);
    assert.ok(log.asked.length < 2_000);
  });

  it('hands on while it goes, and what was handed on does not come again after a failure', async () => {
    const log = new Log(40, ({ continuationPoint }) =>
      continuationPoint?.[0] === 20 ? failure('OPENOT_OPCUA_READ_FAILED', 'later') : undefined
    );
    const parts: Polled[] = [];
    const hand = async (part: Polled): Promise<void> => void parts.push(part);
    const run = await runPoll(log, undefined, { ...SETTINGS, takeAfter: 8 }, hand);
    assert.ok(!run.ok);
    assert.equal(run.remedy, 'later');
    log.fault = () => undefined;
    const again = await runPoll(log, parts.at(-1)?.position, SETTINGS, nowhere);
    assert.ok(again.ok);
    const times = timesOf([...parts.flatMap(({ records }) => records), ...again.outcome.records]);
    assert.equal(times.length, 40);
    assert.equal(new Set(times).size, 40);
  });

  it('gives back its point when it is stopped', async () => {
    const stopping = new AbortController();
    const log = new Log(40, () => void stopping.abort());
    const run = await runPoll(log, undefined, SETTINGS, nowhere, stopping.signal);
    assert.ok(!run.ok);
    assert.equal(run.code, 'OPENOT_LOG_STOPPED');
    assert.deepEqual(log.released, ['4']);
  });

  it('passes on that the server cannot be asked, and asks for nothing', async () => {
    const log = new Log(1);
    log.facts = async () => failure('OPENOT_OPCUA_UNREACHABLE', 'later') as never;
    const run = await runPoll(log, undefined, SETTINGS, nowhere);
    assert.ok(!run.ok);
    assert.equal(run.code, 'OPENOT_OPCUA_UNREACHABLE');
    assert.deepEqual(log.asked, []);
  });
});
