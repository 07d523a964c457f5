import { errorText } from '../base';
import type { OpenotCode } from '../base/codes';
import type { Signal } from '../telemetry/otlp-types';
import { Arrival, Consignment, Consignments, Counts } from './consignments';
import { encode } from './encode';
import { Entry, Lane, Outgoing, textOf } from './lane';
import type { SenderPorts } from './ports';
import { redactor, secretsOfUrl } from './redact';
import { Rejected, rejectedOf } from './report';
import { Said, SaidBook } from './said';
import { MAX_LOOSE_BYTES, MESSAGE_BYTES, SenderSettings, SIGNALS } from './settings';
import { TakenApart, takeApart } from './take-apart';
import { judge, Refusal, Verdict } from './verdict';

/** How the sender names itself to a collector, unless a header says otherwise. */
const USER_AGENT = 'openot-node-red';

/** What a sender tells while it works. */
export interface SenderListener {
  /** Items that were not accepted. Their messages are done only after this. */
  onRejected(rejected: Rejected): void;
  /** What the collector said, and that something changed for the status. */
  onChange(said: Said): void;
  /** Something that was not foreseen, in this listener or in a `done`: it went no further. */
  onFault?(thrown: unknown): void;
}

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
  readonly said?: Said;
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

/** Milliseconds until an endpoint that refused is asked again, where what it refused is held. */
export const HOLD_MS = 60_000;
/** What became of a message that was offered. */
export type Offered =
  { readonly ok: true } | { readonly ok: false; readonly code: OpenotCode; readonly message: string };

/**
 * Sends OTLP/JSON to a collector (docs/format.md 25): takes requests apart, puts what belongs together into requests of
 * the right size, sends them until there is an answer, and accounts for every item.
 */
