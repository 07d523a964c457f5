import { configInput, onChange } from './shared/dialog';
import { definitionFault } from './definition/fault';
import { Check, field, isText, oneOf, reasonOf } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

/** The choice in an open dialog counts. */
const sourceOf = (node: EditorNode): unknown => {
  const choice = configInput('source').filter('.openot-definition-source');
  return choice.length > 0 ? choice.val() : node.source;
};
const ofText: Check = (value, node) => (sourceOf(node) === 'json' ? definitionFault(String(value ?? '')) : undefined);
const ofFiles: Check = (value, node) => (sourceOf(node) === 'json' || isText(value) ? undefined : 'empty');

/** The editor of the open dialog. */
let text: TextEditor | undefined;
function closeText(): void {
  text?.destroy();
  text = undefined;
}

RED.nodes.registerType('openot-definition', {
  category: 'config',
  icon: 'openot-definition.svg',
  defaults: {
    name: { value: '' },
    source: { value: 'folder', validate: field('source', oneOf('json', 'file', 'folder')) },
    json: { value: '', validate: field('json', ofText) },
    path: { value: '', validate: field('path', ofFiles) },
    watch: { value: true },
    configVersion: { value: configVersion('openot-definition'), validate: knownVersion('openot-definition') }
  },
  label() {
    const source = this.source === 'json' ? this._('openot-definition.source.json') : this.path;
    return this.name || String(source ?? '') || 'openot-definition';
  },
  oneditprepare() {
    // A flow that was written by hand may lack it: the runtime watches.
    if (this.watch === undefined) configInput('watch').prop('checked', true);
    text = RED.editor.createEditor({
      id: 'node-config-input-json-editor',
      mode: 'ace/mode/json',
      value: String(this.json ?? '')
    });
    const showFault = (): void => {
      const fault = configInput('source').val() === 'json' ? definitionFault(text?.getValue() ?? '') : undefined;
      $('.openot-definition-fault')
        .toggle(fault !== undefined)
        .text(fault === undefined ? '' : reasonOf(this, 'json', fault));
    };
    text.getSession().on('change', showFault);
    onChange(configInput('source'), () => {
      const isText = configInput('source').val() === 'json';
      $('.openot-definition-json').toggle(isText);
      $('.openot-definition-path').toggle(!isText);
      if (isText) text?.resize?.();
      showFault();
    });
  },
  oneditsave() {
    configInput('json').val(text?.getValue() ?? '');
    closeText();
  },
  oneditcancel: closeText
});
migrateAdded('openot-definition');
