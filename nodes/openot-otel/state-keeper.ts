import type { Failure, Timers } from '../../lib/base';
import { Keeper, KeeperCode, Store } from '../../lib/state';
import { CodedError } from '../runtime/coded-error';
import { decodeState, encodeState, StateParts } from './state-image';

/** Milliseconds between two tries, of the lock and of a save that failed. */
export const RETRY_MS = 1000;

const CHECK = 'Check space and rights of the folder openot under the user directory';
const messages: Readonly<Record<KeeperCode, (cause: string) => string>> = {
  OPENOT_STATE_LOCKED: () =>
    'another runtime took the state file of this node: two must not share a user directory. Nothing is sent any ' +
    'more; stop one of them and deploy again',
  OPENOT_STATE_LOCK_FAILED: (cause) =>
    `the state of this node could not be locked (${cause}), so nothing is sent; tried again every second. ${CHECK}`,
  OPENOT_STATE_UNREADABLE: (why) =>
    `the saved state of this node cannot be used: ${why}. Nothing is sent, so that no open span is forgotten. ` +
    'Put the file back from a backup, or send this node a message with topic "forget" to begin anew without the ' +
    'spans that are open',
  OPENOT_STATE_NOT_SAVED: (cause) =>
    `the state of this node could not be saved (${cause}): nothing is sent until it can be, since open spans ` +
    `would be forgotten at a restart. Tried again every second. ${CHECK}`,
  OPENOT_STATE_NOT_REMOVED: (cause) => `the saved state of this node could not be removed (${cause})`
};
const errorOf = ({ code, message }: Failure<KeeperCode>): CodedError => new CodedError(code, message);

/** What a keeper is made of. */
export interface KeeperPorts extends Pick<Timers, 'after'> {
  readonly store: Store;
  /** What is to be saved now. */
  image(): StateParts;
  /** Takes what was saved; text says why it cannot be used. */
  restore(parts: StateParts): string | undefined;
  report(error: CodedError): void;
  onChange(): void;
}

/**
 * opening: the lock is asked for, the file is read; usable; locked: another has it, tried again; failed: what is saved
 * cannot be used, until `forget`; lost: another took the lock while this one worked, which therefore ended.
 */
export type KeeperState = 'opening' | 'usable' | 'locked' | 'failed' | 'lost';

/** Keeps the mapper's state file: one user, saved atomically, never begun afresh without being told. */
export class StateKeeper {
  state: KeeperState = 'opening';
  private readonly keeper: Keeper<StateParts>;
  private closed = false;
  private refusal = '';
  private wake: (() => void) | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: KeeperPorts) {
    const { store } = ports;
    const report = (trouble: Failure<KeeperCode>): void => {
      // That it could not be removed is thrown, to whom asked for it.
      if (trouble.code !== 'OPENOT_STATE_NOT_REMOVED') this.report(trouble);
    };
    this.keeper = new Keeper({ store, encode: encodeState, decode: decodeState, messages, report });
  }

  /** Why the last save failed; undefined once one succeeded. */
  get trouble(): CodedError | undefined {
    return this.keeper.trouble === undefined ? undefined : errorOf(this.keeper.trouble);
  }

  /** Resolves when the state can be used or cannot be; tries the lock until it has it, or is closed. Never rejects. */
  open(): Promise<void> {
    const opening = this.tryToOpen();
    this.running = opening;
    return opening;
  }

  private async tryToOpen(): Promise<void> {
    while (!this.closed) {
      const outcome = await this.keeper.lock();
      if (outcome.ok) break;
      this.become('locked');
      if (outcome.message !== this.refusal) this.report(outcome, '. Until then nothing is sent');
      this.refusal = outcome.message;
      await this.pause();
    }
    if (this.closed) return;
    const loaded = await this.keeper.load();
    if (!loaded.ok) return this.fail(loaded);
    const why = loaded.state === undefined ? undefined : this.ports.restore(loaded.state);
    if (why !== undefined) return this.fail(this.keeper.unreadable(why));
    this.become('usable');
  }

  /** True when the state is saved, again and again until it is; false when this keeper has ended meanwhile. */
  save(): Promise<boolean> {
    const saving = this.trySaving();
    this.running = saving;
    return saving;
  }

  private async trySaving(): Promise<boolean> {
    while (!this.closed) {
      const had = this.keeper.trouble;
      const trouble = await this.keeper.save(this.ports.image());
      if (this.keeper.lost !== undefined) {
        this.become('lost');
        return false;
      }
      if (trouble !== had) this.ports.onChange();
      if (trouble === undefined) return true;
      await this.pause();
    }
    return false;
  }

  /** Removes the file: what comes next begins anew. Throws OPENOT_STATE_NOT_REMOVED, OPENOT_STATE_LOCKED. */
  async forget(): Promise<void> {
    if (this.state !== 'usable' && this.state !== 'failed')
      throw new CodedError(
        'OPENOT_STATE_LOCKED',
        'the state file is in use by another runtime, or is not open yet: nothing was forgotten. Stop the other ' +
          'one, or try again'
      );
    const trouble = await this.keeper.remove();
    if (trouble !== undefined) throw errorOf(trouble);
    this.become('usable');
  }

  /** Saves a last time when `isDue`, and lets others have the state. */
  async close(isDue: () => boolean): Promise<void> {
    this.closed = true;
    this.wake?.();
    await this.running;
    // What cannot be saved is read again: no token of it was let go.
    if (this.state === 'usable' && isDue()) await this.keeper.save(this.ports.image());
    await this.keeper.unlock();
  }

  private fail(failure: Failure<KeeperCode>): void {
    this.become('failed');
    this.report(failure);
  }

  private become(state: KeeperState): void {
    this.state = state;
    this.ports.onChange();
  }

  private report({ code, message }: Failure<KeeperCode>, more = ''): void {
    if (!this.closed) this.ports.report(new CodedError(code, message + (code === 'OPENOT_STATE_LOCKED' ? more : '')));
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      if (this.closed) return resolve();
      const cancel = this.ports.after(RETRY_MS, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
