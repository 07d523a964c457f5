// Installs what this checkout needs and builds it. Safe to run again: it does only what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installReceivers, nodeWithSqlite } from '../test/support/otlp/receivers/install.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(`\n"${[command, ...args].join(' ')}" failed (${result.status ?? result.signal}).`);
    process.exit(result.status || 1);
  }
}

function stale(marker, source) {
  return !existsSync(marker) || statSync(marker).mtimeMs < statSync(source).mtimeMs;
}

/** npm ci when the lock file is newer than what is installed. */
export function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: this project needs 20.19 or later.`);
    process.exit(1);
  }
  if (!stale(join(root, 'node_modules', '.package-lock.json'), join(root, 'package-lock.json'))) return;
  const modules = join(root, 'node_modules');
  // npm ci empties what a link leads to, which may be in use elsewhere.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error('node_modules is a link, and what it leads to is older than package-lock.json: run "npm ci" there.');
    process.exit(1);
  }
  console.log('Installing the packages of package-lock.json into node_modules/ (once, a minute or two) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

const builtMarker = join(root, 'dist', '.built');

/** The newest change below a folder or of a file, in milliseconds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Compiles when a source is newer than what was compiled last. */
export function build() {
  const sources = [
    'lib',
    'nodes',
    'cli',
    'editor',
    'icons',
    'scripts/copy-assets.mjs',
    'scripts/dialogs.cjs',
    'scripts/make-esm.mjs',
    'scripts/plain-exports.mjs',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json'
  ].map((path) => join(root, path));
  if (existsSync(builtMarker) && statSync(builtMarker).mtimeMs >= Math.max(...sources.map(newest))) return;
  console.log('Building dist/ …');
  run('npm', ['run', '--silent', 'build']);
  writeFileSync(builtMarker, '');
}

/**
 * The browser that the editor tests click in. Debian's, installed when we may; otherwise those tests say they were
 * skipped.
 */
export function installBrowser() {
  const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  if (candidates.some((path) => path && existsSync(path))) return;
  aptInstall('Chromium', 'editor', ['chromium', 'fonts-dejavu-core']);
}

/** The Python that Debian's packages are for: another one that comes first in the path does not see them. */
export const peerPython = process.env.OPENOT_PEER_PYTHON ?? '/usr/bin/python3';

/**
 * A Modbus server that nobody here wrote. Debian's, installed when we may; otherwise the tests with it say that they
 * were skipped.
 */
export function installModbusPeer() {
  if (spawnSync(peerPython, ['-c', 'import pymodbus.server'], { stdio: 'ignore' }).status === 0) return;
  // What it needs to be imported at all is only recommended by its package.
  aptInstall('pymodbus', 'Modbus peer', ['python3-pymodbus', 'python3-serial', 'python3-serial-asyncio']);
}

/** Go's own transparency log, which nobody here wrote. Debian's, installed when we may. */
export function installGoPeer() {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0 && existsSync(goLog)) return;
  aptInstall("Go's transparency log", 'Go peer', ['golang-go', 'golang-golang-x-mod-dev']);
}

const goLog = '/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog';

/**
 * The receivers of OpenTelemetry that nobody here wrote, from npm. The tests with them fail where it does not succeed.
 */
export function installOtlpReceivers() {
  try {
    installReceivers();
    nodeWithSqlite();
  } catch (error) {
    console.error(error.message);
  }
}

function aptInstall(what, tests, packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`No ${what} found and no right to install one: the ${tests} tests will say so and be skipped.`);
    return;
  }
  console.log(`Installing ${what} for the ${tests} tests with apt-get: ${packages.join(', ')} …`);
  const options = {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installPackages();
  build();
}
