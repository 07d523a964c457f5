// `npm run demo`: sets the checkout up, starts Node-RED with the first example deployed, prints the documents as NDJSON
// and, after a few seconds and then every half minute, a summary. Ctrl-C stops it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, installPackages, root } from './setup.mjs';
import { Summary } from './demo-summary.mjs';
import { linkedUserDirectory } from './linked-user-directory.mjs';

installPackages();
build();

const port = Number(process.env.PORT ?? 1880);
if (!(await isFree(port))) {
  console.error(`Port ${port} is in use, perhaps by another Node-RED. Choose another one: PORT=1881 npm run demo`);
  process.exit(1);
}
const firstSummaryAfterMs = Number(process.env.OPENOT_DEMO_SUMMARY_MS ?? 8000);
const userDir = join(root, '.demo');
// The simulated controller begins anew with every demo, so the reader's saved state of the last one says nothing about
// it.
rmSync(join(userDir, 'openot'), { recursive: true, force: true });
const example = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.json'))
  .sort()[0];
const flows = forTheTerminal(JSON.parse(readFileSync(join(root, 'examples', example), 'utf8')));
linkedUserDirectory(userDir, await withFreeOpcuaPort(flows));

const child = spawn(process.execPath, [join(root, 'node_modules/node-red/red.js'), '-u', userDir], {
  cwd: userDir,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PORT: String(port) }
});
const summary = new Summary();
let rest = '';
let started = false;
child.stdout.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) show(line);
});
child.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));

/**
 * The debug node writes each batch of NDJSON to the log: the documents go on as they are, of the rest only what a
 * person needs.
 */
function show(line) {
  if (line.startsWith('{"kind":')) {
    summary.document(JSON.parse(line));
    console.log(line);
  } else if (line.startsWith('{') && line.includes('"totals":')) summary.status(JSON.parse(line));
  else if (/\[(warn|error|fatal)\]/.test(line) && !/Projects disabled|Encrypted credentials/.test(line))
    console.log(line);
  else if (/Started flows/.test(line) && !started) {
    started = true;
    announce();
  }
}

function announce() {
  console.log(
    `\nThe editor is at http://127.0.0.1:${port}/  (Ctrl-C stops the demo). Documents follow, one line each:\n`
  );
  setTimeout(() => {
    console.log(summary.text(`http://127.0.0.1:${port}/`));
    setInterval(() => console.log(summary.text(`http://127.0.0.1:${port}/`)), 30_000);
  }, firstSummaryAfterMs);
}

function isFree(candidate) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(candidate, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** In the editor the example is calm, and writes nothing to the log: here the log is what is looked at. */
function forTheTerminal(flows) {
  const printed = ['NDJSON', 'reader status'];
  return flows.map((node) => {
    if (node.type === 'openot-simulator') return { ...node, rate: '20' };
    if (node.type !== 'debug' || !printed.includes(node.name)) return node;
    return { ...node, active: true, console: true, tosidebar: false };
  });
}

/**
 * Where the example's OPC UA port is taken, its simulator moves to the next free one: else the demo would show another
 * program's controller.
 */
async function withFreeOpcuaPort(flows) {
  const wanted = Number(flows.find((node) => node.type === 'openot-simulator').opcuaPort);
  let free = wanted;
  while (!(await isFree(free))) free++;
  return flows.map((node) => {
    if (node.type === 'openot-simulator') return { ...node, opcuaPort: String(free) };
    return node.type === 'openot-opcua' ? { ...node, endpoint: node.endpoint.replace(`:${wanted}`, `:${free}`) } : node;
  });
}
