// `npm test`: sets the checkout up, builds it, lints it and runs every test, and says what it does while it does it.
// `npm test -- lib nodes` runs only these groups (e2e, package, nodes, cli, lib, lint, network, simulation); `--busy`
// beside two endless loops, as on a machine that has other things to do; `--no-install` with what is there. The last
// line counts.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import {
  build,
  installBrowser,
  installGoPeer,
  installModbusPeer,
  installOtlpReceivers,
  installPackages
} from './setup.mjs';
import { commandGroup, countLine, mochaGroup, seconds } from './test/groups.mjs';
import { createScreen } from './test/screen.mjs';

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const begunMs = performance.now();

if (!flags.includes('--no-install')) {
  installPackages();
  installBrowser();
  installModbusPeer();
  installGoPeer();
  installOtlpReceivers();
}
build();

const screen = createScreen();
const { show } = screen;
const chosen = (group) => wanted.length === 0 || wanted.includes(group.group.name);

// Tests over sockets and in Node-RED mostly wait, the others mostly compute: four side by side share two cores well.
// Whoever has done one takes the next, the long ones first, so that all end at about the same time. The fault simulator
// has a clock of its own, so it takes what the tests with real clocks leave; endless loops leave nothing.
const isBusy = flags.includes('--busy');
const SIDE_BY_SIDE = availableParallelism() > 1 ? 4 : 1;
const NETWORK = 'test/lib/{transport,discovery}/**/*.test.ts';
const waiting = [
  mochaGroup('e2e', show),
  mochaGroup('lib', show, { ignore: NETWORK }),
  mochaGroup('package', show),
  mochaGroup('network', show, { spec: NETWORK }),
  mochaGroup('nodes', show),
  mochaGroup('simulation', show, { niceness: isBusy ? 0 : 10 }),
  commandGroup('lint', process.execPath, ['scripts/lint.mjs'], show),
  mochaGroup('cli', show)
];
const names = waiting.map(({ group }) => group.name);
const groups = waiting.filter(chosen).map(({ group }) => group);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No group is named ${unknown.join(', ')}: there are ${names.join(', ')}.`);
  process.exit(1);
}

const loops = isBusy ? [1, 2].map(() => spawn(process.execPath, ['-e', 'for(;;){}'])) : [];
process.on('exit', () => loops.forEach((loop) => loop.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    console.log(`\nended by ${signal}: ${groups.map((group) => `${group.name} ${countLine(group)}`).join(' | ')}`);
    process.exit(1);
  });

screen.follow(groups);
const left = waiting.filter(chosen);
const work = async () => {
  for (let next = left.shift(); next !== undefined; next = left.shift()) await next.run();
};
await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
screen.end();

/** The longest of what the groups list under a name, each with what it is. */
function longest(title, list, describe) {
  const all = groups.flatMap((group) => list(group).map((entry) => ({ ...entry, group: group.name })));
  if (all.length === 0) return;
  console.log(`\n${title}`);
  for (const entry of all.sort((a, b) => b.ms - a.ms).slice(0, 10))
    console.log(`${seconds(entry.ms).padStart(9)}  ${entry.group}: ${describe(entry)}`);
}
longest(
  'The longest tests and hooks',
  ({ tests }) => tests,
  ({ title, file }) => `${title} (${file})`
);
longest(
  'The longest waits',
  ({ waits }) => waits,
  ({ what }) => what
);

console.log('');
for (const group of groups) console.log(`${group.name.padEnd(11)} ${countLine(group)}, ${seconds(group.tookMs)}`);
const sum = (of) => groups.reduce((total, group) => total + of(group), 0);
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((name) => sum((group) => group[name]));
console.log(
  `all of it   ${seconds(performance.now() - begunMs)}${loops.length > 0 ? ', beside two endless loops' : ''}`
);
console.log(`\n${countLine({ passed, failed, skipped })}`);
process.exit(failed > 0 ? 1 : 0);
