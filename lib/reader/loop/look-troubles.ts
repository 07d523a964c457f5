import { ReaderError } from '../status';

/* What the reader says of a control block that it cannot see as it should. */

/** Images of late were taken without a second reading to confirm them. */
export const UNCONFIRMED: ReaderError = {
  code: 'OPENOT_CONTROL_UNCONFIRMED',
  message:
    'the control block changes between any two looks: images are taken that stand between two others, without a ' +
    'second reading to confirm them. Records are still checked one by one; a faster link or a slower producer ' +
    'would help'
};

/** The seqlock was odd at every look; `frozen` = at one and the same value. */
export function updating(frozen: boolean, seqlock: number): ReaderError {
  return frozen
    ? {
        code: 'OPENOT_CONTROL_FROZEN',
        message:
          `the seqlock stays at ${seqlock}, odd: the controller stopped inside an update (is it in STOP?); reading ` +
          'goes on once it runs'
      }
    : {
        code: 'OPENOT_CONTROL_UPDATING',
        message: 'the controller was inside an update at every look; it is read again'
      };
}
