// Copies what the compiler does not: dialogs, locales and the icon beside each node's compiled file, and the
// simulator's
// definition files beside its code. Takes away the type declarations of nodes: nobody imports a node.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const node of readdirSync(join(root, 'nodes'), { withFileTypes: true })) {
  if (!node.isDirectory() || !node.name.startsWith('openot-')) continue;
  const from = join(root, 'nodes', node.name);
  const to = join(root, 'dist', 'nodes', node.name);
  const dialog = `${node.name}.html`;
  cpSync(join(from, dialog), join(to, dialog));
  if (existsSync(join(from, 'locales'))) cpSync(join(from, 'locales'), join(to, 'locales'), { recursive: true });
  // Node-RED looks for a node's icon beside its file. What an earlier build put there goes.
  rmSync(join(to, 'icons'), { recursive: true, force: true });
  mkdirSync(join(to, 'icons'));
  for (const [, icon] of readFileSync(join(from, dialog), 'utf8').matchAll(/icon: '([^']+\.svg)'/g))
    cpSync(join(root, 'icons', icon), join(to, 'icons', icon));
}
for (const entry of readdirSync(join(root, 'dist', 'nodes'), { withFileTypes: true, recursive: true })) {
  if (entry.isFile() && entry.name.endsWith('.d.ts')) rmSync(join(entry.parentPath ?? entry.path, entry.name));
}
cpSync(join(root, 'lib', 'simulator'), join(root, 'dist', 'lib', 'simulator'), {
  recursive: true,
  filter: (path) => !path.endsWith('.ts')
});
