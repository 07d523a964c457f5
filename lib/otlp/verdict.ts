import type { OpenotCode } from '../base/codes';
import { STATUS_CODES } from 'node:http';
import { readAnswer, refusalText, storedPartOf } from './answer';
import type { HttpAnswer, HttpFailure } from './ports';
import { adviceOf, type Asked } from './advice';
import { retryAfterMs } from './retry-after';

/** Why items were not accepted, in a word. */
export type RejectReason = 'refused' | 'notOffered' | 'tooLarge' | 'partial' | 'queueFull';

/** A refusal as a person reads it. `status` 0 where no answer caused it. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly code: OpenotCode;
  readonly status: number;
  readonly message: string;
}

/** How long an endpoint is left alone: it may be back soon, a person must act, or its credentials are refused. */
export type Pause = 'short' | 'long' | 'credentials';

/** The endpoint as a whole does not work, whatever was sent: the request is held and sent again. */
export interface Trouble {
  /**
   * `trouble`: just that. `notHere`: where another signal is accepted, this one is not offered. `fault`: a 500; where
   * other requests are accepted it is about what was sent.
   */
  readonly kind: 'trouble' | 'notHere' | 'fault';
  readonly code: OpenotCode;
  /** 0 without an answer. */
  readonly status: number;
  readonly message: string;
  /** The same in a few words, for a node's status. */
  readonly cause: string;
  readonly pause: Pause;
  readonly retryAfterMs?: number;
  /** How often there was a connection which was cut or silent: a smaller request may come through. */
  readonly cuts: number;
}

/** What was sent is refused, not who sent it: it is made smaller, down to the bad items. */
export interface Refused {
  readonly kind: 'content' | 'tooLarge';
  readonly refusal: Refusal;
  /** Some servers answer so to what is compressed. */
  readonly mayBeCompression: boolean;
}

/** What an answer means for the items that were sent. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly status: number; readonly warning: string }
  /** `rejected` of them, and nobody says which. */
  | { readonly kind: 'partial'; readonly status: number; readonly rejected: number; readonly refusal: Refusal }
  | Refused
  | Trouble;

/** One answer, and what follows from it. */
interface Row {
  /** Status codes, from and to. */
  readonly status: readonly [number, number];
  /** Only where the body says so. */
  readonly body?: RegExp;
  readonly kind: Refused['kind'] | Trouble['kind'];
  readonly code: OpenotCode;
  readonly pause?: Pause;
  readonly mayBeCompression?: true;
}

const BUSY = { kind: 'trouble', code: 'OPENOT_OTLP_BUSY', pause: 'short' } as const;
const UNAUTHORIZED = { kind: 'trouble', code: 'OPENOT_OTLP_UNAUTHORIZED', pause: 'credentials' } as const;
const WRONG_PLACE = { kind: 'trouble', code: 'OPENOT_OTLP_NOT_FOUND', pause: 'long' } as const;
const CONTENT = { kind: 'content', code: 'OPENOT_OTLP_REFUSED' } as const;

/** What follows from a status that accepts nothing (the table of docs/format.md 25): the first row that fits. */
const TABLE: readonly Row[] = [
  // Some servers answer so on their port for TLS: nothing is wrong with the items.
  { status: [400, 400], body: /HTTP request (was sent )?to (an )?HTTPS/i, ...WRONG_PLACE },
  { status: [400, 400], ...CONTENT, mayBeCompression: true },
  { status: [401, 401], ...UNAUTHORIZED },
  { status: [402, 402], ...UNAUTHORIZED, pause: 'long' },
  { status: [403, 403], ...UNAUTHORIZED },
  { status: [404, 405], ...WRONG_PLACE, kind: 'notHere' },
  { status: [407, 407], ...UNAUTHORIZED },
  { status: [408, 408], ...BUSY },
  { status: [410, 410], ...WRONG_PLACE },
  { status: [413, 413], kind: 'tooLarge', code: 'OPENOT_OTLP_TOO_LARGE' },
  { status: [415, 415], ...CONTENT, mayBeCompression: true },
  { status: [421, 421], ...WRONG_PLACE },
  { status: [429, 429], ...BUSY },
  { status: [431, 431], ...UNAUTHORIZED, pause: 'long' },
  { status: [400, 499], ...CONTENT },
  { status: [300, 399], kind: 'trouble', code: 'OPENOT_OTLP_REDIRECT', pause: 'long' },
  { status: [500, 500], kind: 'fault', code: 'OPENOT_OTLP_FAILED', pause: 'short' },
  { status: [501, 501], ...WRONG_PLACE, kind: 'notHere' },
  { status: [502, 599], ...BUSY },
  // No status of HTTP at all.
  { status: [-Infinity, Infinity], kind: 'trouble', code: 'OPENOT_OTLP_PROTOCOL', pause: 'long' }
];

