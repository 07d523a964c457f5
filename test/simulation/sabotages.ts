/** One thing that the reader does to keep its promise, taken out of a copy of its sources. */
export interface Sabotage {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

/** The seven of the proof, and some more. Each `from` must stand in its file exactly once. */
export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'the confirming look',
    edits: [
      {
        file: 'lib/reader/observe/seqlock.ts',
        from: 'const outcome = confirmed(looks, this.last) ?? invalid(looks);',
        to: "const [only] = looks;\n      const outcome: LookOutcome | undefined = isPlausible(only) ? { kind: 'accepted', base: only, index: 0, confirmed: true, monotonic: this.last === undefined || follows(only, this.last), oldestAbs: only.snapshot.oldestAbs } : invalid(looks);"
      }
    ]
  },
  {
    name: 'the second seqlock reading',
    edits: [{ file: 'lib/reader/observe/seqlock.ts', from: 'looks[index + 1].seqlock !== base.seqlock || ', to: '' }]
  },
  {
    name: 'the CRC check',
    edits: [
      {
        file: 'lib/wire/decode.ts',
        from: 'if (expected !== actual) return',
        to: 'if (expected !== actual && length < 0) return'
      }
    ]
  },
  {
    name: 'the fsync',
    edits: [{ file: 'lib/state/files/file-store.ts', from: '  await files.sync(temporary);\n', to: '' }]
  },
  {
    name: 'the ack wait',
    edits: [
      {
        file: 'lib/reader/progress/checkpoints.ts',
        from: '    this.queue.push({ serial: ++this.lastSerial, state });\n',
        to: '    this.queue.push({ serial: ++this.lastSerial, state });\n    this.settledState = state;\n'
      }
    ]
  },
  {
    name: 'the seq rule',
    edits: [
      {
        file: 'lib/reader/judge/ring-position.ts',
        from: 'return this.accounting.isFresh(record) && !isOldRun(record, this.lastRunId);',
        to: 'return record.safeSeq >= 0;'
      }
    ]
  },
  {
    name: 'the incarnation check',
    edits: [
      {
        file: 'lib/reader/judge/restart.ts',
        from: "  if (now.headAbs < Math.max(memory.cursor, memory.reached)) return 'headAbs';\n",
        to: ''
      },
      {
        file: 'lib/reader/judge/restart.ts',
        from: "  if (now.lostCount < then.lostCount) return 'lostCount';\n",
        to: ''
      },
      {
        file: 'lib/reader/judge/restart.ts',
        from: "  if (now.oldestAbs < then.oldestAbs) return 'oldestAbs';\n",
        to: ''
      },
      { file: 'lib/reader/judge/restart.ts', from: "  if (base.runId < memory.image.runId) return 'runId';\n", to: '' },
      {
        file: 'lib/reader/judge/anchor.ts',
        from: "return anchor === undefined ? 'unasked' : 'differs';",
        to: "return anchor === undefined ? 'unasked' : 'overwritten';"
      }
    ]
  },
  {
    name: 'the flush of the folder',
    edits: [
      {
        file: 'lib/state/files/file-store.ts',
        from: 'at a power failure.\n  await files.syncFolder(dirname(path));\n',
        to: 'at a power failure.\n'
      }
    ]
  },
  {
    name: 'the lease',
    edits: [
      {
        file: 'lib/reader/progress/lease.ts',
        from: 'const ahead = (reach: Reach): Lease => ({ ...exact(reach), abs: reach.cursor + reach.capacity });',
        to: 'const ahead = (reach: Reach): Lease => exact(reach);'
      }
    ]
  },
  {
    name: 'the lock',
    edits: [
      {
        file: 'lib/state/files/file-store.ts',
        from: 'const outcome = await lock.take();',
        to: 'const outcome = { ok: true } as const;'
      }
    ]
  }
];
