import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Statuses that stand in the first cells of the table of answers in docs/format.md 25, by what follows from them. */
export function documentedStatuses(): Record<'trouble' | 'notHere' | 'content', ReadonlySet<number>> {
  const page = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'format.md'), 'utf8');
  const section = page.slice(page.indexOf('\n## 25.'), page.indexOf('\n## 26.'));
  const cells = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const cellOf = (pattern: RegExp): string => {
    const found = cells.find(([, , then]) => pattern.test(then));
    if (found === undefined) throw new Error(`docs/format.md 25 has no row ${String(pattern)}`);
    return found[1];
  };
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const statusesOf = (cell: string): Set<number> =>
    new Set(
      [...cell.matchAll(/(\d{3}) to (\d{3})|(\d)xx|\b(\d{3})\b/g)].flatMap(([, from, to, hundred, one]) => {
        if (from !== undefined) return range(Number(from), Number(to));
        return hundred === undefined ? [Number(one)] : range(Number(hundred) * 100, Number(hundred) * 100 + 99);
      })
    );
  const without2xx = (statuses: Set<number>): Set<number> => new Set([...statuses].filter((status) => status >= 300));
  return {
    trouble: without2xx(statusesOf(cellOf(/^trouble of the endpoint/))),
    notHere: statusesOf(cellOf(/not offered here/)),
    content: statusesOf(cellOf(/^about the content/))
  };
}
