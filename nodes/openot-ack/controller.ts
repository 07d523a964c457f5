import { BoundedMap, shownValue } from '../../lib/base';
import type { NodeMessage } from 'node-red';
import { CodedError } from '../runtime/coded-error';

import { AckStatus, Token, commitOf, entriesOf, tokenOf } from '../delivery';
import { Sequences } from './sequences';

/** The readers of this process, as far as an acknowledgement goes (nodes/delivery). */
export interface AckPorts {
  /** What an acknowledgement of this batch of this session (`reader/boot`) would mean. */
  ackStatus(session: string, serial: number): AckStatus;
  /** Acknowledges this batch and all before it; how many that are. */
  acknowledge(session: string, serial: number): number;
  /** This batch did not get where it belongs: it and what follows are read again. False where that is known already. */
  reject(session: string, serial: number): boolean;
  /** Milliseconds of a monotonic clock. */
  nowMs(): number;
}

export interface AckTotals {
  /** Batches acknowledged, those that a later one covered included. */
  acknowledged: number;
  /** Batches of messages that came with an error, and errors of which nobody can say to which batch they belong. */
  failed: number;
  /**
   * Messages without a token that were not parts of one with a token, nor metrics or spans that openot-otlp delivered.
   */
  without: number;
  /** Tokens of readers or sessions that are no more, or that never were. */
  unknown: number;
  /** Tokens of readers that do not wait for acknowledgements. */
  unasked: number;
  /** Entries that are no tokens. */
  malformed: number;
}

/** What the last message with something to say said, for the colour of the status. */
export type AckOutcome =
  'acknowledged' | 'waiting' | 'failed' | 'without' | 'unknown' | 'unasked' | 'malformed' | 'nothing';

/** Sessions with partly counted tokens that are remembered, at most; the longest unused is forgotten first. */
const MAX_SESSIONS = 64;

/**
 * Metrics or spans that openot-otlp has delivered: tokens ride on logs alone (docs/format.md 25), so that these have
 * none
 * where they are no parts of a batch with logs, as the metrics of a reader's status.
 */
function isTelemetry(message: NodeMessage): boolean {
  const { otlp } = message as { otlp?: { signal?: unknown } | null };
  return otlp?.signal === 'metrics' || otlp?.signal === 'traces';
}

/** Counts the tokens that messages bring, and acknowledges those that every branch has brought (docs/design.md 4). */
export class AckController {
  readonly totals: AckTotals = { acknowledged: 0, failed: 0, without: 0, unknown: 0, unasked: 0, malformed: 0 };
  last: AckOutcome = 'nothing';
  /** When something was acknowledged last. */
  lastMs: number | undefined;
  /** By session, the tokens that some of the branches have brought: how many. */
  private readonly partly = new BoundedMap<string, Map<number, number>>(MAX_SESSIONS);
  private readonly sequences = new Sequences();
  /** A message without a token failed: the batch that the next token stands for may be its own, or cover it. */
  private unassigned = false;

  constructor(
    private readonly branches: number,
    private readonly ports: AckPorts
  ) {}

  /**
   * Takes one message. What is wrong with its tokens is returned, once for the message; the right ones count all the
   * same.
   */
  take(message: NodeMessage): CodedError | undefined {
    if (isOwnTrouble(message)) return undefined;
    const { tokens, error } = this.read(message);
    const open = this.sort(tokens);
    const taken = this.sequences.take((message as { parts?: unknown }).parts, open, isFailure(message));
    const hasFailed = isFailure(message);
    if (hasFailed && open.length === 0 && taken.tokens.length === 0) {
      this.unassigned ||= tokens.length === 0;
      // Too late for a batch that was acknowledged already: it can only be told. A part is counted with its batch.
      if (
        taken.isWhole &&
        (tokens.length === 0 ||
          tokens.some(({ session, serial }) => this.ports.ackStatus(session, serial) === 'settled'))
      )
        this.note('failed');
    } else if (
      tokens.length === 0 &&
      taken.tokens.length === 0 &&
      taken.isWhole &&
      error === undefined &&
      !isTelemetry(message)
    )
      this.note('without');
    else if (open.length > 0) this.last = 'waiting';
    for (const { session, serial } of taken.tokens) {
      if (taken.hasFailed || this.unassigned) this.fail(session, serial);
      else this.arrive(session, serial);
    }
    if (taken.tokens.length > 0) this.unassigned = false;
    // A part of a batch that other parts follow: those before it are through, since order is kept.
    if (!taken.isWhole && !taken.hasFailed && !this.unassigned && this.branches === 1)
      for (const { session, serial } of open) this.acknowledge(session, serial - 1);
    this.sequences.prune(({ session, serial }) => this.ports.ackStatus(session, serial) === 'open');
    if (error !== undefined) this.last = 'malformed';
    return error;
  }

