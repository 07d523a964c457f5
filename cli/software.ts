import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this package, from its package.json: one folder up as source, two in `dist`. */
export function softwareVersion(): string {
  const path = ['..', join('..', '..')].map((up) => join(__dirname, up, 'package.json')).find((one) => existsSync(one));
  return path === undefined ? '' : (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
