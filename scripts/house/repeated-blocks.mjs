// Blocks of six or more lines that stand at two places. Blank lines, comments, imports and lines of punctuation alone
// do not count: what is found is code that somebody wrote twice.
const LEAST = 6;
const isCode = (line) => /\w/.test(line) && !/^(\/\/|\/?\*|import\b|export (\*|\{)|\} from )/.test(line);

/**
 * @param files pairs of a name and its lines
 * @returns for each block its places (`name:line`) and its length in lines of code, the longest first
 */
export function repeatedBlocks(files) {
  const windows = new Map();
  for (const [name, lines] of files) {
    const code = lines.map((line, index) => ({ line: line.trim(), at: index + 1 })).filter(({ line }) => isCode(line));
    for (let i = 0; i + LEAST <= code.length; i++) {
      const key = code
        .slice(i, i + LEAST)
        .map(({ line }) => line)
        .join('\n');
      windows.set(key, [...(windows.get(key) ?? []), { name, i, at: code[i].at }]);
    }
  }
  // A longer block is a chain of windows, each one line further at every place.
  const blocks = new Map();
  for (const places of windows.values()) {
    if (places.length < 2) continue;
    const before = blocks.get(keyOf(places.map(({ name, i }) => ({ name, i: i - 1 }))));
    const block = before ?? { places: places.map(({ name, at }) => `${name}:${at}`), lines: LEAST - 1 };
    block.lines++;
    blocks.set(keyOf(places), block);
  }
  return [...new Set(blocks.values())].sort((a, b) => b.lines - a.lines);
}

const keyOf = (places) => places.map(({ name, i }) => `${name}:${i}`).join(' ');
