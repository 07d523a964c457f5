// `npm test`: sets the checkout up, builds it, lints it and runs every test. The last line counts.
import { spawn } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { build, installBrowser, installModbusPeer, installOtlpReceivers, installPackages, root } from './setup.mjs';

/** Runs a command, passing its output on; resolves with its exit code and output. */
function start(command, args, env = {}, niceness = 0) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    if (niceness > 0) setPriority(child.pid, niceness);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('close', (code) => {
      console.log(`\n--- ${[command, ...args].join(' ')}\n${output.trimEnd()}`);
      resolve({ code: code ?? 1, output });
    });
  });
}

// --exit: a test that failed half way may leave a server or a runtime open, which must not keep CI waiting.
const mocha = (spec, niceness) =>
  start('npx', ['mocha', '--exit', '--reporter', 'dot', '--spec', spec], { OPENOT_TEST: '1' }, niceness);
const count = (output, word) => Number(output.match(new RegExp(`^\\s+(\\d+) ${word}`, 'm'))?.[1] ?? 0);

installPackages();
installBrowser();
installModbusPeer();
installOtlpReceivers();
build();

// The end-to-end tests mostly wait, the others mostly compute: side by side they share two cores well. The fault
// simulator has a clock of its own, so it takes what the tests with real clocks leave.
const groups = [
  async () => [await mocha('test/e2e/**/*.test.ts'), await start('npm', ['run', '--silent', 'lint'])],
  async () => [await mocha('test/lib/**/*.test.ts')],
  async () => [await mocha('test/simulation/**/*.test.ts', 10), await mocha('test/nodes/**/*.test.ts')]
];
const results = [];
if (availableParallelism() > 1) results.push(...(await Promise.all(groups.map((group) => group()))).flat());
else for (const group of groups) results.push(...(await group()));

const passed = results.reduce((sum, { output }) => sum + count(output, 'passing'), 0);
const failed = results.reduce((sum, { output, code }) => sum + (count(output, 'failing') || (code ? 1 : 0)), 0);
const skipped = results.reduce((sum, { output }) => sum + count(output, 'pending'), 0);
console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);
