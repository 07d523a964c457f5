/** Slots in front that may be empty before the array is cut. */
const MAX_EMPTY = 1024;

/** A queue whose head is taken in constant time. What was taken is held no more. */
export class Fifo<T> {
  private slots: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.slots.length - this.head;
  }

  push(value: T): void {
    this.slots.push(value);
  }

  /** The n-th from the head, from 0; undefined behind the end. */
  at(n: number): T | undefined {
    return this.slots[this.head + n];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.slots[this.head];
    // At once, not when the array is cut: messages with all their payload hang on it.
    this.slots[this.head++] = undefined;
    if (this.head > MAX_EMPTY && this.head * 2 > this.slots.length) {
      this.slots.splice(0, this.head);
      this.head = 0;
    }
    return value;
  }

  /** What is in it, in order. */
  all(): T[] {
    return this.slots.slice(this.head) as T[];
  }

  /** Takes everything, in order. */
  clear(): T[] {
    const all = this.all();
    this.slots = [];
    this.head = 0;
    return all;
  }
}
