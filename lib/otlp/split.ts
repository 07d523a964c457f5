import { halvesOf, Held, Outgoing, partOf } from './outgoing';
import { probePlaces, Search } from './search';
import type { Refusal } from './verdict';

/** What becomes of a request that was refused for something in it. */
export type Split =
  /** There is nothing to make smaller, or it has been tried long enough: all of it is refused. */
  | { readonly kind: 'givenUp' }
  /** Looked at anew when single items of its batch have answered. */
  | { readonly kind: 'held' }
  /** All that waits to be sent again, with its parts. */
  | { readonly kind: 'parts'; readonly again: Outgoing[] };

/**
 * Makes a refused request smaller (docs/format.md 25). `again`: the requests that wait to be sent again, in order; what
 * is left of them and the parts are returned.
 */
export function split(outgoing: Outgoing, refusal: Refusal, again: readonly Outgoing[]): Split {
  if (outgoing.entries.length < 2) return { kind: 'givenUp' };
  const search = (outgoing.search ??= new Search());
  switch (search.next()) {
    case 'up':
      return { kind: 'givenUp' };
    case 'hold':
      search.hold({ outgoing, refusal });
      return { kind: 'held' };
    case 'probe':
      return { kind: 'parts', again: probe(outgoing, search, refusal, again) };
    case 'halve':
      search.requests += 2;
      // Behind the other halves: whether it is single items is known soonest by parts that lie apart.
      return { kind: 'parts', again: [...again, ...halvesOf(outgoing)] };
  }
}

/** Takes single items out of this part and those that wait; they go first. */
function probe(
  outgoing: Outgoing,
  search: Search<Outgoing, Held>,
  refusal: Refusal,
  again: readonly Outgoing[]
): Outgoing[] {
  const parts = [outgoing, ...again.filter((each) => each.search === search && each.entries.length > 1)];
  const all = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
  const chosen = probePlaces(all.length).map((place) => all[place]);
  const taken = new Set(chosen.map(({ entry }) => entry));
  const restOf = (part: Outgoing): Outgoing =>
    partOf(
      part,
      part.entries.filter((entry) => !taken.has(entry))
    );
  const probes = chosen.map(({ part, entry }) => partOf(part, [entry]));
  const left = restOf(outgoing);
  // One that was never asked alone is not known to be bad.
  if (left.entries.length === 1) probes.push(left);
  else if (left.entries.length > 1) search.hold({ outgoing: left, refusal });
  search.probing(probes);
  const others = again.map((each) => (parts.includes(each) ? restOf(each) : each));
  return [...probes, ...others.filter(({ entries }) => entries.length > 0)];
}
