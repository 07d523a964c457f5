import { counted } from '../../lib/base';
import type { NodeStatus } from 'node-red';
import type { DefinitionUser } from './definition-user';
import { statusText } from './status-text';

/** What is wrong with the definitions, as a status with the counts behind it; undefined when nothing is. */
export function showDefinitions(user: DefinitionUser, counts: readonly string[]): NodeStatus | undefined {
  if (user.isMissing) return { fill: 'red', shape: 'ring', text: statusText('no definition node', ...counts) };
  if (user.pending !== undefined) return { fill: 'yellow', shape: 'ring', text: 'loading definitions' };
  const { held, refused, missing } = user.state();
  const files = `${counted(refused, 'definition')} refused`;
  if (held === 0) {
    const why = missing ? 'definition is not there' : refused > 0 ? files : 'no definition loaded';
    return { fill: 'yellow', shape: 'ring', text: statusText(why, ...counts) };
  }
  if (missing) return { fill: 'yellow', shape: 'dot', text: statusText('definition file is gone', ...counts) };
  if (refused > 0) return { fill: 'yellow', shape: 'dot', text: statusText(files, ...counts) };
  return undefined;
}
