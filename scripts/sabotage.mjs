// `npm run sabotage [-- <part of a name>]`: what the reader does to keep its promise is taken out of a copy of its
// sources, one thing at a time, and the fault simulator must find each.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'test/simulation/sabotage-main.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' }
);
process.exit(status ?? 1);
