import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { connect } from 'node:net';
import { until, WAIT_MS } from '../../until';

/** Where `install.mjs` put them. */
export const installed = join(__dirname, 'node_modules');

type Installer = typeof import('./install.mjs', { with: { 'resolution-mode': 'import' } });

let ready: Promise<Installer> | undefined;

/**
 * Installs the receivers where that was not done yet. Rejects where it cannot be done: a test without its receiver
 * fails.
 */
export function installReceivers(): Promise<Installer> {
  ready ??= import('./install.mjs').then((installer) => {
    installer.installReceivers();
    return installer;
  });
  return ready;
}

/** A receiver in a process of its own. */
export class ReceiverProcess {
  output = '';
  private exited = false;
  private readonly gone: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk) => (this.output += chunk));
    child.stderr?.on('data', (chunk) => (this.output += chunk));
    this.gone = new Promise((resolve) => {
      const end = (error?: Error): void => {
        if (error instanceof Error) this.output += error.message;
        this.exited = true;
        resolve();
      };
      child.once('exit', () => end());
      child.once('error', end);
    });
    process.setMaxListeners(0);
    process.once('exit', () => child.kill('SIGKILL'));
  }

  static start(command: string, args: string[], cwd: string): ReceiverProcess {
    return new ReceiverProcess(
      spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } })
    );
  }

  /** Resolves when the port takes connections. Rejects when the process ends first, or after the limit of a wait. */
  async listening(port: number): Promise<void> {
    await until(
      `a receiver on port ${port}`,
      async () => this.exited || (await answers(port)),
      () => this.output
    ).catch(async (error: unknown) => {
      await this.kill();
      throw error;
    });
    if (this.exited) throw new Error(`the receiver does not listen on port ${port}:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.exited) return;
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), WAIT_MS);
    await this.gone;
    clearTimeout(late);
  }

  /** As a power cut ends it. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
