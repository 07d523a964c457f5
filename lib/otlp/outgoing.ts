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
  /** It was answered with a 500: how often, since when, and until when others go before it. */
  fault?: { readonly times: number; readonly sinceMs: number; readonly notBeforeMs: number };
  /** Of a part of a request that was taken apart for its 500s: when the first of these came. */
  firstFaultMs?: number;
  /** How often in a row its connection was cut or silent. */
  cuts?: number;
  /** Single items that were taken out of it to see whether the endpoint accepts anything. */
  peeled?: number;
  /** As it goes over the wire, once made, whether it is compressed, and the bytes of its text. */
  body?: { readonly bytes: Uint8Array; readonly isGzip: boolean; readonly textBytes: number };
}

/** A request of some of the entries of another one. */
export function partOf(
  { serial, checksummed, isPlain, search, firstFaultMs }: Outgoing,
  entries: readonly Entry[]
): Outgoing {
  return {
    entries,
    serial,
    ...(checksummed === undefined ? {} : { checksummed }),
    ...(isPlain === true ? { isPlain } : {}),
    ...(search === undefined ? {} : { search }),
    ...(firstFaultMs === undefined ? {} : { firstFaultMs })
  };
}

/** So many requests of the entries of one that has at least as many, in order. */
export function cutInto(outgoing: Outgoing, parts: number): Outgoing[] {
  const { entries } = outgoing;
  return Array.from({ length: parts }, (_, i) =>
    partOf(
      outgoing,
      entries.slice(Math.floor((i * entries.length) / parts), Math.floor(((i + 1) * entries.length) / parts))
    )
  );
}

/** The text of a request, however large. */
export function textOf({ text, checksummed, entries }: Outgoing): string {
  if (text !== undefined) return text;
  const builder = new RequestBuilder(Infinity);
  for (const { item } of entries) builder.add(item);
  const made = builder.text();
  return checksummed === undefined ? made : (recomputed(checksummed, made) ?? made);
}
