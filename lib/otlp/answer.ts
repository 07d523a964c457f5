import { isObject, shortened } from '../base';
import type { Signal } from '../telemetry/otlp-types';
import type { Redact } from './redact';

/** What stands in the body of a 200. */
export type AnswerBody =
  | { readonly ok: true; readonly rejected: number; readonly message: string }
  /** No answer of a collector. */
  | { readonly ok: false; readonly message: string };

const REJECTED: Readonly<Record<Signal, string>> = {
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans'
};
/** Longest text of a collector that is passed on, in characters. */
const MAX_TEXT = 300;

/** Longest text of a web page that is passed on, in characters. */
const MAX_PAGE_TEXT = 60;

/**
 * A text that came over the network, as it may stand in one line: short, without control characters, without secrets.
 * These go first: half of one would not be found.
 */
export function lineOf(text: string, redact: Redact, limit = MAX_TEXT): string {
  const line = redact(redact(text).replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')).trim();
  return shortened(line, limit);
}

/** Of a web page what a person reads there, its title first; of any other text the text itself. */
function readable(body: string, redact: Redact): string {
  if (!/^\s*<(!doctype|html|head|body|\?xml)/i.test(body)) return lineOf(body, redact);
  const clean = redact(body);
  const title = /<title[^>]*>([^<]*)/i.exec(clean)?.[1].trim() ?? '';
  const text =
    title !== '' ? title : clean.replace(/<(style|script)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ').replace(/<[^>]*(>|$)/g, ' ');
  return `a web page${text.trim() === '' ? '' : `, "${lineOf(text, redact, MAX_PAGE_TEXT)}"`}`;
}

/**
 * Reads the body of an accepting answer. An empty one is accepted (an empty protobuf message has no bytes, and gateways
 * answer so); anything else must be a JSON object: a login page with a 200 has taken nothing.
 */
export function readAnswer(body: string, isCut: boolean, signal: Signal, redact: Redact): AnswerBody {
  if (body.trim() === '') return { ok: true, rejected: 0, message: '' };
  let parsed: unknown;
  try {
    parsed = isCut ? undefined : JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (!isObject(parsed))
    return { ok: false, message: `the answer is no JSON object: ${quoted(readable(body, redact))}` };
  const partial = (parsed as { partialSuccess?: unknown }).partialSuccess ?? {};
  if (typeof partial !== 'object' || Array.isArray(partial))
    return { ok: false, message: 'partialSuccess is no object' };
  const { errorMessage = '', [REJECTED[signal]]: count = 0 } = partial as Record<string, unknown>;
  const rejected = typeof count === 'string' && /^-?\d+$/.test(count) ? Number(count) : count;
  if (typeof rejected !== 'number' || !Number.isInteger(rejected))
    return { ok: false, message: `partialSuccess.${REJECTED[signal]} is no whole number` };
  return {
    ok: true,
    rejected,
    message: lineOf(typeof errorMessage === 'string' ? errorMessage : JSON.stringify(errorMessage), redact)
  };
}

const quoted = (text: string): string => (text.startsWith('a web page') ? text : `"${shortened(text, 80)}"`);

/** The reason in the body of a refusal: the message of a google.rpc.Status, else the text itself. */
export function refusalText(body: string, redact: Redact): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return lineOf(message, redact);
  } catch {
    // Not JSON: as it is.
  }
  return body.trim() === '{}' ? '' : readable(body, redact);
}
