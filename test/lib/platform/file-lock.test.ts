import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { DEAD_MS, FileLock, LockHolder, LockPorts, SILENT_MS, systemFiles } from '../../../lib/platform';
import { fileStore } from '../../../lib/platform';
import { LockLost } from '../../../lib/reader';

describe('platform: the lock of a state file', () => {
  let folder: string;
  let path: string;
  let now: number;
  let alive: Set<number>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openot-lock-'));
    path = join(folder, 'a.state.lock');
    now = Date.now();
    alive = new Set([1, 2]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const touches: (() => void)[] = [];
  const lockOf = (self: Partial<LockHolder> = {}): FileLock => {
    const ports: LockPorts = {
      files: systemFiles,
      self: { pid: 1, host: 'plant', owner: `owner-${self.pid ?? 1}-${self.host ?? ''}`, ...self },
      isAlive: (pid) => alive.has(pid),
      wallMs: () => now,
      monotonicMs: () => now,
      every: (_ms, call) => {
        touches.push(call);
        return () => void touches.splice(touches.indexOf(call), 1);
      }
    };
    return new FileLock(path, ports);
  };
  const age = (ms: number): void => utimesSync(path, new Date(now - ms), new Date(now - ms));

  it('is given to one, refused to others by name, and free again when released', async () => {
    const first = lockOf();
    const second = lockOf({ pid: 2 });
    should(await first.take()).eql({ ok: true });
    should(await first.take()).eql({ ok: true });
    const refused = await second.take();
    should(refused).have.properties({ ok: false, code: 'OPENOT_STATE_LOCKED' });
    should((refused as { message: string }).message).match(/process 1 on plant/);
    await first.release();
    should(existsSync(path)).be.false();
    should(await second.take()).eql({ ok: true });
  });

  it('is taken from a process that is gone, once it has not been touched for a while', async () => {
    await lockOf().take();
    alive.delete(1);
    const second = lockOf({ pid: 2 });
    should((await second.take()).ok).be.false();
    age(DEAD_MS + 1);
    should(await second.take()).eql({ ok: true });
  });

  it('is not taken from a process that lives, however old its file looks, as long as it is touched', async () => {
    await lockOf({ pid: 2 }).take();
    const other = lockOf();
    for (let i = 0; i < 40; i++) {
      now += 1_000;
      // By a clock an hour slow.
      utimesSync(path, new Date(now - 3_600_000), new Date(now - 3_600_000));
      should((await other.take()).ok).be.false();
    }
    now += SILENT_MS;
    should(await other.take()).eql({ ok: true });
  });

  it('is taken from another machine only when its file stands still for long', async () => {
    await lockOf({ pid: 99, host: 'elsewhere' }).take();
    const here = lockOf();
    age(10 * SILENT_MS);
    should((await here.take()).ok).be.false();
    now += SILENT_MS - 1;
    should((await here.take()).ok).be.false();
    now += 1;
    should(await here.take()).eql({ ok: true });
  });

  it('goes to the later one of two in one process, and the earlier one knows', async () => {
    const first = lockOf({ owner: 'a' });
    const second = lockOf({ owner: 'b' });
    await first.take();
    should(await second.take()).eql({ ok: true });
    should(await first.isKept()).be.false();
    await first.release();
    should(await second.isKept()).be.true();
  });

  it('is not taken at once from another process with the same number and host name, as two containers have them', async () => {
    writeFileSync(path, JSON.stringify({ pid: 1, host: 'plant', owner: 'twin' }));
    const lock = lockOf();
    should((await lock.take()).ok).be.false();
    now += DEAD_MS;
    should(await lock.take()).eql({ ok: true });
  });

  it('is touched by its holder only: who lost it does not keep it alive for the winner', async () => {
    touches.length = 0;
    const loser = lockOf({ pid: 1, owner: 'loser' });
    await loser.take();
    writeFileSync(path, JSON.stringify({ pid: 2, host: 'plant', owner: 'winner' }));
    age(60_000);
    const before = (await systemFiles.changedMs(path))!;
    for (const touch of [...touches]) touch();
    await new Promise((resolve) => setTimeout(resolve, 50));
    should(await systemFiles.changedMs(path)).equal(before);
    should(touches).eql([]);
  });

  it('that somebody removed by hand is made again, and nobody ends for it', async () => {
    const lock = lockOf();
    await lock.take();
    rmSync(path);
    should(await lock.isKept()).be.true();
    should((await lockOf({ pid: 2 }).take()).ok).be.false();
  });

  it('half taken over by one that crashed is taken over by the next', async () => {
    await lockOf().take();
    alive.delete(1);
    age(DEAD_MS + 1);
    writeFileSync(`${path}.taking`, '{');
    const lock = lockOf({ pid: 2 });
    should((await lock.take()).ok).be.false();
    now += DEAD_MS;
    await lock.take();
    should(await lock.take()).eql({ ok: true });
  });

  it("cut short by a crash it is nobody's, but not before it had time to be written", async () => {
    writeFileSync(path, '{"pid":1,"ho');
    const lock = lockOf({ pid: 2 });
    should((await lock.take()).ok).be.false();
    now += DEAD_MS;
    should(await lock.take()).eql({ ok: true });
    should(JSON.parse(readFileSync(path, 'utf8'))).have.property('pid', 2);
  });

  it('of two that take it over at once, one has it', async () => {
    for (let round = 0; round < 50; round++) {
      rmSync(path, { force: true });
      await lockOf().take();
      alive.delete(1);
      age(DEAD_MS + 1);
      const both = [lockOf({ pid: 2 }), lockOf({ pid: 3 })];
      const taken = (await Promise.all(both.map((lock) => lock.take()))).filter(({ ok }) => ok);
      should(taken.length).equal(1);
      await Promise.all(both.map((lock) => lock.release()));
    }
  });

  it('a store whose lock was taken neither saves nor removes any more', async () => {
    const state = join(folder, 'a.state');
    const store = fileStore(state);
    should(await store.lock()).eql({ ok: true });
    await store.save(Uint8Array.of(1));
    const later = fileStore(state);
    should(await later.lock()).eql({ ok: true });
    await should(store.save(Uint8Array.of(2))).be.rejectedWith(LockLost);
    await should(store.remove()).be.rejectedWith(LockLost);
    await store.unlock();
    should([...readFileSync(state)]).eql([1]);
    await later.save(Uint8Array.of(3));
    await later.unlock();
    should(existsSync(`${state}.lock`)).be.false();
  });
});
