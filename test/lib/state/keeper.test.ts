import should from 'should';
import { Failure } from '../../../lib/base';
import { Keeper, KeeperCode, LockLost, Store, volatileStore } from '../../../lib/state';

const messages = {
  OPENOT_STATE_LOCKED: (cause: string) => `taken: ${cause}`,
  OPENOT_STATE_LOCK_FAILED: (cause: string) => `lock: ${cause}`,
  OPENOT_STATE_UNREADABLE: (cause: string) => `unreadable: ${cause}`,
  OPENOT_STATE_NOT_SAVED: (cause: string) => `not saved: ${cause}`,
  OPENOT_STATE_NOT_REMOVED: (cause: string) => `not removed: ${cause}`
};

class Bench {
  now = 0;
  readonly told: string[] = [];
  readonly store: Store;
  readonly keeper: Keeper<number>;
  thrown: Error | undefined;

  constructor(store: Partial<Store> = {}) {
    const memory = volatileStore();
    const unless = <T>(work: () => Promise<T>): Promise<T> =>
      this.thrown === undefined ? work() : Promise.reject(this.thrown);
    this.store = {
      lock: () => unless(() => memory.lock()),
      load: () => unless(() => memory.load()),
      save: (bytes) => unless(() => memory.save(bytes)),
      remove: () => unless(() => memory.remove()),
      unlock: () => unless(() => memory.unlock()),
      ...store
    };
    this.keeper = new Keeper({
      store: this.store,
      encode: (state) => Uint8Array.of(state),
      decode: ([state]) => (state < 100 ? { ok: true, state } : { ok: false, why: `it is ${state}` }),
      messages,
      report: ({ message }: Failure<KeeperCode>) => this.told.push(message),
      pace: { clock: { monotonicMs: () => this.now }, intervalMs: 1_000 }
    });
  }
}

describe('state: the keeper', () => {
  it('gives back what was saved, nothing where nothing was, and nothing once it was removed', async () => {
    const { keeper } = new Bench();
    should(await keeper.lock()).eql({ ok: true });
    should(await keeper.load()).eql({ ok: true, state: undefined });
    should(await keeper.save(7)).be.undefined();
    should(await keeper.load()).eql({ ok: true, state: 7 });
    should(await keeper.remove()).be.undefined();
    should(await keeper.load()).eql({ ok: true, state: undefined });
    await keeper.unlock();
  });

  it('says when it may save again', async () => {
    const bench = new Bench();
    should(bench.keeper.dueInMs).equal(0);
    bench.now = 5_000;
    await bench.keeper.save(1);
    should(bench.keeper.dueInMs).equal(1_000);
    bench.now = 5_400;
    should(bench.keeper.dueInMs).equal(600);
    bench.now = 7_000;
    should(bench.keeper.dueInMs).equal(0);
  });

  it('tells once that it cannot save, and again after it could', async () => {
    const bench = new Bench();
    bench.thrown = new Error('ENOSPC');
    for (let n = 0; n < 3; n++)
      should(await bench.keeper.save(n)).eql({
        ok: false,
        code: 'OPENOT_STATE_NOT_SAVED',
        message: 'not saved: ENOSPC'
      });
    should(bench.keeper.trouble?.code).equal('OPENOT_STATE_NOT_SAVED');
    bench.thrown = undefined;
    should(await bench.keeper.save(1)).be.undefined();
    should(bench.keeper.trouble).be.undefined();
    bench.thrown = new Error('EIO');
    await bench.keeper.save(1);
    should(bench.told).eql(['not saved: ENOSPC', 'not saved: EIO']);
  });

  it('is lost for good when another took the lock, also while it could not save anyway', async () => {
    const bench = new Bench();
    bench.thrown = new Error('ENOSPC');
    await bench.keeper.save(1);
    bench.thrown = new LockLost('another has it');
    should((await bench.keeper.save(1))?.code).equal('OPENOT_STATE_LOCKED');
    should(bench.keeper.lost?.message).equal('taken: another has it');
    bench.thrown = new Error('EIO');
    should((await bench.keeper.save(1))?.code).equal('OPENOT_STATE_LOCKED');
    should(bench.told).eql(['not saved: ENOSPC', 'taken: another has it']);
  });

  it('finds that out without saving', async () => {
    const isMine = [true, false];
    const bench = new Bench({ isMine: () => Promise.resolve(isMine.shift() ?? false) });
    should(await bench.keeper.checkLock()).be.undefined();
    should((await bench.keeper.checkLock())?.code).equal('OPENOT_STATE_LOCKED');
    should(bench.keeper.lost).be.ok();
    should(await new Bench().keeper.checkLock()).be.undefined();
    const broken = new Bench({ isMine: () => Promise.reject(new Error('EIO')) });
    should(await broken.keeper.checkLock()).eql({ ok: false, code: 'OPENOT_STATE_LOCK_FAILED', message: 'lock: EIO' });
    should(broken.keeper.lost).be.undefined();
  });

  it('rejects nothing: each failure has a code and its words', async () => {
    const bench = new Bench();
    await bench.keeper.save(200);
    should(await bench.keeper.load()).have.properties({
      code: 'OPENOT_STATE_UNREADABLE',
      message: 'unreadable: it is 200'
    });
    bench.thrown = new Error('EACCES');
    const outcomes = [await bench.keeper.lock(), await bench.keeper.load(), await bench.keeper.remove()];
    should(outcomes.map((outcome) => outcome !== undefined && !outcome.ok && outcome.message)).eql([
      'lock: EACCES',
      'unreadable: it could not be read (EACCES)',
      'not removed: EACCES'
    ]);
    await bench.keeper.unlock();
  });
});
