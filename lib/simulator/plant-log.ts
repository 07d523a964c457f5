import type { LogRecord } from '../logobject';
import { ticksOfUnixMs } from '../logobject';
import { LogStore } from './log-store';

/** What a plant's devices log, in turn: Severity, source, text. */
const ENTRIES: ReadonlyArray<readonly [severity: number, source: string, text: string]> = [
  [80, 'Mixer', 'batch started'],
  [120, 'Feed pump', 'pressure above set point'],
  [80, 'Mixer', 'stirrer at speed'],
  [180, 'Motor 1', 'winding hot'],
  [80, 'Door', 'opened by operator'],
  [230, 'Fieldbus', 'device 7 did not answer'],
  [80, 'Fieldbus', 'device 7 is back'],
  [80, 'Mixer', 'batch finished']
];

/** Milliseconds between two records. */
const PACE_MS = 1000;

/** The log of a simulated controller (OPC UA Part 26): a record a second. */
export class PlantLog {
  readonly store = new LogStore({ maxRecords: 10_000 });
  private dueMs: number | undefined;
  private made = 0;

  /** Enters what is due; `nowMs` of the controller's clock, milliseconds since 1970. */
  tick(nowMs: number): void {
    this.dueMs ??= nowMs;
    // After a long sleep of the machine it does not catch up.
    if (nowMs - this.dueMs > 60_000) this.dueMs = nowMs;
    for (; this.dueMs <= nowMs; this.dueMs += PACE_MS) this.store.add(this.record(this.dueMs));
  }

  private record(ms: number): LogRecord {
    const [severity, sourceName, text] = ENTRIES[this.made % ENTRIES.length];
    const cycle = Math.floor(this.made++ / ENTRIES.length);
    return {
      ticks: ticksOfUnixMs(ms),
      severity,
      sourceName,
      message: { locale: 'en', text },
      additionalData: [{ name: 'cycle', value: { type: 'UInt32', value: cycle } }]
    };
  }
}
