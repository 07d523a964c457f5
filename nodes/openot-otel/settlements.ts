import type { NodeMessageInFlow } from 'node-red';
import type { DocumentObject } from '../../lib/document';
import { isFollowed } from '../shared/messages';
import type { Standing } from '../shared/passage';
import { Token, tokenOf } from '../shared/passage/token';

/** The last record of one source of one run of a stream, in one incarnation of its ring. */
export interface Mark {
  readonly stream: string;
  readonly incarnation: number;
  readonly runId: string;
  readonly sourceId: number;
  readonly seq: number;
}

/** What the ledger of the tokens says (nodes/shared/passage). */
export interface SettlementPorts {
  standing(life: string, serial: number): Standing;
  isSettled(life: string, serial: number): boolean;
  /** This record and all before it of its source are through for good. */
  settle(mark: Mark): void;
}

interface Sent {
  readonly tokens: readonly Token[];
  readonly marks: readonly Mark[];
}

/** Streams of which it is remembered that tokens came with them, at most. */
const MAX_STREAMS = 1024;

/**
 * Which records are through for good: those whose tokens, with which they left, are settled. Until then a kill brings them
 * again, and what they closed is kept for that. Where the life of a reader ends before, nobody knows: the same records
 * come again, or a later record of their source covers them. Records without any token are through when they have left.
 */
export class Settlements {
  /** Mapped, not sent. */
  private open = new Map<string, Mark>();
  private sentOnes: Sent[] = [];
  private readonly withTokens = new Set<string>();

  constructor(private readonly ports: SettlementPorts) {}

  mapped(documents: readonly DocumentObject[], stream: string): void {
    for (const document of documents) {
      const { runId, source, incarnation = 0 } = document.provenance;
      const seq = document.kind === 'loss' ? document.lastSeq : document.seq;
      const key = `${source.id}/${runId}/${incarnation}/${stream}`;
      const known = this.open.get(key);
      if (known === undefined || known.seq < seq) this.open.set(key, { stream, incarnation, runId, sourceId: source.id, seq });
    }
  }

  /** Everything mapped so far has left, under these tokens. `messages` are what it came in. */
  sent(tokens: readonly string[], messages: readonly NodeMessageInFlow[]): void {
    const marks = [...this.open.values()];
    for (const message of tokens.length > 0 ? messages : []) this.remember(streamOf(message));
    if (tokens.length === 0) {
      // Their token is still to come: with the last part of their batch.
      if (messages.some((message) => isFollowed(message) || this.withTokens.has(streamOf(message)))) return;
      for (const mark of marks) this.ports.settle(mark);
    } else this.sentOnes.push({ tokens: tokens.map(tokenOf).filter((token): token is Token => token !== undefined), marks });
    this.open = new Map();
  }

  /** Asks the ledger again. */
  sweep(): void {
    this.sentOnes = this.sentOnes.filter(({ tokens, marks }) => {
      if (tokens.some(({ life, serial }) => this.ports.standing(life, serial) === 'unknown')) return false;
      if (!tokens.every(({ life, serial }) => this.ports.isSettled(life, serial))) return true;
      for (const mark of marks) this.ports.settle(mark);
      return false;
    });
  }

  /** Batches that have left and are not settled. */
  get unsettled(): number {
    return this.sentOnes.length;
  }

  private remember(stream: string): void {
    this.withTokens.add(stream);
    if (this.withTokens.size > MAX_STREAMS) this.withTokens.delete(this.withTokens.values().next().value!);
  }
}

const streamOf = ({ openot }: NodeMessageInFlow & { openot?: { stream?: unknown } | null }): string => String(openot?.stream ?? '');
