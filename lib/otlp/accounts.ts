import type { OpenotCode } from '../base/codes';
import type { Signal } from '../telemetry/otlp-types';
import { CollectorReport, LatestReports } from './collector-report';
import type { Entry } from './outgoing';
import { Arrival, Counts, PendingMessage, PendingMessages } from './pending-messages';
import type { Redact } from './redact';
import { Rejected, rejectedOf } from './rejected';
import { MAX_LOOSE_BYTES, MESSAGE_BYTES } from './settings';
import type { TakenApart } from './take-apart';
import type { Refusal } from './verdict';

/** What a message does not wait for: its signal's endpoint, while that is away. */
type IsAway = (signal: Signal) => boolean;

/** What a sender tells while it works. */
export interface SenderListener {
  /** Items that were not accepted. Their messages are done only after this. */
  onRejected(rejected: Rejected): void;
  /** What the collector said, and that something changed for the status. */
  onChange(report: CollectorReport): void;
  /** Items were let go of: too many wait for a collector that is away. */
  onDropped?(count: number): void;
  /** Something that was not foreseen, in this listener or in a `done`: it went no further. */
  onFault?(thrown: unknown): void;
}

/** What became of a message that was offered: the message, or why it is not taken. */
export type Taken =
  | { readonly ok: true; readonly message: PendingMessage }
  | { readonly ok: false; readonly code: 'OPENOT_OTLP_QUEUE_FULL'; readonly message: string };

/** What became of every item that was taken: taken = accepted + rejected + dropped + pending. */
export class Accounts {
  readonly messages = new PendingMessages();
  readonly reports = new LatestReports();
  taken = 0;
  accepted = 0;
  rejected = 0;
  dropped = 0;
  pending = 0;
  /** Of the pending items, as JSON. */
  pendingBytes = 0;
  acceptedMs: number | undefined;
  /** Nobody can be told any more: what is refused counts as what nobody knows of, and no message leaves. */
  isClosing = false;
  /** By signal, items that the collector does not take and that were not told: only counted. */
  private readonly untold = new Map<Signal, number>();

  /** `now`: milliseconds of a monotonic clock. */
  constructor(
    private readonly now: () => number,
    private readonly redact: Redact,
    private readonly listener: Pick<SenderListener, 'onRejected' | 'onChange' | 'onDropped'>,
    /** With `bestEffort`. */
    private readonly isAway?: IsAway
  ) {}

  /** Takes a message of `textBytes`, unless too much waits that nobody would read again: then its items are told.*/
  take(request: TakenApart, textBytes: number, arrival: Arrival): Taken {
    const { signal, items } = request;
    const bytes = textBytes + MESSAGE_BYTES;
    this.taken += items.length;
    const isBounded = this.isAway === undefined && !arrival.hasToken;
    if (isBounded && this.messages.looseBytes + bytes > MAX_LOOSE_BYTES) return this.refuseFull(request);
    this.pending += items.length;
    for (const item of items) this.pendingBytes += item.bytes;
    const none = { accepted: 0, partial: 0, rejected: 0, dropped: 0, kept: 0, requests: 0 };
    const counts: Counts = { signal, items: items.length, ...none };
    return { ok: true, message: this.messages.add(counts, bytes, this.now(), arrival) };
  }

  /** These were accepted, whole; `said`: what the collector said with it. */
  accept(
    signal: Signal,
    entries: readonly Entry[],
    { outcome, code, message }: Pick<CollectorReport, 'outcome' | 'code' | 'message'>
  ): void {
    this.acceptedMs = this.now();
    this.accepted += entries.length;
    this.report(signal, outcome, code, message);
    this.settle(entries, 'accepted');
  }

  /** Of these so many were rejected, and it is not known which. */
  acceptPart(signal: Signal, entries: readonly Entry[], rejected: number, refusal: Refusal): void {
    this.acceptedMs = this.now();
    this.accepted += entries.length - rejected;
    this.rejected += rejected;
    this.report(signal, 'partial', refusal.code, refusal.message);
    this.reportRejected(signal, entries, refusal, rejected);
    this.settle(entries, 'partial');
  }

