const units: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1]
];

/** Nanoseconds, without their sign, as a person says it: `1 h`, `5 min 3 s`, `0.4 s`. Two units at most. */
export function durationText(ns: bigint): string {
  const size = Number(ns < 0n ? -ns : ns) / 1e9;
  if (size < 10) return `${Math.round(size * 10) / 10} s`;
  let rest = Math.round(size);
  const parts: string[] = [];
  for (const [name, seconds] of units) {
    const count = Math.floor(rest / seconds);
    if (count > 0) parts.push(`${count} ${name}`);
    rest -= count * seconds;
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(' ');
}
