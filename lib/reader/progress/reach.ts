import { Lease, SavedState } from './saved-state';

/** How far a batch reaches: the state after it. */
export type Reach = Pick<SavedState, 'incarnation' | 'cursor' | 'capacity' | 'fingerprint'>;

/**
 * Whether a saved lease covers what is to be handed on. Also the first record of an incarnation has to be known by its
 * fingerprint: without one, a ring that begins anew meanwhile looks like this one.
 */
export const covers = (lease: Lease | undefined, reach: Reach): boolean =>
  lease !== undefined &&
  (lease.incarnation > reach.incarnation ||
    (lease.incarnation === reach.incarnation &&
      lease.abs >= reach.cursor &&
      (lease.fingerprint !== undefined || reach.fingerprint === undefined)));

/** Whether `a` reaches further than `b`. */
export const isBeyond = (a: Reach, b: Reach): boolean =>
  a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.cursor > b.cursor);

/** How far things came, and no further. */
export const asFar = ({ incarnation, cursor, fingerprint }: Reach): Lease => ({
  incarnation,
  abs: cursor,
  reached: cursor,
  ...(fingerprint === undefined ? {} : { fingerprint })
});

/** One ring ahead: in steady state the save of every second renews it long before it is used up. */
export const oneRingAhead = (reach: Reach): Lease => ({ ...asFar(reach), abs: reach.cursor + reach.capacity });
