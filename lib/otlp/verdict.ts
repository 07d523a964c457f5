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
  | Refused
  /** To be sent again. `status` 0 without an answer. */
  | {
      readonly kind: 'retry';
      readonly code: OpenotCode;
      readonly status: number;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/** Items that were not accepted, and what can be done. */
export interface Refused {
  /** `split`: at least one of them is bad, or they are too many: halves are sent. `refused`: none is sent again. */
  readonly kind: 'split' | 'refused';
  readonly refusal: Refusal;
  /** The endpoint as a whole refuses, whatever is in the request. */
  readonly isOfEndpoint: boolean;
  /** Some servers answer so to what is compressed. */
  readonly mayBeCompression: boolean;
}

/** What was asked, and by whom. */
export interface Asked {
  /** Items in the request. */
  readonly sent: number;
  readonly signal: Signal;
  readonly endpoint: Pick<Endpoint, 'url' | 'from'>;
  readonly redact: Redact;
  readonly wallMs: number;
}

/** One answer that accepts nothing, and what follows from it. */
interface Row {
  /** Status codes, from and to. */
  readonly status: readonly [number, number];
  /** Only where the body says so. */
  readonly body?: RegExp;
  readonly kind: 'retry' | 'split' | 'refused';
  readonly reason: RejectReason;
  readonly code: OpenotCode;
  readonly isOfEndpoint?: true;
  readonly mayBeCompression?: true;
  /** What a person can do, behind what the collector said. */
  readonly advice?: (asked: Asked, answer: HttpAnswer) => string;
}

const BUSY = { kind: 'retry', reason: 'refused', code: 'OPENOT_OTLP_BUSY' } as const;
const REFUSED = { kind: 'refused', reason: 'refused', code: 'OPENOT_OTLP_REFUSED' } as const;
const NOT_FOUND = { kind: 'refused', reason: 'notFound', code: 'OPENOT_OTLP_NOT_FOUND', isOfEndpoint: true } as const;
const UNAUTHORIZED: Omit<Row, 'status'> = {
  kind: 'refused',
  reason: 'unauthorized',
  code: 'OPENOT_OTLP_UNAUTHORIZED',
  isOfEndpoint: true,
  advice: () => '. Set or renew the token or the headers of this node'
};
const nothingThere = ({ signal, ...asked }: Asked): string =>
  `. Nothing takes ${signal} by OTLP/HTTP at ${addressOf(asked)}: correct the ${asked.endpoint.from}`;

/** What an answer means that is not 2xx (docs/format.md 25): the first row that fits. */
const TABLE: readonly Row[] = [
  { status: [429, 429], ...BUSY },
  { status: [502, 504], ...BUSY },
  {
    // Some servers answer so on their port for TLS. Nothing is wrong with the items.
    status: [400, 400],
    body: /HTTP request (was sent )?to (an )?HTTPS/i,
    ...NOT_FOUND,
    mayBeCompression: true,
    advice: ({ endpoint }) => `. This port speaks TLS: begin the address in the ${endpoint.from} with https://`
  },
  { status: [400, 400], ...REFUSED, kind: 'split', mayBeCompression: true },
  {
    status: [413, 413],
    kind: 'split',
    reason: 'tooLarge',
    code: 'OPENOT_OTLP_TOO_LARGE',
    advice: () => '. The collector takes only smaller requests: lower "Max. bytes", or raise its limit'
  },
  { status: [401, 401], ...UNAUTHORIZED },
  { status: [403, 403], ...UNAUTHORIZED },
  { status: [404, 405], ...NOT_FOUND, advice: nothingThere },
  {
    status: [300, 399],
    kind: 'refused',
    reason: 'redirect',
    code: 'OPENOT_OTLP_REDIRECT',
    isOfEndpoint: true,
    advice: ({ redact, endpoint }, { location }) =>
      `. Redirects are not followed${redact(placeOf(location))}: set the ${endpoint.from} to where the collector is`
  },
  {
    status: [415, 415],
    ...REFUSED,
    mayBeCompression: true,
    advice: (asked) =>
      `. What stands at ${addressOf(asked)} takes no JSON: it must be a receiver of OTLP/HTTP with JSON`
  },
  {
    status: [500, Infinity],
    ...REFUSED,
    isOfEndpoint: true,
    advice: () => '. The collector failed on it: see its own log for why'
  },
  { status: [-Infinity, Infinity], ...REFUSED }
];

/** What to do after this answer (docs/format.md 25). No secret is in any text of it. */
export function judge(answer: HttpAnswer | HttpFailure, asked: Asked): Verdict {
  if (!answer.ok) return { kind: 'retry', code: answer.code, status: 0, message: asked.redact(answer.message) };
  const { status } = answer;
  if (status >= 200 && status < 300) return accepting(answer, asked);
  const said = refusalText(answer.body, asked.redact);
  const row = TABLE.find(
    ({ status: [from, to], body }) => status >= from && status <= to && (body === undefined || body.test(said))
  )!;
  const { kind, reason, code, isOfEndpoint = false, mayBeCompression = false } = row;
  const answered = `${status} ${STATUS_CODES[status] ?? ''}`.trim() + (said === '' ? '' : `: ${said}`);
  const message = answered + (row.advice?.(asked, answer) ?? '');
  if (kind !== 'retry') return { kind, refusal: { reason, code, status, message }, isOfEndpoint, mayBeCompression };
  const again = retryAfterMs(answer.retryAfter, answer.date, asked.wallMs);
  return { kind, code, status, message, ...(again === undefined ? {} : { retryAfterMs: again }) };
}

const addressOf = ({ endpoint, redact }: Pick<Asked, 'endpoint' | 'redact'>): string => redact(shownUrl(endpoint.url));

/** Without a query, which may hold a key. */
function placeOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return ` (to ${origin}${pathname})`;
}

function accepting({ status, body, isCut }: HttpAnswer, asked: Asked): Verdict {
  const { sent, signal, endpoint, redact } = asked;
  const read = readAnswer(body, isCut, signal, redact);
  const isPossible = read.ok && read.rejected >= 0 && read.rejected <= sent;
  if (!read.ok || !isPossible) {
    const found = read.ok ? `it says that ${read.rejected} of ${sent} were rejected` : read.message;
    const message =
      `${status}, but ${found}. Whether the collector has these items is not known; check what stands at ` +
      `${addressOf(asked)} (${endpoint.from})`;
    const refusal = { reason: 'protocol', code: 'OPENOT_OTLP_PROTOCOL', status, message } as const;
    return { kind: 'refused', refusal, isOfEndpoint: false, mayBeCompression: false };
  }
  const { rejected, message } = read;
  if (rejected === 0) return { kind: 'accepted', status, warning: message };
  const said = message === '' ? '' : `: ${message}`;
  const refusal = {
    reason: 'partial',
    code: 'OPENOT_OTLP_PARTIAL',
    status,
    message: `${rejected} of ${sent} rejected, the collector does not say which${said}`
  } as const;
  return { kind: 'partial', status, rejected, refusal };
}
