import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import type { Rejected } from '../../../lib/otlp';
import { signalOf, uidsOf } from '../../lib/otlp/support/requests';
import { accept, cutOff, Received, say, Script, ScriptedReceiver } from '../../lib/otlp/support/scripted-receiver';
import { appendTo, catchTo, chain } from './flows';
import { Plc } from './plc';
import { until } from './process';
import { FlowNode, Runtime } from './runtime';

/** What the reader said of itself. */
interface CollectorReport {
  state: string;
  inFlight: number;
  totals: { records: number; lost: number; laps: number };
}

/** A line of the file that the second output is written to. */
type Refused = Pick<Rejected, 'signal' | 'reason' | 'code' | 'status' | 'count' | 'uids'> & { readonly items: number };

/** Everything that a controller produced, held against what a collector has and what was reported. */
export interface OutageSums {
  readonly produced: number;
  /** Different records that the collector has. */
  readonly accepted: number;
  /** Records that it has more than once, each further time counted. */
  readonly duplicates: number;
  /** Records that it refused for good. */
  readonly refused: number;
  readonly requests: number;
  /** Produced, and neither accepted nor reported on output 2. */
  readonly silent: string[];
  /** Refused, and not reported. */
  readonly unreported: string[];
  /** Refused and accepted all the same. */
  readonly refusedAndAccepted: string[];
  /** Accepted, and never produced. */
  readonly invented: string[];
  /** Different spans that left the mapper. */
  readonly spans: number;
  /** Of these, those that the collector does not have. */
  readonly silentSpans: string[];
  /** Different data points that left the mapper. */
  readonly points: number;
  /** Of those made of records (a restart makes them again) those that the collector does not have. */
  readonly silentPoints: string[];
  /** The same of those about the reader and the mapper: the next ones stand for them. */
  readonly silentStates: string[];
  /** Items and data points that openot-otlp told to be gone when it closed. */
  readonly toldAtClose: number;
}

/**
 * What the function node behind the mapper writes for each span and data point; also what the collector's are known by.
 */
const KEYS = `(payload) => [
  ...(payload.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ traceId, spanId }) => 'span ' + traceId + '/' + spanId))),
  ...(payload.resourceMetrics ?? []).flatMap(({ resource, scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(({ name, gauge, sum }) => (gauge ?? sum).dataPoints.map(({ attributes, timeUnixNano }) => 'point ' + name + ' ' + timeUnixNano + ' ' + JSON.stringify(attributes)))))
]`;
// The same text runs in Node-RED.
const keysOf = runInThisContext(`(${KEYS})`) as (payload: unknown) => string[];

const RECORD = /^test\/\d+\/\d+\/\d+\/\d+$/;

/** A collector whose store is all that is looked at: what stands in it by `log.record.uid`, and what it refused. */
export class Collector {
  readonly stored = new Map<string, number>();
  readonly refused = new Set<string>();
  /** Requests whose answer rejected one record each. */
  partial = 0;
  /** Items of the requests that were answered with 400. */
  readonly bad: number[] = [];
  /** Spans and data points taken, by what the mapper's are known by. */
  readonly others = new Set<string>();
  /** Requests that were answered with 429 or 503, or cut off. */
  turnedAway = 0;
  private badUid: string | undefined;

  constructor(readonly receiver: ScriptedReceiver) {
    this.accept();
  }

  accept(): void {
    this.receiver.script = (received, response) => this.take(received, response);
  }

