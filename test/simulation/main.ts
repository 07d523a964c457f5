import { createHash } from 'node:crypto';
import { simulate, SimulationResult } from './simulation';

/*
 * Runs seeds from the command line: --seed N (one), --from N --seeds N --step N (several), --for MS (until the time is
 * over), --records N, --trace, --verbose (a line for each), --json (one object for each), --digest (one line for each:
 * seed, lines and SHA-256 of its trace, so that two versions of the reader can be compared), --first (end at the first
 * failure).
 */
const has = (name: string): boolean => process.argv.includes(`--${name}`);
const value = (name: string, otherwise: number): number =>
  has(name) ? Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) : otherwise;

function show(result: SimulationResult, seconds: number): void {
  const { violation, faults, ...rest } = result;
  console.log(
    `${violation === undefined ? 'ok  ' : 'FAIL'} seed ${result.seed} ${seconds.toFixed(2)} s ` +
      `${Math.round(result.produced / seconds)}/s ${JSON.stringify(rest)}`
  );
  if (violation !== undefined)
    console.log(
      `     ${violation.checker} at ${violation.atMs.toFixed(0)} ms: ${violation.message}\n     ${faults.join(', ')}`
    );
}

async function main(): Promise<void> {
  const records = value('records', 20_000);
  const from = has('seed') ? value('seed', 1) : value('from', 1);
  const step = value('step', 1);
  const until = has('for') ? performance.now() + value('for', 0) : Infinity;
  const seeds = has('seed') ? 1 : has('for') ? Infinity : value('seeds', 1);
  const trace = has('trace') ? (line: string): void => console.log(line) : undefined;
  let failed = 0;
  let produced = 0;
  let run = 0;
  const begun = performance.now();
  for (let seed = from; run < seeds && performance.now() < until; seed += step, run++) {
    const since = performance.now();
    const digest = has('digest') ? createHash('sha256') : undefined;
    let lines = 0;
    const digested = (line: string): void => {
      lines++;
      digest?.update(`${line}\n`);
    };
    const result = await simulate({ seed, records, trace: digest === undefined ? trace : digested });
    digest?.update(JSON.stringify(result));
    if (digest !== undefined) console.log(`${seed} ${lines} ${digest.digest('hex')}`);
    produced += result.produced;
    if (result.violation !== undefined) failed++;
    if (result.violation !== undefined && has('first')) run = seeds;
    if (has('json')) console.log(JSON.stringify({ ...result, records }));
    else if (result.violation !== undefined || has('verbose') || has('seed'))
      show(result, (performance.now() - since) / 1_000);
  }
  const seconds = (performance.now() - begun) / 1_000;
  if (!has('json'))
    console.log(
      `${run} seeds, ${produced} records, ${Math.round(produced / seconds)} records/s, ${failed} failures, ` +
        `${seconds.toFixed(1)} s`
    );
  process.exitCode = failed > 0 ? 1 : 0;
}

void main();
