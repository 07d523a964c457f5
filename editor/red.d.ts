/** What the dialogs use of Node-RED's editor, and of the widgets that it adds to jQuery. */

/** A node as the editor holds it: its properties, and what the editor put beside them. */
interface EditorNode {
  readonly id: string;
  readonly type: string;
  name?: string;
  readonly valid?: boolean;
  /** The text of a key in the node's own catalogue. */
  readonly _: Translate;
  readonly _def: NodeDefinition;
  credentials?: Record<string, unknown>;
  configVersion?: unknown;
  [property: string]: unknown;
}

type Translate = (key: string, values?: Record<string, unknown>) => string;

/** What the editor calls to check a property: true, or the reason why not. It must take two arguments to give one. */
type Validator = (this: EditorNode, value: unknown, options: unknown) => true | string;

interface NodeProperty {
  readonly value: unknown;
  /** Of a property that names a config node: its type. */
  readonly type?: string;
  readonly required?: boolean;
  readonly validate?: Validator;
}

interface NodeDefinition {
  readonly category: string;
  readonly defaults: Readonly<Record<string, NodeProperty>>;
  readonly credentials?: Readonly<Record<string, { readonly type: 'text' | 'password' }>>;
  readonly color?: string;
  readonly icon: string;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly paletteLabel?: string;
  label(this: EditorNode): string;
  labelStyle?(this: EditorNode): string;
  outputLabels?(this: EditorNode, index: number): string;
  oneditprepare?(this: EditorNode): void;
  oneditsave?(this: EditorNode): void;
  oneditcancel?(this: EditorNode): void;
}

interface TextEditor {
  getValue(): string;
  getSession(): { on(event: 'change', listener: () => void): void };
  resize?(): void;
  destroy(): void;
}

declare const RED: {
  readonly nodes: {
    registerType(type: string, definition: NodeDefinition): void;
    node(id: string): EditorNode | null;
    /** The node as a deploy sends it. */
    eachConfig(callback: (config: EditorNode) => boolean): void;
    convertNode(node: EditorNode): Record<string, unknown>;
  };
  readonly events: { on(event: 'nodes:add', listener: (node: EditorNode) => void): void };
  readonly editor: { createEditor(options: { id: string; mode: string; value: string }): TextEditor };
  /** True, or what is wrong (older editors: false). */
  readonly utils: { validatePropertyExpression(value: string): boolean | string };
  readonly clipboard: { copyText(text: string, element: JQuery, message: string): void };
};

/** One of the types that a typed input offers: the name of a built-in one, or one of our own. */
type TypedInputType =
  | string
  | {
      readonly value: string;
      readonly label: string;
      readonly icon: string;
      readonly showLabel: boolean;
      readonly multiple: boolean;
      readonly options: readonly { readonly value: string; readonly label: string }[];
    }
  | { readonly value: string; readonly label: string; readonly validate: (value: string) => boolean };

interface JQuery {
  typedInput(options: { types: readonly TypedInputType[]; typeField?: JQuery; default?: string }): JQuery;
  typedInput(property: 'value' | 'type'): string;
  editableList(options: {
    addButton: string;
    removable: boolean;
    sortable: boolean;
    height: string;
    addItem(container: JQuery, index: number, row: Record<string, string>): void;
  }): JQuery;
  editableList(method: 'addItem', row: object): JQuery;
  editableList(method: 'items'): JQuery;
}
