import { cutInto, Held, Outgoing, partOf } from './outgoing';
import { probePlaces, Search } from './search';
import type { Refusal } from './verdict';

/** What becomes of a request that was refused for something in it. */
export type Split =
  /** There is nothing to make smaller, or it has been tried long enough: all of it is refused. */
  | { readonly kind: 'givenUp' }
  /** Looked at anew when more is known of its batch. */
  | { readonly kind: 'held' }
  /** These are sent in place of it, before all others or behind them. */
  | { readonly kind: 'parts'; readonly parts: Outgoing[]; readonly isFirst: boolean };

/** Makes a refused request smaller (docs/format.md 25). `isSound`: its endpoint is known to accept others. */
export function split(outgoing: Outgoing, refusal: Refusal, isSound = false): Split {
  if (outgoing.entries.length < 2) return { kind: 'givenUp' };
  const search = (outgoing.search ??= new Search(isSound));
  const next = search.next(outgoing, outgoing.entries.length);
  switch (next.kind) {
    case 'up':
      return { kind: 'givenUp' };
    case 'hold':
      search.hold({ outgoing, refusal });
      return { kind: 'held' };
    case 'probe':
      return { kind: 'parts', parts: probe(outgoing, search, refusal), isFirst: true };
    case 'cut': {
      const parts = cutInto(outgoing, next.parts);
      search.sent(parts);
      return { kind: 'parts', parts, isFirst: false };
    }
  }
}

/** Takes single items out of this part and those that are held: all others wait for what becomes of them. */
function probe(outgoing: Outgoing, search: Search<Outgoing, Held>, refusal: Refusal): Outgoing[] {
  const held = [{ outgoing, refusal }, ...search.takeHeld()];
  const all = held.flatMap((each) => each.outgoing.entries.map((entry) => ({ each, entry })));
  const chosen = probePlaces(all.length).map((place) => all[place]);
  const taken = new Set(chosen.map(({ entry }) => entry));
  const probes = chosen.map(({ each, entry }) => partOf(each.outgoing, [entry]));
  for (const each of held) {
    const left = each.outgoing.entries.filter((entry) => !taken.has(entry));
    // One that was never asked alone is not known to be bad.
    if (left.length === 1) probes.push(partOf(each.outgoing, left));
    else if (left.length > 1) search.hold({ outgoing: partOf(each.outgoing, left), refusal: each.refusal });
  }
  search.probing(probes);
  return probes;
}
