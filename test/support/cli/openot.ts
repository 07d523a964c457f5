import { spawn } from 'node:child_process';
import { join } from 'node:path';

const bin = join(__dirname, '../../../dist/cli/openot.js');

/** How a command ended, and what it wrote. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
  readonly lines: readonly string[];
}

/** What a command is given beside its arguments. */
export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with all that was written so far, and what ends the command as Ctrl-C does. */
  readonly onOut?: (out: string, interrupt: () => void) => void;
}

/** Runs the `openot` of the package in a process of its own, its output not on a terminal. */
export const openot = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(process.execPath, [bin, ...args], options);

/** The same on a terminal: standard output and error are one there. */
export function openotOnTerminal(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const quoted = [process.execPath, bin, ...args].map((part) => `'${part}'`).join(' ');
  return run('script', ['-qec', quoted, '/dev/null'], options);
}

function run(command: string, args: readonly string[], { cwd, input, env, onOut }: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    let [out, error] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      onOut?.(out, () => child.kill('SIGINT'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    // One that does not read its input may have ended before all of it was written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, error, lines: out.split(/\r?\n/).filter((line) => line !== '') }));
  });
}
