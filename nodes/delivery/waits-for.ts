import { InFlightBatch, isAtRest } from './in-flight-batch';
import type { SessionState, WaitsFor } from './session';

/**
 * What a session waits for: a batch that was refused before one that nobody takes, since that stops the reader; else
 * whoever has the oldest.
 */
export function waitsFor({ open }: SessionState, nowMs: number): WaitsFor | undefined {
  const batches = [...open.values()];
  const refused = batches.find(({ refusal }) => refusal !== undefined);
  if (refused !== undefined) return { kind: 'refused', refusal: refused.refusal!, serial: refused.serial };
  const [oldest] = batches;
  return oldest === undefined ? undefined : waitsForOne(oldest, nowMs);
}

function waitsForOne(batch: InFlightBatch, nowMs: number): WaitsFor | undefined {
  if (batch.disabled !== undefined) return { kind: 'disabled', node: batch.disabled };
  if (isAtRest(batch)) return batch.isTaken ? undefined : { kind: 'nobody' };
  for (const [node, { sinceMs }] of batch.working) return { kind: 'node', node, ms: nowMs - sinceMs };
  for (const [node, { sinceMs }] of batch.away) return { kind: 'node', node, ms: nowMs - sinceMs };
  return undefined;
}
