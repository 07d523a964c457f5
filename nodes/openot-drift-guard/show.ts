import type { NodeStatus } from 'node-red';
import { counted } from '../../lib/base';
import type { DefinitionUser } from '../runtime/definition-user';
import { showDefinitions } from '../runtime/show-definitions';
import { shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import type { Drift } from './alerts';
import type { GuardController } from './controller';

/** What the controller uses and what is held, each by the first half of its hash. */
const driftOf = (hashes: Drift | undefined, streams: string): string =>
  hashes === undefined ? `drift in ${streams}` : `drift ${hashes.expected.slice(0, 8)}≠${hashes.actual.slice(0, 8)}`;

/** What the line under the node says of the guard. */
export type ShownGuard = Pick<GuardController, 'totals' | 'held'> & {
  readonly alerts: Pick<GuardController['alerts'], 'drift' | 'unbound'>;
};

/** The guard in one line: what is wrong, of its definitions or of the streams, then its counts. */
export function showGuard({ totals, alerts, held }: ShownGuard, user: DefinitionUser, failed: string): NodeStatus {
  const { passed, unbound, diverted } = totals;
  const counts = [
    ...(held > 0 ? [`${shortCount(held)} held`] : []),
    ...(diverted > 0 ? [`${shortCount(diverted)} diverted`] : []),
    ...(unbound > 0 ? [`${shortCount(unbound)} unbound`] : []),
    `${shortCount(passed)} bound`
  ];
  if (failed !== '') return { fill: 'red', shape: 'ring', text: statusText(failed, ...counts) };
  const { drift, none, unadvertised } = alerts.unbound;
  const streams = (count: number): string => counted(count, 'stream');
  const isUsable = !user.isMissing && user.pending === undefined;
  if (isUsable && drift > 0)
    return { fill: 'red', shape: 'dot', text: statusText(driftOf(alerts.drift, streams(drift)), ...counts) };
  if (isUsable && none > 0 && user.state().held > 0)
    return { fill: 'red', shape: 'dot', text: statusText(`no definition for ${streams(none)}`, ...counts) };
  const trouble = showDefinitions(user, counts);
  if (trouble !== undefined) return trouble;
  if (unadvertised > 0)
    return { fill: 'yellow', shape: 'dot', text: statusText(`no hash from ${streams(unadvertised)}`, ...counts) };
  return { fill: 'green', shape: 'dot', text: statusText('', ...counts) };
}
