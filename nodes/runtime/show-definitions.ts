import { counted } from '../../lib/base';
import type { NodeStatus } from 'node-red';
import type { DefinitionUser } from './definition-user';

/** What is wrong with the definitions, as a status with the counts behind it; undefined when nothing is. */
export function showDefinitions(user: DefinitionUser, counts: string): NodeStatus | undefined {
  if (user.isMissing) return { fill: 'red', shape: 'ring', text: `no definition node (${counts})` };
  if (user.pending !== undefined) return { fill: 'yellow', shape: 'ring', text: 'loading definitions' };
  const { held, refused, missing } = user.state();
  const files = `${counted(refused, 'definition')} refused`;
  if (held === 0)
    return {
      fill: 'yellow',
      shape: 'ring',
      text:
        `no definition loaded${missing ? ' (file or folder is not there)' : refused > 0 ? ` (${files})` : ''}: ` +
        `${counts}`
    };
  if (missing) return { fill: 'yellow', shape: 'dot', text: `${counts}; definition file or folder is gone` };
  if (refused > 0) return { fill: 'yellow', shape: 'dot', text: `${counts}; ${files}` };
  return undefined;
}
