import { Clock, errorText, Failure, failure } from '../base';
import { LockLost, LockOutcome, Store } from './store';

/** What can be wrong with a state that is kept. */
export type KeeperCode =
  | 'OPENOT_STATE_LOCKED'
  | 'OPENOT_STATE_LOCK_FAILED'
  | 'OPENOT_STATE_UNREADABLE'
  | 'OPENOT_STATE_NOT_SAVED'
  | 'OPENOT_STATE_NOT_REMOVED';

/** A state that was read in full, undefined where none was saved; or why it cannot be used, as `it …`. */
export type Decoded<S> = { readonly ok: true; readonly state: S } | { readonly ok: false; readonly why: string };

/** What a keeper is made of. */
export interface KeeperParts<S> {
  readonly store: Store;
  readonly encode: (state: S) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Decoded<S>;
  /**
   * What a person reads of each trouble, made of its cause. Of OPENOT_STATE_LOCKED: another took the state while it was
   * used; who has it at the beginning, the lock says itself.
   */
  readonly messages: Readonly<Record<KeeperCode, (cause: string) => string>>;
  /**
   * Called when saving begins to fail or fails in another way, not for each try; and when something could not be
   * removed.
   */
  readonly report: (trouble: Failure<KeeperCode>) => void;
  /** Between two saves, at least; absent: whenever it is asked for. */
  readonly pace?: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly intervalMs: number };
}

/**
 * One user of one state: asks for its lock, loads it, saves it, and finds out when another took it. Nothing rejects;
 * when to try again is for the caller.
 */
export class Keeper<S> {
  /** Another took the state over: whoever uses this keeper must end. */
  lost: Failure<'OPENOT_STATE_LOCKED'> | undefined;
  /** Why the last save failed; undefined once one succeeded. */
  trouble: Failure<KeeperCode> | undefined;
  private lastSaveMs = -Infinity;

  constructor(private readonly parts: KeeperParts<S>) {}

  /** Asks to be the only user of the state. */
  async lock(): Promise<LockOutcome | Failure<'OPENOT_STATE_LOCK_FAILED'>> {
    try {
      return await this.parts.store.lock();
    } catch (thrown) {
      return this.failed('OPENOT_STATE_LOCK_FAILED', thrown);
    }
  }

  /** Lets others have the state. */
  async unlock(): Promise<void> {
    try {
      await this.parts.store.unlock();
    } catch {
      // It is taken over when nobody touches it any more.
    }
  }

  /** The saved state; undefined where there is none. */
  async load(): Promise<{ readonly ok: true; readonly state: S | undefined } | Failure<'OPENOT_STATE_UNREADABLE'>> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.parts.store.load();
    } catch (thrown) {
      return this.unreadable(`it could not be read (${errorText(thrown)})`);
    }
    if (bytes === undefined) return { ok: true, state: undefined };
    const decoded = this.parts.decode(bytes);
    return decoded.ok ? decoded : this.unreadable(decoded.why);
  }

  /** What a state is that has the right form, and that its owner cannot use. */
  unreadable(why: string): Failure<'OPENOT_STATE_UNREADABLE'> {
    return failure('OPENOT_STATE_UNREADABLE', this.parts.messages.OPENOT_STATE_UNREADABLE(why));
  }

  /** Milliseconds until the state may be saved again. */
  get dueInMs(): number {
    const { pace } = this.parts;
    return pace === undefined ? 0 : Math.max(0, this.lastSaveMs + pace.intervalMs - pace.clock.monotonicMs());
  }

  /** Saves; what went wrong, undefined where nothing did. */
  async save(state: S): Promise<Failure<KeeperCode> | undefined> {
    const { store, encode, pace, report } = this.parts;
    this.lastSaveMs = pace?.clock.monotonicMs() ?? 0;
    try {
      await store.save(encode(state));
      this.trouble = undefined;
      return undefined;
    } catch (thrown) {
      const trouble = this.lossOf(thrown) ?? this.failed('OPENOT_STATE_NOT_SAVED', thrown);
      const isNew = this.trouble?.code !== trouble.code;
      this.trouble = trouble;
      if (isNew) report(trouble);
      return trouble;
    }
  }

  /** Whether the state is still this user's alone, without saving; why not, undefined where it is. */
  async checkLock(): Promise<Failure<'OPENOT_STATE_LOCKED' | 'OPENOT_STATE_LOCK_FAILED'> | undefined> {
    try {
      if ((await this.parts.store.isMine?.()) !== false) return undefined;
      throw new LockLost('another process took its lock');
    } catch (thrown) {
      return this.lossOf(thrown) ?? this.failed('OPENOT_STATE_LOCK_FAILED', thrown);
    }
  }

  /** Removes what is saved; why that could not be done, undefined where it was. */
  async remove(): Promise<Failure<'OPENOT_STATE_NOT_REMOVED'> | undefined> {
    try {
      await this.parts.store.remove();
      this.trouble = undefined;
      return undefined;
    } catch (thrown) {
      this.lossOf(thrown);
      const trouble = this.failed('OPENOT_STATE_NOT_REMOVED', thrown);
      this.parts.report(trouble);
      return trouble;
    }
  }

  private failed<Code extends KeeperCode>(code: Code, thrown: unknown): Failure<Code> {
    return failure(code, this.parts.messages[code](errorText(thrown)));
  }

  private lossOf(thrown: unknown): Failure<'OPENOT_STATE_LOCKED'> | undefined {
    if (thrown instanceof LockLost) this.lost = this.failed('OPENOT_STATE_LOCKED', thrown);
    return this.lost;
  }
}
