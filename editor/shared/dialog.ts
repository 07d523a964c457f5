/** The field of a property in the open dialog of a node; `config` of a config node. */
export const input = (name: string): JQuery => $(`#node-input-${name}`);
export const configInput = (name: string): JQuery => $(`#node-config-input-${name}`);

/**
 * Shows the defaults of properties that the node does not have: a flow of an earlier version lacks those that came
 * later.
 */
export function showDefaults(node: EditorNode): void {
  const fieldOf = node._def.category === 'config' ? configInput : input;
  for (const [name, { value, type }] of Object.entries(node._def.defaults))
    if (node[name] === undefined && type === undefined) fieldOf(name).val(String(value));
}

/** Where nothing was ever stored the editor would take empty fields for a change. */
export function showStoredCredentials(node: EditorNode): void {
  const credentials = (node.credentials ??= {});
  for (const [name, { type }] of Object.entries(node._def.credentials ?? {})) {
    if (type === 'text') credentials[name] ??= '';
    else credentials[`has_${name}`] ??= false;
  }
}

/** Calls `show` now and whenever one of the fields changes. */
export function onChange(fields: JQuery, show: () => void, events = 'change'): void {
  fields.on(events, show);
  show();
}

/** A name that the user gave stands in italics on the canvas, as Node-RED's own nodes do it. */
export function labelStyle(this: EditorNode): string {
  return this.name ? 'node_label_italic' : '';
}
