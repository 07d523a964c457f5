import type { OpenotCode } from '../base/codes';
import { STATUS_CODES } from 'node:http';
import type { Signal } from '../telemetry/otlp-types';
import { readAnswer, refusalText } from './answer';
import { shownUrl } from './endpoints';
import type { HttpAnswer, HttpFailure } from './ports';
import type { Redact } from './redact';
import { retryAfterMs } from './retry-after';
import type { Endpoint } from './settings';

/** Why items were not accepted, in a word. */
export type RejectReason =
  'refused' | 'unauthorized' | 'notFound' | 'redirect' | 'tooLarge' | 'partial' | 'protocol' | 'queueFull';

/** A refusal as a person reads it. `status` 0 where no answer caused it. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly code: OpenotCode;
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
  | {
      readonly kind: 'retry';
      readonly code: OpenotCode;
      readonly status: number;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

const RETRYABLE = [429, 502, 503, 504];

/** What was asked, and by whom. */
export interface Asked {
  /** Items in the request. */
  readonly sent: number;
  readonly signal: Signal;
  readonly endpoint: Pick<Endpoint, 'url' | 'from'>;
  readonly redact: Redact;
  readonly wallMs: number;
}

/** What to do after this answer (docs/format.md 25). No secret is in any text of it. */
export function judge(answer: HttpAnswer | HttpFailure, asked: Asked): Verdict {
  const { redact } = asked;
  if (!answer.ok) return { kind: 'retry', code: answer.code, status: 0, message: redact(answer.message) };
  const { status } = answer;
  if (status >= 200 && status < 300) return accepting(answer, asked);
  const said = refusalText(answer.body, redact);
  const message = `${status} ${STATUS_CODES[status] ?? ''}`.trim() + (said === '' ? '' : `: ${said}`);
  if (RETRYABLE.includes(status)) {
    const again = retryAfterMs(answer.retryAfter, answer.date, asked.wallMs);
    return {
      kind: 'retry',
      code: 'OPENOT_OTLP_BUSY',
      status,
      message,
      ...(again === undefined ? {} : { retryAfterMs: again })
    };
  }
  // Some servers answer so on their port for TLS. Nothing is wrong with the items.
  if (status === 400 && /HTTP request (was sent )?to (an )?HTTPS/i.test(said))
    return {
      kind: 'refused',
      refusal: {
        reason: 'notFound',
        code: 'OPENOT_OTLP_NOT_FOUND',
        status,
        message: `${message}. This port speaks TLS: begin the address in the ${asked.endpoint.from} with https://`
      }
    };
  if (status === 400)
    return { kind: 'split', refusal: { reason: 'refused', code: 'OPENOT_OTLP_REFUSED', status, message } };
  if (status === 413)
    return {
      kind: 'split',
      refusal: {
        reason: 'tooLarge',
        code: 'OPENOT_OTLP_TOO_LARGE',
        status,
        message: `${message}. The collector takes only smaller requests: lower "Max. bytes", or raise its limit`
      }
    };
  return { kind: 'refused', refusal: refusalOf(status, message, answer.location, asked) };
}

function refusalOf(
  status: number,
  message: string,
  location: string | undefined,
  { signal, endpoint, redact }: Asked
): Refusal {
  const refused = (reason: RejectReason, code: OpenotCode, advice: string): Refusal => ({
    reason,
    code,
    status,
    message: `${message}${advice}`
  });
  const address = redact(shownUrl(endpoint.url));
  if (status === 401 || status === 403)
    return refused('unauthorized', 'OPENOT_OTLP_UNAUTHORIZED', '. Set or renew the token or the headers of this node');
  if (status === 404 || status === 405)
    return refused(
      'notFound',
      'OPENOT_OTLP_NOT_FOUND',
      `. Nothing takes ${signal} by OTLP/HTTP at ${address}: correct the ${endpoint.from}`
    );
  if (status >= 300 && status < 400)
    return refused(
      'redirect',
      'OPENOT_OTLP_REDIRECT',
      `. Redirects are not followed${redact(placeOf(location))}: set the ${endpoint.from} to where the collector is`
    );
  if (status === 415)
    return refused(
      'refused',
      'OPENOT_OTLP_REFUSED',
      `. What stands at ${address} takes no JSON: it must be a receiver of OTLP/HTTP with JSON`
    );
  if (status >= 500)
    return refused('refused', 'OPENOT_OTLP_REFUSED', '. The collector failed on it: see its own log for why');
  return refused('refused', 'OPENOT_OTLP_REFUSED', '');
}

/** Without a query, which may hold a key. */
function placeOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return ` (to ${origin}${pathname})`;
}

function accepting({ status, body, isCut }: HttpAnswer, { sent, signal, endpoint, redact }: Asked): Verdict {
  const protocol = (message: string): Verdict => ({
    kind: 'refused',
    refusal: {
      reason: 'protocol',
      code: 'OPENOT_OTLP_PROTOCOL',
      status,
      message:
        `${status}, but ${message}. Whether the collector has these items is not known; check what stands at ` +
        `${redact(shownUrl(endpoint.url))} (${endpoint.from})`
    }
  });
  const read = readAnswer(body, isCut, signal, redact);
  if (!read.ok) return protocol(read.message);
  const { rejected, message } = read;
  if (rejected < 0 || rejected > sent) return protocol(`it says that ${rejected} of ${sent} were rejected`);
  if (rejected === 0) return { kind: 'accepted', status, warning: message };
  return {
    kind: 'partial',
    status,
    rejected,
    refusal: {
      reason: 'partial',
      code: 'OPENOT_OTLP_PARTIAL',
      status,
      message:
        `${rejected} of ${sent} rejected, the collector does not say which` + `${message === '' ? '' : `: ${message}`}`
    }
  };
}
