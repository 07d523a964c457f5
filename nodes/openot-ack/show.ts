import type { NodeStatus } from 'node-red';
import { shortAge, shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import type { AckController, AckOutcome } from './controller';

const hints: Partial<Record<AckOutcome, string>> = {
  failed: 'failed, is read again',
  without: 'message without a token',
  unknown: 'token of an earlier session',
  unasked: 'its reader does not wait for it',
  malformed: 'that is no token'
};

/** The acknowledgements in one line; `nowMs` of the controller's clock. The colour is that of the last message. */
export function showAck(
  { totals, last, waiting, lastMs }: Pick<AckController, 'totals' | 'last' | 'waiting' | 'lastMs'>,
  nowMs: number
): NodeStatus {
  const parts = [`${shortCount(totals.acknowledged)} batch${totals.acknowledged === 1 ? '' : 'es'}`];
  if (waiting > 0) parts.push(`${shortCount(waiting)} not from every branch`);
  if (lastMs !== undefined) parts.push(`last ${shortAge(nowMs - lastMs)} ago`);
  // What went wrong stands first: the rest is left out where there is no room.
  for (const name of ['unasked', 'unknown', 'without', 'failed'] as const)
    if (totals[name] > 0) parts.unshift(`${shortCount(totals[name])} ${name === 'without' ? 'without token' : name}`);
  const hint = hints[last];
  const text = statusText(hint ?? '', ...parts);
  if (last === 'malformed') return { fill: 'red', shape: 'ring', text };
  return hint === undefined ? { fill: 'green', shape: 'dot', text } : { fill: 'yellow', shape: 'ring', text };
}
