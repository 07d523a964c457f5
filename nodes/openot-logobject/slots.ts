/** Batches under way, at most. */
const MAX_IN_FLIGHT = 16;

/** Numbers the batches of a session, and lets whoever has one more wait while too many are under way. */
export class Slots {
  private serial = 0;
  private settledSerial = 0;
  /** One for each server that is read: all of them may wait. */
  private waiting: Array<() => void> = [];

  get isFull(): boolean {
    return this.serial - this.settledSerial >= MAX_IN_FLIGHT;
  }

  /** A session begins: numbers begin anew. */
  begin(): void {
    this.serial = 0;
    this.settledSerial = 0;
    this.wake();
  }

  next(): number {
    return ++this.serial;
  }

  settled(serial: number): void {
    this.settledSerial = serial;
    this.wake();
  }

  /** Resolves when there is room, or `goesOn` says no. */
  async room(goesOn: () => boolean): Promise<void> {
    while (this.isFull && goesOn()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Whoever waits looks again. */
  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
