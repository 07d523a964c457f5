import type { Said } from '../../lib/otlp';
import type { Signal } from '../../lib/otel/otlp';

/** The same is said again after this, in milliseconds. */
export const REPEAT_MS = 60_000;

/** What is worth a line in the log. */
export type Line = { readonly level: 'error' | 'warn'; readonly code: string; readonly text: string } | { readonly level: 'log'; readonly text: string };

/**
 * Chooses what of all that a collector says a person must read: an outage when it begins and when it ends, everything
 * else at most once a minute. What was rejected is on the second output, whole.
 */
export class Spoken {
  private readonly outages = new Map<Signal, { readonly code: string; readonly isTold: boolean }>();
  private readonly lastMs = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  lineOf({ outcome, signal, code, message }: Said): Line | undefined {
    const outage = this.outages.get(signal);
    if (outcome === 'retry') {
      const isTold = outage?.code !== code && this.isNew(`${signal} ${code}`);
      this.outages.set(signal, { code, isTold: isTold || outage?.isTold === true });
      return isTold ? { level: 'error', code, text: `${signal} cannot be sent: ${message}. They are sent again until the collector takes them` } : undefined;
    }
    this.outages.delete(signal);
    if (outcome === 'accepted') return outage?.isTold === true ? { level: 'log', text: `${signal} are sent again` } : undefined;
    return this.isNew(`${signal} ${code}`) ? { level: 'warn', code, text: `${signal}: ${message}` } : undefined;
  }

  private isNew(what: string): boolean {
    const nowMs = this.now();
    if (nowMs - (this.lastMs.get(what) ?? -Infinity) < REPEAT_MS) return false;
    this.lastMs.set(what, nowMs);
    return true;
  }
}
