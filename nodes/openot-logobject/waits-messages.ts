import type { NodeMessage } from 'node-red';
import { Waiting, waitsForFacts } from '../runtime/held-back';

/** Tells by the second output when a collector begins to wait for something behind it, and when that is over. */
export class WaitsMessages {
  private told = '';

  constructor(
    private readonly clock: Parameters<typeof waitsForFacts>[1],
    private readonly send: (message: NodeMessage) => void
  ) {}

  saw(waiting: Waiting | undefined): void {
    const { code = '', detail = '', node } = waiting ?? {};
    const now = waiting === undefined ? '' : [code, detail, node?.id].join(' ');
    if (now === this.told) return;
    this.told = now;
    const waitsFor = waitsForFacts(waiting, this.clock) ?? null;
    this.send({ topic: 'waits', payload: { state: waiting === undefined ? 'reading' : 'waiting', waitsFor } });
  }
}
