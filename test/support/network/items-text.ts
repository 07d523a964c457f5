import type { Signal } from '../../../lib/telemetry/otlp-types';

const keys = { logs: 'logRecords', metrics: 'metrics', traces: 'spans' } as const;

/**
 * The text of the array of items, cut out of the text of a request that openot-otel made (its items stand last): what a
 * checksum covers. Nothing is parsed or written again.
 */
export function itemsText(signal: Signal, sent: string): string {
  const begin = sent.indexOf(`"${keys[signal]}":[`) + keys[signal].length + 3;
  const end = sent.length - '}]}]}'.length;
  if (begin < keys[signal].length + 3 || sent.slice(end) !== '}]}]}')
    throw new Error(`no request of ${signal}: ${sent.slice(0, 200)}`);
  return sent.slice(begin, end);
}
