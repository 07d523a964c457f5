import should from 'should';
import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { until } from '../support/until';
import { run } from '../e2e/support/process';
import { root, toolchain } from '../e2e/support/toolchain';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

const FORMATS = ['module', 'commonjs'] as const;
const EXAMPLES = ['decode-bytes', 'documents-to-otlp', 'read-a-ring', 'simulate-a-controller'];

/** A program under way: what it has written so far, and how it ended. */
interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly end: Promise<number | null>;
}

describe('the library, packed and installed in an empty folder', function () {
  this.timeout(600_000);
  let folder: string;
  let collector: Server;
  let endpoint: string;
  /** Paths and bodies of what the collector was sent. */
  const requests: { readonly path: string; readonly body: string }[] = [];
  const programs: Program[] = [];

  before(async () => {
    folder = await makeUserDirectory();
    // What `npm install --save-dev typescript @types/node` would bring.
    for (const name of ['@types/node', 'undici-types'])
      cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const isPacked = request.headers['content-encoding'] === 'gzip';
        requests.push({ path: request.url ?? '', body: (isPacked ? gunzipSync(body) : body).toString() });
        response.setHeader('content-type', 'application/json');
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });
  after(async () => {
    for (const { child } of programs) child.kill('SIGKILL');
    collector?.close();
    if (folder) await removeUserDirectory(folder);
  });

  /** Compiles TypeScript as somebody does who checks everything; what the compiler said. */
  async function compile(format: (typeof FORMATS)[number], files: Record<string, string>): Promise<string> {
    const project = join(folder, format);
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: format, private: true }));
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { strict: true, module: 'node16', target: 'es2022', skipLibCheck: false, types: ['node'] },
        include: ['*.ts']
      })
    );
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
    return run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      cwd: project,
      timeoutMs: 600_000
    });
  }

  async function start(format: string, name: string, args: readonly string[]): Promise<Program> {
    const { node } = await toolchain();
    const child = spawn(node, [join(folder, format, `${name}.js`), ...args], { cwd: folder });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const program = { child, output: () => output, end: once(child, 'close').then(([code]) => code as number | null) };
    programs.push(program);
    return program;
  }
  async function through(format: string, name: string, args: readonly string[]): Promise<string> {
    const program = await start(format, name, args);
    should(await program.end).equal(0, program.output());
    return program.output();
  }
  async function stopped(program: Program): Promise<void> {
    program.child.kill('SIGTERM');
    should(await program.end).equal(0, program.output());
  }

  for (const format of FORMATS) {
    describe(format === 'module' ? 'as ESM' : 'as CommonJS', () => {
      let documents: string;

      before(async () => {
        documents = join(folder, `documents-${format}.ndjson`);
        const examples = join(folder, 'node_modules/@openot/node-red/docs/library');
        should(readdirSync(examples).filter((name) => name.endsWith('.ts'))).eql(EXAMPLES.map((name) => `${name}.ts`));
        const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
          exports: Record<string, unknown>;
        };
        const every = Object.keys(entries).filter((name) => name !== './package.json');
        should(
          await compile(format, {
            ...Object.fromEntries(
              EXAMPLES.map((name) => [`${name}.ts`, readFileSync(join(examples, `${name}.ts`), 'utf8')])
            ),
            'every.ts': every
              .map((name, i) => `export * as room${i} from '@openot/node-red${name.slice(1)}';\n`)
              .join('')
          })
        ).equal('');
      });

      it('decodes bytes', async () => {
        const output = await through(format, 'decode-bytes', []);
        should(output).match(/^the first record has \d+ bytes and the event type \d+\n/);
        should(output.match(/"kind":"record"/g)).have.length(2);
      });

      it('reads the ring of a simulated controller into a file, stops, and goes on where it was', async () => {
        const controller = await start(format, 'simulate-a-controller', [join(folder, `controller-${format}`)]);
        const { definition, opcua } = await until('the place of the ring', () => {
          const line = /^\{.*\}$/m.exec(controller.output())?.[0];
          return line === undefined
            ? undefined
            : (JSON.parse(line) as { definition: string; opcua: Record<string, string> });
        });
        const lines = (): string[] =>
          existsSync(documents) ? readFileSync(documents, 'utf8').split('\n').slice(0, -1) : [];
        let count = 0;
        for (let life = 0; life < 2; life++) {
          const reader = await start(format, 'read-a-ring', [
            definition,
            opcua.endpoint,
            opcua.control,
            String(opcua.ring),
            documents
          ]);
          await until('more documents', () => lines().length > count + 20, reader.output);
          await stopped(reader);
          count = lines().length;
        }
        await stopped(controller);
        const made = lines().map((line) => JSON.parse(line) as Document);
        should(made.filter(({ kind }) => kind === 'placeholder')).eql([]);
        const ids = made.flatMap(({ kind, seq, provenance }) =>
          kind === 'event' ? [`${provenance.source.id}/${seq}`] : []
        );
        should(new Set(ids).size).equal(ids.length);
      });

      it('sends the documents to a collector, which takes all of them', async () => {
        requests.length = 0;
        const output = await through(format, 'documents-to-otlp', [documents, endpoint]);
        const made = readFileSync(documents, 'utf8').trim().split('\n').length;
        const counts = [...output.matchAll(/^logs: (\d+) of (\d+) accepted$/gm)];
        const sum = (at: number): number => counts.reduce((total, count) => total + Number(count[at]), 0);
        should(sum(1)).equal(sum(2));
        should(sum(2)).be.aboveOrEqual(made);
        const bodies = requests.filter(({ path }) => path === '/v1/logs').map(({ body }) => body);
        should(bodies.join('').match(/"eventName":/g)?.length).be.aboveOrEqual(made);
      });
    });
  }
});

interface Document {
  readonly kind: string;
  readonly seq: number;
  readonly provenance: { readonly source: { readonly id: number } };
}
