import { LossAccounting } from '../../loss';
import { EpochTracker } from '../../ring';
import { isPlausible, takeSample } from '../observe/control-sample';
import { StateFile, StateResult, unreadable } from '../progress/saved-state';
import { RingPosition } from './ring-position';

/** The position that a saved state describes, whole, or why it cannot be used. */
export function positionOf({
  checkpoint: saved,
  lease
}: StateFile): { readonly ok: true; readonly position: RingPosition } | Exclude<StateResult, { ok: true }> {
  const sample = takeSample(Buffer.from(saved.image, 'hex'));
  if (!isPlausible(sample)) return unreadable('the control block in it is not one');
  if (sample.bufferId !== saved.bufferId || sample.snapshot.bufferBytes !== saved.capacity)
    return unreadable('it names another ring than the control block in it');
  const accounting = LossAccounting.fromJSON(saved.accounting);
  if (!accounting.ok) return unreadable(accounting.message);
  const epochs = EpochTracker.fromJSON(saved.epochs);
  if (!epochs.ok) return unreadable(epochs.message);
  const position = new RingPosition(saved.stream, sample);
  position.incarnation = saved.incarnation;
  position.cursor = saved.cursor;
  position.unbrokenFrom = saved.unbrokenFrom ?? saved.cursor;
  position.written = saved.written;
  position.began = saved.began;
  const isSameLife = lease.incarnation === saved.incarnation;
  position.maybeDeliveredBelow = Math.max(saved.maybeDeliveredBelow ?? 0, isSameLife ? lease.abs : 0);
  position.reached = Math.max(saved.cursor, isSameLife ? lease.reached : 0);
  // An incarnation that began while batches of this one were still unsettled: what it handed on has its number.
  position.nextIncarnation = isSameLife ? 0 : lease.incarnation + 1;
  position.mayHaveDelivered(isSameLife ? 0 : lease.abs);
  position.heartbeats = new Map(saved.heartbeats ?? []);
  position.lastTimeNs = BigInt(saved.lastTimeNs ?? 0);
  position.accounting = accounting.accounting;
  position.epochs = epochs.tracker;
  // The later record says more of the ring: also of a restart that went on beyond the cursor.
  position.fingerprint = (isSameLife ? lease.fingerprint : undefined) ?? saved.fingerprint;
  position.lastRunId = saved.lastRunId === undefined ? undefined : BigInt(saved.lastRunId);
  return { ok: true, position };
}
