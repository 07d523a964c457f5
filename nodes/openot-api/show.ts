import type { NodeStatus } from 'node-red';
import { counted } from '../../lib/base';
import { shortCount } from '../runtime/status';

/** What the line under the node says. */
export interface ShownApi {
  readonly totals: { readonly calls: number; readonly failed: number };
  /** Calls that have not ended. */
  readonly open: number;
  /** A call that begins here has no node where it could end. */
  readonly isWithoutEnd: boolean;
}

/** The calls in one line: how many, how many of them failed, how many are open. */
export function showApi({ totals, open, isWithoutEnd }: ShownApi): NodeStatus {
  if (isWithoutEnd) return { fill: 'yellow', shape: 'ring', text: 'no end: a second one is missing' };
  const parts = [totals.calls === 1 ? '1 call' : `${shortCount(totals.calls)} calls`];
  if (totals.failed > 0) parts.push(`${shortCount(totals.failed)} failed`);
  if (open > 0) parts.push(counted(open, 'open', 'open'));
  return { fill: 'green', shape: 'dot', text: parts.join(', ') };
}
