import { isObject, shortened } from '../base';
import type { Signal } from '../telemetry/otlp-types';
import type { Redact } from './redact';

/** What stands in the body of a 200. */
export type AnswerBody =
  | { readonly ok: true; readonly rejected: number; readonly message: string }
  /** No answer of a collector. */
  | { readonly ok: false; readonly message: string };

/** By signal, the key that counts what was rejected. */
const REJECTED: Readonly<Record<Signal, string>> = {
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans'
};
/** Keys of an answer that say it is no answer of OTLP, but an error with a wrong status. */
const ERROR_KEYS: readonly string[] = ['error', 'errors', 'errorMessage', 'exception'];
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
 * answer so); anything else must be a JSON object: a login page with a 200 has taken nothing. Keys may be in camel case
 * or as in the protobuf file (`partial_success`); what else stands there is said.
 */
export function readAnswer(text: string, isCut: boolean, signal: Signal, redact: Redact): AnswerBody {
  const body = text.replace(/^\ufeff/, '');
  if (body.trim() === '') return { ok: true, rejected: 0, message: '' };
  let parsed: unknown;
  try {
    parsed = isCut ? undefined : JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (!isObject(parsed))
    return { ok: false, message: `the answer is no JSON object: ${quoted(readable(body, redact))}` };
  const answer = camelCased(parsed);
  const { partialSuccess, ...others } = answer;
  if (isError(others)) return { ok: false, message: `the answer is an error: ${quoted(lineOf(body, redact))}` };
  const partial = partialSuccess ?? {};
  if (!isObject(partial)) return { ok: false, message: 'partialSuccess is no object' };
  const { errorMessage = '', [REJECTED[signal]]: count = 0, ...unknown } = camelCased(partial);
  const rejected = typeof count === 'string' && /^-?\d+$/.test(count) ? Number(count) : count;
  if (typeof rejected !== 'number' || !Number.isInteger(rejected))
    return { ok: false, message: `partialSuccess.${REJECTED[signal]} is no whole number` };
  const said = typeof errorMessage === 'string' ? errorMessage : JSON.stringify(errorMessage);
  const unknownKeys = [...Object.keys(others), ...Object.keys(unknown).map((key) => `partialSuccess.${key}`)];
  return {
    ok: true,
    rejected,
    message: lineOf([said, unknownText(unknownKeys, body)].filter(Boolean).join('; '), redact)
  };
}

const unknownText = (keys: readonly string[], body: string): string =>
  keys.length === 0 ? '' : `the answer has what OTLP does not know (${keys.slice(0, 4).join(', ')}): ${body}`;

/** Keys as protobuf's JSON has them, where they stand as in the protobuf file: both are allowed. */
const camelCased = (value: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
      each as unknown
    ])
  );

/** A google.rpc.Status, or an object that says by its keys that it failed. */
function isError(answer: Readonly<Record<string, unknown>>): boolean {
  const { code, message, success, ok } = answer;
  if (success === false || ok === false) return true;
  if (typeof code === 'number' && code !== 0 && typeof message === 'string') return true;
  return ERROR_KEYS.some((key) => Boolean(answer[key]) && !(Array.isArray(answer[key]) && answer[key].length === 0));
}

/**
 * Some stores keep what is good in a request that they answer with 400, and say so (`total ignored: 2 out of 500`): how
 * many they did not keep; undefined where the text does not say that the others were kept.
 */
export function storedPartOf(body: string, sent: number): { readonly rejected: number } | undefined {
  const counts = /\b(?:ignored|rejected|dropped|discarded|failed)\b\D{0,12}(\d+)\s+(?:out\s+)?of\s+(\d+)/gi;
  let [rejected, of] = [0, 0];
  // A store may say it of each of its streams.
  for (const [, each, all] of body.matchAll(counts)) [rejected, of] = [rejected + Number(each), of + Number(all)];
  return rejected > 0 && rejected < sent && of <= sent ? { rejected } : undefined;
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
