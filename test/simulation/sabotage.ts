import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Sabotage } from './sabotages';
import { SimulationResult } from './simulation';

const ROOT = resolve(__dirname, '../..');

/** What became of one sabotage. */
export interface Found {
  readonly seeds: number;
  readonly result: SimulationResult | undefined;
}

/**
 * Runs seeds against a copy of the sources with one thing taken out, until a checker finds it or `seeds` are through.
 * @throws Error when an edit does not match exactly once: then the proof proves nothing.
 */
export async function sabotage({ name, edits }: Sabotage, seeds: number, records: number): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'openot-sabotage-'));
  try {
    for (const part of ['lib', 'test/simulation', 'test/support/seeded.ts', 'package.json', 'tsconfig.json'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
    for (const { file, from, to } of edits) {
      const text = readFileSync(join(folder, file), 'utf8');
      const times = text.split(from).length - 1;
      if (times !== 1)
        throw new Error(`sabotage of ${name}: ${JSON.stringify(from)} stands ${times} times in ${file}, expected once`);
      writeFileSync(
        join(folder, file),
        text.replace(from, () => to)
      );
    }
    return await seedsUntilFound(folder, seeds, records);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function seedsUntilFound(folder: string, seeds: number, records: number): Promise<Found> {
  return new Promise((done, fail) => {
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        'test/simulation/main.ts',
        '--from',
        '1',
        '--seeds',
        String(seeds),
        '--records',
        String(records),
        '--json',
        '--first'
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }
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
      if (results.length === 0) return fail(new Error(`the sabotaged copy did not run: ${errors}`));
      done({ seeds: results.length, result: results.find(({ violation }) => violation !== undefined) });
    });
  });
}