export class OtlpSender {
  private readonly lanes: Readonly<Record<Signal, Lane>>;
  private readonly consignments = new Consignments();
  private readonly redact: (text: string) => string;
  private active = 0;
  private taken = 0;
  private accepted = 0;
  private rejected = 0;
  private pending = 0;
  private acceptedMs: number | undefined;
  private readonly said = new SaidBook();
  private cancelTimer: (() => void) | undefined;
  private isClosing = false;
  /** While it closes: when it must be through. */
  private closeByMs = Infinity;
  private isClosed = false;
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly ports: SenderPorts,
    private readonly settings: SenderSettings,
    private readonly listener: SenderListener
  ) {
    this.lanes = { logs: new Lane(settings), metrics: new Lane(settings), traces: new Lane(settings) };
    this.redact = redactor(
      SIGNALS.map((signal) => settings.endpoints[signal]).flatMap(({ url, headers }) => [
        ...Object.values(headers),
        ...secretsOfUrl(url)
      ])
    );
  }

  /**
   * Takes the JSON text of an export request. `OPENOT_OTLP_PAYLOAD`: it is none. `OPENOT_OTLP_QUEUE_FULL`: too much
   * waits
   * that nobody would read again; its items have been reported. In neither case `done` is called.
   */
  offer(text: string, arrival: Arrival): Offered {
    const request = takeApart(text);
    if (!request.ok) return { ok: false, code: 'OPENOT_OTLP_PAYLOAD', message: request.message };
    const { signal, items, sealed } = request;
    const bytes = Buffer.byteLength(text) + MESSAGE_BYTES;
    if (!arrival.hasToken && this.consignments.looseBytes + bytes > MAX_LOOSE_BYTES) return this.full(request);
    const nowMs = this.ports.now();
    const counts: Counts = { signal, items: items.length, accepted: 0, partial: 0, rejected: 0, requests: 0 };
    const of = this.consignments.add(counts, bytes, nowMs, arrival);
    this.taken += items.length;
    this.pending += items.length;
    if (items.length > 0)
      this.lanes[signal].add(
        items.map((item) => ({ item, of })),
        sealed
      );
    if (arrival.hasToken) for (const lane of Object.values(this.lanes)) lane.hurry(nowMs);
    this.consignments.release();
    this.pump();
    return { ok: true };
  }

  status(): SenderStatus {
    const { taken, accepted, rejected, pending, acceptedMs } = this;
    const said = this.said.worst((signal) => this.lanes[signal].failures > 0);
    const oldestMs = this.consignments.oldest?.arrivedMs;
    return {
      taken,
      accepted,
      rejected,
      pending,
      messages: this.consignments.count,
      bytes: this.consignments.bytes,
      ...(oldestMs === undefined ? {} : { oldestMs }),
      ...(acceptedMs === undefined ? {} : { acceptedMs }),
      troubled: SIGNALS.filter((signal) => this.lanes[signal].failures > 0),
      ...(said === undefined ? {} : { said })
    };
  }

  /**
   * Ends it: tries once more to send what nobody would read again, and waits for what is under way, for `limitMs`
   * together. Data points are tried, too: a token stands for those of a reader's status, but nobody reads them again.
   */
  async close(limitMs: number): Promise<Dropped> {
    this.isClosing = true;
    this.closeByMs = this.ports.now() + limitMs;
    this.cancelTimer?.();
    for (const signal of SIGNALS)
      this.lanes[signal].thin((of) => of.counts.signal === 'metrics' || this.consignments.isLoose(of));
    let cancel: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => {
      this.onIdle = resolve;
      cancel = this.ports.after(limitMs, resolve);
    });
    this.pump();
    await ended;
    cancel?.();
    this.cancelTimer?.();
    this.isClosed = true;
    this.ports.transport.close();
    return this.consignments.unaccepted();
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
  private pump(): void {
    if (this.isClosed) return;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const nowMs = this.ports.now();
    let next = this.firstDue();
    while (next !== undefined && next.dueMs <= nowMs && this.active < this.settings.maxInFlight) {
      this.start(next.signal);
      next = this.firstDue();
    }
    // A collector that asked to be left alone for longer is left alone.
    if (this.isClosing && this.active === 0 && (next === undefined || next.dueMs > this.closeByMs))
      return this.onIdle?.();
    if (next !== undefined && next.dueMs > nowMs)
      this.cancelTimer = this.ports.after(next.dueMs - nowMs, () => this.guarded(() => this.pump()));
  }

  /** Of several, the one that has the fewest requests under way. */
  private firstDue(): { readonly signal: Signal; readonly dueMs: number } | undefined {
    const due = SIGNALS.flatMap((signal) => {
      const dueMs = this.lanes[signal].dueMs(this.isClosing);
      return dueMs === undefined ? [] : [{ signal, dueMs, active: this.lanes[signal].active }];
    });
    return due.sort((a, b) => (a.dueMs === b.dueMs ? a.active - b.active : a.dueMs - b.dueMs))[0];
  }

  private start(signal: Signal): void {
    const lane = this.lanes[signal];
    const outgoing = lane.next();
    if (outgoing === undefined) return this.refuse(signal, [lane.tooLarge()], this.tooLarge());
    lane.active++;
    this.active++;
    const { episode } = lane;
    void this.send(signal, outgoing).then((verdict) => {
      lane.active--;
      this.active--;
      if (this.isClosed) return;
      this.guarded(() => this.take(signal, outgoing, verdict, episode));
      this.guarded(() => this.pump());
    });
  }

  /** Never rejects: what was not foreseen is no outcome, and is tried again. */
  private async send(signal: Signal, outgoing: Outgoing): Promise<Verdict | { readonly kind: 'large' }> {
    const endpoint = this.settings.endpoints[signal];
    const { url, headers, timeoutMs, tls } = endpoint;
    try {
      if (outgoing.body === undefined) {
        const text = textOf(outgoing);
        if (Buffer.byteLength(text) > this.settings.maxBytes) return { kind: 'large' };
        const isGzip = endpoint.isGzip && outgoing.isPlain !== true && this.lanes[signal].compresses(this.ports.now());
        outgoing.body = { bytes: await encode(text, isGzip), isGzip };
      }
      const { bytes: body, isGzip } = outgoing.body;
      const content = {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...headers,
        'content-type': 'application/json',
        ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
        'accept-encoding': 'identity'
      };
      const answer = await this.ports.transport.post({
        url,
        headers: content,
        body,
        timeoutMs,
        ...(tls === undefined ? {} : { tls })
      });
      return judge(answer, {
        sent: outgoing.entries.length,
        signal,
        endpoint,
        redact: this.redact,
        wallMs: this.ports.wallMs()
      });
    } catch (thrown) {
      return {
        kind: 'retry',
        code: 'OPENOT_INTERNAL',
        status: 0,
        message: errorText(thrown)
      };
    }
  }

  private take(
    signal: Signal,
    outgoing: Outgoing,
    verdict: Verdict | { readonly kind: 'large' },
    episode: number
  ): void {
    const lane = this.lanes[signal];
    const { entries } = outgoing;
    switch (verdict.kind) {
      case 'large':
        // A batch that a checksum covers came larger than a request may be.
        return entries.length > 1 ? lane.halve(outgoing) : this.refuseRequest(signal, outgoing, this.tooLarge());
      case 'retry':
        return this.takeRetry(signal, outgoing, verdict, episode);
      case 'split':
      case 'refused':
        return this.takeRefusal(signal, outgoing, verdict, episode);
      default:
        lane.answered(episode);
        try {
          return this.takeAccepted(signal, outgoing, verdict);
        } finally {
          this.decided(signal, outgoing, true);
        }
    }
  }

  private takeRetry(
    signal: Signal,
    outgoing: Outgoing,
    { code, message, retryAfterMs }: Verdict & { kind: 'retry' },
    episode: number
  ): void {
    // One last attempt each while it closes: what failed stays without an outcome.
    if (this.isClosing) return;
    const nowMs = this.ports.now();
    const waitMs = this.lanes[signal].failed(outgoing, episode, nowMs, this.ports.random(), retryAfterMs);
    this.say(signal, 'retry', code, message, nowMs + waitMs);
  }

  private takeRefusal(
    signal: Signal,
    outgoing: Outgoing,
    { kind, refusal }: Verdict & { kind: 'split' | 'refused' },
    episode: number
  ): void {
    const lane = this.lanes[signal];
    if (!this.holds(kind, refusal)) lane.answered(episode);
    // Some collectors cannot read what is compressed, and call it bad: the same once more as it is.
    if (lane.compression !== 'understood' && outgoing.body?.isGzip === true && [400, 415].includes(refusal.status)) {
      outgoing.isPlain = true;
      outgoing.body = undefined;
      return lane.repeat(outgoing);
    }
    if (this.holds(kind, refusal)) {
      return this.takeRetry(
        signal,
        outgoing,
        { kind: 'retry', code: refusal.code, status: refusal.status, message: refusal.message, retryAfterMs: HOLD_MS },
        episode
      );
    }
    if (kind === 'refused') return this.refuseRequest(signal, outgoing, refusal);
    this.takeSplit(signal, outgoing, refusal);
  }

  /** Is it the endpoint as a whole that refuses, and is that waited for? */
  private holds(kind: 'split' | 'refused', { reason, status }: Refusal): boolean {
    return (
      this.settings.whenRefused === 'hold' &&
      kind === 'refused' &&
      (['unauthorized', 'notFound', 'redirect'].includes(reason) || status >= 500)
    );
  }

  private takeSplit(signal: Signal, outgoing: Outgoing, refusal: Refusal): void {
    const { entries } = outgoing;
    if (this.lanes[signal].split(outgoing, refusal)) return this.say(signal, 'refused', refusal.code, refusal.message);
    const alone =
      entries.length === 1
        ? ''
        : ` (${outgoing.search!.requests} requests did not find which of ${entries.length} items is meant, all are ` +
          'given up)';
    this.refuseRequest(signal, outgoing, { ...refusal, message: refusal.message + alone });
  }

  private refuseRequest(signal: Signal, outgoing: Outgoing, refusal: Refusal): void {
    try {
      this.refuse(signal, outgoing.entries, refusal);
    } finally {
      this.decided(signal, outgoing, false);
    }
  }

  /** What was held while single items of its batch were asked is looked at anew when these have answered. */
  private decided(signal: Signal, outgoing: Outgoing, isAccepted: boolean): void {
    for (const held of outgoing.search?.decided(outgoing, isAccepted) ?? [])
      this.takeSplit(signal, held.outgoing, held.refusal);
  }

  private takeAccepted(signal: Signal, outgoing: Outgoing, verdict: Verdict & { kind: 'accepted' | 'partial' }): void {
    if (this.isClosing && verdict.kind === 'partial') return;
    const { entries } = outgoing;
    this.acceptedMs = this.ports.now();
    const lost = verdict.kind === 'partial' ? verdict.rejected : 0;
    this.accepted += entries.length - lost;
    this.rejected += lost;
    const hasRefusedGzip = this.noteCompression(signal, outgoing);
    if (verdict.kind === 'partial') {
      this.say(signal, 'partial', verdict.refusal.code, verdict.refusal.message);
      this.report(signal, entries, verdict.refusal, lost);
      return this.settle(entries, 'partial');
    }
    if (hasRefusedGzip)
      this.say(
        signal,
        'warning',
        'OPENOT_OTLP_COMPRESSION_REFUSED',
        'the collector refuses compressed requests and takes the same uncompressed: they go uncompressed for an ' +
          'hour, then it is tried again. Set the compression of this node to none'
      );
    else if (verdict.warning !== '') this.say(signal, 'warning', 'OPENOT_OTLP_WARNING', verdict.warning);
    else this.say(signal, 'accepted', '', String(verdict.status));
    this.settle(entries, 'accepted');
  }

  /**
   * True when it is now known that this endpoint cannot read what is compressed. Halves say nothing: a bad item was in
   * the whole.
   */
  private noteCompression(signal: Signal, outgoing: Outgoing): boolean {
    const lane = this.lanes[signal];
    if (outgoing.body?.isGzip === true) lane.compression = 'understood';
    if (outgoing.isPlain !== true || outgoing.search !== undefined || lane.compression !== 'untried') return false;
    lane.refusesCompression(this.ports.now());
    return true;
  }

  private refuse(signal: Signal, entries: readonly Entry[], refusal: Refusal): void {
    // Nobody can be told any more: it counts as what nobody knows of.
    if (this.isClosing) return;
    this.rejected += entries.length;
    this.say(signal, 'refused', refusal.code, refusal.message);
    this.report(signal, entries, refusal, entries.length);
    this.settle(entries, 'rejected');
  }

  private report(signal: Signal, entries: readonly Entry[], refusal: Refusal, count: number): void {
    this.listener.onRejected(
      rejectedOf(
        signal,
        { ...refusal, message: this.redact(refusal.message) },
        entries.map(({ item }) => item),
        count
      )
    );
  }

  /** These have their outcome; messages that are through leave. */
  private settle(entries: readonly Entry[], how: 'accepted' | 'partial' | 'rejected'): void {
    this.pending -= entries.length;
    const touched = new Set<Consignment>();
    for (const { of } of entries) {
      of.pending--;
      of.counts[how]++;
      touched.add(of);
    }
    for (const { counts } of touched) counts.requests++;
    if (!this.isClosing) this.consignments.release();
  }

  private say(
    signal: Signal,
    outcome: Said['outcome'],
    code: OpenotCode | '',
    message: string,
    againMs?: number
  ): void {
    const said = {
      atMs: this.ports.now(),
      outcome,
      signal,
      code,
      message: this.redact(message),
      ...(againMs === undefined ? {} : { againMs })
    };
    this.said.put(said);
    this.listener.onChange(said);
  }

  private tooLarge(): Refusal {
    return {
      reason: 'tooLarge',
      code: 'OPENOT_OTLP_TOO_LARGE',
      status: 0,
      message: `one item does not fit into a request of ${this.settings.maxBytes} bytes: raise "Max. bytes"`
    };
  }

  private full({ signal, items }: TakenApart): Offered {
    const message =
      `${this.consignments.looseBytes} bytes of messages without a commit token wait for the collector, the limit ` +
      `is ${MAX_LOOSE_BYTES}: the message was not taken. See what the collector says, or keep msg.openot.commit of ` +
      'a reader that waits for an openot ack, which then waits with it';
    this.taken += items.length;
    this.rejected += items.length;
    this.listener.onRejected(
      rejectedOf(signal, { reason: 'queueFull', code: 'OPENOT_OTLP_QUEUE_FULL', status: 0, message }, items)
    );
    return { ok: false, code: 'OPENOT_OTLP_QUEUE_FULL', message };
  }
}
