import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Mutant } from './mutants';
import { SimulationResult } from './simulation';

const ROOT = resolve(__dirname, '../..');

/** What became of one mutant. */
export interface Found {
  readonly seeds: number;
  readonly result: SimulationResult | undefined;
}

/** Runs seeds from `from` on with one thing taken out of the reader, until a checker finds it or they are through. */
export function sabotage({ name }: Mutant, seeds: number, records: number, from = 1): Promise<Found> {
  return new Promise((done, fail) => {
    const child = spawn(
      process.execPath,
      [
        ...['--import', 'tsx', 'test/simulation/mutant-main.ts', '--mutant', name],
        ...['--from', String(from), '--seeds', String(seeds), '--records', String(records), '--json', '--first']
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] }
    );
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
    child.on('close', () => {
      const results = output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as SimulationResult);
      const result = results.find(({ violation }) => violation !== undefined);
      if (result === undefined && results.length < seeds)
        return fail(new Error(`the simulation ended after ${results.length} of ${seeds} seeds: ${errors}`));
      done({ seeds: results.length, result });
    });
  });
}
