import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyAtHand } from '../../support/key-at-hand';
import { run } from './process';
import { packedTarball, toolchain } from './toolchain';

const settings = `
module.exports = {
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.OPENOT_TEST_PORT),
  credentialSecret: 'for tests only',
  flowFile: 'flows.json',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
  contextStorage: { default: { module: 'memory' }, file: { module: 'localfilesystem', config: { flushInterval: 1 } } },
  functionExternalModules: true,
  functionGlobalContext: { fs: require('fs') },
  logging: { console: { level: 'info', metrics: false, audit: false } }
};
`;

let template: Promise<string> | undefined;

/**
 * An empty user directory into which the packed tarball was installed as the palette manager does it, made once per
 * run.
 */
function installedTemplate(): Promise<string> {
  template ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openot-user-'));
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'node-red-project', private: true, version: '0.0.1' })
    );
    const { env } = await toolchain();
    const tarball = await packedTarball();
    await run(
      'npm',
      ['install', tarball, '--engine-strict', '--save', '--no-audit', '--no-fund', '--prefer-offline', '--omit=dev'],
      { cwd: folder, env }
    );
    await writeFile(join(folder, 'settings.js'), settings);
    process.on('exit', () => void rm(folder, { recursive: true, force: true }));
    return folder;
  })();
  return template;
}

/** A fresh user directory of its own, with the package installed. Hard-linked from the template: cheap. */
export async function makeUserDirectory(): Promise<string> {
  const from = await installedTemplate();
  const folder = await mkdtemp(join(tmpdir(), 'openot-run-'));
  await run('cp', ['-al', join(from, 'node_modules'), folder], { cwd: from });
  for (const file of ['package.json', 'package-lock.json', 'settings.js'])
    await cp(join(from, file), join(folder, file));
  keyAtHand(join(folder, 'openot', 'pki'), join(folder, 'openot', 'simulator-pki'));
  return folder;
}

export async function removeUserDirectory(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
