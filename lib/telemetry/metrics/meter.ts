import type { DocumentObject } from '../../document';
import { createClockWatch } from '../clock-watch';
import type { ClockLimits, ClockState } from '../clock-watch';
import type { MetricPoint } from '../otlp-types';
import type { Measured, Meter, MetricSettings, NotAStatus } from './api';
import { RecordCounts } from './record-counts';
import { readStatus } from './status-message';
import { StatusMetrics } from './status-metrics';
import { Units } from './ucum';
import { valuePoint } from './value-points';

/** `startNs`: decimal text, when the mapper began to count; without it the first time it hears of. */
export function createMeter(
  options: { readonly startNs?: string; readonly clockLimits?: Partial<ClockLimits> } = {}
): Meter {
  return new DocumentMeter(options.startNs === undefined ? undefined : BigInt(options.startNs), options.clockLimits);
}

class DocumentMeter implements Meter {
  private readonly readers = new StatusMetrics();
  private readonly units = new Units();
  private readonly counts: RecordCounts;
  private readonly watch;

  constructor(startNs: bigint | undefined, limits: Partial<ClockLimits> | undefined) {
    this.counts = new RecordCounts(startNs);
    this.watch = createClockWatch(limits);
  }

  documents(documents: readonly DocumentObject[], stream: string, settings: MetricSettings, repeated = 0): Measured {
    const metrics: MetricPoint[] = [];
    let notFinite = 0;
    for (const document of documents) {
      const point = valuePoint(document, stream, settings, this.units);
      if (point === 'notFinite') notFinite++;
      else if (point !== undefined) metrics.push(point);
    }
    const clocks = this.watch.documents(documents, stream);
    metrics.push(...this.counts.documents(documents, stream, { notFinite, repeated }), ...clocks.metrics);
    return { metrics, logs: clocks.logs };
  }

  status(
    payload: unknown,
    facts: { readonly stream?: unknown; readonly incarnation?: unknown },
    nowNs: string
  ): ({ readonly ok: true } & Measured) | NotAStatus {
    const status = readStatus(payload, facts, nowNs);
    if (!status.ok) return status;
    if (status.isOfLog) return { ok: true, metrics: this.readers.points(status), logs: [] };
    const clocks = this.watch.status({ ...status, records: status.counts.records });
    return {
      ok: true,
      metrics: [...this.readers.points(status), ...this.counts.status(status.stream, status.nowNs), ...clocks.metrics],
      logs: clocks.logs
    };
  }

  clocks(): ClockState {
    return this.watch.state();
  }
}
