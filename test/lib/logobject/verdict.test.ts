import { strict as assert } from 'node:assert';
import { verdictOf } from '../../../lib/logobject/verdict';
import { factsAt, positionAt, ticksAt } from './support/records';

const before = positionAt(100, { serverStart: ticksAt(1) });
const facts = factsAt(200, { serverStart: ticksAt(1) });

describe('why nothing that was read comes again', () => {
  it('is a restart where the server tells another start', () =>
    assert.equal(verdictOf(before, { ...facts, serverStart: ticksAt(150) }, 5, true), 'restart'));

  it('is no restart where the server does not tell its start', () =>
    assert.equal(verdictOf(before, { ...facts, serverStart: undefined }, 5, true), 'overflow'));

  it('is an overflow else', () => assert.equal(verdictOf(before, facts, 5, true), 'overflow'));

  it('is nothing where all of it is older than the log keeps records, and the last poll is not', () =>
    assert.equal(
      verdictOf({ ...before, watermark: ticksAt(50) }, { ...facts, maxStorageMs: 120_000 }, 5, true),
      undefined
    ));

  it('is an overflow where a log of limited age is full as well', () =>
    assert.equal(
      verdictOf({ ...before, watermark: ticksAt(50) }, { ...facts, maxStorageMs: 120_000, maxRecords: 5 }, 5, true),
      'overflow'
    ));

  it('is that they expired where the last poll is older than that, too', () =>
    assert.equal(verdictOf(before, { ...facts, maxStorageMs: 60_000 }, 5, true), 'expired'));

  it('is nothing where nothing had to come again and the log holds less than it can', () => {
    assert.equal(verdictOf(before, { ...facts, maxRecords: 6 }, 5, false), undefined);
    assert.equal(verdictOf(before, facts, 0, false), undefined);
  });

  it('is an overflow where nothing had to come again and the log is full, or does not tell its limit', () => {
    assert.equal(verdictOf(before, { ...facts, maxRecords: 5 }, 5, false), 'overflow');
    assert.equal(verdictOf(before, facts, 5, false), 'overflow');
  });
});