/** What to do after this answer (docs/format.md 25). No secret is in any text of it. */
export function judge(answer: HttpAnswer | HttpFailure, asked: Asked): Verdict {
  if (!answer.ok) return withoutAnswer(answer, asked);
  const { status } = answer;
  if (status >= 200 && status < 300) return accepting(answer, asked);
  const said = refusalText(answer.body, asked.redact);
  const row = TABLE.find(
    ({ status: [from, to], body }) => status >= from && status <= to && (body === undefined || body.test(said))
  )!;
  const { kind, code, pause = 'short', mayBeCompression = false } = row;
  const cause = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const answered = said === '' ? cause : `${cause}: ${said}`;
  const message = answered + adviceOf(answer, said, asked);
  if (kind !== 'content' && kind !== 'tooLarge') {
    const again = retryAfterMs(answer.retryAfter, answer.date, asked.wallMs);
    const asks = again === undefined ? {} : { retryAfterMs: again };
    return { kind, code, status, message, cause, pause, cuts: 0, ...asks };
  }
  const stored = kind === 'content' ? storedPartOf(answer.body, asked.sent) : undefined;
  if (stored !== undefined)
    return partial(
      status,
      stored.rejected,
      `the collector stored the others, and does not say which: ${answered}`,
      asked
    );
  const reason = kind === 'tooLarge' ? 'tooLarge' : 'refused';
  return { kind, refusal: { reason, code, status, message }, mayBeCompression };
}

function withoutAnswer({ code, message, cuts = 0, cause }: HttpFailure, { redact }: Asked): Trouble {
  const short = cause ?? (code === 'OPENOT_OTLP_TIMEOUT' ? 'no answer' : 'unreachable');
  return {
    kind: 'trouble',
    code,
    status: 0,
    message: redact(message),
    cause: short,
    pause: 'short',
    cuts
  };
}

function accepting(answer: HttpAnswer, asked: Asked): Verdict {
  const { status, body, isCut } = answer;
  const { sent, signal, redact } = asked;
  const read = readAnswer(body, isCut, signal, redact);
  if (!read.ok || read.rejected < 0 || read.rejected > sent) {
    const found = read.ok ? `it says that ${read.rejected} of ${sent} were rejected` : read.message;
    return {
      kind: 'trouble',
      code: 'OPENOT_OTLP_PROTOCOL',
      status,
      message: `${status}, but ${found}${adviceOf(answer, '', asked)}`,
      cause: `${status}, no OTLP answer`,
      pause: 'long',
      cuts: 0
    };
  }
  const { rejected, message } = read;
  if (rejected === 0) return { kind: 'accepted', status, warning: message };
  const said = message === '' ? '' : `: ${message}`;
  return partial(status, rejected, `the collector does not say which${said}`, asked);
}

function partial(status: number, rejected: number, said: string, { sent }: Pick<Asked, 'sent'>): Verdict {
  const refusal = {
    reason: 'partial',
    code: 'OPENOT_OTLP_PARTIAL',
    status,
    message: `${rejected} of ${sent} rejected, ${said}`
  } as const;
  return { kind: 'partial', status, rejected, refusal };
}
