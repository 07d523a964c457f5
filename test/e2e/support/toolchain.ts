import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { run } from './process';

export const root = resolve(__dirname, '../../..');

/** Which Node.js and which Node-RED a run uses. */
export interface Toolchain {
  readonly node: string;
  readonly redJs: string;
  /** Environment in which `npm` and `node` mean this Node.js. */
  readonly env: NodeJS.ProcessEnv;
}

/** The Node-RED of our devDependencies on the Node.js that runs the tests. */
function current(): Toolchain {
  return { node: process.execPath, redJs: join(root, 'node_modules/node-red/red.js'), env: {} };
}

/** Node-RED 5 on Node 22, both fetched as npm packages. */
async function nodeRed5(): Promise<Toolchain> {
  const node = (await run('npx', ['-y', '-p', 'node@22', 'node', '-p', 'process.execPath'], { cwd: tmpdir() }))
    .trim()
    .split('\n')
    .pop()!;
  const env = { PATH: dirname(node) + delimiter + process.env.PATH };
  const folder = join(tmpdir(), 'openot-node-red-5');
  const redJs = join(folder, 'node_modules/node-red/red.js');
  if (!existsSync(redJs)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', 'node-red@5', '--no-audit', '--no-fund'], { cwd: folder, env, timeoutMs: 600_000 });
  }
  return { node, redJs, env };
}

let chosen: Promise<Toolchain> | undefined;
export function toolchain(): Promise<Toolchain> {
  chosen ??= process.env.OPENOT_NODE_RED === '5' ? nodeRed5() : Promise.resolve(current());
  return chosen;
}

/** The package as users get it: `npm pack` of the built checkout. */
let packed: Promise<string> | undefined;
export function packedTarball(): Promise<string> {
  packed ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openot-pack-'));
    const output = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
      { cwd: root }
    );
    const start =
      output.indexOf('[') === -1
        ? output.indexOf('{')
        : Math.min(...[output.indexOf('['), output.indexOf('{')].filter((at) => at >= 0));
    const parsed = JSON.parse(output.slice(start)) as { filename: string }[] | Record<string, { filename: string }>;
    const entry = Array.isArray(parsed) ? parsed[0] : Object.values(parsed)[0];
    return join(folder, entry.filename.replace('@', '').replace('/', '-'));
  })();
  return packed;
}