  /** Batches of which some branches, or some parts, have come and others not. */
  get waiting(): number {
    return this.unfinished().length;
  }

  /** Their tokens: what is known of them goes with this node. */
  unfinished(): string[] {
    const counted = [...this.partly].flatMap(([session, serials]) =>
      [...serials.keys()].map((serial) => `${session}/${serial}`)
    );
    return [...new Set([...counted, ...this.sequences.pending.map(({ text }) => text)])];
  }

  private read(message: NodeMessage): { tokens: Token[]; error?: CodedError } {
    const commit = commitOf(message);
    if (commit === undefined || commit === null) return { tokens: [] };
    const entries = entriesOf(commit);
    const found = new Map<string, Token>();
    const bad: unknown[] = [];
    for (const entry of entries ?? [commit]) {
      const token = entries === undefined ? undefined : tokenOf(entry);
      if (token === undefined) bad.push(entry);
      else found.set(token.text, token);
    }
    if (bad.length === 0) return { tokens: [...found.values()] };
    this.totals.malformed += bad.length;
    const what =
      entries === undefined
        ? `msg.openot.commit must be an array of tokens, found ${shownValue(commit)}`
        : `${bad.length} of the ${entries.length} entries of msg.openot.commit are no tokens (reader/boot/serial), ` +
          `the first is ${shownValue(bad[0])}`;
    return {
      tokens: [...found.values()],
      error: new CodedError(
        'OPENOT_ACK_TOKEN',
        `${what}: pass msg.openot on as the openot nodes sent it; what has no token is read again after the next start`
      )
    };
  }

  /** Those that wait for an acknowledgement. */
  private sort(tokens: readonly Token[]): Token[] {
    return tokens.filter(({ session, serial }) => {
      const ackStatus = this.ports.ackStatus(session, serial);
      if (ackStatus === 'unknown') this.partly.delete(session);
      if (ackStatus === 'unknown' || ackStatus === 'unasked') this.note(ackStatus);
      return ackStatus === 'open';
    });
  }

  private note(what: 'without' | 'unknown' | 'unasked' | 'failed'): void {
    this.totals[what]++;
    this.last = what;
  }

  private fail(session: string, serial: number): void {
    if (this.ports.reject(session, serial)) this.note('failed');
    this.partly.get(session)?.delete(serial);
  }

  private arrive(session: string, serial: number): void {
    if (this.ports.ackStatus(session, serial) !== 'open') return;
    const serials = this.partly.get(session) ?? new Map<number, number>();
    const count = (serials.get(serial) ?? 0) + 1;
    if (count >= this.branches) return this.acknowledge(session, serial);
    serials.set(serial, count);
    this.partly.set(session, serials);
  }

  private acknowledge(session: string, serial: number): void {
    const count = this.ports.acknowledge(session, serial);
    if (count > 0) {
      this.totals.acknowledged += count;
      this.last = 'acknowledged';
      this.lastMs = this.ports.nowMs();
    }
    const serials = this.partly.get(session);
    if (serials === undefined) return;
    for (const counted of [...serials.keys()]) if (counted <= serial) serials.delete(counted);
    if (serials.size === 0) this.partly.delete(session);
  }
}

/** A Catch node has put its error into the message, or a flow that knows better: what it carries was not written. */
const isFailure = (message: NodeMessage): boolean => Boolean((message as { error?: unknown }).error);

/**
 * An error that a node of ours told without a message of a batch (a link that is down, a collector that does not
 * answer), and that a
 * Catch node brought here: what is under way is not concerned, and its tokens are not let go before it is through.
 */
function isOwnTrouble(message: NodeMessage): boolean {
  const { error, parts } = message as { error?: { source?: { type?: unknown } } | null; parts?: unknown };
  const type = error?.source?.type;
  return (
    commitOf(message) === undefined && parts === undefined && typeof type === 'string' && type.startsWith('openot-')
  );
}