  busy(status: 429 | 503, retryAfterS?: number): void {
    this.turnedAway = 0;
    const answer = say(
      status,
      { message: 'busy' },
      retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }
    );
    this.receiver.script = (received, response) => {
      this.turnedAway++;
      answer(received, response);
    };
  }

  /**
   * Cuts every connection that brings logs when it has received the whole request; of every second one it keeps what
   * was in it.
   */
  cutConnections(): void {
    this.turnedAway = 0;
    this.receiver.script = (received, response) => {
      if (signalOf(JSON.parse(received.text)) !== 'logs') return this.take(received, response);
      if (this.turnedAway++ % 2 === 0) this.store(received);
      cutOff(received, response);
    };
  }

  /** Refuses whatever holds one certain record: the middle one of the first request for logs with so many. */
  refuseOne(items: number): void {
    this.receiver.script = (received, response) => {
      const body = JSON.parse(received.text) as unknown;
      const uids = signalOf(body) === 'logs' ? uidsOf(body) : [];
      // Not one that came before on a connection that was cut off.
      const fresh = uids.filter((uid) => RECORD.test(uid) && !this.stored.has(uid));
      if (this.badUid === undefined && fresh.length >= items) this.badUid = fresh[fresh.length >> 1];
      if (this.badUid === undefined || !uids.includes(this.badUid)) return this.take(received, response);
      this.refused.add(this.badUid);
      this.bad.push(uids.length);
      say(400, { code: 3, message: 'bad record' })(received, response);
    };
  }

  /** Of each request for logs takes all but the first record, and says how many. */
  takePartly(): void {
    this.receiver.script = (received, response) => {
      const body = JSON.parse(received.text) as unknown;
      const [first] = signalOf(body) === 'logs' ? uidsOf(body) : [];
      if (first === undefined || !RECORD.test(first) || this.stored.has(first)) return this.take(received, response);
      this.partial++;
      this.refused.add(first);
      this.store(received, first);
      say(200, { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'one too old' } })(received, response);
    };
  }

  private take: Script = (received, response) => {
    this.store(received);
    accept(received, response);
  };

  private store(received: Received, without?: string): void {
    const body = JSON.parse(received.text) as unknown;
    if (signalOf(body) !== 'logs') {
      for (const key of keysOf(body)) this.others.add(key);
      this.receiver.received.length = 0;
      return;
    }
    for (const uid of uidsOf(body)) if (uid !== without) this.stored.set(uid, (this.stored.get(uid) ?? 0) + 1);
    // Else the texts of a minute would be the memory of this test.
    this.receiver.received.length = 0;
  }
}

/** The whole chain from a controller to a collector, acknowledged, in a real Node-RED. */
export class OutageFlow {
  constructor(
    private readonly userDir: string,
    private readonly plc: Plc,
    readonly collector: Collector
  ) {}

  private file(name: string): string {
    return join(this.userDir, name);
  }

  private linesOf(name: string): string[] {
    return existsSync(this.file(name)) ? readFileSync(this.file(name), 'utf8').split('\n').slice(0, -1) : [];
  }

  /** reader -> decoder -> guard -> doc -> otel -> otlp -> openot-ack; the reader's status goes to otel as well. */
  nodes(otlp: Record<string, unknown> = {}): FlowNode[] {
    const append = (name: string, text: string): FlowNode =>
      ({
        ...appendTo(name, ''),
        func: `global.get('fs').appendFileSync(${JSON.stringify(this.file(name))}, ${text} + '\\n');`
      }) as FlowNode;
    return [
      ...chain({
        endpoint: this.plc.endpointUrl,
        controlNode: this.plc.controlNodeId,
        ringNode: this.plc.ringNodeIds.join('\n'),
        definition: { source: 'json', json: this.plc.simulator.definitionText() },
        reader: { interval: '100', statusInterval: '500', commit: 'onAck', maxInFlight: '16', ackTimeout: '600000' },
        doc: { profile: 'enriched', format: 'object' },
        after: [['otel']],
        status: ['otel', 'status']
      }),
      {
        id: 'otel',
        type: 'openot-otel',
        z: 'tab',
        name: '',
        x: 500,
        y: 300,
        maxAge: '100',
        wires: [['otlp'], ['otlp', 'left'], ['otlp', 'left']]
      },
      append('left', `(${KEYS})(msg.payload).join('\\n')`),
      {
        id: 'otlp',
        type: 'openot-otlp',
        z: 'tab',
        name: '',
        endpoint: this.collector.receiver.url,
        compression: 'gzip',
        timeout: '5000',
        maxItems: '500',
        maxBytes: '4194304',
        maxAge: '500',
        maxInFlight: '4',
        tls: '',
        x: 600,
        y: 300,
        wires: [['ack'], ['refused']],
        ...otlp
      },
      { id: 'ack', type: 'openot-ack', z: 'tab', name: '', branches: '1', x: 900, y: 300, wires: [[]] },
      append('refused', 'JSON.stringify({ ...msg.payload, message: undefined, items: msg.payload.items.length })'),
      append('status', 'JSON.stringify(msg.payload)'),
      ...catchTo(this.file('errors'))
    ];
  }

  get errors(): string[] {
    return this.linesOf('errors');
  }

  get refusals(): Refused[] {
    return this.linesOf('refused').map((line) => JSON.parse(line) as Refused);
  }

  get said(): CollectorReport | undefined {
    const line = this.linesOf('status').at(-1);
    return line === undefined ? undefined : (JSON.parse(line) as CollectorReport);
  }

  forgetStatus(): void {
    writeFileSync(this.file('status'), '');
  }

