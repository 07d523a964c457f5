import type { OpenotCode } from '../../lib/base';
import type { CollectorReport } from '../../lib/otlp';
import type { Signal } from '../../lib/telemetry';

/** The same is said again after this, in milliseconds. */
export const REPEAT_MS = 60_000;

/** What is worth a line in the log. */
export type Line =
  | { readonly level: 'error' | 'warn'; readonly code: OpenotCode; readonly text: string }
  | { readonly level: 'log'; readonly text: string };

/** Where a signal goes, as it may be shown: the whole address, and the host alone. */
export interface Address {
  readonly whole: string;
  readonly origin: string;
}

interface Outage {
  readonly code: OpenotCode;
  readonly isTold: boolean;
}

/**
 * Chooses what of all that a collector says a person must read: an outage when it begins and when it ends, everything
 * else at most once a minute. Where a host cannot be reached that is said once, whatever goes there. What was rejected
 * is
 * on the second output, whole.
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
    if (outcome === 'retry' && code !== '') {
      if (outage?.code === code) return undefined;
      const { whole, origin } = this.addresses[signal];
      const isOfHost = code === 'OPENOT_OTLP_UNREACHABLE';
      const isKnown =
        isOfHost &&
        [...this.outages].some(([other, { code: said }]) => said === code && this.addresses[other].origin === origin);
      const isTold = !isKnown && this.isNew(`${isOfHost ? origin : signal} ${code}`);
      this.outages.set(signal, { code, isTold: isTold || outage?.isTold === true });
      if (!isTold) return undefined;
      const what = isOfHost ? `nothing can be sent to ${origin}` : `${signal} cannot be sent to ${whole}`;
      return {
        level: 'error',
        code,
        text: `${what}: ${message}. What waits is sent again until the collector takes it`
      };
    }
    this.outages.delete(signal);
    if (outcome === 'accepted' || code === '')
      return outage?.isTold === true ? { level: 'log', text: `${signal} are sent again` } : undefined;
    return this.isNew(`${signal} ${code}`) ? { level: 'warn', code, text: `${signal}: ${message}` } : undefined;
  }

  private isNew(what: string): boolean {
    const nowMs = this.now();
    if (nowMs - (this.lastMs.get(what) ?? -Infinity) < REPEAT_MS) return false;
    this.lastMs.set(what, nowMs);
    return true;
  }
}
