import { strict as assert } from 'node:assert';
import {
  isoOfTicks,
  isValidTime,
  msOfTicks,
  ticksOfMs,
  ticksOfUnixMs,
  ticksOfUnixNs,
  UNIX_EPOCH_TICKS,
  unixNsOfTicks
} from '../../../lib/logobject';

const END_OF_TIME = 2_650_467_743_990_000_000n;

describe('times of OPC UA', () => {
  it('count 100 ns since 1601', () => {
    assert.equal(isoOfTicks(1n), '1601-01-01T00:00:00.0000001Z');
    assert.equal(isoOfTicks(UNIX_EPOCH_TICKS), '1970-01-01T00:00:00.0000000Z');
    assert.equal(isoOfTicks(134_405_501_731_234_567n), '2026-11-30T22:09:33.1234567Z');
  });

  it('have the dates that Date has, on every day of 1601 to 2400 that is looked at', () => {
    for (let day = 0; day < 292_000; day += 13) {
      const ms = Date.UTC(1601, 0, 1) + day * 86_400_000;
      const iso = isoOfTicks(ticksOfUnixMs(ms) + 1n);
      assert.equal(iso?.slice(0, 10), new Date(ms).toISOString().slice(0, 10));
    }
  });

  it('know 29 February where there is one', () => {
    assert.equal(isoOfTicks(ticksOfUnixMs(Date.UTC(2000, 1, 29)))?.slice(0, 10), '2000-02-29');
    assert.equal(isoOfTicks(ticksOfUnixMs(Date.UTC(2100, 1, 28) + 86_400_000))?.slice(0, 10), '2100-03-01');
  });

  it('are none from 0 down and from the end of 9999 on', () => {
    for (const ticks of [0n, -1n, END_OF_TIME]) {
      assert.equal(isValidTime(ticks), false);
      assert.equal(isoOfTicks(ticks), undefined);
      assert.equal(unixNsOfTicks(ticks), undefined);
    }
    assert.equal(isoOfTicks(END_OF_TIME - 1n), '9999-12-31T23:59:58.9999999Z');
  });

  it('have nanoseconds from 1970 until 64 bits are full, in 2554', () => {
    assert.equal(unixNsOfTicks(UNIX_EPOCH_TICKS - 1n), undefined);
    assert.equal(unixNsOfTicks(UNIX_EPOCH_TICKS), 0n);
    const last = UNIX_EPOCH_TICKS + 0xffff_ffff_ffff_ffffn / 100n;
    assert.equal(isoOfTicks(last)?.slice(0, 4), '2554');
    assert.notEqual(unixNsOfTicks(last), undefined);
    assert.equal(unixNsOfTicks(last + 1n), undefined);
  });

  it('survive milliseconds with a fraction, and nanoseconds are rounded down to ticks', () => {
    assert.equal(ticksOfMs(1.5), 15_000n);
    assert.equal(ticksOfMs(-0.5), -5_000n);
    assert.equal(ticksOfUnixMs(Date.UTC(2026, 10, 30) + 0.5) - ticksOfUnixMs(Date.UTC(2026, 10, 30)), 5_000n);
    assert.equal(ticksOfUnixNs(199n), UNIX_EPOCH_TICKS + 1n);
    assert.equal(msOfTicks(15_000n), 1.5);
  });
});
