// The groups of `npm test`, each a process of its own, and what is known of each while it runs.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { root } from '../setup.mjs';

const LAST_LINES = 40;

/** What is known of a group so far. Times in ms. */
const newGroup = (name) => ({
  name,
  passed: 0,
  failed: 0,
  skipped: 0,
  running: '',
  begunMs: 0,
  tookMs: 0,
  tests: [],
  waits: []
});

/**
 * Runs a command, its lines to `onLine`, its reports (file descriptor 3) to `onReport`; resolves with its exit code.
 */
function start(command, args, { env = {}, niceness = 0, onLine, onReport }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe']
    });
    child.on('error', reject);
    process.on('exit', () => child.kill());
    if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness);
    for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine);
    createInterface({ input: child.stdio[3] }).on('line', (line) => onReport(JSON.parse(line)));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * The files of one folder of test/, run by mocha, or those that `spec` names, but for those that `ignore` names. `show`
 * takes lines to print.
 */
export function mochaGroup(name, show, { spec = `test/${name}/**/*.test.ts`, ignore, niceness = 0 } = {}) {
  const group = newGroup(name);
  let ended = false;
  const take = {
    begin: ({ file }) => (group.running = file),
    hook: (event) => void group.tests.push(event),
    passed: (event) => {
      group.passed++;
      group.tests.push(event);
    },
    skipped: () => void group.skipped++,
    failed: (event) => {
      group.failed++;
      group.tests.push(event);
      show(`FAILED in ${name}, ${event.file}\n${event.text}\n`);
    },
    end: ({ waits }) => {
      ended = true;
      group.waits = waits;
    }
  };
  // --exit: a test that failed half way may leave a server or a runtime open, which must not keep CI waiting.
  const args = ['node_modules/mocha/bin/mocha.js', '--exit', '--reporter', 'scripts/test/reporter.cjs', '--spec', spec];
  if (ignore !== undefined) args.push('--ignore', ignore);
  return runGroup(group, show, async () => {
    const last = [];
    const code = await start(process.execPath, args, {
      env: { OPENOT_TEST: '1' },
      niceness,
      onLine: (line) => {
        if (last.push(line) > LAST_LINES) last.shift();
        if (line.trim() !== '') show(`      ${name}: ${line.trim()}`);
      },
      onReport: (event) => take[event.kind](event)
    });
    if (ended && (code === 0 || group.failed > 0)) return;
    group.failed++;
    show(`FAILED: the tests of ${name} ended with ${code} in ${group.running}\n${last.join('\n')}\n`);
  });
}

/** A command that passes or fails as a whole; its output is shown where it fails. */
export function commandGroup(name, command, args, show) {
  const group = newGroup(name);
  return runGroup(group, show, async () => {
    const lines = [];
    const code = await start(command, args, { onLine: (line) => lines.push(line), onReport: () => {} });
    if (code === 0) return;
    group.failed++;
    show(`FAILED: ${[command, ...args].join(' ')} ended with ${code}\n${lines.join('\n')}\n`);
  });
}

function runGroup(group, show, run) {
  return {
    group,
    run: async () => {
      group.begunMs = performance.now();
      show(`${group.name} begins`);
      await run();
      group.tookMs = performance.now() - group.begunMs;
      show(`${group.name} ends: ${countLine(group)}, ${seconds(group.tookMs)}`);
    }
  };
}

export const countLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
