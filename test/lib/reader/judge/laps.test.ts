import should from 'should';
import { apply, knownOf } from '../../../../lib/reader/judge/apply';
import { RingState } from '../../../../lib/reader/judge/ring-state';
import { accepted, CAPACITY, decided, limitsOf, ringWith, sampleOf, seen, windowOf } from './cases';

const limits = limitsOf({ rereadMs: 0 });

describe('laps that no second reading of the control block bears out', () => {
  // Red when written: from the second one on they counted records as lost that had been handed on in between.
  for (const isConfirmed of [false, true])
    it(
      'count together what was not handed on, ' + `${isConfirmed ? 'and so do confirmed ones' : 'over many of them'}`,
      () => {
        const { plc, state: first } = ringWith(5);
        let state: RingState = first;
        let [counted, handedOn] = [0, 5];
        let nowMs = 100_000;
        for (let round = 0; round < 12; round++) {
          // Every other time the producer is faster than the reader.
          plc.fill(round % 2 === 0 ? 40 : 6);
          for (let poll = 0; poll < 3; poll++) {
            const { cursor } = knownOf(state)!.position;
            const { oldestAbs, headAbs } = plc.writer;
            const fromAbs = Math.max(cursor, oldestAbs);
            const window =
              cursor < oldestAbs ? windowOf(plc, fromAbs, Math.min(headAbs, fromAbs + CAPACITY / 2)) : undefined;
            const look = seen(state, plc, {
              askedMs: (nowMs += 10_000),
              doneMs: nowMs + 1,
              control: accepted(sampleOf(plc), { confirmed: isConfirmed }),
              ...(window === undefined ? {} : { window })
            });
            const decision = decided(state, look, limits);
            for (const { records, notices } of decision.effects.batches) {
              handedOn += records;
              for (const notice of notices) if (notice.kind === 'lap') counted += notice.lostCountDelta;
            }
            state = apply(state, decision.change);
          }
        }
        should(knownOf(state)?.position.cursor).equal(plc.writer.headAbs);
        should(handedOn + counted).equal(plc.writer.lostCount + plc.writer.retained);
      }
    );
});
