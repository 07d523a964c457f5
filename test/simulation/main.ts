import { simulate } from './simulation';

/* Runs seeds from the command line: --seed N, --seeds N, --from N, --records N, --trace. */
const value = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};

async function main(): Promise<void> {
  const records = value('records', 20_000);
  const one = value('seed', -1);
  const from = one >= 0 ? one : value('from', 1);
  const seeds = one >= 0 ? 1 : value('seeds', 1);
  const trace = process.argv.includes('--trace') ? (line: string): void => console.log(line) : undefined;
  let failed = 0;
  let produced = 0;
  const begun = performance.now();
  for (let seed = from; seed < from + seeds; seed++) {
    const since = performance.now();
    const result = await simulate({ seed, records, trace });
    const seconds = (performance.now() - since) / 1_000;
    produced += result.produced;
    if (result.violation !== undefined) failed++;
    if (result.violation !== undefined || process.argv.includes('--verbose') || one >= 0) {
      const { violation, faults, ...rest } = result;
      console.log(`${violation === undefined ? 'ok  ' : 'FAIL'} seed ${seed} ${seconds.toFixed(2)} s ${Math.round(result.produced / seconds)}/s ${JSON.stringify(rest)}`);
      if (violation !== undefined) console.log(`     ${violation.checker} at ${violation.atMs.toFixed(0)} ms: ${violation.message}\n     ${faults.join(', ')}`);
    }
  }
  const seconds = (performance.now() - begun) / 1_000;
  console.log(`${seeds} seeds, ${produced} records, ${Math.round(produced / seconds)} records/s, ${failed} failures, ${seconds.toFixed(1)} s`);
  process.exitCode = failed > 0 ? 1 : 0;
}

void main();
