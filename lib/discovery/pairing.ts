import type { Carrier } from './candidates';

/** Carriers that may hold a ring together, in order. */
export type RingParts = readonly Carrier[];

/** `OpenOT.Ring12`, `"Ring"."Part"[3]`: what stands before the number, and the number. */
const NUMBERED = /^(.*?)[\s._-]?\[?(\d+)\]?"?$/;

const parentOf = ({ node }: Carrier): string => node.path.slice(0, -1).join('\n');

/**
 * The variables that could be the ring of `capacity` bytes that belongs to `control`: one of that size, several of one
 * name with numbers that have it together, or a larger one. The likeliest first: neighbours before others, an exact
 * size before a larger one. Names are a hint only; what stands in them decides.
 */
export function ringsFor(control: Carrier, carriers: readonly Carrier[], capacity: number): RingParts[] {
  const others = carriers.filter((carrier) => carrier !== control && carrier.length !== undefined);
  const scored: Array<{ parts: RingParts; score: number }> = [];
  for (const carrier of others) {
    const length = carrier.length as number;
    if (length === capacity) scored.push({ parts: [carrier], score: 4 });
    else if (length > capacity && length <= capacity * 2) scored.push({ parts: [carrier], score: 0 });
  }
  for (const parts of numberedRows(others)) {
    if (parts.reduce((sum, { length }) => sum + (length as number), 0) === capacity) scored.push({ parts, score: 3 });
  }
  const home = parentOf(control);
  const nearness = ([first]: RingParts): number => (parentOf(first) === home ? 8 : 0) + (first.node.score > 0 ? 1 : 0);
  return scored
    .map(({ parts, score }) => ({ parts, score: score + nearness(parts) }))
    .sort((a, b) => b.score - a.score)
    .map(({ parts }) => parts);
}

/** Variables of one parent and one type whose names differ in a number alone, in the order of the numbers. */
function numberedRows(carriers: readonly Carrier[]): RingParts[] {
  const rows = new Map<string, Array<{ number: number; carrier: Carrier }>>();
  for (const carrier of carriers) {
    const match = NUMBERED.exec(carrier.node.name);
    if (match === null) continue;
    const key = JSON.stringify([parentOf(carrier), match[1], carrier.type]);
    const row = rows.get(key) ?? [];
    rows.set(key, row);
    row.push({ number: Number(match[2]), carrier });
  }
  return [...rows.values()]
    .filter((row) => row.length > 1)
    .map((row) => row.sort((a, b) => a.number - b.number).map(({ carrier }) => carrier));
}
