import { ChildProcess, spawn } from 'node:child_process';
import { AddressInfo, createServer } from 'node:net';
import { Comms } from './comms';
import { until, WAIT_MS } from '../../support/until';
import { toolchain } from './toolchain';

/** One entry of a flow file. */
export type FlowNode = { id: string; type: string; z?: string; [property: string]: unknown };

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A real Node-RED in a process of its own, talked to as the editor does. */
export class Runtime {
  log = '';
  exitCode: number | null | undefined;
  comms!: Comms;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string
  ) {
    child.stdout!.on('data', (chunk) => (this.log += chunk));
    child.stderr!.on('data', (chunk) => (this.log += chunk));
    child.on('exit', (code) => (this.exitCode = code));
  }

  static async start(userDir: string, env: NodeJS.ProcessEnv = {}): Promise<Runtime> {
    const tools = await toolchain();
    const port = await freePort();
    const child = spawn(tools.node, [tools.redJs, '-u', userDir], {
      cwd: userDir,
      env: { ...process.env, ...tools.env, OPENOT_TEST_PORT: String(port), NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    process.setMaxListeners(0);
    process.on('exit', () => child.kill('SIGKILL'));
    const runtime = new Runtime(child, `http://127.0.0.1:${port}`);
    try {
      await runtime.ready();
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return runtime;
  }

  private async ready(): Promise<void> {
    await until(
      'Node-RED to answer',
      () =>
        this.get('/settings').then(
          (response) => response.ok,
          () => false
        ),
      () => this.log
    );
    await until(
      'the flows to start',
      () => /Started flows|Flows stopped in safe mode|missing/i.test(this.log),
      () => this.log
    );
    this.comms = await Comms.open(this.url);
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path, { headers: { Accept: 'application/json' } });
  }

  async json<T>(path: string): Promise<T> {
    const response = await this.get(path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    return (await response.json()) as T;
  }

  /** A question, once more where the connection that was kept from the one before had just been closed. */
  private asked(path: string, init: RequestInit): Promise<Response> {
    return fetch(this.url + path, init).catch(() => fetch(this.url + path, init));
  }

  /** Deploys a whole flow file, as the editor's Full (or another) deploy does. */
  async deploy(flows: FlowNode[], type: 'full' | 'flows' | 'nodes' = 'full'): Promise<void> {
    const revision = (await (await this.asked('/flows', { headers: { 'Node-RED-API-Version': 'v2' } })).json()) as {
      rev: string;
    };
    const started = this.log.length;
    const response = await fetch(this.url + '/flows', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type },
      body: JSON.stringify({ rev: revision.rev, flows })
    });
    if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
    await until(
      'the deployed flows to start',
      () => /Started (modified )?(flows|nodes)/.test(this.log.slice(started)),
      () => this.log
    );
  }

  /** Presses an inject node's button; it answers 404 for a moment after a deploy. */
  async inject(id: string): Promise<void> {
    await until(
      `inject ${id}`,
      async () => (await fetch(`${this.url}/inject/${id}`, { method: 'POST' })).ok,
      () => this.log
    );
  }

  /** Stops as an init system does. Rejects when it had to be killed, or when Node-RED gave a node up (after 15 s). */
  async stop(): Promise<void> {
    this.comms?.close();
    if (this.exitCode !== undefined) return;
    const gone = new Promise<NodeJS.Signals | null>((resolve) =>
      this.child.once('exit', (_code, signal) => resolve(signal))
    );
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), WAIT_MS);
    const signal = await gone;
    clearTimeout(late);
    if (signal === 'SIGKILL') throw new Error(`Node-RED did not stop within ${WAIT_MS} ms\n${this.log}`);
    if (/Close timed out/i.test(this.log)) throw new Error(`a node did not close\n${this.log}`);
  }

  kill(): void {
    this.comms?.close();
    this.child.kill('SIGKILL');
  }

  /** `kill -9`, and waits until the process is gone. */
  async die(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.kill();
    await gone;
  }

  /** Warnings and errors of the log, without what Node-RED itself says about a fresh install. */
  complaints(): string[] {
    const harmless = /credentials|Encrypted credentials|Projects disabled|Context store|No active project|deprecat/i;
    return this.log
      .split('\n')
      .filter(
        (line) =>
          /\[(warn|error|fatal)\]|Unhandled|TypeError|ReferenceError|Close timed out/i.test(line) &&
          !harmless.test(line)
      );
  }
}
