// Makes plain values of what a compiled file passes on from another. The compiler writes a getter for each, and V8
// asks it at every call: the decoder of records took 1.3 times as long (`npm run bench`). Nothing is lost by it: a
// getter is for circles of imports, and there are none (`npm run house` counts them).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
/** What the compiler writes for `export * from`, and for `export { name } from`. */
const star = 'desc = { enumerable: true, get: function() { return m[k]; } };';
const plainStar = 'desc = { enumerable: true, writable: true, value: m[k] };';
const named =
  /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+\.\w+); \} \}\);$/gm;

for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.js')) continue;
  const file = join(entry.parentPath ?? entry.path, entry.name);
  const compiled = readFileSync(file, 'utf8');
  const plain = compiled.replaceAll(star, plainStar).replaceAll(named, 'exports.$1 = $2;');
  if (plain !== compiled) writeFileSync(file, plain);
}
