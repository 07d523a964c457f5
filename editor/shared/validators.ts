/** What is wrong with a value: a key below `openot.invalid`, alone or with what it names; undefined: nothing. */
export type Fault = string | readonly [key: string, values: Record<string, unknown>] | undefined;

export type Check = (value: unknown, node: EditorNode) => Fault;

/**
 * A validator of the editor that says why: the label of the field, and what is expected in it. What was found is never
 * part of it: the editor shows the reason as HTML, and the value stands beside it.
 * @param label Name of the label in the node's catalogue, below `<type>.label`.
 */
export function field(label: string, check: Check): Validator {
  // The editor takes a reason only from a function of two arguments.
  return function (value, _options) {
    const fault = check(value, this);
    return fault === undefined ? true : reasonOf(this, label, fault);
  };
}

/** What is wrong with a field, as a sentence that begins with its label. */
export function reasonOf(node: EditorNode, label: string, fault: Exclude<Fault, undefined>): string {
  const [key, values] = typeof fault === 'string' ? [fault, {}] : fault;
  return `${node._(`${node.type}.label.${label}`)}: ${node._(`openot.invalid.${key}`, values)}`;
}

/** The name of an environment variable and nothing else: Node-RED puts its value in its place. */
export const isVariable = (value: unknown): boolean => typeof value === 'string' && /^\$\{[^}]+\}$/.test(value.trim());

/** Text that is not only white space. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** A whole number within limits, or the name of an environment variable. What is not there at all has its default. */
export function wholeNumber(min: number, max: number, step = 1): Check {
  const fault: Fault = step === 1 ? ['wholeNumber', { min, max }] : ['multiple', { min, max, step }];
  return (value) => {
    if (value === undefined || isVariable(value)) return undefined;
    const number = /^\d+$/.test(String(value)) ? Number(value) : NaN;
    return number >= min && number <= max && number % step === 0 ? undefined : fault;
  };
}

/** One of these, or what is not there at all. */
export function oneOf(...choices: readonly string[]): Check {
  return (value) =>
    value === undefined || choices.includes(String(value)) ? undefined : ['choice', { choices: choices.join(', ') }];
}

export const notEmpty: Check = (value) => (isText(value) ? undefined : 'empty');

/** Also what is not there at all is refused. */
export function required(check: Check): Check {
  return (value, node) => (value === undefined || value === '' ? 'empty' : check(value, node));
}

/** Empty, or what the check takes. */
export function optional(check: Check): Check {
  return (value, node) => (value === undefined || String(value).trim() === '' ? undefined : check(value, node));
}

/** A config node that is there and has no wrong field. */
export const configNode: Check = (value) => {
  if (!isText(value) || value === '_ADD_') return 'noConfig';
  const config = RED.nodes.node(value);
  if (!config) return 'goneConfig';
  return config.valid === false ? 'badConfig' : undefined;
};

/** Text with `${NAME}` in it is checked when the values are known: when the node is made. */
export const withVariables =
  (check: Check): Check =>
  (value, node) => {
    const rest = String(value).replace(/\$\{[^}]+\}/g, '');
    if (rest.includes('${')) return 'variable';
    return rest === String(value) ? check(value, node) : undefined;
  };

const matching =
  (pattern: RegExp, key: string): Check =>
  (value) =>
    pattern.test(String(value ?? '').trim()) ? undefined : key;

/** `opc.tcp://host:port/path`, as nodes/runtime reads it. */
export const opcuaAddress = withVariables(
  matching(/^opc\.tcp:\/\/(\[[0-9a-f:.]+\]|[^\s/:[\]@]+)(:\d{1,5})?(\/[^\s@]*)?$/i, 'opcuaAddress')
);

/** A name, an IPv4 address, or an IPv6 address with or without brackets. */
export const host = withVariables(
  matching(/^(\[[0-9a-f:.]+(%[\w.]+)?\]|[0-9a-f:.]*:[0-9a-f:.]*(%[\w.]+)?|[^\s/:[\]@%]+)$/i, 'host')
);

export const httpAddress = withVariables(
  matching(/^https?:\/\/(\[[0-9a-f:.]+\]|[^\s/:?#[\]@]+)(:\d{1,5})?([/?][^\s]*)?$/i, 'httpAddress')
);

/** `http://host:port`, with or without its scheme, or `none`: user and password belong into a variable. */
export const proxyAddress = withVariables(
  matching(/^(none|(http:\/\/)?(\[[0-9a-f:.]+\]|[^\s/:?#[\]@]+)(:\d{1,5})?\/?)$/i, 'proxyAddress')
);

/** The name of a log: no spaces, no `+`. */
export const logName = withVariables(matching(/^[^\s+]+$/u, 'logName'));