  /** Waits until every record was read and every batch acknowledged. */
  async rests(runtime: Runtime, records?: number): Promise<CollectorReport> {
    return until(
      'everything acknowledged',
      () => {
        const { said } = this;
        return (
          said !== undefined &&
          said.state === 'idle' &&
          said.inFlight === 0 &&
          (records === undefined || said.totals.records === records) &&
          said
        );
      },
      () =>
        `${records} records; ${JSON.stringify(this.said)} ` +
        `${JSON.stringify(runtime.comms.status.get('otlp'))}\n${this.errors.slice(-10).join('\n')}\n${runtime.log.slice(-3000)}`
    );
  }

  /** Waits until what has left the mapper by now is at the collector, or was told to be gone; resolves with it. */
  async arrives(runtime: Runtime): Promise<Set<string>> {
    const left = this.left();
    const isThere = (): boolean =>
      [...left].filter((key) => !this.collector.others.has(key)).length <= toldAtClose(runtime);
    // Whatever is missing then is in the sums.
    await until('what has left the mapper', isThere).catch(() => undefined);
    return left;
  }

  private left(): Set<string> {
    return new Set(this.linesOf('left').filter((line) => line !== ''));
  }

  /** `left`: what `arrives` resolved with; what left since may be on its way. */
  sums(runtime: Runtime, left: Set<string>): OutageSums {
    const { stored, refused } = this.collector;
    const truth = this.plc.simulator.truth();
    const { written } = this.plc.simulator.statistics();
    if (truth.length !== written) throw new Error(`the truth holds ${truth.length} of ${written} records`);
    const produced = new Set(truth.map(({ runId, sourceId, seq }) => `test/0/${runId}/${sourceId}/${seq}`));
    const reported = new Set(this.refusals.flatMap(({ uids }) => uids));
    const missing = [...left].filter((key) => !this.collector.others.has(key));
    const records = [...stored].filter(([uid]) => RECORD.test(uid));
    return {
      produced: produced.size,
      accepted: records.length,
      duplicates: records.reduce((sum, [, times]) => sum + times - 1, 0),
      refused: refused.size,
      requests: this.collector.receiver.requests,
      silent: [...produced].filter((uid) => !stored.has(uid) && !reported.has(uid)),
      unreported: [...refused].filter((uid) => !reported.has(uid)),
      refusedAndAccepted: [...refused].filter((uid) => stored.has(uid)),
      invented: records.map(([uid]) => uid).filter((uid) => !produced.has(uid)),
      spans: [...left].filter((key) => key.startsWith('span ')).length,
      silentSpans: missing.filter((key) => key.startsWith('span ')),
      points: [...left].filter((key) => key.startsWith('point ')).length,
      silentPoints: missing.filter((key) => key.startsWith('point openot.value.')),
      silentStates: missing.filter((key) => key.startsWith('point ') && !key.startsWith('point openot.value.')),
      toldAtClose: toldAtClose(runtime)
    };
  }
}

type Shown = { fill: string; text: string };

/** Of a node that cannot reach its collector. */
export const isUnreachable = ({ fill, text }: Shown): boolean =>
  fill === 'red' && /connection refused since \d\d:\d\d/.test(text);

/**
 * Looks at a node's status ten times a second, for at least so long and until it says that the collector cannot be
 * reached; each different one once.
 */
export async function statusesDuring(runtime: Runtime, id: string, ms: number): Promise<Shown[]> {
  const seen: Shown[] = [];
  const endMs = Date.now() + ms;
  await until('a status that says that the collector is away', () => {
    const { fill = '', text = '' } = runtime.comms.status.get(id) ?? {};
    if (seen.at(-1)?.text !== text) seen.push({ fill, text });
    return Date.now() >= endMs && isUnreachable({ fill, text });
  });
  return seen;
}

/** What openot-otlp has told in the log to be gone when it closed. */
function toldAtClose({ log }: Runtime): number {
  const told = [...log.matchAll(/OPENOT_OTLP_DROPPED[^\n]*/g)].map(([line]) => line);
  return told
    .flatMap((line) => [...line.matchAll(/(\d+) (?:items|data points)/g)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

/** For the log. */
export const outageLine = ({
  produced,
  accepted,
  duplicates,
  refused,
  requests,
  silent,
  spans,
  silentSpans,
  points,
  silentPoints,
  silentStates,
  toldAtClose: told
}: OutageSums): string =>
  `spans ${spans}, lost ${silentSpans.length}; data points ${points}, lost ${silentPoints.length} of records, ` +
  `${silentStates.length} of states (told at close: ${told}); records: produced ${produced}, accepted ` +
  `${accepted}, refused ${refused}, duplicates on the wire ${duplicates}, silently lost ${silent.length}, ` +
  `requests ${requests}`;
