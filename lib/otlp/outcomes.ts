import { backoffMs } from '../base';
import type { Signal } from '../telemetry/otlp-types';
import type { Accounts } from './accounts';
import { OFFERED_AGAIN_MS, notOffered, saidOf, tooLarge } from './said';
import type { Outgoing } from './outgoing';
import type { SenderPorts } from './ports';
import type { PostOutcome } from './post';
import type { SignalQueue } from './queue';
import { FIRST_BACKOFF_MS, MAX_BACKOFF_MS } from './retry';
import { SenderSettings, SIGNALS } from './settings';
import type { Refusal, Refused, Trouble, Verdict } from './verdict';

/** Answers 500 to the same request, others being accepted, after which it is looked for what in it is bad. */
export const FAULTS = 5;
/** The same of a part of such a request: only single items are asked as often again. */
const PART_FAULTS = 2;

/** A request as it was sent. */
export interface Sent {
  /** Of the monotonic clock. */
  readonly atMs: number;
  /** That of its queue's gate. */
  readonly episode: number;
}

/** What follows from what became of a request: for its items, its queue, and what is told. */
export class Outcomes {
  constructor(
    private readonly ports: Pick<SenderPorts, 'now' | 'random'>,
    private readonly settings: Pick<SenderSettings, 'maxBytes' | 'endpoints'>,
    private readonly queues: Readonly<Record<Signal, SignalQueue>>,
    private readonly accounts: Accounts
  ) {}

  handle(signal: Signal, outgoing: Outgoing, outcome: PostOutcome, sent: Sent): void {
    const queue = this.queues[signal];
    if (outgoing.body !== undefined) queue.size.sent(outgoing.body.textBytes, outgoing.body.bytes.byteLength);
    switch (outcome.kind) {
      case 'tooLong':
        // A batch with a checksum came larger than a request may be.
        if (outgoing.entries.length > 1) return queue.sendSmaller(outgoing);
        return this.refuse(signal, outgoing, tooLarge(this.settings.maxBytes));
      case 'trouble':
      case 'notHere':
        return this.handleTrouble(signal, outgoing, outcome, sent);
      case 'fault':
        return this.handleFault(signal, outgoing, outcome, sent);
      case 'content':
      case 'tooLarge':
        return this.handleRefusal(signal, outgoing, outcome, sent);
      case 'accepted':
      case 'partial':
        this.getsThrough(signal, outgoing, sent);
        try {
          return this.handleAccepted(signal, outgoing, outcome);
        } finally {
          this.decide(signal, outgoing, true);
        }
    }
  }

  /** Refuses the first item of a queue, which fits into no request. */
  refuseFirst(signal: Signal): void {
    this.accounts.refuse(signal, [this.queues[signal].takeTooLarge()], tooLarge(this.settings.maxBytes));
  }

  private getsThrough(signal: Signal, { body }: Outgoing, { atMs, episode }: Sent): void {
    const queue = this.queues[signal];
    const nowMs = this.ports.now();
    queue.retry.answered(episode);
    queue.acceptedMs = nowMs;
    queue.notOfferedUntilMs = undefined;
    const { timeoutMs } = this.settings.endpoints[signal];
    queue.size.passed(body?.bytes.byteLength ?? 0, nowMs - atMs, timeoutMs, nowMs, this.settings.maxBytes);
    // A signal that has no place at this collector is known by another one that has.
    for (const other of SIGNALS) if (other !== signal && this.queues[other].isNotHere) this.queues[other].retry.open();
  }

  /** The endpoint does not work: what was sent is held, and sent again. */
  private handleTrouble(signal: Signal, outgoing: Outgoing, trouble: Trouble, { atMs, episode }: Sent): void {
    // One last attempt each while it closes: what failed stays without an outcome.
    if (this.accounts.isClosing) return;
    const queue = this.queues[signal];
    const nowMs = this.ports.now();
    queue.isNotHere = trouble.kind === 'notHere';
    const isKnown = queue.notOfferedUntilMs !== undefined;
    if (queue.isNotHere && (isKnown || this.isAcceptedElsewhere(signal, queue.retry.sinceMs ?? atMs)))
      return this.giveUpSignal(signal, outgoing, trouble);
    outgoing.cuts = trouble.cuts > 0 ? (outgoing.cuts ?? 0) + trouble.cuts : 0;
    const isSmaller = queue.size.cut(outgoing.body?.bytes.byteLength ?? 0, outgoing.cuts, nowMs);
    if (isSmaller && outgoing.entries.length > 1) queue.sendSmaller(outgoing);
    else queue.sendLater(outgoing);
    this.holdBack(signal, trouble, atMs, episode);
  }

  private holdBack(signal: Signal, trouble: Trouble, atMs: number, episode: number): void {
    const { retry } = this.queues[signal];
    const nowMs = this.ports.now();
    const waitMs = retry.failed(episode, atMs, nowMs, this.ports.random(), trouble);
    const { code, message, cause } = trouble;
    this.accounts.report(signal, 'retry', code, message, { againMs: nowMs + waitMs, sinceMs: retry.sinceMs!, cause });
  }

  /** Another signal has been accepted since this one is in trouble, and still is. */
  private isAcceptedElsewhere(signal: Signal, sinceMs: number): boolean {
    return SIGNALS.some((other) => {
      const { acceptedMs, retry } = this.queues[other];
      return other !== signal && acceptedMs >= sinceMs && !retry.isTroubled;
    });
  }

