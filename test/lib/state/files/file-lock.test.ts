import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import {
  DEAD_MS,
  FileLock,
  LockHolder,
  LockPorts,
  SILENT_MS,
  systemFiles,
  fileStore
} from '../../../../lib/state/files';
import { LockLost } from '../../../../lib/state';
import { systemLockPorts } from '../../../../lib/state/files/lock-ports';

describe('state: the lock of a state file', () => {
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
  const lockOf = (self: Partial<LockHolder> = {}, more: Partial<LockPorts> = {}): FileLock => {
    const ports: LockPorts = {
      files: systemFiles,
      self: { pid: 1, host: 'plant', owner: `owner-${self.pid ?? 1}-${self.host ?? ''}`, ...self },
      isAlive: (pid) => alive.has(pid),
      wallMs: () => now,
      monotonicMs: () => now,
      every: (_ms, call) => {
        touches.push(call);
        return () => void touches.splice(touches.indexOf(call), 1);
      },
      ...more
    };
    return new FileLock(path, ports);
  };
  const age = (ms: number): void => utimesSync(path, new Date(now - ms), new Date(now - ms));

  it('is given to one, refused to others by name, and free again when released', async () => {
    const first = lockOf();
    const second = lockOf({ pid: 2 });
    should(await first.acquire()).eql({ ok: true });
    should(await first.acquire()).eql({ ok: true });
    const refused = await second.acquire();
    should(refused).have.properties({ ok: false, code: 'OPENOT_STATE_LOCKED' });
    should((refused as { message: string }).message).match(/process 1 on plant/);
    await first.release();
    should(existsSync(path)).be.false();
    should(await second.acquire()).eql({ ok: true });
  });

  it('is taken from a process that is gone, once it has not been touched for a while', async () => {
    await lockOf().acquire();
    alive.delete(1);
    const second = lockOf({ pid: 2 });
    should((await second.acquire()).ok).be.false();
    age(DEAD_MS + 1);
    should(await second.acquire()).eql({ ok: true });
  });

  it('is not taken from a process that lives, however old its file looks, as long as it is touched', async () => {
    await lockOf({ pid: 2 }).acquire();
    const other = lockOf();
    for (let i = 0; i < 40; i++) {
      now += 1_000;
      // By a clock an hour slow.
      utimesSync(path, new Date(now - 3_600_000), new Date(now - 3_600_000));
      should((await other.acquire()).ok).be.false();
    }
    now += SILENT_MS;
    should(await other.acquire()).eql({ ok: true });
  });

  it('is taken from another machine only when its file stands still for long', async () => {
    await lockOf({ pid: 99, host: 'elsewhere' }).acquire();
    const here = lockOf();
    age(10 * SILENT_MS);
    should((await here.acquire()).ok).be.false();
    now += SILENT_MS - 1;
    should((await here.acquire()).ok).be.false();
    now += 1;
    should(await here.acquire()).eql({ ok: true });
  });

  it('goes to the later one of two in one process, and the earlier one knows', async () => {
    const first = lockOf({ owner: 'a' });
    const second = lockOf({ owner: 'b' });
    await first.acquire();
    should(await second.acquire()).eql({ ok: true });
    should(await first.isKept()).be.false();
    await first.release();
    should(await second.isKept()).be.true();
  });

  it(
    'is not taken at once from another process with the same number and host name, as two containers ' + 'have them',
    async () => {
      writeFileSync(path, JSON.stringify({ pid: 1, host: 'plant', owner: 'twin' }));
      const lock = lockOf();
      should((await lock.acquire()).ok).be.false();
      now += DEAD_MS;
      should(await lock.acquire()).eql({ ok: true });
    }
  );

  it('is touched by its holder only: who lost it does not keep it alive for the winner', async () => {
    touches.length = 0;
    const loser = lockOf({ pid: 1, owner: 'loser' });
    await loser.acquire();
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
    await lock.acquire();
    rmSync(path);
    should(await lock.isKept()).be.true();
    should((await lockOf({ pid: 2 }).acquire()).ok).be.false();
  });

  it('half taken over by one that crashed is taken over by the next', async () => {
    await lockOf().acquire();
    alive.delete(1);
    age(DEAD_MS + 1);
    writeFileSync(`${path}.taking`, '{');
    const lock = lockOf({ pid: 2 });
    should((await lock.acquire()).ok).be.false();
    now += DEAD_MS;
    await lock.acquire();
    should(await lock.acquire()).eql({ ok: true });
  });

  it("cut short by a crash it is nobody's, but not before it had time to be written", async () => {
    writeFileSync(path, '{"pid":1,"ho');
    const lock = lockOf({ pid: 2 });
    should((await lock.acquire()).ok).be.false();
    now += DEAD_MS;
    should(await lock.acquire()).eql({ ok: true });
    should(JSON.parse(readFileSync(path, 'utf8'))).have.property('pid', 2);
  });

  it('of two that take it over at once, one has it', async () => {
    for (let round = 0; round < 50; round++) {
      rmSync(path, { force: true });
      await lockOf().acquire();
      alive.delete(1);
      age(DEAD_MS + 1);
      const both = [lockOf({ pid: 2 }), lockOf({ pid: 3 })];
      const taken = (await Promise.all(both.map((lock) => lock.acquire()))).filter(({ ok }) => ok);
      should(taken.length).equal(1);
      await Promise.all(both.map((lock) => lock.release()));
    }
  });

  describe('where both know in which life of which machine they run', () => {
    const here = { boot: 'b1', space: 'pid:[1]', started: '100' };
    const holds = (holder: Partial<LockHolder>): void =>
      writeFileSync(path, JSON.stringify({ pid: 1, host: 'plant', owner: 'other', ...here, ...holder }));
    const next = (self: Partial<LockHolder> = {}, ports: Partial<LockPorts> = {}): FileLock =>
      lockOf({ pid: 2, ...here, ...self }, { startedOf: () => '100', bootedMs: () => now - 60_000, ...ports });
    const isTaken = async (lock: FileLock): Promise<boolean> => (await lock.acquire()).ok;

    it('it is taken at once from a process that is gone', async () => {
      holds({});
      alive.delete(1);
      should(await isTaken(next())).be.true();
    });

    it('it is taken at once from a process whose number another one has now, this one too', async () => {
      holds({ started: '99' });
      should(await isTaken(next())).be.true();
      holds({ pid: 2, started: '99' });
      should(await isTaken(next())).be.true();
    });

    it('it is refused to the second of two that live', async () => {
      const first = lockOf({ ...here, owner: 'first' });
      should(await isTaken(first)).be.true();
      should(await isTaken(next())).be.false();
      should(await first.isKept()).be.true();
    });

    it('it is taken at once after the machine was started again, whoever has the number now', async () => {
      holds({ boot: 'b0' });
      age(61_000);
      should(await isTaken(next())).be.true();
    });

    it('a machine of the same name that touches it now is another machine', async () => {
      holds({ boot: 'b0' });
      should(await isTaken(next())).be.false();
      now += SILENT_MS;
      should(await isTaken(next())).be.false();
    });

    for (const [what, holder, self] of [
      ['on another machine', { host: 'elsewhere' }, {}],
      ['of a container with numbers of its own', { space: 'pid:[2]' }, {}],
      ['of a version that did not say so', { boot: undefined, space: undefined, started: undefined }, {}],
      ['where this machine does not say so', {}, { boot: undefined, space: undefined, started: undefined }]
    ] as const)
      it(`it is not taken at once from one ${what}`, async () => {
        holds(holder);
        alive.delete(1);
        const lock = next(self);
        should(await isTaken(lock)).be.false();
        now += SILENT_MS;
        should(await isTaken(lock)).be.true();
      });

    it('a start that cannot be found out says nothing', async () => {
      holds({ started: '99' });
      should(await isTaken(next({}, { startedOf: () => undefined }))).be.false();
      holds({ started: undefined });
      should(await isTaken(next())).be.false();
    });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('of a real process that was killed it is taken at once', async function () {
    const state = join(folder, 'a.state');
    const child = spawn(
      process.execPath,
      [
        '--require',
        'tsx/cjs',
        '-e',
        `const { fileStore } = require(process.argv[1]);
        fileStore(process.argv[2]).lock().then(({ ok }) => console.log(ok));
        setInterval(() => undefined, 1000);`,
        join(__dirname, '../../../../lib/state/files/index.ts'),
        state
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] }
    );
    const ended = once(child, 'exit');
    try {
      const said = await Promise.race([once(child.stdout, 'data'), ended]);
      should(String(said[0]).trim()).equal('true');
      should((await fileStore(state).lock()).ok).be.false();
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    // Touched a moment ago: it is not its age that tells.
    utimesSync(`${state}.lock`, new Date(), new Date());
    const store = fileStore(state);
    should(await store.lock()).eql({ ok: true });
    await store.unlock();
  });

  onLinux('names this life of this machine, and tells a process by when it started', () => {
    const { self, startedOf, isAlive, bootedMs } = systemLockPorts();
    should(self.boot).match(/^[0-9a-f-]{36}$/);
    should(self.started).match(/^[0-9]+$/);
    should(startedOf?.(process.pid)).equal(self.started);
    should(isAlive(process.pid)).be.true();
    // Larger than any process id that Linux gives out.
    should([isAlive(2 ** 22 + 1), startedOf?.(2 ** 22 + 1)]).eql([false, undefined]);
    should(bootedMs?.()).be.below(Date.now());
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
