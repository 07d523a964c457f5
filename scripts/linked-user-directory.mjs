// A Node-RED user directory in which this checkout stands as an installed package: for the demo and the benchmark.
import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** Makes (or renews) the directory with these flows. The port is taken from the environment variable PORT. */
export function linkedUserDirectory(userDir, flows, logLevel = 'info') {
  mkdirSync(join(userDir, 'node_modules', '@openot'), { recursive: true });
  const link = join(userDir, 'node_modules', '@openot', 'node-red');
  if (!isLink(link)) symlinkSync(root, link, 'junction');
  writeFileSync(
    join(userDir, 'package.json'),
    JSON.stringify({
      name: 'openot-linked',
      private: true,
      version: '0.0.1',
      dependencies: { '@openot/node-red': 'file:..' }
    })
  );
  writeFileSync(join(userDir, 'settings.js'), settings(logLevel));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows, null, 2));
}

function isLink(path) {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

const settings = (logLevel) => `module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT,
  flowFile: 'flows.json',
  credentialSecret: 'not a secret: this directory is for the demo and the benchmark',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
  functionGlobalContext: { openot: require('@openot/node-red'), nowNs: () => process.hrtime.bigint() },
  logging: { console: { level: '${logLevel}', metrics: false, audit: false } }
};
`;
