/** A commit token `reader/boot/serial`, taken apart. */
export interface Token {
  readonly text: string;
  /** One life of one reader: `reader/boot`. */
  readonly life: string;
  /** Of the batch, from 1, rising by one in each life. */
  readonly serial: number;
}

/** Undefined when it is no token. A reader's id may have a `/` in it, what is behind it may not. */
export function tokenOf(text: unknown): Token | undefined {
  if (typeof text !== 'string') return undefined;
  const found = /^.+\/[^/]+\/([1-9][0-9]{0,15})$/s.exec(text);
  const serial = Number(found?.[1]);
  return Number.isSafeInteger(serial) ? { text, life: text.slice(0, text.lastIndexOf('/')), serial } : undefined;
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
