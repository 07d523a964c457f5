// `npm run demo`: sets the checkout up, starts Node-RED with the first example deployed, prints the documents as NDJSON
// and, after a few seconds and then every half minute, a summary. Ctrl-C stops it.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, installPackages, root } from './setup.mjs';
import { Summary } from './demo-summary.mjs';

installPackages();
build();

const port = Number(process.env.PORT ?? 1880);
const firstSummaryAfterMs = Number(process.env.OPENOT_DEMO_SUMMARY_MS ?? 8000);
const userDir = join(root, '.demo');
prepareUserDirectory();

const child = spawn(process.execPath, [join(root, 'node_modules/node-red/red.js'), '-u', userDir], { cwd: userDir, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PORT: String(port) } });
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

/** The debug node writes each batch of NDJSON to the log: the documents go on as they are, of the rest only what a person needs. */
function show(line) {
  if (line.startsWith('{"kind":')) {
    summary.document(JSON.parse(line));
    console.log(line);
  } else if (line.startsWith('{') && line.includes('"totals":')) summary.status(JSON.parse(line));
  else if (/\[(warn|error|fatal)\]/.test(line)) console.log(line);
  else if (/Started flows/.test(line) && !started) {
    started = true;
    announce();
  }
}

function announce() {
  console.log(`\nThe editor is at http://127.0.0.1:${port}/  (Ctrl-C stops the demo). Documents follow, one line each:\n`);
  setTimeout(() => {
    console.log(summary.text(`http://127.0.0.1:${port}/`));
    setInterval(() => console.log(summary.text(`http://127.0.0.1:${port}/`)), 30_000);
  }, firstSummaryAfterMs);
}

function prepareUserDirectory() {
  mkdirSync(join(userDir, 'node_modules', '@openot'), { recursive: true });
  const link = join(userDir, 'node_modules', '@openot', 'node-red');
  if (!existsSync(link) && !isLink(link)) symlinkSync(root, link, 'junction');
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'openot-demo', private: true, version: '0.0.1', dependencies: { '@openot/node-red': 'file:..' } }));
  writeFileSync(join(userDir, 'settings.js'), settings());
  const example = readdirSync(join(root, 'examples')).filter((name) => /^0?1.*\.json$/.test(name))[0];
  // The simulated controller begins anew with every demo, so the reader's saved state of the last one says nothing about it.
  rmSync(join(userDir, 'openot'), { recursive: true, force: true });
  copyFileSync(join(root, 'examples', example), join(userDir, 'flows.json'));
}

function isLink(path) {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function settings() {
  return `module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT,
  flowFile: 'flows.json',
  credentialSecret: 'demo',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
  logging: { console: { level: 'info', metrics: false, audit: false } }
};
`;
}
