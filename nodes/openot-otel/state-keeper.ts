import type { OpenotCode } from '../../lib/base/codes';
import { LockLost, Store } from '../../lib/reader/ports';
import { CodedError } from '../shared/coded-error';
import { decodeState, encodeState, StateParts } from './state-image';

/** Milliseconds between two tries, of the lock and of a save that failed. */
export const RETRY_MS = 1000;

/** What a keeper is made of. */
export interface KeeperPorts {
  readonly store: Store;
  /** Calls back after `ms`; returns how to cancel. */
  after(ms: number, call: () => void): () => void;
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
  /** Why the last save failed; undefined once one succeeded. */
  trouble: CodedError | undefined;
  private closed = false;
  private reported = '';
  private wake: (() => void) | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: KeeperPorts) {}

  /** Resolves when the state can be used or cannot be; tries the lock until it has it, or is closed. Never rejects. */
  open(): Promise<void> {
    const opening = this.tryToOpen();
    this.running = opening;
    return opening;
  }

  private async tryToOpen(): Promise<void> {
    while (!this.closed) {
      const refusal = await this.lock();
      if (refusal === undefined) break;
      this.become('locked');
      this.tell(refusal);
      await this.pause();
    }
    if (this.closed) return;
    this.reported = '';
    const why = await this.load();
    if (why === undefined) return this.become('usable');
    this.become('failed');
    const { code, text } = why;
    this.tell(
      new CodedError(
        code,
        `the saved state of this node cannot be used: ${text}. Nothing is sent, so that no open span is forgotten. Put the file back from a backup, or send this node a message with topic "forget" to begin anew without the spans that are open`
      )
    );
  }

  /** True when the state is saved, again and again until it is; false when this keeper has ended meanwhile. */
  save(): Promise<boolean> {
    const saving = this.trySaving();
    this.running = saving;
    return saving;
  }

  private async trySaving(): Promise<boolean> {
    while (!this.closed) {
      try {
        await this.ports.store.save(encodeState(this.ports.image()));
        const had = this.trouble;
        this.trouble = undefined;
        this.reported = '';
        if (had !== undefined) this.ports.onChange();
        return true;
      } catch (thrown) {
        if (thrown instanceof LockLost) return this.lose();
        this.trouble = new CodedError(
          'OPENOT_STATE_NOT_SAVED',
          `the state of this node could not be saved (${textOf(thrown)}): nothing is sent until it can be, since open spans would be forgotten at a restart. Tried again every second. Check space and rights of the folder openot under the user directory`
        );
        this.tell(this.trouble);
        this.ports.onChange();
        await this.pause();
      }
    }
    return false;
  }

  /** Removes the file: what comes next begins anew. Throws OPENOT_STATE_NOT_REMOVED, OPENOT_STATE_LOCKED. */
  async forget(): Promise<void> {
    if (this.state !== 'usable' && this.state !== 'failed')
      throw new CodedError(
        'OPENOT_STATE_LOCKED',
        'the state file is in use by another runtime, or is not open yet: nothing was forgotten. Stop the other one, or try again'
      );
    try {
      await this.ports.store.remove();
    } catch (thrown) {
      throw new CodedError(
        'OPENOT_STATE_NOT_REMOVED',
        `the saved state of this node could not be removed (${textOf(thrown)})`
      );
    }
    this.reported = '';
    this.become('usable');
  }

  /** Saves a last time when `isDue`, and lets others have the state. */
  async close(isDue: () => boolean): Promise<void> {
    this.closed = true;
    this.wake?.();
    await this.running;
    try {
      if (this.state === 'usable' && isDue()) await this.ports.store.save(encodeState(this.ports.image()));
    } catch {
      // What is not saved is read again: no token of it was let go.
    }
    try {
      await this.ports.store.unlock();
    } catch {
      // It is taken over when nobody touches it any more.
    }
  }

  private async lock(): Promise<CodedError | undefined> {
    try {
      const outcome = await this.ports.store.lock();
      return outcome.ok ? undefined : new CodedError(outcome.code, `${outcome.message}. Until then nothing is sent`);
    } catch (thrown) {
      return new CodedError(
        'OPENOT_STATE_LOCK_FAILED',
        `the state of this node could not be locked (${textOf(thrown)}), so nothing is sent; tried again every second. Check space and rights of the folder openot under the user directory`
      );
    }
  }

  private async load(): Promise<{ code: OpenotCode; text: string } | undefined> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.ports.store.load();
    } catch (thrown) {
      return { code: 'OPENOT_STATE_UNREADABLE', text: `it could not be read (${textOf(thrown)})` };
    }
    if (bytes === undefined) return undefined;
    const decoded = decodeState(bytes);
    const why = decoded.ok ? this.ports.restore(decoded.parts) : decoded.why;
    return why === undefined ? undefined : { code: 'OPENOT_STATE_UNREADABLE', text: why };
  }

  private lose(): false {
    this.become('lost');
    this.tell(
      new CodedError(
        'OPENOT_STATE_LOCKED',
        'another runtime took the state file of this node: two must not share a user directory. Nothing is sent any more; stop one of them and deploy again'
      )
    );
    return false;
  }

  private become(state: KeeperState): void {
    this.state = state;
    this.ports.onChange();
  }

  /** The same trouble is told once. */
  private tell(error: CodedError): void {
    if (this.reported === error.message || this.closed) return;
    this.reported = error.message;
    this.ports.report(error);
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

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
