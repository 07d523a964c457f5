// `npm run house`: what the rooms look like. Lines per room, large files with their reasons, lines over 120 columns,
// words of the old vocabulary, repeated blocks, circles of imports, files of lib that only tests use. Exits with 1
// where something is found that must not be there.
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join, normalize } from 'node:path';
import { root } from './setup.mjs';
import { LARGE_FILES, MOST_COLUMNS, MOST_LINES } from './house/large-files.mjs';
import { OLD_WORDS } from './house/old-words.mjs';
import { repeatedBlocks } from './house/repeated-blocks.mjs';
import { circles, importsOf, reachable } from './house/imports.mjs';

const CODE = /\.(ts|mjs|cjs|js)$/;
const ROOMS = ['lib', 'nodes', 'editor', 'test', 'bench', 'scripts', 'docs'];
const names = execFileSync('git', ['ls-files', ...ROOMS], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const text = new Map(
  names
    .filter((name) => /\.(ts|mjs|cjs|js|md|html)$/.test(name))
    .map((name) => [name, readFileSync(join(root, name), 'utf8')])
);
const code = [...text.keys()].filter((name) => CODE.test(name));
const isIn =
  (...rooms) =>
  (name) =>
    rooms.some((room) => name.startsWith(room + '/'));
const product = code.filter(isIn('lib', 'nodes', 'editor'));
const linesOf = (name) => text.get(name).replace(/\n$/, '').split('\n');
const failures = [];

function section(title, lines, mustBeEmpty = false) {
  console.log(`\n${title}: ${lines.length}`);
  for (const line of lines) console.log(`  ${line}`);
  if (mustBeEmpty && lines.length > 0) failures.push(`${title}: ${lines.length}`);
}

/** lib/reader, nodes/openot-doc, test/lib, editor: the first folder, and the second where there is one. */
const roomOf = (name) =>
  name
    .split('/')
    .slice(0, name.split('/').length > 2 ? 2 : 1)
    .join('/');
const rooms = new Map();
for (const name of code) {
  const room = rooms.get(roomOf(name)) ?? { files: 0, lines: 0 };
  rooms.set(roomOf(name), { files: room.files + 1, lines: room.lines + linesOf(name).length });
}
section(
  'Rooms',
  [...rooms].map(
    ([room, { files, lines }]) =>
      `${room.padEnd(28)} ${String(files).padStart(4)} files ${String(lines).padStart(6)} lines`
  )
);

const large = product.filter((name) => linesOf(name).length > MOST_LINES);
section(
  `Files of lib, nodes and editor over ${MOST_LINES} lines, each with its reason`,
  large.filter((name) => LARGE_FILES[name]).map((name) => `${linesOf(name).length} ${name}: ${LARGE_FILES[name]}`)
);
section(
  `Files over ${MOST_LINES} lines without a reason in scripts/house/large-files.mjs`,
  large.filter((name) => !LARGE_FILES[name]).map((name) => `${linesOf(name).length} ${name}`),
  true
);
section(
  'Reasons that nobody needs any more',
  Object.keys(LARGE_FILES).filter((name) => !large.includes(name)),
  true
);

// What ESLint lets through as data or as a title is counted here as well, apart: it is a number to look at, not a rule.
const long = code.flatMap((name) =>
  linesOf(name).flatMap((line, index) => (line.length > MOST_COLUMNS ? [`${name}:${index + 1}`] : []))
);
console.log(`\nLines over ${MOST_COLUMNS} columns in code, with what counts as data or title: ${long.length}`);

section(
  'Words of the old vocabulary (scripts/house/old-words.mjs)',
  OLD_WORDS.flatMap(([word, pattern, better, where]) => {
    const hits = code
      .filter((name) => !name.startsWith('scripts/house/') && (where === undefined || where.test(name)))
      .flatMap((name) => linesOf(name).flatMap((line, index) => (pattern.test(line) ? [`${name}:${index + 1}`] : [])));
    return hits.length === 0 ? [] : [`${word} (now ${better}): ${hits.length}, ${hits.slice(0, 3).join(' ')}`];
  })
);

section(
  'Blocks of six lines or more that stand twice in lib, nodes and editor',
  repeatedBlocks(product.map((name) => [name, linesOf(name)])).map(
    ({ places, lines }) => `${lines} lines: ${places.join(' ')}`
  )
);

const graph = new Map(code.map((name) => [name, importsOf(name, text.get(name), text)]));
section(
  'Circles of imports',
  circles(new Map([...graph].filter(([name]) => product.includes(name)))).map((circle) => circle.join(' -> ')),
  true
);

const { exports = {}, bin = {}, main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const compiled = JSON.stringify([exports, bin, main]).matchAll(/dist\/(lib\/[^"']+?)\.(?:js|mjs|d\.ts)/g);
const entries = [...compiled].map(([, path]) => `${normalize(path)}.ts`).filter((name) => text.has(name));
const used = reachable(graph, [...entries, ...code.filter(isIn('nodes', 'editor'))]);
section(
  'Files of lib that neither a node nor an entry of the package uses',
  product.filter((name) => isIn('lib')(name) && !used.has(name)),
  true
);

console.log(failures.length === 0 ? '\nThe house is in order.' : `\nNot in order:\n  ${failures.join('\n  ')}`);
process.exit(failures.length === 0 ? 0 : 1);
