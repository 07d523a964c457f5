import type { Signal } from '../telemetry/otlp-types';
import { Accounts, SenderListener } from './accounts';
import { CredentialGate, credentialGates } from './credentials';
import { Outcomes } from './outcomes';
import type { Arrival } from './pending-messages';
import type { SenderPorts } from './ports';
import { PostOutcome, postRequest } from './post';
import { SignalQueue } from './queue';
import { Redact, redactor, secretsOfProxy, secretsOfUrl } from './redact';
import { makeRoom } from './room';
import { notOffered } from './said';
import type { Dropped, Offered, SenderStatus } from './sender-status';
import { SenderSettings, SIGNALS } from './settings';
import { takeApart } from './take-apart';

/**
 * Sends OTLP/JSON to a collector (docs/format.md 25): takes requests apart, sends what is there in requests of the
 * right size until there is an answer, and accounts for every item. It never waits for more to come.
 */
export class OtlpSender {
  private readonly queues: Readonly<Record<Signal, SignalQueue>>;
  private readonly accounts: Accounts;
  private readonly outcomes: Outcomes;
  private readonly credentials: Readonly<Record<Signal, CredentialGate>>;
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
      SIGNALS.map((signal) => endpoints[signal]).flatMap(({ url, headers, proxy }) => [
        ...Object.values(headers),
        ...secretsOfUrl(url),
        ...(proxy === undefined ? [] : secretsOfProxy(proxy.url))
      ])
    );
    this.queues = {
      logs: new SignalQueue(settings),
      metrics: new SignalQueue(settings),
      traces: new SignalQueue(settings)
    };
    this.credentials = credentialGates(endpoints);
    const isBestEffort = settings.whenAway === 'bestEffort';
    const isAway = isBestEffort ? (signal: Signal): boolean => this.isAway(signal) : undefined;
    this.accounts = new Accounts(() => ports.now(), this.redact, listener, isAway);
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
    const entries = items.map((item) => ({ item, of }));
    const queue = this.queues[signal];
    if (queue.notOfferedUntilMs !== undefined && this.ports.now() < queue.notOfferedUntilMs)
      this.accounts.refuseMore(signal, entries, notOffered(signal, 0, 'it refused earlier ones'));
    else if (items.length > 0) queue.add(entries, checksummed);
    if (this.settings.whenAway === 'bestEffort') makeRoom(this.settings, this.accounts, this.queues);
    this.accounts.release();
    // All that comes in the same moment goes together.
    this.wakeIn(0);
    return { ok: true };
  }

  status(): SenderStatus {
    const { taken, accepted, rejected, dropped, pending, acceptedMs, messages, reports } = this.accounts;
    const troubled = SIGNALS.filter((signal) => this.isAway(signal));
    const sinceMs = Math.min(...troubled.map((signal) => this.queues[signal].retry.sinceMs ?? Infinity));
    const said = reports.worst((signal) => troubled.includes(signal));
    const oldestMs = messages.oldest?.arrivedMs;
    return {
      taken,
      accepted,
      rejected,
      dropped,
      pending,
      kept: messages.keptPending,
      messages: messages.count,
      bytes: messages.bytes,
      ...(oldestMs === undefined ? {} : { oldestMs }),
      ...(acceptedMs === undefined ? {} : { acceptedMs }),
      troubled,
      ...(sinceMs === Infinity ? {} : { sinceMs }),
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
      this.queues[signal].keepOnly((of) => of.isKept || of.counts.signal === 'metrics' || messages.isLoose(of));
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

  /** Its endpoint does not work, or it waits until the credentials may be tried again. */
  private isAway(signal: Signal): boolean {
    const queue = this.queues[signal];
    return queue.retry.isTroubled || (this.credentials[signal].isRefused && !queue.isEmpty);
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
    let next = this.firstDue(nowMs);
    while (next !== undefined && next.dueMs <= nowMs && this.active < this.settings.maxInFlight) {
      this.start(next.signal);
      next = this.firstDue(nowMs);
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
  private firstDue(nowMs: number): { readonly signal: Signal; readonly dueMs: number } | undefined {
    const due = SIGNALS.flatMap((signal) => {
      const queue = this.queues[signal];
      const gate = this.credentials[signal];
      const wantedMs = queue.dueMs(this.accounts.isClosing);
      const dueMs = wantedMs === undefined ? undefined : gate.dueMs(wantedMs);
      if (dueMs === undefined) return [];
      const { active, nextSerial: serial } = queue;
      return [{ signal, dueMs: Math.max(dueMs, nowMs), rank: gate.rank(signal), active, serial }];
    });
    return due.sort((a, b) => a.dueMs - b.dueMs || a.rank - b.rank || a.active - b.active || a.serial - b.serial)[0];
  }

  private start(signal: Signal): void {
    const queue = this.queues[signal];
    const atMs = this.ports.now();
    const outgoing = queue.next(atMs);
    if (outgoing === undefined) return this.outcomes.refuseFirst(signal);
    queue.active++;
    this.active++;
    const gate = this.credentials[signal];
    gate.begin();
    const sent = { atMs, episode: queue.retry.episode };
    const compresses = queue.compression.isTried(atMs);
    const { endpoints, maxBytes } = this.settings;
    const options = { signal, endpoint: endpoints[signal], maxBytes, compresses, redact: this.redact };
    void postRequest(outgoing, this.ports, options).then((outcome) => {
      queue.active--;
      this.active--;
      gate.end(signal, atMs, this.ports.now(), saidOfCredentials(outcome));
      if (this.isClosed) return;
      this.guarded(() => this.outcomes.handle(signal, outgoing, outcome, sent));
      // A trouble that was just found lets messages go which do not wait for it.
      this.guarded(() => this.accounts.release());
      this.guarded(() => this.sendDue());
    });
  }
}

/** Does an answer say whether the credentials are accepted? */
function saidOfCredentials(outcome: PostOutcome): 'accepted' | 'refused' | 'nothing' {
  if (outcome.kind === 'trouble') return outcome.pause === 'credentials' ? 'refused' : 'nothing';
  return outcome.kind === 'notHere' || outcome.kind === 'fault' || outcome.kind === 'tooLong' ? 'nothing' : 'accepted';
}
