import type { OpenotCode } from '../../lib/base';
import type { CollectorReport } from '../../lib/otlp';
import type { Signal } from '../../lib/telemetry';

/** The same is said again after this, in milliseconds. */
export const REPEAT_MS = 60_000;
/** The same of items that are let go of. */
const DROPPED_REPEAT_MS = 600_000;

/** What is worth a line in the log. */
export type Line =
  | { readonly level: 'error' | 'warn'; readonly code: OpenotCode; readonly text: string }
  | { readonly level: 'log'; readonly text: string };

/** Where a signal goes, as it may be shown: the whole address, and the host alone. */
export interface Address {
  readonly whole: string;
  readonly origin: string;
  /** Nobody named it: it is the default. */
  readonly isDefault?: boolean;
}

interface Outage {
  readonly code: OpenotCode;
  /** Somebody has to act; else the collector is away and may come back. */
  readonly isMistake: boolean;
  readonly isTold: boolean;
}

/** Ways in which a collector that is away shows: one trouble, however it changes among them. */
const AWAY: ReadonlySet<OpenotCode> = new Set(['OPENOT_OTLP_UNREACHABLE', 'OPENOT_OTLP_TIMEOUT', 'OPENOT_OTLP_BUSY']);

/**
 * Chooses what of all that a collector says a person must read: a trouble when it begins, once for all signals that go
 * to the same host, and when it ends; everything else at most once a minute. What was rejected is on the second output.
 */
export class LogThrottle {
  private readonly outages = new Map<Signal, Outage>();
  private readonly lastMs = new Map<string, number>();

  constructor(
    private readonly now: () => number,
    private readonly addresses: Readonly<Record<Signal, Address>>
  ) {}

  lineOf({ outcome, signal, code, message }: CollectorReport): Line | undefined {
    const outage = this.outages.get(signal);
    if (outcome === 'retry' && code !== '') return this.troubleLine(signal, code, message);
    this.outages.delete(signal);
    if (outcome === 'accepted' || code === '')
      return outage?.isTold === true ? { level: 'log', text: `${signal} are sent again` } : undefined;
    return this.isNew(`${signal} ${code}`) ? { level: 'warn', code, text: `${signal}: ${message}` } : undefined;
  }

  private troubleLine(signal: Signal, code: OpenotCode, message: string): Line | undefined {
    const outage = this.outages.get(signal);
    const isMistake = !AWAY.has(code);
    // Another mistake than the one that was told is another trouble.
    if (outage !== undefined && (outage.code === code || !isMistake)) return undefined;
    const { whole, origin, isDefault = false } = this.addresses[signal];
    const isSame = (other: Outage): boolean => (isMistake ? other.code === code : !other.isMistake);
    const isKnown = [...this.outages].some(
      ([other, each]) => other !== signal && isSame(each) && this.addresses[other].origin === origin
    );
    const isTold = !isKnown && this.isNew(`${origin} ${isMistake ? code : 'away'}`);
    this.outages.set(signal, { code, isMistake, isTold: isTold || outage?.isTold === true });
    if (!isTold) return undefined;
    const host = isDefault ? `${origin} (the default: the field "Endpoint" is empty)` : origin;
    const what =
      code === 'OPENOT_OTLP_UNREACHABLE' ? `nothing can be sent to ${host}` : `${signal} cannot be sent to ${whole}`;
    return {
      level: 'error',
      code,
      text: `${what}: ${message}. What waits is sent again until the collector takes it`
    };
  }

  /** Items were let go of, `count` since the start: said when that begins, and then at most every ten minutes. */
  droppedLine(count: number): Line | undefined {
    const code = 'OPENOT_OTLP_AWAY_FULL';
    if (!this.isNew(code, DROPPED_REPEAT_MS)) return undefined;
    const text =
      `more waits for the collector than may be kept in memory: the oldest items are let go of, ${count} so far. ` +
      'Raise "Away: items" and "Away: bytes", or set "When away" to wait';
    return { level: 'error', code, text };
  }

  private isNew(what: string, repeatMs = REPEAT_MS): boolean {
    const nowMs = this.now();
    if (nowMs - (this.lastMs.get(what) ?? -Infinity) < repeatMs) return false;
    this.lastMs.set(what, nowMs);
    return true;
  }
}
