import { strict as assert } from 'node:assert';
import { verdictOf } from '../../../lib/logobject/verdict';
import { ticksOfMs } from '../../../lib/logobject';
import { factsAt, positionAt, ticksAt } from './support/records';

const before = positionAt(100, { serverStart: ticksAt(1) });
const facts = factsAt(200, { serverStart: ticksAt(1) });

const found = (total: number, comparable: boolean): Parameters<typeof verdictOf>[2] => ({
  total,
  comparable,
  overlap: ticksOfMs(10_000)
});

describe('why nothing that was read comes again', () => {
  it('is a restart where the server tells another start', () =>
    assert.equal(verdictOf(before, { ...facts, serverStart: ticksAt(150) }, found(5, true)), 'restart'));

  it('is no restart where the server does not tell its start', () =>
    assert.equal(verdictOf(before, { ...facts, serverStart: undefined }, found(5, true)), 'overflow'));

  it('is an overflow else', () => assert.equal(verdictOf(before, facts, found(5, true)), 'overflow'));

  it('is nothing where all of it is older than the log keeps records, and the last poll is not', () =>
    assert.equal(
      verdictOf({ ...before, watermark: ticksAt(50) }, { ...facts, maxStorageMs: 120_000 }, found(5, true)),
      undefined
    ));

  it('is an overflow where a log of limited age is full as well', () =>
    assert.equal(
      verdictOf(
        { ...before, watermark: ticksAt(50) },
        { ...facts, maxStorageMs: 120_000, maxRecords: 5 },
        found(5, true)
      ),
      'overflow'
    ));

  it('is that they expired where the last poll is older than that, too', () =>
    assert.equal(verdictOf(before, { ...facts, maxStorageMs: 60_000 }, found(5, true)), 'expired'));

  it('is that they expired where a record entered late since then may be too old already', () => {
    const limits = { ...facts, maxStorageMs: 105_000 };
    const quiet = { ...before, watermark: ticksAt(50) };
    assert.equal(verdictOf(quiet, limits, found(5, true)), 'expired');
    assert.equal(verdictOf(quiet, limits, { ...found(5, true), overlap: ticksOfMs(5_000) }), undefined);
  });

  it('is that they expired where nothing had to come again, too', () =>
    assert.equal(verdictOf(before, { ...facts, maxStorageMs: 60_000, maxRecords: 9 }, found(0, false)), 'expired'));

  it('is nothing where nothing had to come again and the log holds less than it can', () => {
    assert.equal(verdictOf(before, { ...facts, maxRecords: 6 }, found(5, false)), undefined);
    assert.equal(verdictOf(before, facts, found(0, false)), undefined);
  });

  it('is an overflow where nothing had to come again and the log is full, or does not tell its limit', () => {
    assert.equal(verdictOf(before, { ...facts, maxRecords: 5 }, found(5, false)), 'overflow');
    assert.equal(verdictOf(before, facts, found(5, false)), 'overflow');
  });
});
