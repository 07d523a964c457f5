/** One thing that happens at a point of virtual time. */
export interface Task {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Virtual time. Tasks run one at a time, the earliest first, those of one moment in the order in which they were made;
 * after each, every promise that can be settled is settled before the next one runs. So a run is a function of its
 * seed.
 */
export class Scheduler {
  /** Milliseconds since the simulation began. */
  now = 0;
  /** Tasks run so far. */
  steps = 0;
  private readonly heap: Task[] = [];
  private made = 0;

  /** Runs `run` after `ms`. */
  after(ms: number, run: () => void): Task {
    const task: Task = { at: this.now + Math.max(0, ms), order: this.made++, run };
    this.push(task);
    return task;
  }

  /** It will not run any more. */
  cancel(task: Task): void {
    task.run = undefined;
  }

  /** Runs until `isOver`, asked after every task. False when nothing is left to run before that. */
  async run(isOver: () => boolean): Promise<boolean> {
    await drained();
    while (!isOver()) {
      const task = this.pop();
      if (task === undefined) return false;
      if (task.run === undefined) continue;
      this.now = task.at;
      this.steps++;
      const { run } = task;
      task.run = undefined;
      run();
      await drained();
    }
    return true;
  }

  private push(task: Task): void {
    const { heap } = this;
    let at = heap.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent], task)) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = task;
  }

  private pop(): Task | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (isBefore(last, heap[child])) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Until no promise is left that could be settled: a turn of the event loop begins only when the microtasks are through.
 */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
