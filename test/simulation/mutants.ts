import { crc32c } from '../../lib/base';
import { Offset } from '../../lib/wire/header';
import { readU16, writeU32 } from '../../lib/wire/u64';

/* Nothing that is mutated may be loaded from here: it would be loaded before its mutant is installed. */

type Modules = {
  'lib/reader/judge/anchor': typeof import('../../lib/reader/judge/anchor');
  'lib/reader/judge/case': typeof import('../../lib/reader/judge/case');
  'lib/reader/judge/control-rules': typeof import('../../lib/reader/judge/control-rules');
  'lib/reader/judge/head-history': typeof import('../../lib/reader/judge/head-history');
  'lib/reader/judge/restart': typeof import('../../lib/reader/judge/restart');
  'lib/reader/judge/restore-position': typeof import('../../lib/reader/judge/restore-position');
  'lib/reader/judge/ring-position': typeof import('../../lib/reader/judge/ring-position');
  'lib/reader/loop/ring-poll': typeof import('../../lib/reader/loop/ring-poll');
  'lib/reader/loop/settling': typeof import('../../lib/reader/loop/settling');
  'lib/reader/observe/seqlock': typeof import('../../lib/reader/observe/seqlock');
  'lib/reader/progress/checkpoints': typeof import('../../lib/reader/progress/checkpoints');
  'lib/reader/progress/reach': typeof import('../../lib/reader/progress/reach');
  'lib/state/files/file-store': typeof import('../../lib/state/files/file-store');
  'lib/wire/decode': typeof import('../../lib/wire/decode');
};

/** One exported function or class, and what stands in its place. */
export interface Replacement {
  /** Path of the module from the project's root, without `.ts`. */
  readonly of: keyof Modules;
  readonly name: string;
  readonly by: (original: never) => unknown;
}

/** One thing that the reader does to keep its promise, taken out of it. */
export interface Mutant {
  readonly name: string;
  readonly replaces: readonly Replacement[];
}

/** A replacement whose types are those of the module. */
function put<M extends keyof Modules, N extends keyof Modules[M] & string>(
  of: M,
  name: N,
  by: (original: Modules[M][N]) => Modules[M][N]
): Replacement {
  return { of, name, by };
}

