import type { NodeAPI } from 'node-red';
import { CodedError } from './coded-error';

/** Properties that may name variables anywhere in their text, each with its label in the dialog. */
export type Places<T> = { readonly [Name in keyof T]?: string };

/**
 * The properties with values in place of every `${NAME}` in these texts: addresses, paths and NodeIds. Node-RED itself
 * does it only where a property is `${NAME}` and nothing else, and leaves that as it is where the variable is not set.
 * What a name stands for is Node-RED's own rule: the node's group, subflow, flow, then the process.
 * Throws OPENOT_CONFIG for one that is not set, with its name.
 * @param node The node whose variables count; null where there is none yet: then only those of the process.
 */
export function withVariables<T extends object>(
  RED: NodeAPI,
  node: object | null,
  properties: T,
  places: Places<T>
): T {
  const { getSetting } = RED.util as unknown as { getSetting(node: object | null, name: string): unknown };
  const filled = Object.entries<string | undefined>(places as Record<string, string>).map(([name, label = name]) => {
    const given = (properties as Record<string, unknown>)[name];
    const value = typeof given === 'string' ? fill(given, label, (variable) => getSetting(node, variable)) : given;
    return [name, value];
  });
  return { ...properties, ...Object.fromEntries(filled) };
}

/** `$(NAME)`, Node-RED's older form, counts only where nothing stands beside it. */
const OLD_FORM = /^\s*\$\(([^)]+)\)\s*$/;
const VARIABLE = /\$\{([^}]+)\}/g;

function fill(text: string, label: string, valueOf: (variable: string) => unknown): string {
  return text.replace(OLD_FORM, '${$1}').replace(VARIABLE, (_, variable: string) => {
    const value = valueOf(variable);
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string' && value !== '') return value;
    const found = value === undefined || value === null || value === '' ? 'is not set or empty' : 'holds no text';
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${label}" names the environment variable ${variable.slice(0, 80)}, which ${found}: set it in ` +
        'the group, the subflow, the flow or the environment of Node-RED',
      label
    );
  });
}
