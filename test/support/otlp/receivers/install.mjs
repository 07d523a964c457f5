// Installs the receivers of package.json here, and finds a Node.js that runs them. Safe to run again: it does only what
// is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  if (result.status === 0) return result.stdout;
  throw new Error(
    `"${[command, ...args].join(' ')}" failed (${result.error?.message ?? result.status ?? result.signal}): the ` +
      `tests with receivers of OpenTelemetry need it.\n${result.stderr ?? ''}`
  );
}

/** npm ci when the lock file is newer than what is installed. Throws when it fails. */
export function installReceivers() {
  const marker = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs) return;
  console.log('Installing two receivers of OpenTelemetry into test/support/otlp/receivers/node_modules/ (once) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

/**
 * Path of a Node.js with SQLite in it (22.13 or later): the one that runs, or one from npm. Throws when there is none.
 */
export function nodeWithSqlite() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return process.execPath;
  console.log('Getting a Node.js 22 with SQLite from npm, for a receiver of OpenTelemetry (into the cache of npx) …');
  return run('npx', ['-y', '-p', 'node@22', 'node', '-p', 'process.execPath'], tmpdir()).trim().split('\n').pop();
}
