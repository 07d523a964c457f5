// Copies what the compiler does not: dialogs, locales and icons beside each node's compiled file, and the
// simulator's definition files beside its code.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const node of readdirSync(join(root, 'nodes'), { withFileTypes: true })) {
  if (!node.isDirectory() || !node.name.startsWith('openot-')) continue;
  const from = join(root, 'nodes', node.name);
  const to = join(root, 'dist', 'nodes', node.name);
  cpSync(join(from, `${node.name}.html`), join(to, `${node.name}.html`));
  if (existsSync(join(from, 'locales'))) cpSync(join(from, 'locales'), join(to, 'locales'), { recursive: true });
  cpSync(join(root, 'icons'), join(to, 'icons'), { recursive: true });
}
cpSync(join(root, 'lib', 'simulator'), join(root, 'dist', 'lib', 'simulator'), {
  recursive: true,
  filter: (path) => !path.endsWith('.ts')
});
