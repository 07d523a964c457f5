import { ChildProcess, spawn } from 'node:child_process';
import { AddressInfo, createServer } from 'node:net';
import { Comms } from './comms';
import { until } from './process';
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
      40_000,
      () => this.log
    );
    await until(
      'the flows to start',
      () => /Started flows|Flows stopped in safe mode|missing/i.test(this.log),
      20_000,
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

  /** Deploys a whole flow file, as the editor's Full (or another) deploy does. */
  async deploy(flows: FlowNode[], type: 'full' | 'flows' | 'nodes' = 'full'): Promise<void> {
    const revision = (await (
      await fetch(this.url + '/flows', { headers: { 'Node-RED-API-Version': 'v2' } })
    ).json()) as { rev: string };
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
      20_000,
      () => this.log
    );
  }

  /** Presses an inject node's button; it answers 404 for a moment after a deploy. */
  async inject(id: string): Promise<void> {
    await until(
      `inject ${id}`,
      async () => (await fetch(`${this.url}/inject/${id}`, { method: 'POST' })).ok,
      5000,
      () => this.log
    );
  }

  /** Stops as an init system does. Returns how long it took; rejects when it had to be killed. */
  async stop(timeoutMs = 20_000): Promise<number> {
    this.comms?.close();
    if (this.exitCode !== undefined) return 0;
    const begun = Date.now();
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), timeoutMs);
    await gone;
    clearTimeout(late);
    const took = Date.now() - begun;
    if (took >= timeoutMs) throw new Error(`Node-RED did not stop within ${timeoutMs} ms\n${this.log}`);
    return took;
  }

  kill(): void {
    this.comms?.close();
    this.child.kill('SIGKILL');
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
