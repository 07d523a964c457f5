import type { OpenotCode } from '../base/codes';
import type { Signal } from '../telemetry/otlp-types';
import { Accounts, SenderListener } from './accounts';
import type { CollectorReport } from './collector-report';
import { Outcomes } from './outcomes';
import type { Arrival } from './pending-messages';
import type { SenderPorts } from './ports';
import { postRequest } from './post';
import { SignalQueue } from './queue';
import { Redact, redactor, secretsOfUrl } from './redact';
import { SenderSettings, SIGNALS } from './settings';
import { takeApart } from './take-apart';

/**
 * A sender at one moment. taken = accepted + rejected + pending. Counts are items, times are of the monotonic clock.
 */
export interface SenderStatus {
  readonly taken: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly pending: number;
  /** Messages that have not left, and their bytes. */
  readonly messages: number;
  readonly bytes: number;
  /** When the oldest message that has not left came. */
  readonly oldestMs?: number;
  readonly acceptedMs?: number;
  /** Signals whose endpoint does not answer, or says: later. */
  readonly troubled: readonly Signal[];
  /** The worst of what was said last of each signal. */
  readonly said?: CollectorReport;
}

/** What was not accepted when a sender closed. */
export interface Dropped {
  /** Items that nobody reads again. */
  readonly items: number;
  /**
   * Data points of messages that a token stands for: those of records come again, those of a reader's status do not.
   */
  readonly points: number;
}

/** What became of a message that was offered. */
export type Offered =
  { readonly ok: true } | { readonly ok: false; readonly code: OpenotCode; readonly message: string };

/**
 * Sends OTLP/JSON to a collector (docs/format.md 25): takes requests apart, sends what is there in requests of the
 * right size until there is an answer, and accounts for every item. It never waits for more to come.
 */
