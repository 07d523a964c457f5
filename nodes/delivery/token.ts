import type { NodeMessage } from 'node-red';

/** A commit token `reader/boot/serial`, taken apart. */
export interface Token {
  readonly text: string;
  /** One session of one reader: `reader/boot`. */
  readonly session: string;
  /** Of the batch, from 1, rising by one in each session. */
  readonly serial: number;
}

/** Undefined when it is no token. A reader's id may have a `/` in it, what is behind it may not. */
export function tokenOf(text: unknown): Token | undefined {
  if (typeof text !== 'string') return undefined;
  const found = /^.+\/[^/]+\/([1-9][0-9]{0,15})$/s.exec(text);
  const serial = Number(found?.[1]);
  return Number.isSafeInteger(serial) ? { text, session: text.slice(0, text.lastIndexOf('/')), serial } : undefined;
}

/** Arrays in arrays that are looked into; a join of joins makes three. */
const MAX_DEPTH = 8;

/**
 * What stands in a `msg.openot.commit`, in order: its entries, and those of arrays in it, since a join node that
 * collects
 * this property makes an array of arrays. Undefined when it is no array.
 */
export function entriesOf(commit: unknown): unknown[] | undefined {
  return Array.isArray(commit) ? (commit.flat(MAX_DEPTH) as unknown[]) : undefined;
}

/** The commit tokens that a message carries; none when it has no facts or they are not tokens. */
export function tokensOf(message: NodeMessage): readonly string[] {
  return (entriesOf(commitOf(message)) ?? []).filter((token): token is string => typeof token === 'string');
}

/** `msg.openot.commit` as it stands there; undefined when it does not. */
export function commitOf(message: NodeMessage): unknown {
  const facts = message.openot as { commit?: unknown } | null | undefined;
  return typeof facts === 'object' && facts !== null ? facts.commit : undefined;
}
