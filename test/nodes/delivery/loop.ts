/** Time and turns of the event loop in the test's hands. */
export class Loop {
  private now = 0;
  private turns: Array<() => void> = [];
  private readonly timers = new Set<{ at: number; call: () => void }>();
  readonly timing = {
    now: (): number => this.now,
    after: (ms: number, call: () => void): (() => void) => {
      const timer = { at: this.now + ms, call };
      this.timers.add(timer);
      return () => this.timers.delete(timer);
    },
    nextTurn: (call: () => void): void => void this.turns.push(call)
  };
  turn(times = 1): void {
    for (let i = 0; i < times; i++) for (const call of this.turns.splice(0)) call();
  }
  pass(ms: number): void {
    this.now += ms;
    for (const timer of [...this.timers]) if (timer.at <= this.now && this.timers.delete(timer)) timer.call();
  }
}
