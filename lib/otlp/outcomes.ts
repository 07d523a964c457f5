import type { Signal } from '../telemetry/otlp-types';
import type { Accounts } from './accounts';
import type { CollectorReport } from './collector-report';
import type { Outgoing } from './outgoing';
import type { SenderPorts } from './ports';
import type { PostOutcome } from './post';
import type { SignalQueue } from './queue';
import type { SenderSettings } from './settings';
import type { Refusal, Refused, Verdict } from './verdict';

/** Milliseconds until an endpoint that refused is asked again, where what it refused is held. */
export const HOLD_MS = 60_000;

/** What follows from what became of a request: for its items, its queue, and what is told. */
export class Outcomes {
  constructor(
    private readonly ports: Pick<SenderPorts, 'now' | 'random'>,
    private readonly settings: Pick<SenderSettings, 'maxBytes' | 'whenRefused'>,
    private readonly queues: Readonly<Record<Signal, SignalQueue>>,
    private readonly accounts: Accounts
  ) {}

  /** `episode`: that of its queue's gate when the request was sent. */
  handle(signal: Signal, outgoing: Outgoing, outcome: PostOutcome, episode: number): void {
    const queue = this.queues[signal];
    switch (outcome.kind) {
      case 'tooLarge':
        // A batch with a checksum came larger than a request may be.
        if (outgoing.entries.length > 1) return queue.sendHalvesFirst(outgoing);
        return this.refuse(signal, outgoing, this.tooLarge());
      case 'retry':
        return this.handleRetry(signal, outgoing, outcome, episode);
      case 'split':
      case 'refused':
        return this.handleRefusal(signal, outgoing, outcome, episode);
      case 'accepted':
      case 'partial':
        queue.retry.answered(episode);
        try {
          return this.handleAccepted(signal, outgoing, outcome);
        } finally {
          this.decide(signal, outgoing, true);
        }
    }
  }

  /** Refuses the first item of a queue, which fits into no request. */
  refuseFirst(signal: Signal): void {
    this.accounts.refuse(signal, [this.queues[signal].takeTooLarge()], this.tooLarge());
  }

  private handleRetry(
    signal: Signal,
    outgoing: Outgoing,
    { code, message, retryAfterMs }: Pick<Verdict & { kind: 'retry' }, 'code' | 'message' | 'retryAfterMs'>,
    episode: number
  ): void {
    // One last attempt each while it closes: what failed stays without an outcome.
    if (this.accounts.isClosing) return;
    const queue = this.queues[signal];
    const nowMs = this.ports.now();
    queue.sendLater(outgoing);
    const waitMs = queue.retry.failed(episode, nowMs, this.ports.random(), retryAfterMs);
    this.accounts.report(signal, 'retry', code, message, nowMs + waitMs);
  }

  private handleRefusal(signal: Signal, outgoing: Outgoing, refused: Refused, episode: number): void {
    const queue = this.queues[signal];
    const { kind, refusal, isOfEndpoint, mayBeCompression } = refused;
    const isHeld = isOfEndpoint && this.settings.whenRefused === 'hold';
    if (!isHeld) queue.retry.answered(episode);
    // Some collectors cannot read what is compressed, and call it bad: the same once more as it is.
    if (mayBeCompression && !queue.compression.isUnderstood && outgoing.body?.isGzip === true) {
      outgoing.isPlain = true;
      outgoing.body = undefined;
      return queue.sendFirst(outgoing);
    }
    if (isHeld) return this.handleRetry(signal, outgoing, { ...refusal, retryAfterMs: HOLD_MS }, episode);
    if (kind === 'refused') this.refuse(signal, outgoing, refusal);
    else this.split(signal, outgoing, refusal);
  }

  private split(signal: Signal, outgoing: Outgoing, refusal: Refusal): void {
    const { entries, search } = outgoing;
    if (this.queues[signal].split(outgoing, refusal))
      return this.accounts.report(signal, 'refused', refusal.code, refusal.message);
    const alone =
      entries.length === 1
        ? ''
        : ` (${search!.requests} requests did not find which of ${entries.length} items is meant, all are given up)`;
    this.refuse(signal, outgoing, { ...refusal, message: refusal.message + alone });
  }

  private refuse(signal: Signal, outgoing: Outgoing, refusal: Refusal): void {
    try {
      this.accounts.refuse(signal, outgoing.entries, refusal);
    } finally {
      this.decide(signal, outgoing, false);
    }
  }

  /** What was held while single items of its batch were asked is looked at anew when these have answered. */
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

  private tooLarge(): Refusal {
    return {
      reason: 'tooLarge',
      code: 'OPENOT_OTLP_TOO_LARGE',
      status: 0,
      message: `one item does not fit into a request of ${this.settings.maxBytes} bytes: raise "Max. bytes"`
    };
  }
}

function saidOf(
  { status, warning }: Verdict & { kind: 'accepted' },
  refusesCompression: boolean
): Pick<CollectorReport, 'outcome' | 'code' | 'message'> {
  if (refusesCompression)
    return {
      outcome: 'warning',
      code: 'OPENOT_OTLP_COMPRESSION_REFUSED',
      message:
        'the collector refuses compressed requests and takes the same uncompressed: they go uncompressed for an ' +
        'hour, then it is tried again. Set the compression of this node to none'
    };
  if (warning !== '') return { outcome: 'warning', code: 'OPENOT_OTLP_WARNING', message: warning };
  return { outcome: 'accepted', code: '', message: String(status) };
}
