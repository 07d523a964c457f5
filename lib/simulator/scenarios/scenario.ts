import type { Definition } from '../../definition';
import { NamedSource } from '../lifecycle';
import { ProducerEvent } from '../producer';
import { SeededRandom } from '../random';

/** An event and when the process comes to it, in milliseconds since the scenario's start. */
export interface TimedEvent {
  readonly atMs: number;
  readonly event: ProducerEvent;
}

/** A process without an end. It is told the seq that each of its events got, for signatures and corrections. */
export type ScenarioRun = Generator<TimedEvent, never, number>;

/** Part of a script: logs some events and returns. */
export type Part<T = void> = Generator<TimedEvent, T, number>;

/** A plant that can be played: what it is called, who reports, and how it behaves. */
export interface Scenario {
  readonly name: string;
  readonly sources: readonly NamedSource[];
  /**
   * Names of its definition files, oldest first; a definition change goes to the next, and from the last to the first.
   */
  readonly definitionFiles: readonly string[];
  /** The model behind each file, for the test that keeps the files up to date. */
  definitions(): readonly Definition[];
  run(random: SeededRandom): ScenarioRun;
  /** What an operator logs before he loads another program. */
  download(definitionHash: string): ProducerEvent;
}

/** The process's own clock, moved on by the script. */
export class Script {
  atMs = 0;

  /** Logs one event now and returns its seq. */
  *log(event: ProducerEvent): Part<number> {
    return yield { atMs: this.atMs, event };
  }

  *all(...events: readonly ProducerEvent[]): Part {
    for (const event of events) yield* this.log(event);
  }

  pass(ms: number): void {
    this.atMs += ms;
  }
}
