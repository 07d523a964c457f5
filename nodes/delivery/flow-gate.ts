import type { SessionState } from './session';

/** Readers hand nothing on while flows stop and start: the nodes behind them are not there. */
export class FlowGate {
  private waiting: Array<() => void> = [];
  private isShut = false;
  /** Rises at every stop: a delivery that began before a stop is known by it even when the flows run again. */
  generation = 0;

  /** Flows are between their stop and their start. */
  get isStopping(): boolean {
    return this.isShut;
  }

  shut(): void {
    this.isShut = true;
    this.generation++;
  }

  open(): void {
    this.isShut = false;
    this.wake();
  }

  /** Resolves true when a batch of this session may be sent, false when it may send none any more. */
  async pass(session: SessionState): Promise<boolean> {
    while (this.isShut && !session.isShut) await this.changed();
    return !session.isShut;
  }

  /** Resolves when flows run again, or somebody is sent away. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Lets all who wait look again. */
  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