/** The first seven are the proof in `npm test`; `npm run sabotage` looks for all. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the confirming look',
    replaces: [
      put('lib/reader/observe/seqlock', 'nextSample', (original) => (samples, start) => {
        const [base] = samples;
        const { snapshot } = base;
        if (snapshot === undefined) return original(samples, start);
        const plausible = { ...base, snapshot };
        const outcome = { kind: 'accepted', base: plausible, index: 0, confirmed: true, monotonic: true } as const;
        return { do: 'done', outcome: { ...outcome, oldestAbs: snapshot.oldestAbs } };
      })
    ]
  },
  {
    name: 'the second seqlock reading',
    replaces: [
      put('lib/reader/observe/seqlock', 'nextSample', (original) => (samples, start) => {
        const last = samples.length - 1;
        const agreed = samples.map((sample, i) =>
          i > 0 && i === last && !sample.odd ? { ...sample, seqlock: samples[i - 1].seqlock } : sample
        );
        return original(agreed, start);
      })
    ]
  },
  {
    name: 'the CRC check',
    replaces: [
      put('lib/wire/decode', 'decodeRecord', (original) => (bytes, start = 0, end = bytes.length) => {
        const result = original(bytes, start, end);
        if (result.ok || result.kind !== 'crcMismatch') return result;
        const slotsEnd = start + readU16(bytes, start + Offset.totalLength) - 4;
        const mended = bytes.slice();
        writeU32(mended, slotsEnd, crc32c(bytes, start, slotsEnd));
        return original(mended, start, end);
      })
    ]
  },
  {
    name: 'the fsync',
    replaces: [
      put('lib/state/files/file-store', 'fileStore', (original) => (path, ports) => {
        const files = ports?.files;
        if (files === undefined) return original(path, ports);
        const lazy = Object.create(files) as typeof files;
        lazy.sync = () => Promise.resolve();
        return original(path, { ...ports, files: lazy });
      })
    ]
  },
  {
    name: 'the ack wait',
    replaces: [
      put('lib/reader/progress/checkpoints', 'Checkpoints', (original) => {
        const { add } = original.prototype;
        original.prototype.add = function (state) {
          const serial = add.call(this, state);
          (this as unknown as { settledState: unknown }).settledState = state;
          return serial;
        };
        return original;
      })
    ]
  },
  {
    name: 'the seq rule',
    replaces: [
      put('lib/reader/judge/ring-position', 'RingPosition', (original) => {
        original.prototype.isNew = (record) => record.safeSeq >= 0;
        return original;
      })
    ]
  },
  {
    name: 'the incarnation check',
    replaces: [
      put('lib/reader/judge/restart', 'judgeRestart', () => ({ monotonic }) => ({
        kind: monotonic ? 'same' : 'corrected'
      })),
      put('lib/reader/judge/anchor', 'checkAnchor', (original) => (position, found, oldestAbs) => {
        const check = original(position, found, oldestAbs);
        return check === 'differs' ? 'overwritten' : check;
      })
    ]
  },
  {
    name: 'the flush of the folder',
    replaces: [
      put('lib/state/files/file-store', 'fileStore', (original) => (path, ports) => {
        const files = ports?.files;
        if (files === undefined) return original(path, ports);
        const lazy = Object.create(files) as typeof files;
        lazy.syncFolder = () => Promise.resolve();
        return original(path, { ...ports, files: lazy });
      })
    ]
  },
  {
    name: 'the lease',
    replaces: [
      // Nothing is saved before it is handed on.
      put('lib/reader/progress/reach', 'covers', () => () => true)
    ]
  },
  {
    name: 'the lock',
    replaces: [
      put('lib/state/files/file-store', 'fileStore', (original) => (path, ports) => ({
        ...original(path, ports),
        lock: () => Promise.resolve({ ok: true }),
        isMine: () => Promise.resolve(true)
      }))
    ]
  },
  {
    name: 'row 6, the incarnation that had begun before the stop',
    replaces: [
      put('lib/reader/judge/restore-position', 'positionOf', (original) => (state) => {
        const restored = original(state);
        if (restored.ok) restored.position.nextIncarnation = 0;
        return restored;
      })
    ]
  },
  {
    name: 'row 7, the polls that must agree',
    replaces: [
      put('lib/reader/judge/restart', 'judgeRestart', (original) => (control, position, anchor, doubt, at) => {
        const verdict = original(control, position, anchor, doubt, at);
        return verdict.kind === 'wait' ? { kind: 'restart', reason: 'at once' } : verdict;
      })
    ]
  },
  {
    name: 'row 8, the mismatch whose place is overwritten',
    replaces: [
      put('lib/reader/judge/control-rules', 'anchorDiffers', (original) => (c) => {
        if (c.anchor === 'overwritten') c.doubt({ anchor: undefined });
        return original(c);
      })
    ]
  },
  {
    name: 'row 8, the time that an old copy may last',
    replaces: [
      put(
        'lib/reader/judge/control-rules',
        'anchorDiffers',
        (original) => (c) =>
          c.anchor === 'differs'
            ? c.newIncarnation({ control: c.control, reason: 'at once', anchor: c.anchor })
            : original(c)
      )
    ]
  },
  {
    name: 'row 10, the notice of a lap',
    replaces: [
      put('lib/reader/judge/case', 'Case', (original) => {
        const { note } = original.prototype;
        original.prototype.note = function (notice, beforeAbs) {
          if (notice.kind !== 'lap') note.call(this, notice, beforeAbs);
        };
        return original;
      })
    ]
  },
  {
    name: 'row 14, the doubt about records of the lap before',
    replaces: [
      put('lib/reader/judge/ring-position', 'RingPosition', (original) => {
        original.prototype.isDoubtful = () => false;
        return original;
      })
    ]
  },
  {
    name: 'row 14, the head that is settled',
    replaces: [put('lib/reader/judge/head-history', 'settledHead', () => () => Infinity)]
  },
  {
    name: 'what may have been delivered before a kill',
    replaces: [
      put('lib/reader/judge/restore-position', 'positionOf', (original) => (state) => {
        const restored = original(state);
        if (restored.ok) restored.position.maybeDeliveredBelow = 0;
        return restored;
      })
    ]
  },
  {
    name: 'row 2, the wait for the batches of the former life',
    replaces: [
      put('lib/reader/loop/settling', 'drain', () => (core) => {
        core.life.now('drain');
        core.life.now('goOn');
        core.ring.goOnDrained();
        return Promise.resolve();
      })
    ]
  },
  {
    name: 'the notices that a saved state still owes',
    replaces: [
      put('lib/reader/loop/ring-poll', 'RingPoll', (original) => {
        const { resume } = original.prototype;
        original.prototype.resume = function (position, _pending, anchorDiffers) {
          resume.call(this, position, [], anchorDiffers);
        };
        return original;
      })
    ]
  }
];
