// Loading one sub-path of the package against the whole: milliseconds of `require` in a fresh process (the median of
// RUNS, in turns), and how many modules it loads. Also by itself: node bench/loading.mjs
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const RUNS = 15;
const SUB_PATHS = ['/wire', '/reader', '/documents', '/transport/opcua', '/telemetry', '/otlp', '/simulator', ''];

/** @returns {{ ms: number, modules: number }} */
function load(subPath) {
  const script = `const start = performance.now();
    require('@openot/node-red${subPath}');
    console.log(JSON.stringify({ ms: performance.now() - start, modules: Object.keys(require.cache).length }));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' }));
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Lines for people. */
export function report() {
  const runs = Array.from({ length: RUNS }, () => SUB_PATHS.map(load));
  const rows = SUB_PATHS.map((subPath, i) => ({
    name: `@openot/node-red${subPath}`,
    ms: median(runs.map((run) => run[i].ms)),
    modules: runs[0][i].modules
  }));
  const whole = rows.at(-1);
  return rows.map(({ name, ms, modules }) => {
    const share = `${((100 * ms) / whole.ms).toFixed(0)} % of the whole`;
    return (
      `${name.padEnd(34)}${ms.toFixed(0).padStart(5)} ms${String(modules).padStart(6)} modules   ` +
      `${share.padStart(20)}`
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const line of report()) console.log(line);
