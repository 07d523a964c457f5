import { Failure, failure } from '../../base';
import { Checkpoint, readCheckpoint, vkeyOf } from '../note';
import { ArchivePorts } from '../ports';
import { emptyRoot } from '../tree/digest';
import { LogHead, NoteCode } from './entry';
import { Learner } from './learn';
import { minimumIn } from './log-files';
import { damaged, recover, RecoverFailure, wentBack } from './recover';
import { NOTHING_PRUNED } from './retention';
import { ArchiveState, decodeState } from './saved-state';
import { LogWriter } from './writer';

/** Why a log cannot be opened, beside its locks. */
export type LogFailure = RecoverFailure | Failure<'OPENOT_STATE_UNREADABLE'>;

type Outcome = { readonly ok: true } | LogFailure;

const beginTexts: Partial<Record<NoteCode, string>> = {
  'went-back': 'the log before this one was left: its folder or its saved state had gone back',
  'key-changed': 'another key signs from here on: the log before this one was signed with the former'
};

const headOf = ({ origin, size, root }: Checkpoint): LogHead => ({
  origin,
  size,
  root: Buffer.from(root).toString('base64')
});

const unreadable = (why: string): LogFailure =>
  failure(
    'OPENOT_STATE_UNREADABLE',
    `what this archive signed last cannot be read: ${why}. Put the file back from a backup, or send this node a ` +
      'message with topic "begin": a new log begins that names the last checkpoint of the old one'
  );

/** What a log is opened with. */
export interface OpeningParts {
  readonly ports: ArchivePorts;
  readonly writer: LogWriter;
  /** Name of the log as it is set; empty: `defaultOrigin`, once. */
  readonly origin: string;
  readonly defaultOrigin: string;
}

/** Opens the log of a folder whose locks are held: it goes on where it was, or begins. */
export class Opening {
  constructor(private readonly parts: OpeningParts) {}

  /** With `beginAnew`, a log that continues the one that is there begins. */
  async run(beginAnew: boolean): Promise<Outcome> {
    const saved = await this.parts.ports.state.load();
    const decoded = saved === undefined ? undefined : decodeState(saved);
    if (decoded?.ok === false && !beginAnew) return unreadable(decoded.why);
    return decoded?.ok === true ? this.next(decoded.state, beginAnew) : this.first(beginAnew);
  }

  /** Nothing is known of a log. */
  private async first(beginAnew: boolean): Promise<Outcome> {
    const { files, checkpoint } = this.parts.ports;
    const names = await this.oldFiles();
    if (names.length > 0 && !beginAnew) {
      const found = `the folder has files (${names.slice(0, 3).join(', ')})`;
      return wentBack(`${found}, but what was signed last is not known here`);
    }
    const known = readCheckpoint((await checkpoint.load()) ?? '');
    const previous = known.ok ? headOf(known.checkpoint) : null;
    const before = names.length > 0 ? (await files.list('before')).length + 1 : 0;
    return this.begin(previous, before, previous === null ? undefined : 'went-back');
  }

  /** A log is known: it goes on, or one that continues it begins. */
  private async next(state: ArchiveState, beginAnew: boolean): Promise<Outcome> {
    const { ports, writer, origin } = this.parts;
    const previous = headOf({ origin: state.origin, ...state.head });
    if (state.isMoving) return this.moved(state, 'went-back');
    if (beginAnew) return this.begin(previous, state.before + 1, 'went-back');
    if (vkeyOf(ports.signer(state.origin)) !== state.vkey) return this.begin(previous, state.before + 1, 'key-changed');
    const outcome = await this.goneOn(state);
    if (!outcome.ok || origin === state.setting) return outcome;
    await writer.signIfNew();
    const head = writer.signedHead;
    writer.forget();
    return this.begin(head, state.before + 1, undefined);
  }

  /** The log that is known goes on. */
  private async goneOn(state: ArchiveState): Promise<Outcome> {
    const { ports, writer } = this.parts;
    writer.take(state);
    // What was read may not be flushed: a process that was killed between two steps of saving it leaves it so.
    await writer.saveState();
    const found = await recover(ports.files, writer.log, state, await ports.checkpoint.load());
    if (!found.ok) return found;
    const learner = new Learner(writer.composer, ports.files);
    if (!(await learner.all(found.unlearnt, state.head.size))) return damaged(learner.why);
    if (writer.log.size === 0) writer.begin();
    if (found.isStateOlder) {
      writer.state = { ...writer.state, minimum: await minimumIn(ports.files, writer.state.minimum) };
      writer.note(
        'state-older',
        `the saved state knew ${state.head.size} entries, the folder had ${found.head.size}: it went on from there`
      );
    }
    if (found.cut > 0)
      writer.note(
        'torn-end',
        `${found.cut} bytes at the end of the journal were half-written and were cut: ` +
          'nothing of them had been passed on'
      );
    else if (found.journalled > 0)
      writer.note(
        'after-crash',
        `this archive was not closed in order: ${found.journalled} entries were read again from its journal`
      );
    await writer.flush();
    if (!found.isSigned || writer.log.signed.size === 0) await writer.sign();
    return { ok: true };
  }

  /** Begins a log. `before`: the number under which the files that are there are put aside; 0 where there are none. */
  private async begin(previous: LogHead | null, before: number, why: NoteCode | undefined): Promise<Outcome> {
    const { ports, writer, origin: setting, defaultOrigin } = this.parts;
    const name = setting === '' ? defaultOrigin : setting;
    // Two logs of one name would be two truths.
    const isSame = previous !== null && previous.origin.replace(/\/[0-9]+$/, '') === name;
    const origin = isSame ? `${name}/${before + 1}` : name;
    const state: ArchiveState = {
      origin,
      setting,
      vkey: vkeyOf(ports.signer(origin)),
      head: { size: 0, root: emptyRoot() },
      ...NOTHING_PRUNED,
      previous,
      before,
      isMoving: before > 0,
      entered: [],
      missing: [],
      streams: []
    };
    writer.take(state);
    await writer.saveState();
    return this.moved(state, why);
  }

  /** The files of the log before are put aside, as far as they are not yet; then this one begins. */
  private async moved(state: ArchiveState, why: NoteCode | undefined): Promise<{ readonly ok: true }> {
    const { ports, writer } = this.parts;
    writer.take(state);
    if (state.isMoving)
      for (const name of await this.oldFiles()) await ports.files.move(name, `before/${state.before}/${name}`);
    writer.state = { ...state, isMoving: false };
    await writer.saveState();
    writer.begin();
    if (why !== undefined) writer.note(why, beginTexts[why] ?? '');
    await writer.flush();
    await writer.sign();
    return { ok: true };
  }

  /** What stands in the folder, except locks and the logs that were put aside. */
  private async oldFiles(): Promise<string[]> {
    const names = await this.parts.ports.files.list('');
    return names.filter((name) => name !== 'before' && !/\.(lock|taking|new)$/.test(name));
  }
}
