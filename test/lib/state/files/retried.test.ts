import should from 'should';
import { retried } from '../../../../lib/state/files/retried';

const failing = (times: number, code: string) => {
  let tries = 0;
  const work = (): Promise<number> =>
    ++tries <= times ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve(tries);
  return { work, tries: () => tries };
};

describe('steps on files that fail for a moment', () => {
  for (const code of ['EPERM', 'EACCES', 'EBUSY'])
    it(`${code} now and then is tried again at once, and nothing is told of it`, async () => {
      should(await retried(failing(3, code).work)).equal(4);
    });

  it('one that stays is an error after a few tries', async () => {
    const { work, tries } = failing(100, 'EPERM');
    await should(retried(work)).be.rejectedWith({ code: 'EPERM' });
    should(tries()).equal(6);
  });

  it('what does not pass is an error at once', async () => {
    const { work, tries } = failing(100, 'ENOSPC');
    await should(retried(work)).be.rejectedWith({ code: 'ENOSPC' });
    should(tries()).equal(1);
  });
});
