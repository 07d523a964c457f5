import type { Signal } from '../telemetry/otlp-types';
import type { CollectorReport } from './collector-report';
import type { Refusal, Verdict } from './verdict';

/** Milliseconds until a signal that the collector does not take is tried again. */
export const OFFERED_AGAIN_MS = 300_000;

/** Why a single item is not sent that fits into no request. */
export const tooLarge = (maxBytes: number): Refusal => ({
  reason: 'tooLarge',
  code: 'OPENOT_OTLP_TOO_LARGE',
  status: 0,
  message: `one item does not fit into a request of ${maxBytes} bytes: raise "Max. bytes"`
});

/** Why the items of a signal are not sent that the collector does not take. */
export const notOffered = (signal: Signal, status: number, message: string): Refusal => ({
  reason: 'notOffered',
  code: 'OPENOT_OTLP_NOT_OFFERED',
  status,
  message:
    `the collector takes other signals and no ${signal}: ${message}. It is asked again every ` +
    `${OFFERED_AGAIN_MS / 60_000} minutes; where it never takes any, switch ${signal} off in openot otel`
});

/** What is said of an answer that accepts. */
export function saidOf(
  { status, warning }: Verdict & { kind: 'accepted' },
  refusesCompression: boolean
): Pick<CollectorReport, 'outcome' | 'code' | 'message'> {
  if (refusesCompression)
    return {
      outcome: 'warning',
      code: 'OPENOT_OTLP_COMPRESSION_REFUSED',
      message:
        'the collector refuses compressed requests and takes the same uncompressed: they go uncompressed for an ' +
        'hour, then it is tried again. Set the compression of this node to none'
    };
  if (warning !== '') return { outcome: 'warning', code: 'OPENOT_OTLP_WARNING', message: warning };
  return { outcome: 'accepted', code: '', message: String(status) };
}
