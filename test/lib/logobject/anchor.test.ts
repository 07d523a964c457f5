import { strict as assert } from 'node:assert';
import { type PollFacts, type Seen, ticksOfMs } from '../../../lib/logobject';
import { Anchor } from '../../../lib/logobject/anchor';
import { factsAt, positionAt, ticksAt } from './support/records';

const SECOND = ticksOfMs(1000);

/** Read by the poll of second 100 and before: one record a second from 91 to 99, by their seconds. */
function anchorAt(
  { settled = 0, lateBy = 0n, facts = {} }: { settled?: number; lateBy?: bigint; facts?: Partial<PollFacts> } = {},
  comparesTimes = true
): Anchor {
  const seen = new Map<string, Seen>();
  for (let second = 91; second < 100; second++) seen.set(`${second}`, { ticks: ticksAt(second), count: 1, settled });
  const before = positionAt(100, { seen, lateBy, serverStart: ticksAt(1) });
  const asked = { start: ticksAt(89), end: ticksAt(110), overlap: 10n * SECOND };
  return new Anchor(before, seen, asked, factsAt(110, { serverStart: ticksAt(1), ...facts }), comparesTimes);
}

const meet = (anchor: Anchor, ...seconds: number[]): void => {
  for (const second of seconds) anchor.record(`${second}`, ticksAt(second), 0, true);
};

describe('the anchor of a log', () => {
  it('does not hold where nothing comes again', () => {
    const anchor = anchorAt();
    meet(anchor, 105, 106);
    assert.equal(anchor.isThere, false);
    assert.equal(anchor.holds, false);
  });

  it('holds where all that was read comes again', () => {
    const anchor = anchorAt({ lateBy: 5n * SECOND });
    meet(anchor, 91, 92, 93, 94, 95, 96, 97, 98);
    assert.equal(anchor.holds, false);
    meet(anchor, 99);
    assert.equal(anchor.holds, true);
  });

  it('holds where one comes again that is older than what was read to, where no record was ever late', () => {
    const anchor = anchorAt();
    meet(anchor, 99);
    assert.equal(anchor.holds, true);
  });

  it('wants one that is older by twice the lateness seen', () => {
    const anchor = anchorAt({ lateBy: 2n * SECOND });
    meet(anchor, 97);
    assert.equal(anchor.holds, false);
    meet(anchor, 96);
    assert.equal(anchor.holds, true);
  });

  it('holds, however late records are, where one comes again that was entered before everything unread', () => {
    const anchor = anchorAt({ settled: 1, lateBy: 10n * SECOND });
    meet(anchor, 99);
    assert.equal(anchor.holds, true);
  });

  it('takes no such record for a proof after a restart: the log may have been cleared', () => {
    const anchor = anchorAt({ settled: 1, lateBy: 10n * SECOND, facts: { serverStart: ticksAt(105) } });
    meet(anchor, 99);
    assert.equal(anchor.holds, false);
  });

  it('takes an equal of a record for the record only as often as it was read', () => {
    const anchor = anchorAt({ settled: 1, lateBy: 10n * SECOND });
    anchor.record('99', ticksAt(99), 1, true);
    assert.equal(anchor.holds, false);
  });

  it('learns from a new record below the time that was read to how late records are', () => {
    const anchor = anchorAt();
    meet(anchor, 97.5);
    assert.equal(anchor.lateBy, (25n * SECOND) / 10n);
    assert.equal(anchor.margin, 5n * SECOND);
  });

  it('learns nothing from records that cannot be compared, nor beyond the overlap: then the clock was set', () => {
    const anchor = anchorAt();
    anchor.record('95.5', ticksAt(95.5), 0, false);
    anchor.disordered(11n * SECOND);
    assert.equal(anchor.lateBy, 0n);
    const back = anchorAt({}, false);
    back.disordered(SECOND);
    assert.equal(back.lateBy, 0n);
  });

  it('takes times within a step of the clock for one, and never looks back further than the overlap', () => {
    assert.equal(anchorAt({ facts: { clock: { offsetMs: 0, errorMs: 0, stepMs: 1000 } } }).margin, SECOND);
    assert.equal(anchorAt({ lateBy: 9n * SECOND }).margin, 10n * SECOND);
  });

  it('does not wait for what expires about now', () => {
    const anchor = anchorAt({ lateBy: 5n * SECOND, facts: { maxStorageMs: 24_000 } });
    meet(anchor, 96, 97, 98, 99);
    assert.equal(anchor.holds, true);
  });
});
