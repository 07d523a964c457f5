// Makes the entries for `import`: beside each compiled entry of package.json's `exports` a thin .mjs with the same
// names out of the same CommonJS module, and its types. Two builds would be two instances of everything.
import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// What an earlier build made for entries that are no more goes.
for (const entry of readdirSync(join(root, 'dist', 'lib'), { withFileTypes: true, recursive: true })) {
  if (entry.isFile() && /\.(mjs|d\.mts)$/.test(entry.name)) rmSync(join(entry.parentPath ?? entry.path, entry.name));
}
for (const [subPath, entry] of Object.entries(entries)) {
  if (typeof entry === 'string') continue;
  const compiled = join(root, entry.require.default);
  if (!existsSync(compiled)) throw new Error(`package.json exports ${subPath}: ${entry.require.default} was not built`);
  const file = `./${basename(compiled)}`;
  const names = Object.keys(require(compiled)).sort();
  writeFileSync(
    join(root, entry.import.default),
    names.length === 0
      ? 'export {};\n'
      : `import room from '${file}';\nexport const {\n  ${names.join(',\n  ')}\n} = room;\n`
  );
  writeFileSync(join(root, entry.import.types), `export * from '${file}';\n`);
}
