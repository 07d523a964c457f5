/*
 * npm run bench [-- <section> ...] [--against <folder of another checkout, built>]: each section in a process of its
 * own, because what one leaves behind in the engine slows the next by half. With --against the sections of both
 * checkouts run in turn, and each rate is printed as a ratio of the medians, ours over theirs. Sections that take
 * minutes run only where they are named.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SECTIONS = {
  decoder: 'Verified decode (CRC and every structural check)',
  documents: 'Bytes to JSON text (verified decode, validation, resolution, exact text)',
  items: 'Bytes to items, items to objects',
  loading: 'Loading the package',
  otel: 'Documents to OpenTelemetry',
  'token-wait': 'The longest wait of a token in mapper and sender',
  'node-red-flow': 'The whole flow',
  modbus: 'Modbus TCP, the simulator in another process',
  'poll-cost': 'What a poll costs over OPC UA',
  logobject: 'Logs of OPC UA',
  archive: 'Appending to an archive and verifying it, against bare SHA-256 of its entries'
};
const NAMED_ONLY = { 'flow-cpu': 'What a Node-RED costs at 100 events a second, against the usual way' };
const ALL = { ...SECTIONS, ...NAMED_ONLY };
const ROUNDS = 5;

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const against = words.includes('--against') ? words[words.indexOf('--against') + 1] : undefined;
const wanted = words.filter((word) => word in ALL);
const sections = wanted.length > 0 ? wanted : Object.keys(SECTIONS);

/** The lines that a section prints. */
function linesOf(section, folder = root) {
  const { status, stdout } = spawnSync(process.execPath, [join('bench', `${section}.mjs`)], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit']
  });
  if (status !== 0) throw new Error(`bench/${section}.mjs ended with ${status} in ${folder}`);
  return stdout.trimEnd().split('\n');
}

/** The rates in lines, by name: `this decoder   8,189,606 records/s`. */
const ratesOf = (lines) =>
  Object.fromEntries(
    lines
      .map((line) => /^(\S.*?):? +([\d,]+) \w+\/s/.exec(line))
      .filter((match) => match !== null)
      .map(([, name, figure]) => [name, Number(figure.replaceAll(',', ''))])
  );
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

function compare(section) {
  const ours = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(ratesOf(linesOf(section, against)));
    ours.push(ratesOf(linesOf(section)));
  }
  const of = (rounds, name) => median(rounds.map((rates) => rates[name] ?? NaN));
  return Object.keys(ours[0]).map((name) => {
    const [now, before] = [of(ours, name), of(theirs, name)];
    return `${name.padEnd(58)}${now.toLocaleString('en-US').padStart(12)}   ${(now / before).toFixed(2)} of theirs`;
  });
}

for (const section of sections) {
  console.log(`\n${ALL[section]}`);
  for (const line of against === undefined ? linesOf(section) : compare(section)) console.log(`  ${line}`);
}
