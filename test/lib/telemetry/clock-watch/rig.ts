import type { DocumentObject } from '../../../../lib/document';
import { ClockItems, ClockLimits, ClockStatus, createClockWatch } from '../../../../lib/telemetry/clock-watch';
import type { LogRecord } from '../../../../lib/telemetry/otlp-types';
import { Made, NOON, reading, SECOND } from '../support/readings';

export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;

/**
 * A device whose clock is off by `offNs` (above 0: ahead), its reader, and the watch that sees both. Time is the
 * receiving side's.
 */
export class Device {
  nowNs = NOON;
  readonly logs: LogRecord[] = [];
  last: ClockItems = { logs: [], metrics: [] };
  private seq = 0;
  records = 0;
  cursorAbs = 0;

  constructor(
    public offNs = 0n,
    readonly watch = createClockWatch(),
    readonly stream = 'line 1'
  ) {}

  pass(ns: bigint): this {
    this.nowNs += ns;
    return this;
  }

  /** A record written now. */
  writes(made: Made = {}): DocumentObject {
    return reading('Real', 1, {}, { seq: this.seq++, sourceNs: this.nowNs + this.offNs, ...made });
  }

  /** These come with one read, now. */
  reads(...documents: DocumentObject[]): this {
    for (const document of documents) document.provenance.receiveTimeNs = String(this.nowNs);
    this.records += documents.length;
    this.cursorAbs += 44 * documents.length;
    return this.take(this.watch.documents(documents, this.stream));
  }

  /** The reader says that it has read everything. */
  idle(changes: Partial<ClockStatus> = {}): this {
    return this.take(
      this.watch.status({
        stream: this.stream,
        incarnation: 0,
        lag: 0,
        clockSkewMs: undefined,
        cursorAbs: this.cursorAbs,
        sinceNs: NOON,
        records: this.records,
        nowNs: this.nowNs,
        ...changes
      })
    );
  }

  /** One record after the other, each read 200 ms after it was written, with a status before each. */
  lives(records: number, everyNs = SECOND): this {
    for (let i = 0; i < records; i++) {
      this.idle();
      this.pass(everyNs);
      const document = this.writes();
      this.pass(SECOND / 5n).reads(document);
    }
    return this;
  }

  /** `suspect ahead`, `restored ahead`, … of all that was logged. */
  get told(): string[] {
    return this.logs.map(
      (log) => `${(log.eventName ?? '').replace('openot.clock_', '')} ${attribute(log, 'openot.clock.reason')}`
    );
  }

  private take(items: ClockItems): this {
    this.last = items;
    this.logs.push(...items.logs);
    return this;
  }
}

export const withLimits = (limits: Partial<ClockLimits>): Device => new Device(0n, createClockWatch(limits));

export function attribute(log: LogRecord, name: string): string | number | undefined {
  const value = log.attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue ?? value?.doubleValue;
}
