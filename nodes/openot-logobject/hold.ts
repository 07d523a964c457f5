import { CodedError } from '../runtime/coded-error';
import { Doubled } from '../runtime/doubled';
import { HeldWords, Hold, NodesBehind, readAgain, Waiting, waitingFor, waitingOf } from '../runtime/held-back';
import { wordsOf } from '../runtime/words';
import type { Refusal, WaitsFor, Wiring } from '../delivery';

/** Milliseconds until records are read again that failed to be stored: the first pause, and the longest. */
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;

const WORDS: HeldWords = {
  keeps: 'the log of the device',
  wire: 'this node',
  again: 'after 5 s, and then once after a deploy or the topic "read"'
};

/** What a hold needs of its node. */
export interface HoldPorts extends NodesBehind {
  /** Who takes what this node sends, as the flows are deployed now; undefined while they are not. */
  wiring(): Wiring | undefined;
  onError(error: Error): void;
}

/** Why a collector hands nothing on, and what its status says of those behind it. */
export class LogHold {
  private hold: Hold | undefined;
  /** The batch that was refused before, until something is settled. */
  private before: string | undefined;
  private told: string | undefined;
  /** Times in a row that records were read again, nothing settled in between. */
  private rereads = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly doubled: Doubled;

  constructor(private readonly ports: HoldPorts) {
    this.doubled = new Doubled({ ...ports, twins: () => [] });
  }

  get isHeld(): boolean {
    return this.hold !== undefined;
  }

  get isRefused(): boolean {
    return this.hold?.kind === 'refused';
  }

  /** What was refused was read again and refused again. */
  get isRefusedAgain(): boolean {
    return this.hold?.kind === 'refused' && this.hold.isAgain;
  }

  /**
   * A node does not take this batch: `key` tells it from others, `where` names its records. `again` is called after 5 s
   * when it is refused for the first time.
   */
  refused(refusal: Refusal, key: string, where: string, again: () => void): void {
    const isAgain = key === this.before;
    this.before = key;
    const hold: Hold = { kind: 'refused', refusal, sinceMs: this.ports.clock.monotonicMs(), where, isAgain };
    this.hold = hold;
    clearTimeout(this.timer);
    if (!isAgain) this.timer = setTimeout(again, FIRST_PAUSE_MS);
    else if (this.told !== key) {
      this.told = key;
      this.ports.onError(new CodedError('OPENOT_BATCH_REFUSED', waitingOf(hold, 0, WORDS).detail));
    }
  }

  /** Judges the wires as they are now; true where nothing may be handed on. */
  judgeWiring(): boolean {
    const wiring = this.ports.wiring();
    this.doubled.saw(wiring?.kind === 'wired' ? wiring.twice : undefined);
    this.hold = wiring === undefined || wiring.kind === 'wired' ? undefined : { kind: 'wiring', wiring };
    return this.isHeld;
  }

  /** `keys`: the batches that were settled. */
  settled(keys: readonly string[]): void {
    this.rereads = 0;
    if (this.before !== undefined && keys.includes(this.before)) this.before = this.told = undefined;
  }

  /** Everything behind what was settled is read again; `isOpen`: there is something. */
  again(isOpen: boolean): void {
    clearTimeout(this.timer);
    this.hold = undefined;
    if (isOpen) this.rereads++;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  /** Milliseconds until records are read again that a node of others failed to store. */
  pauseMs(): number {
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.rereads);
  }

  /** Why records do not get on, or come twice; `isFull`: no more may be under way. */
  waiting(waits: WaitsFor | undefined, isFull: boolean): Waiting | undefined {
    if (this.hold !== undefined) return waitingOf(this.hold, this.ports.clock.monotonicMs(), WORDS);
    const waiting = waits === undefined ? undefined : waitingFor(waits, this.ports, WORDS);
    // A batch that a node has for a while is no trouble by itself.
    if (waiting !== undefined && (waits?.kind !== 'node' || waiting.code !== undefined || isFull)) return waiting;
    if (this.rereads < 2) return this.doubled.why;
    const { code, detail } = readAgain(this.rereads);
    return { code, text: wordsOf(code, ''), detail };
  }
}
