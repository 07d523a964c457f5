import { CommandOutcome } from '../api';

/** Commands that wait, at most. */
const MAX_COMMANDS = 16;
const BUSY: CommandOutcome = {
  ok: false,
  code: 'OPENOT_READER_BUSY',
  message: `${MAX_COMMANDS} commands wait already (is the link down?): this one was not taken`
};

/** The answer to a command that came too late. */
export const STOPPED: CommandOutcome = {
  ok: false,
  code: 'OPENOT_READER_STOPPED',
  message: 'the reader was stopped before it could do that: nothing was changed'
};

interface Command {
  readonly work: () => Promise<CommandOutcome>;
  readonly answer: (outcome: CommandOutcome) => void;
}

/**
 * What a reader was told to do between two polls, in order. Every command is answered, whatever becomes of the reader.
 */
export class Commands {
  private readonly queue: Command[] = [];

  /** Some wait. */
  get waiting(): boolean {
    return this.queue.length > 0;
  }

  /** Resolves when its turn has come and it is done. */
  add(work: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
    if (this.queue.length >= MAX_COMMANDS) return Promise.resolve(BUSY);
    return new Promise((resolve) => void this.queue.push({ work, answer: resolve }));
  }

  /** Does the one that came first. Rejects with what it threw, after it was answered. */
  async doNext(): Promise<void> {
    const next = this.queue.shift();
    if (next === undefined) return;
    try {
      next.answer(await next.work());
    } catch (thrown) {
      next.answer(STOPPED);
      throw thrown;
    }
  }

  /** Answers all that wait without doing them. */
  refuse(outcome: CommandOutcome): void {
    for (const { answer } of this.queue.splice(0)) answer(outcome);
  }
}
