import type { Terminal } from './terminal';
import type { Given, Options } from './usage';

/** 0 all holds; 1 something is wrong or missing; 2 wrong usage or unreadable. */
export type Exit = 0 | 1 | 2;

/** One command of `openot`. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  readonly help: string;
  readonly options: Options;
  run(given: Given, terminal: Terminal): Promise<Exit>;
}
