// What the editor loads for a node: its template (nodes/<type>/<type>.html) and its script (editor/<type>.ts, bundled
// with what the dialogs share), and its texts together with the shared ones (editor/locales).
const { buildSync } = require('esbuild');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');

/** The template of a node's dialog, as it stands beside the node. */
const templateOf = (type) => readFileSync(join(root, 'nodes', type, `${type}.html`), 'utf8');

/** The script that registers a node with the editor. */
function scriptOf(type) {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, 'editor', `${type}.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    tsconfig: join(root, 'editor', 'tsconfig.json')
  });
  return outputFiles[0].text;
}

/** The page that Node-RED's editor loads for a node; the shared rules of style reach only into its dialog. */
function dialogOf(type) {
  const style = `<style>\n${readFileSync(join(root, 'editor', 'shared', 'dialog.css'), 'utf8')}</style>`;
  const template = templateOf(type).replace(
    /(<script type="text\/html" data-template-name="[^"]+">\n)([\s\S]*?)(<\/script>)/,
    (_, open, body, close) => `${open}<div class="openot-form">\n${style}\n${body}</div>\n${close}`
  );
  return `${template}\n<script type="text/javascript">\n${scriptOf(type)}</script>\n`;
}

/** The texts of a node in a language, and those that all nodes share. */
function catalogueOf(type, language) {
  const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});
  return {
    ...read(join(root, 'nodes', type, 'locales', language, `${type}.json`)),
    ...read(join(root, 'editor', 'locales', `${language}.json`))
  };
}

module.exports = { catalogueOf, dialogOf, scriptOf, templateOf };
