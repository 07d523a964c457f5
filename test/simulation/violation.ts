/** What a checker found. */
export interface Violation {
  /** Name of the checker. */
  readonly checker: string;
  readonly message: string;
  /** Milliseconds of virtual time. */
  readonly atMs: number;
}

/** Takes the first violation; the simulation ends at it. Nothing is thrown, since the reader would catch it. */
export class Alarm {
  violation: Violation | undefined;

  constructor(private readonly nowMs: () => number) {}

  raise(checker: string, message: string): void {
    this.violation ??= { checker, message, atMs: this.nowMs() };
  }
}
