import type { NodeMessageInFlow } from 'node-red';
import type { DocumentObject } from '../../lib/document';
import type { AckStatus, Token } from '../delivery';
import type { TokenStreams } from './token-streams';

/** The last record of one source of one run of a stream, in one incarnation of its ring. */
export interface Mark {
  readonly stream: string;
  readonly incarnation: number;
  readonly runId: string;
  readonly sourceId: number;
  readonly seq: number;
}

/** A message whose records leave, or wait to leave. */
export interface PendingMessage {
  readonly message: NodeMessageInFlow;
  readonly stream: string;
  /** Those of readers of this process. */
  readonly tokens: readonly Token[];
  /** Of its records. */
  readonly marks: readonly Mark[];
}

/** What the tracker of the tokens says (nodes/delivery), and who is told. */
export interface SettlementPorts {
  ackStatus(session: string, serial: number): AckStatus;
  isSettled(session: string, serial: number): boolean;
  /** This record and all before it of its source are through for good. */
  settle(mark: Mark): void;
  /** Nobody will ever say whether they are. */
  abandon(mark: Mark): void;
}

interface Sent {
  readonly tokens: readonly Token[];
  readonly marks: readonly Mark[];
}

/** Marks of one stream whose token is still to come, at most: far more than one batch of a reader has sources. */
const MAX_CARRIED = 10_000;

/** The marks of documents of one stream. */
export function marksOf(documents: readonly DocumentObject[], stream: string): Mark[] {
  const marks = new Map<string, Mark>();
  for (const document of documents) {
    const { runId, source, incarnation = 0 } = document.provenance;
    const seq = document.kind === 'loss' ? document.lastSeq : document.seq;
    put(marks, { stream, incarnation, runId, sourceId: source.id, seq });
  }
  return [...marks.values()];
}

function put(marks: Map<string, Mark>, mark: Mark): void {
  const key = `${mark.sourceId}/${mark.runId}/${mark.incarnation}`;
  const known = marks.get(key);
  if (known === undefined || known.seq < mark.seq) marks.set(key, mark);
}

/**
 * Which records are through for good: those whose tokens, with which they left, are settled. Until then a kill brings
 * them
 * again, and what they closed is kept for that. Where the session of a reader ends before, nobody knows: the same
 * records come again, or a later record of their source covers them. Records without any token are through when they
 * have left, those of a stream's first sequence when it has ended without one.
 *
 * A record belongs to the first token of its own stream that leaves with it or behind it. One that was mapped while an
 * earlier batch was on its way has nothing to do with that batch's tokens.
 */
export class Settlements {
  private sentOnes: Sent[] = [];
  /** Batches that were settled or given up, so far. */
  concluded = 0;
  /** By stream: of records that left before their token. */
  private readonly carried = new Map<string, Map<string, Mark>>();

  constructor(
    private readonly ports: SettlementPorts,
    private readonly streams: Pick<TokenStreams, 'brings' | 'bringsNone' | 'awaits'>
  ) {}

  /** These have left together, in this order. */
  sent(all: readonly PendingMessage[]): void {
    const byStream = new Map<string, PendingMessage[]>();
    for (const one of all) {
      const list = byStream.get(one.stream);
      if (list === undefined) byStream.set(one.stream, [one]);
      else list.push(one);
    }
    for (const [stream, list] of byStream) this.sentOf(stream, list);
  }

  private sentOf(stream: string, list: readonly PendingMessage[]): void {
    let covered = list.length;
    while (covered > 0 && list[covered - 1].tokens.length === 0) covered--;
    if (covered > 0) {
      const marks = this.carried.get(stream) ?? new Map<string, Mark>();
      this.carried.delete(stream);
      for (const one of list.slice(0, covered)) for (const mark of one.marks) put(marks, mark);
      this.sentOnes.push({ tokens: list.flatMap(({ tokens }) => tokens), marks: [...marks.values()] });
    }
    for (const { message, marks } of list.slice(covered)) {
      // Their token is still to come: with the last part of their batch.
      if (this.streams.brings(stream) || this.streams.awaits(message, stream)) this.carry(stream, marks);
      else for (const mark of marks) this.ports.settle(mark);
    }
    if (this.streams.bringsNone(stream)) this.settleCarried(stream);
  }

  private carry(stream: string, marks: readonly Mark[]): void {
    const carried = this.carried.get(stream) ?? new Map<string, Mark>();
    for (const mark of marks) put(carried, mark);
    for (const key of carried.keys()) {
      if (carried.size <= MAX_CARRIED) break;
      carried.delete(key);
    }
    this.carried.set(stream, carried);
  }

  /** Asks the tracker again. */
  sweep(): void {
    const before = this.sentOnes.length;
    this.sentOnes = this.sentOnes.filter(({ tokens, marks }) => {
      if (tokens.some(({ session, serial }) => this.ports.ackStatus(session, serial) === 'unknown')) {
        for (const mark of marks) this.ports.abandon(mark);
        return false;
      }
      if (!tokens.every(({ session, serial }) => this.ports.isSettled(session, serial))) return true;
      for (const mark of marks) this.ports.settle(mark);
      return false;
    });
    this.concluded += before - this.sentOnes.length;
  }

  /**
   * Will something of what was sent be settled while nothing goes on that has these tokens? `held`: by session the
   * lowest of their serials. A token is settled with all before it, so one that is held itself, or lies behind one, is
   * not.
   */
  canSettle(held: ReadonlyMap<string, number>): boolean {
    return this.sentOnes.some(({ tokens }) => isFree(tokens, held));
  }

  /** The token that they were carried for does not come. */
  private settleCarried(stream: string): void {
    for (const mark of this.carried.get(stream)?.values() ?? []) this.ports.settle(mark);
    this.carried.delete(stream);
  }
}

/** Can all of these be settled while `held` (by session, the lowest serial) stays where it is? */
export const isFree = (tokens: readonly Token[], held: ReadonlyMap<string, number>): boolean =>
  tokens.every(({ session, serial }) => serial < (held.get(session) ?? Infinity));
