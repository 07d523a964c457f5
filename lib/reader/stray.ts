import { isOldRun, Memory } from './memory';
import { Trouble } from './harvest';

/**
 * Whether a record that is not new stands alone: what follows it goes on where the source, or another one, was
 * expected to go on. Then the one record is passed over; else the ring has begun anew (docs/format.md 10).
 */
export function isStray(memory: Memory, trouble: Trouble): boolean {
  for (const { record } of trouble.following ?? []) {
    if (isOldRun(record, memory.lastRunId)) return false;
    const expected = memory.accounting.expectedSeq(record.runId, record.sourceId);
    if (expected > 0) return record.safeSeq >= expected;
  }
  return false;
}
