import should from 'should';
import { CALM_DISK, CALM_LINK, Plan } from './plan';
import { simulate } from './simulation';

const RECORDS = 400;

/** Nothing is wrong but what the test adds; the state is saved all the time. */
const calm =
  (change: Partial<Plan>) =>
  (plan: Plan): Plan => ({
    ...plan,
    faults: [],
    isOld: false,
    link: CALM_LINK,
    disk: CALM_DISK,
    capacity: 32_768,
    startAbs: 0,
    program: {
      ...plan.program,
      records: RECORDS,
      incidents: [],
      rate: 0.02,
      before: 0,
      payload: 12,
      oneSize: false,
      clockNs: 1_700_000_000_000_000_000n
    },
    sink: { kind: 'queue', workMs: 5, ackMs: 5, rejects: 0, losesAcks: 0 },
    operator: { everyMs: 700, does: ['redeploy', 'crash'], downMs: 500, samePid: true },
    settings: { host: 'sim', intervalMs: 50, saveIntervalMs: 0, maxRecords: 10, maxInFlight: 4 },
    ...change
  });

describe('simulation: the store fails at its Nth call', function () {
  it('for every N: nothing lost silently, nothing invented, and reading goes on', async () => {
    const failures: string[] = [];
    let delivered = 0;
    for (let n = 1; n <= 150; n++) {
      const result = await simulate({
        seed: 5,
        records: RECORDS,
        change: calm({}),
        prepare: ({ disk }) => void (disk.failsAt = n)
      });
      delivered += result.delivered;
      if (result.violation !== undefined)
        failures.push(`N = ${n}: ${result.violation.checker}: ${result.violation.message}`);
    }
    should(failures).eql([]);
    should(delivered).be.above(150 * 0.9 * RECORDS);
  });

  it('from the Nth call on, for a while: the same', async () => {
    const failures: string[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const result = await simulate({
        seed,
        records: RECORDS,
        change: calm({ disk: { stepMs: 2, fails: 0.3, full: 0, fullMs: 0 } })
      });
      if (result.violation !== undefined)
        failures.push(`seed ${seed}: ${result.violation.checker}: ${result.violation.message}`);
    }
    should(failures).eql([]);
  });
});
