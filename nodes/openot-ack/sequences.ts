import { BoundedMap } from '../../lib/base';
import type { Token } from '../delivery';

/** `msg.parts` as split, batch, sort and this package's nodes set it, as far as it matters here. */
interface Parts {
  readonly id?: unknown;
  readonly index?: unknown;
  readonly count?: unknown;
  readonly parts?: unknown;
}

interface Level {
  readonly id: string;
  readonly isLast: boolean;
}

/** Sequences inside one another that are looked into, at most. */
const MAX_LEVELS = 8;
/** Sequences that are waited for, at most: of the oldest the tokens are forgotten, and a later one covers them. */
export const MAX_SEQUENCES = 256;

/**
 * The sequences that a message belongs to, innermost first. One whose end cannot be known (a split of a stream has no
 * count) never has a last part.
 */
function levelsOf(value: unknown): Level[] {
  const levels: Level[] = [];
  for (
    let parts = value as Parts | null | undefined;
    typeof parts === 'object' && parts !== null && levels.length < MAX_LEVELS;
    parts = parts.parts as Parts | null | undefined
  ) {
    const { id, index, count } = parts;
    if (id === undefined || !Number.isInteger(index)) continue;
    levels.push({ id: String(id), isLast: Number.isInteger(count) && (index as number) >= (count as number) - 1 });
  }
  return levels;
}

/** What is known of a sequence that has not come to its end. */
interface Waiting {
  readonly tokens: Map<string, Token>;
  /** One of its parts failed on its way. */
  hasFailed: boolean;
}

/** What a message comes to. */
export interface Taken {
  /** The tokens that may be counted now, or that failed. */
  readonly tokens: readonly Token[];
  readonly hasFailed: boolean;
  /** It is not a part that others follow. */
  readonly isWhole: boolean;
}

/**
 * The tokens of sequences that have not come to their end. The split node copies the tokens of a batch to each of its
 * parts: they count with the last part, since the others may still be on their way. A sequence inside another hands its
 * tokens on to that one.
 */
export class Sequences {
  private readonly waiting = new BoundedMap<string, Waiting>(MAX_SEQUENCES);

  /**
   * `hasFailed`: the message with these parts and tokens did not get where it belongs. Then so has what it is a part
   * of.
   */
  take(parts: unknown, tokens: readonly Token[], hasFailed = false): Taken {
    for (const { id, isLast } of levelsOf(parts)) {
      const known = this.waiting.get(id) ?? { tokens: new Map<string, Token>(), hasFailed: false };
      hasFailed ||= known.hasFailed;
      for (const token of tokens) known.tokens.set(token.text, token);
      known.hasFailed = hasFailed;
      this.waiting.delete(id);
      if (!isLast) {
        if (hasFailed || known.tokens.size > 0) this.waiting.set(id, known);
        return { tokens: hasFailed ? [...known.tokens.values()] : [], hasFailed, isWhole: false };
      }
      tokens = [...known.tokens.values()];
    }
    return { tokens, hasFailed, isWhole: true };
  }

  /** Every token that waits for the end of a sequence. */
  get pending(): Token[] {
    return [...this.waiting.values()].flatMap(({ tokens }) => [...tokens.values()]);
  }

  /** Forgets tokens that do not wait for anything any more. */
  prune(isOpen: (token: Token) => boolean): void {
    for (const [id, { tokens, hasFailed }] of this.waiting) {
      for (const [text, token] of tokens) if (!isOpen(token)) tokens.delete(text);
      if (tokens.size === 0 && !hasFailed) this.waiting.delete(id);
    }
  }
}
