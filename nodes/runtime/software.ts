import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let software: { readonly name: string; readonly version: string } | undefined;

/**
 * Name and version of this package, from the package.json above: two folders up as source, three in `dist`; empty where
 * there is none.
 */
export function packageOf(): { readonly name: string; readonly version: string } {
  if (software !== undefined) return software;
  const path = [join(__dirname, '..', '..', 'package.json'), join(__dirname, '..', '..', '..', 'package.json')].find(
    (one) => existsSync(one)
  );
  const { name, version } =
    path === undefined
      ? { name: '', version: '' }
      : (JSON.parse(readFileSync(path, 'utf8')) as { name: string; version: string });
  return (software = { name, version });
}

/** Both in one text. */
export function softwareName(): string {
  const { name, version } = packageOf();
  return `${name} ${version}`.trim();
}
