import { STATUS_CODES } from 'node:http';
import type { Signal } from '../otel/otlp';
import { readAnswer, refusalText } from './answer';
import type { HttpAnswer, HttpFailure } from './ports';
import { retryAfterMs } from './retry-after';

/** Why items were not accepted, in a word. */
export type RejectReason = 'refused' | 'unauthorized' | 'notFound' | 'redirect' | 'tooLarge' | 'partial' | 'protocol' | 'queueFull';

/** A refusal as a person reads it. `status` 0 where no answer caused it. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** What an answer means for the items that were sent. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly status: number; readonly warning: string }
  /** `rejected` of them, and nobody says which. */
  | { readonly kind: 'partial'; readonly status: number; readonly rejected: number; readonly refusal: Refusal }
  /** Nothing is known of any of them: neither accepted nor to be sent again. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** At least one of them is bad, or they are too many: to be sent in halves. */
  | { readonly kind: 'split'; readonly refusal: Refusal }
  /** To be sent again. `status` 0 without an answer. */
  | { readonly kind: 'retry'; readonly code: string; readonly status: number; readonly message: string; readonly retryAfterMs?: number };

const RETRYABLE = [429, 502, 503, 504];

/** What to do after this answer to a request with `sent` items (docs/format.md 25). */
export function judge(answer: HttpAnswer | HttpFailure, sent: number, signal: Signal, wallMs: number): Verdict {
  if (!answer.ok) return { kind: 'retry', code: answer.code, status: 0, message: answer.message };
  const { status } = answer;
  if (status >= 200 && status < 300) return accepting(answer, sent, signal);
  const said = refusalText(answer.body);
  const message = `${status} ${STATUS_CODES[status] ?? ''}`.trim() + (said === '' ? '' : `: ${said}`);
  if (RETRYABLE.includes(status)) {
    const asked = retryAfterMs(answer.retryAfter, answer.date, wallMs);
    return { kind: 'retry', code: 'OPENOT_OTLP_BUSY', status, message, ...(asked === undefined ? {} : { retryAfterMs: asked }) };
  }
  if (status === 400) return { kind: 'split', refusal: { reason: 'refused', code: 'OPENOT_OTLP_REFUSED', status, message } };
  if (status === 413) return { kind: 'split', refusal: { reason: 'tooLarge', code: 'OPENOT_OTLP_TOO_LARGE', status, message: `${message}. The collector takes only smaller requests: lower maxBytes, or raise its limit` } };
  return { kind: 'refused', refusal: refusalOf(status, message, answer.location) };
}

function refusalOf(status: number, message: string, location: string | undefined): Refusal {
  if (status === 401 || status === 403) return { reason: 'unauthorized', code: 'OPENOT_OTLP_UNAUTHORIZED', status, message: `${message}. Set or renew the token or the headers of this node` };
  if (status === 404 || status === 405) return { reason: 'notFound', code: 'OPENOT_OTLP_NOT_FOUND', status, message: `${message}. Nothing takes OTLP/HTTP at this address: correct the endpoint of this signal` };
  if (status >= 300 && status < 400) return { reason: 'redirect', code: 'OPENOT_OTLP_REDIRECT', status, message: `${message}. Redirects are not followed${placeOf(location)}: set the endpoint to where the collector is` };
  return { reason: 'refused', code: 'OPENOT_OTLP_REFUSED', status, message };
}

/** Without a query, which may hold a key. */
function placeOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return ` (to ${origin}${pathname})`;
}

function accepting({ status, body, isCut }: HttpAnswer, sent: number, signal: Signal): Verdict {
  const protocol = (message: string): Verdict => ({ kind: 'refused', refusal: { reason: 'protocol', code: 'OPENOT_OTLP_PROTOCOL', status, message: `${status}, but ${message}. Whether the collector has these items is not known; check what stands at the endpoint` } });
  const read = readAnswer(body, isCut, signal);
  if (!read.ok) return protocol(read.message);
  const { rejected, message } = read;
  if (rejected < 0 || rejected > sent) return protocol(`it says that ${rejected} of ${sent} were rejected`);
  if (rejected === 0) return { kind: 'accepted', status, warning: message };
  return { kind: 'partial', status, rejected, refusal: { reason: 'partial', code: 'OPENOT_OTLP_PARTIAL', status, message: `${rejected} of ${sent} rejected, the collector does not say which${message === '' ? '' : `: ${message}`}` } };
}
