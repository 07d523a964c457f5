import type { NodeStatus } from 'node-red';
import type { DefinitionUser } from '../runtime/definition-user';
import { showDefinitions } from '../runtime/show-definitions';
import { shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import type { DocController } from './controller';

/** The documents in one line: what is wrong, then how many. */
export function showDoc(
  { totals, lastPlaceholders }: Pick<DocController, 'totals' | 'lastPlaceholders'>,
  user: DefinitionUser,
  failed: string
): NodeStatus {
  const { events, losses, placeholders } = totals;
  const counts = [
    `${shortCount(events)} events`,
    ...(placeholders > 0 ? [`${shortCount(placeholders)} placeholders`] : []),
    ...(losses > 0 ? [`${shortCount(losses)} losses`] : [])
  ];
  if (failed !== '') return { fill: 'red', shape: 'ring', text: statusText(failed, ...counts) };
  // The colour says now: placeholders in the last batch; the counts say since the start.
  return (
    showDefinitions(user, counts) ?? {
      fill: lastPlaceholders > 0 ? 'yellow' : 'green',
      shape: 'dot',
      text: statusText('', ...counts)
    }
  );
}
