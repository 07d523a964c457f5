// Makes what the compiler does not: dialogs, locales and the icon beside each node's compiled file, and the simulator's
// definition files beside its code. Takes away the type declarations of nodes: nobody imports a node.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogueOf, dialogOf } from './dialogs.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const node of readdirSync(join(root, 'nodes'), { withFileTypes: true })) {
  if (!node.isDirectory() || !node.name.startsWith('openot-')) continue;
  const from = join(root, 'nodes', node.name);
  const to = join(root, 'dist', 'nodes', node.name);
  const dialog = dialogOf(node.name);
  writeFileSync(join(to, `${node.name}.html`), dialog);
  cpSync(join(from, 'locales'), join(to, 'locales'), { recursive: true });
  for (const language of readdirSync(join(to, 'locales')))
    writeFileSync(
      join(to, 'locales', language, `${node.name}.json`),
      JSON.stringify(catalogueOf(node.name, language), null, 2)
    );
  // Node-RED looks for a node's icon beside its file. What an earlier build put there goes.
  rmSync(join(to, 'icons'), { recursive: true, force: true });
  mkdirSync(join(to, 'icons'));
  for (const [, icon] of dialog.matchAll(/icon: "([^"]+\.svg)"/g))
    cpSync(join(root, 'icons', icon), join(to, 'icons', icon));
}
for (const entry of readdirSync(join(root, 'dist', 'nodes'), { withFileTypes: true, recursive: true })) {
  if (entry.isFile() && entry.name.endsWith('.d.ts')) rmSync(join(entry.parentPath ?? entry.path, entry.name));
}
cpSync(join(root, 'lib', 'simulator'), join(root, 'dist', 'lib', 'simulator'), {
  recursive: true,
  filter: (path) => !path.endsWith('.ts')
});
