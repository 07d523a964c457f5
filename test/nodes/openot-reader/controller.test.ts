import should from 'should';
import type { Transport } from '../../../lib/transport/transport';
import { seekTarget } from '../../../nodes/openot-reader/commands';
import { ReaderController } from '../../../nodes/openot-reader/controller';
import { whereOf } from '../../../nodes/openot-reader/refused-batches';
import { ownedStore } from '../../../nodes/runtime/owned-store';
import { ReaderSession } from '../../../nodes/delivery';
import { FakePlc } from '../../lib/reader/fake-plc';
import { FakeTransport, half, ManualClock, MemoryStore, quiet } from '../../lib/reader/fake-ports';

describe('the controller of a reader node', () => {
  /** A controller whose every second transport cannot be made. */
  function made(failing = 2): {
    controller: ReaderController;
    errors: Error[];
    lose: () => void;
    settle: () => void;
    transports: () => number;
  } {
    const errors: Error[] = [];
    let lose = (): void => undefined;
    let settle = (): void => undefined;
    let transports = 0;
    const session = (): ReaderSession => ({
      begin: (serial) => `t/${serial}`,
      gate: () => Promise.resolve(true),
      shut: () => undefined,
      close: () => undefined,
      waitsFor: () => undefined
    });
    const controller = new ReaderController({
      transport: (): Transport => {
        if (++transports === failing) throw new Error('no transport');
        return new FakeTransport(new FakePlc(4096));
      },
      store: new MemoryStore(),
      clock: new ManualClock(),
      random: half,
      settings: {},
      openSession: ({ settled, onLost }) => ((lose = onLost), (settle = () => settled(0)), session()),
      wiring: () => undefined,
      isRecorded: false,
      twins: () => [],
      refOf: (id) => ({ id, type: id, name: id }),
      sendBatch: () => undefined,
      onStatus: () => undefined,
      onError: (error) => void errors.push(error),
      deliveriesDone: () => Promise.resolve()
    });
    return { controller, errors, lose: () => lose(), settle: () => settle(), transports: () => transports };
  }

  it('reports a restart that fails instead of leaving a rejection to nobody, and restarts again later', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const { controller, errors, lose, transports } = made();
      await controller.start();
      lose();
      await quiet();
      should(errors.map((error) => (error as Error & { code?: string }).code)).eql(['OPENOT_INTERNAL']);
      should(errors[0].message).match(/no transport/);
      await should(controller.command('read')).be.rejectedWith(/OPENOT_READER_STOPPED/);
      lose();
      await quiet();
      should(transports()).equal(3);
      await controller.command('pause');
      await controller.close();
      await quiet();
      should(unhandled).eql([]);
    } finally {
      process.removeListener('unhandledRejection', note);
    }
  });

  it('names no positions of a refused batch that holds notices alone', () => {
    should(whereOf({ fromAbs: 0, toAbs: 0, again: true })).equal('');
    should(whereOf({ fromAbs: 8, toAbs: 88, again: true })).equal(' (positions 8 to 88)');
  });

  it('shows that its records are refused again and again, until one batch is settled', async () => {
    const { controller, lose, settle } = made(0);
    await controller.start();
    await quiet();
    const codes: Array<string | undefined> = [];
    for (let round = 0; round < 3; round++) {
      codes.push(controller.status()?.code);
      lose();
      await quiet();
    }
    should([...codes, controller.status()?.code]).eql([undefined, undefined, 'OPENOT_READ_AGAIN', 'OPENOT_READ_AGAIN']);
    should(controller.status()!.detail).match(/^read again 3 times, and nothing was settled/);
    settle();
    should(controller.status()?.code).equal(undefined);
    await controller.close();
  });
});

describe('where the command seek goes', () => {
  for (const [payload, target] of [
    ['oldest', 'oldest'],
    ['newest', 'newest'],
    [0, 0],
    [4711, 4711],
    ['4711', 4711],
    [4711n, 4711]
  ] as Array<[unknown, unknown]>) {
    it(`takes ${typeof payload} ${String(payload)}`, () => should(seekTarget(payload)).equal(target));
  }
  for (const payload of [
    undefined,
    null,
    '',
    'Oldest',
    ' 1',
    '1.5',
    '01',
    '-1',
    -1,
    1.5,
    NaN,
    2 ** 53,
    '9007199254740992',
    9007199254740992n,
    -1n,
    [1],
    { abs: 1 },
    true
  ]) {
    it(`refuses ${typeof payload} ${String(payload)}`, () =>
      should(() => seekTarget(payload)).throw(/^OPENOT_READER_SEEK: .*"oldest", "newest" or a position/));
  }
});

describe('the store of a reader node', () => {
  it('belongs to the reader that opened it last: one that was given up changes nothing any more', async () => {
    const memory = new MemoryStore();
    const old = ownedStore('a file', memory);
    await old.save(Uint8Array.of(1));
    const other = ownedStore('another file', new MemoryStore());
    const now = ownedStore('a file', memory);
    await now.save(Uint8Array.of(2));
    await old.save(Uint8Array.of(3));
    await old.remove();
    await other.save(Uint8Array.of(4));
    should([...(await now.load())!]).eql([2]);
    await now.remove();
    should(await now.load()).equal(undefined);
  });
});
