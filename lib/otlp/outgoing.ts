import { RequestBuilder } from './assemble';
import type { PendingMessage } from './pending-messages';
import { recomputed } from './recompute';
import type { Search } from './search';
import type { Item } from './take-apart';
import type { Refusal } from './verdict';

/** An item and the message that brought it. */
export interface Entry {
  readonly item: Item;
  readonly of: PendingMessage;
}

/** A request that was refused, while it is looked whether single items of its batch are accepted. */
export interface Held {
  readonly outgoing: Outgoing;
  readonly refusal: Refusal;
}

/** A request that is to be sent, or sent again. */
export interface Outgoing {
  readonly entries: readonly Entry[];
  /** Rises with each new request of its signal; halves have that of the whole. */
  readonly serial: number;
  /** Exactly this text; else one made of the entries. */
  readonly text?: string;
  /** Text of the batch that has a checksum, where this is it or a part of it. */
  readonly checksummed?: string;
  /** Sent without compression, to find out whether that is what was refused. */
  isPlain?: boolean;
  search?: Search<Outgoing, Held>;
  /** As it goes over the wire, once made, and whether it is compressed. */
  body?: { readonly bytes: Uint8Array; readonly isGzip: boolean };
}

/** A request of some of the entries of another one. */
export function partOf({ serial, checksummed, isPlain, search }: Outgoing, entries: readonly Entry[]): Outgoing {
  return {
    entries,
    serial,
    ...(checksummed === undefined ? {} : { checksummed }),
    ...(isPlain === true ? { isPlain } : {}),
    ...(search === undefined ? {} : { search })
  };
}

/** Two requests of the entries of one that has at least two. */
export function halvesOf(outgoing: Outgoing): [Outgoing, Outgoing] {
  const { entries } = outgoing;
  const middle = entries.length >> 1;
  return [partOf(outgoing, entries.slice(0, middle)), partOf(outgoing, entries.slice(middle))];
}

/** The text of a request, however large. */
export function textOf({ text, checksummed, entries }: Outgoing): string {
  if (text !== undefined) return text;
  const builder = new RequestBuilder(Infinity);
  for (const { item } of entries) builder.add(item);
  const made = builder.text();
  return checksummed === undefined ? made : (recomputed(checksummed, made) ?? made);
}
