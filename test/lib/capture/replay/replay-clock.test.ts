import should from 'should';
import { ReplayClock } from '../../../../lib/capture/replay/replay-clock';
import { ManualClock, quiet } from '../../reader/fake-ports';

/** Long enough for everything that needs no time. */
const still = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await quiet();
};

describe('capture: the time of a recording', () => {
  it('does not wait for pauses up to the next frame, and stands between them', async () => {
    const clock = new ReplayClock(new ManualClock(), true);
    const begin = clock.monotonicMs();
    clock.next(20_000);
    const woken: string[] = [];
    void clock.sleep(500).then(() => woken.push(`b ${clock.monotonicMs() - begin}`));
    void clock.sleep(300).then(() => woken.push(`a ${clock.monotonicMs() - begin}`));
    await still();
    should(woken).eql(['a 300', 'b 500']);
    should(clock.monotonicMs() - begin).equal(500);
  });

  it('waits in earnest beyond that, where there is no frame, and where it may not jump', async () => {
    for (const make of [
      (base: ManualClock) => new ReplayClock(base, true),
      (base: ManualClock) => new ReplayClock(base, false),
      (base: ManualClock) => {
        const clock = new ReplayClock(base, true);
        clock.next(1000);
        return clock;
      }
    ]) {
      const base = new ManualClock();
      const clock = make(base);
      let woken = false;
      void clock.sleep(60_000).then(() => (woken = true));
      await still();
      should(woken).be.false();
      await base.pass(59_999);
      should(woken).be.false();
      await base.pass(1);
      should(woken).be.true();
      should(clock.monotonicMs()).equal(60_000);
    }
  });

  it('has the wall time of the frame, and runs on from there', async () => {
    const clock = new ReplayClock(new ManualClock(), true);
    clock.reached(5000, 77_000_000_000n);
    should(clock.nowNs()).equal(77_000_000_000n);
    clock.next(6000);
    await clock.sleep(250);
    should(clock.nowNs()).equal(77_250_000_000n);
    // A clock that was set back then is set back now; the monotonic one never is.
    const before = clock.monotonicMs();
    clock.reached(5100, 60_000_000_000n);
    should(clock.nowNs()).equal(60_000_000_000n);
    should(clock.monotonicMs()).be.aboveOrEqual(before);
  });

  it('stands while a Read is answered, and ends a pause at once when it is told to', async () => {
    const clock = new ReplayClock(new ManualClock(), true);
    clock.next(100_000);
    let release = (): void => undefined;
    const reading = clock.during(() => new Promise<void>((resolve) => (release = resolve)));
    let woken = 0;
    void clock.sleep(3000).then(() => woken++);
    await still();
    should(woken).equal(0);
    release();
    await reading;
    await still();
    should(woken).equal(1);
    const ended = new AbortController();
    void clock.sleep(1e9, ended.signal).then(() => woken++);
    ended.abort();
    await clock.sleep(1, ended.signal);
    await still();
    should(woken).equal(2);
  });
});
