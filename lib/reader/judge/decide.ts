import { Case } from './case';
import {
  anchorDiffers,
  believe,
  endingRing,
  nothingNew,
  notUsable,
  readFailed,
  savedNextIncarnation,
  signOfRestart,
  sizeDiffers,
  unknownRing
} from './control-rules';
import { Decision, Limits } from './decision';
import { Observation } from './observation';
import { PollEnd } from './poll-end';
import { anchorUnasked, atHead, badPlace, overtaken, searchGoesOn, takeRecords, windowElsewhere } from './record-rules';
import { RingState } from './ring-state';

/** One row of the table. */
export interface Rule {
  readonly row: string;
  readonly when: string;
  readonly then: string;
  /** What it comes to; undefined where it does not decide, and the next row is asked. */
  readonly judge: (c: Case) => PollEnd | undefined;
}

/**
 * The reader's rules, in order; the order is the meaning. docs/reader.md explains each row. A row that does not decide
 * has cleared its own doubt: what is suspected is always something that the last observation still shows.
 */
export const CONTROL_RULES: readonly Rule[] = [
  { row: '0', when: 'a Read failed', then: 'smaller Reads where that helps, else the failure', judge: readFailed },
  { row: '1', when: 'the ring was never seen', then: 'first contact, saved at once', judge: unknownRing },
  { row: '2', when: 'the ring began anew', then: 'wait for its batches, then begin', judge: endingRing },
  { row: '3', when: 'the control block is the same and all is read', then: 'idle', judge: nothingNew },
  { row: '4', when: 'no control block can be believed', then: 'say so, look again', judge: notUsable },
  { row: '5', when: 'the ring has another size than configured', then: 'refuse, connect anew', judge: sizeDiffers },
  { row: '6', when: 'a later incarnation is saved', then: 'new incarnation', judge: savedNextIncarnation },
  { row: '7', when: 'something fell that only rises', then: 'wait, then new incarnation', judge: signOfRestart },
  { row: '8', when: 'the anchor differs', then: 'wait, then new incarnation', judge: anchorDiffers }
];

/** The same, for a control block that no row before these stood against. */
export const RECORD_RULES: readonly Rule[] = [
  { row: '9', when: 'the anchor was not asked for', then: 'read again', judge: anchorUnasked },
  { row: '10', when: 'oldest is beyond the cursor', then: 'lap; unproven: read again', judge: overtaken },
  { row: '11', when: 'the cursor is at head', then: 'idle', judge: atHead },
  { row: '12', when: 'a search is under way', then: 'go on with it', judge: searchGoesOn },
  { row: '13', when: 'the window lies elsewhere', then: 'read again', judge: windowElsewhere },
  { row: '14', when: 'records stand at the cursor', then: 'hand on all that can be believed', judge: takeRecords },
  { row: '15', when: 'what stands there cannot be handed on', then: 'wait, then search or begin anew', judge: badPlace }
];

/**
 * What is done about an observation. Pure: the same state, observation and limits give the same decision, and none of
 * them is changed.
 */
export function decide(state: RingState, observation: Observation, limits: Limits): Decision {
  const c = new Case(state, observation, limits);
  for (const { row, judge } of CONTROL_RULES) {
    const then = judge(c);
    if (then !== undefined) return c.decided(row, then);
  }
  believe(c);
  for (const { row, judge } of RECORD_RULES) {
    const then = judge(c);
    if (then !== undefined) return c.decided(row, then);
  }
  throw new Error('no rule of the reader decided');
}