  /** The collector does not take this signal: nobody waits for it. */
  private giveUpSignal(signal: Signal, outgoing: Outgoing, { status, message }: Trouble): void {
    const queue = this.queues[signal];
    queue.retry.answered(queue.retry.episode);
    queue.isNotHere = false;
    queue.notOfferedUntilMs = this.ports.now() + OFFERED_AGAIN_MS;
    const refusal = notOffered(signal, status, message);
    this.accounts.refuseSignal(signal, [...outgoing.entries, ...queue.takeAll()], refusal);
  }

  /**
   * A 500: the endpoint, or something in the request. It is held like a trouble while nothing gets through; where
   * others are accepted it is tried five times, and then bisected.
   */
  private handleFault(signal: Signal, outgoing: Outgoing, trouble: Trouble, { atMs, episode }: Sent): void {
    if (this.accounts.isClosing) return;
    const queue = this.queues[signal];
    const nowMs = this.ports.now();
    const { times: before = 0, sinceMs = nowMs } = outgoing.fault ?? {};
    const times = before + 1;
    const isAlone = queue.isEmpty && queue.active === 0;
    // The last part that is left has no others beside it: those count that were accepted before.
    const isSound = queue.acceptedMs > ((isAlone ? outgoing.firstFaultMs : undefined) ?? sinceMs);
    const { message, status } = trouble;
    const isPart = outgoing.search !== undefined && outgoing.entries.length > 1;
    if (isSound && times >= (isPart ? PART_FAULTS : FAULTS)) {
      queue.retry.answered(episode);
      outgoing.firstFaultMs ??= sinceMs;
      return this.split(signal, outgoing, { reason: 'refused', code: 'OPENOT_OTLP_REFUSED', status, message });
    }
    const waitMs = backoffMs(times, this.ports.random(), { firstMs: FIRST_BACKOFF_MS, mostMs: MAX_BACKOFF_MS });
    outgoing.fault = { times, sinceMs, notBeforeMs: nowMs + waitMs };
    if (isSound) {
      queue.sendLater(outgoing);
      queue.retry.answered(episode);
      return this.accounts.report(signal, 'warning', trouble.code, message);
    }
    if (times < FAULTS || !isAlone || !queue.peel(outgoing)) queue.sendLater(outgoing);
    this.holdBack(signal, trouble, atMs, episode);
  }

  private handleRefusal(signal: Signal, outgoing: Outgoing, refused: Refused, { episode }: Sent): void {
    const queue = this.queues[signal];
    const { kind, refusal, mayBeCompression } = refused;
    queue.retry.answered(episode);
    // Some collectors cannot read what is compressed, and call it bad: the same once more as it is.
    if (mayBeCompression && !queue.compression.isUnderstood && outgoing.body?.isGzip === true) {
      outgoing.isPlain = true;
      outgoing.body = undefined;
      return queue.sendFirst(outgoing);
    }
    if (kind === 'tooLarge' && outgoing.entries.length > 1) {
      queue.size.lower(outgoing.body?.bytes.byteLength ?? 0, this.ports.now());
      queue.sendSmaller(outgoing);
      return this.accounts.report(signal, 'refused', refusal.code, refusal.message);
    }
    this.split(signal, outgoing, refusal);
  }

  private split(signal: Signal, outgoing: Outgoing, refusal: Refusal): void {
    const { entries } = outgoing;
    const isSound = refusal.status === 500;
    if (this.queues[signal].split(outgoing, refusal, isSound))
      return this.accounts.report(signal, 'refused', refusal.code, refusal.message);
    const alone =
      entries.length === 1
        ? ''
        : ` (${outgoing.search!.requests} requests did not find which of ${entries.length} items is meant, all are ` +
          'given up)';
    this.refuse(signal, outgoing, { ...refusal, message: refusal.message + alone });
  }

  private refuse(signal: Signal, outgoing: Outgoing, refusal: Refusal): void {
    try {
      this.accounts.refuse(signal, outgoing.entries, refusal);
    } finally {
      this.decide(signal, outgoing, false);
    }
  }

  /** What was held while other parts of its batch were asked is looked at anew when it is known how to go on. */
  private decide(signal: Signal, outgoing: Outgoing, isAccepted: boolean): void {
    for (const held of outgoing.search?.decided(outgoing, isAccepted) ?? [])
      this.split(signal, held.outgoing, held.refusal);
  }

  private handleAccepted(
    signal: Signal,
    outgoing: Outgoing,
    verdict: Verdict & { kind: 'accepted' | 'partial' }
  ): void {
    if (this.accounts.isClosing && verdict.kind === 'partial') return;
    const { entries } = outgoing;
    const refusesCompression = this.noteCompression(signal, outgoing);
    if (verdict.kind === 'partial') return this.accounts.acceptPart(signal, entries, verdict.rejected, verdict.refusal);
    this.accounts.accept(signal, entries, saidOf(verdict, refusesCompression));
  }

  /**
   * True when it is now known that this endpoint cannot read what is compressed. Halves say nothing: a bad item was in
   * the whole.
   */
  private noteCompression(signal: Signal, { body, isPlain, search }: Outgoing): boolean {
    const { compression } = this.queues[signal];
    if (body?.isGzip === true) compression.understood();
    return isPlain === true && search === undefined && compression.refused(this.ports.now());
  }
}
