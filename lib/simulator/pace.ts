/** Longest time that is made up for after the process was held up; a controller does not log what it slept through. */
const LONGEST_CATCH_UP = 5000;

/** How many events are due: an exact rate in the long run, whatever the timer does. */
export class Pace {
  private since: number;
  private done = 0;
  private last: number;

  /** `rate` in events per second, times in milliseconds. */
  constructor(
    readonly rate: number,
    now: number
  ) {
    this.since = this.last = now;
  }

  /** Events due since the last call. */
  due(now: number): number {
    if (now - this.last > LONGEST_CATCH_UP) this.restart(now);
    this.last = now;
    const due = Math.floor(((now - this.since) * this.rate) / 1000) - this.done;
    this.done += due;
    return due;
  }

  /** Counts from now on, with nothing owed. */
  restart(now: number): void {
    this.since = this.last = now;
    this.done = 0;
  }
}

/** The natural pace of a process: its own clock laid over the real one, held still while the real one jumps. */
export class NaturalPace {
  private last: number;

  /** `offset` = real time at the process's time 0. */
  constructor(
    private offset: number,
    now: number
  ) {
    this.last = now;
  }

  /** The process's time, in milliseconds. */
  processTime(now: number): number {
    if (now - this.last > LONGEST_CATCH_UP) this.offset += now - this.last;
    this.last = now;
    return now - this.offset;
  }

  /** Goes on as if the process had stood still until now. */
  resume(now: number, processTime: number): void {
    this.offset = now - processTime;
    this.last = now;
  }
}