export class OtlpSender {
  private readonly queues: Readonly<Record<Signal, SignalQueue>>;
  private readonly accounts: Accounts;
  private readonly outcomes: Outcomes;
  private readonly redact: Redact;
  private active = 0;
  private cancelTimer: (() => void) | undefined;
  /** When the timer goes off, of the monotonic clock. */
  private wakeMs = Infinity;
  /** While it closes: when it must be through. */
  private closeByMs = Infinity;
  private isClosed = false;
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly ports: SenderPorts,
    private readonly settings: SenderSettings,
    private readonly listener: SenderListener
  ) {
    const { endpoints } = settings;
    this.redact = redactor(
      SIGNALS.map((signal) => endpoints[signal]).flatMap(({ url, headers }) => [
        ...Object.values(headers),
        ...secretsOfUrl(url)
      ])
    );
    this.queues = {
      logs: new SignalQueue(settings),
      metrics: new SignalQueue(settings),
      traces: new SignalQueue(settings)
    };
    this.accounts = new Accounts(() => ports.now(), this.redact, listener);
    this.outcomes = new Outcomes(ports, settings, this.queues, this.accounts);
  }

  /**
   * Takes the JSON text of an export request. `OPENOT_OTLP_PAYLOAD`: it is none. `OPENOT_OTLP_QUEUE_FULL`: too much
   * waits that nobody would read again; its items have been reported. In neither case `done` is called.
   */
  offer(text: string, arrival: Arrival): Offered {
    const request = takeApart(text);
    if (!request.ok) return { ok: false, code: 'OPENOT_OTLP_PAYLOAD', message: request.message };
    const { signal, items, checksummed } = request;
    const taken = this.accounts.take(request, Buffer.byteLength(text), arrival);
    if (!taken.ok) return taken;
    const of = taken.message;
    if (items.length > 0) {
      const entries = items.map((item) => ({ item, of }));
      this.queues[signal].add(entries, checksummed);
    }
    this.accounts.messages.release();
    // All that comes in the same moment goes together.
    this.wakeIn(0);
    return { ok: true };
  }

  status(): SenderStatus {
    const { taken, accepted, rejected, pending, acceptedMs, messages, reports } = this.accounts;
    const troubled = SIGNALS.filter((signal) => this.queues[signal].retry.isTroubled);
    const said = reports.worst((signal) => troubled.includes(signal));
    const oldestMs = messages.oldest?.arrivedMs;
    return {
      taken,
      accepted,
      rejected,
      pending,
      messages: messages.count,
      bytes: messages.bytes,
      ...(oldestMs === undefined ? {} : { oldestMs }),
      ...(acceptedMs === undefined ? {} : { acceptedMs }),
      troubled,
      ...(said === undefined ? {} : { said })
    };
  }

  /**
   * Ends it: tries once more to send what nobody would read again, and waits for what is under way, for `limitMs`
   * together. Data points are tried, too: a token stands for those of a reader's status, but nobody reads them again.
   */
  async close(limitMs: number): Promise<Dropped> {
    const { messages } = this.accounts;
    this.accounts.isClosing = true;
    this.closeByMs = this.ports.now() + limitMs;
    for (const signal of SIGNALS)
      this.queues[signal].keepOnly((of) => of.counts.signal === 'metrics' || messages.isLoose(of));
    let cancel: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => {
      this.onIdle = resolve;
      cancel = this.ports.after(limitMs, resolve);
    });
    this.sendDue();
    await ended;
    cancel?.();
    this.cancelTimer?.();
    this.isClosed = true;
    this.ports.transport.close();
    return messages.unaccepted();
  }

  /** Nothing that is called from a timer or a promise may throw: it would end the process. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.listener.onFault?.(thrown);
    }
  }

  /** Starts every request that may start now, and looks again when the next one may. */
  private sendDue(): void {
    if (this.isClosed) return;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.wakeMs = Infinity;
    const nowMs = this.ports.now();
    let next = this.firstDue();
    while (next !== undefined && next.dueMs <= nowMs && this.active < this.settings.maxInFlight) {
      this.start(next.signal);
      next = this.firstDue();
    }
    // A collector that asked to be left alone for longer is left alone.
    if (this.accounts.isClosing && this.active === 0 && (next === undefined || next.dueMs > this.closeByMs))
      return this.onIdle?.();
    if (next !== undefined && next.dueMs > nowMs) this.wakeIn(next.dueMs - nowMs);
  }

  private wakeIn(ms: number): void {
    const wakeMs = this.ports.now() + ms;
    if (this.isClosed || wakeMs >= this.wakeMs) return;
    this.cancelTimer?.();
    this.wakeMs = wakeMs;
    this.cancelTimer = this.ports.after(ms, () => this.guarded(() => this.sendDue()));
  }

  /** Of several, the one that has the fewest requests under way, then the one whose items came first. */
  private firstDue(): { readonly signal: Signal; readonly dueMs: number } | undefined {
    const due = SIGNALS.flatMap((signal) => {
      const queue = this.queues[signal];
      const dueMs = queue.dueMs(this.accounts.isClosing);
      return dueMs === undefined ? [] : [{ signal, dueMs, active: queue.active, serial: queue.nextSerial }];
    });
    return due.sort((a, b) =>
      a.dueMs === b.dueMs ? a.active - b.active || a.serial - b.serial : a.dueMs - b.dueMs
    )[0];
  }

  private start(signal: Signal): void {
    const queue = this.queues[signal];
    const outgoing = queue.next();
    if (outgoing === undefined) return this.outcomes.refuseFirst(signal);
    queue.active++;
    this.active++;
    const { episode } = queue.retry;
    const compresses = queue.compression.isTried(this.ports.now());
    const { endpoints, maxBytes } = this.settings;
    const options = { signal, endpoint: endpoints[signal], maxBytes, compresses, redact: this.redact };
    void postRequest(outgoing, this.ports, options).then((outcome) => {
      queue.active--;
      this.active--;
      if (this.isClosed) return;
      this.guarded(() => this.outcomes.handle(signal, outgoing, outcome, episode));
      this.guarded(() => this.sendDue());
    });
  }
}
