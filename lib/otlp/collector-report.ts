import type { OpenotCode } from '../base/codes';
import type { Signal } from '../telemetry/otlp-types';

/** What the collector said, of one signal. */
export interface CollectorReport {
  /** When, of the monotonic clock. */
  readonly atMs: number;
  readonly outcome: 'accepted' | 'warning' | 'partial' | 'refused' | 'retry';
  readonly signal: Signal;
  /** Empty where it just accepted. */
  readonly code: OpenotCode | '';
  /** One line; no secrets. */
  readonly message: string;
  /** Of `retry`: until when the endpoint is left alone, of the monotonic clock. */
  readonly againMs?: number;
  /** Of `retry`: when the request was sent that was the first to fail, of the monotonic clock. */
  readonly sinceMs?: number;
  /** Of `retry`: what is wrong, in a few words. */
  readonly cause?: string;
}

/** From good to bad. */
const OUTCOMES: readonly CollectorReport['outcome'][] = ['accepted', 'warning', 'partial', 'refused', 'retry'];
/**
 * Milliseconds after which nobody is shown any more what was said of a signal that brings nothing, where another one
 * does.
 */
const SHOWN_MS = 600_000;

/** What the collector said last of each signal. */
export class LatestReports {
  private readonly last = new Map<Signal, CollectorReport>();

  put(report: CollectorReport): void {
    this.last.set(report.signal, report);
  }

  /**
   * The worst, and of equals the latest: one signal's 200 does not hide another's 404. `isTroubled`: what was said of
   * it still holds.
   */
  worst(isTroubled: (signal: Signal) => boolean): CollectorReport | undefined {
    const all = [...this.last.values()];
    const newestMs = Math.max(...all.map(({ atMs }) => atMs));
    const badness = ({ outcome }: CollectorReport): number => OUTCOMES.indexOf(outcome);
    return all
      .filter(({ atMs, signal }) => newestMs - atMs < SHOWN_MS || isTroubled(signal))
      .sort((a, b) => badness(b) - badness(a) || b.atMs - a.atMs)[0];
  }
}