  /** These are refused, and it is reported. */
  refuse(signal: Signal, entries: readonly Entry[], refusal: Refusal): void {
    if (this.isClosing) return;
    this.rejected += entries.length;
    this.report(signal, 'refused', refusal.code, refusal.message);
    this.reportRejected(signal, entries, refusal, entries.length);
    this.settle(entries, 'rejected');
  }

  /** The collector does not take this signal: they are told, with how many were only counted since the last time. */
  refuseSignal(signal: Signal, entries: readonly Entry[], refusal: Refusal): void {
    if (this.isClosing) return;
    this.rejected += entries.length;
    this.report(signal, 'refused', refusal.code, refusal.message);
    const untold = this.untold.get(signal) ?? 0;
    this.untold.delete(signal);
    this.reportRejected(signal, entries, refusal, entries.length + untold);
    this.settle(entries, 'rejected');
  }

  /** More of a signal that the collector does not take: logs are told like all that is refused, others counted. */
  refuseMore(signal: Signal, entries: readonly Entry[], refusal: Refusal): void {
    this.rejected += entries.length;
    if (signal === 'logs') this.reportRejected(signal, entries, refusal, entries.length);
    else this.untold.set(signal, (this.untold.get(signal) ?? 0) + entries.length);
    this.settle(entries, 'rejected');
  }

  /** These are let go of: too many wait for a collector that is away. */
  drop(entries: readonly Entry[]): void {
    this.dropped += entries.length;
    this.listener.onDropped?.(entries.length);
    this.settle(entries, 'dropped');
  }

  /** Messages that are through leave, and those that do not wait for an endpoint which is away. */
  release(): void {
    if (!this.isClosing) this.messages.release(({ counts }) => this.isAway?.(counts.signal) ?? false);
  }

  /** Tells what the collector said; `more`: of a trouble. */
  report(
    signal: Signal,
    outcome: CollectorReport['outcome'],
    code: OpenotCode | '',
    message: string,
    more: Pick<CollectorReport, 'againMs' | 'sinceMs' | 'cause'> = {}
  ): void {
    const report: CollectorReport = {
      atMs: this.now(),
      outcome,
      signal,
      code,
      message: this.redact(message),
      ...more
    };
    this.reports.put(report);
    this.listener.onChange(report);
  }

  private reportRejected(signal: Signal, entries: readonly Entry[], refusal: Refusal, count: number): void {
    const items = entries.map(({ item }) => item);
    this.listener.onRejected(rejectedOf(signal, { ...refusal, message: this.redact(refusal.message) }, items, count));
  }

  /** These have their outcome; messages that are through leave. */
  private settle(entries: readonly Entry[], how: 'accepted' | 'partial' | 'rejected' | 'dropped'): void {
    this.pending -= entries.length;
    const touched = new Set<PendingMessage>();
    for (const { of, item } of entries) {
      this.pendingBytes -= item.bytes;
      this.messages.settle(of);
      of.counts[how]++;
      touched.add(of);
    }
    if (how !== 'dropped') for (const { counts } of touched) counts.requests++;
    this.release();
  }

  private refuseFull({ signal, items }: TakenApart): Taken {
    const code = 'OPENOT_OTLP_QUEUE_FULL';
    const message =
      `${this.messages.looseBytes} bytes of messages without a commit token wait for the collector, the limit ` +
      `is ${MAX_LOOSE_BYTES}: the message was not taken. See what the collector says, or keep msg.openot.commit of ` +
      'a reader that waits for an openot ack, which then waits with it';
    this.rejected += items.length;
    this.listener.onRejected(rejectedOf(signal, { reason: 'queueFull', code, status: 0, message }, items));
    return { ok: false, code, message };
  }
}
