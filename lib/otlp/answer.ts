import type { Signal } from '../otel/otlp';

/** What stands in the body of a 200. */
export type AnswerBody =
  | { readonly ok: true; readonly rejected: number; readonly message: string }
  /** No answer of a collector. */
  | { readonly ok: false; readonly message: string };

const REJECTED: Readonly<Record<Signal, string>> = { logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints', traces: 'rejectedSpans' };
/** Longest text of a collector that is passed on, in characters. */
const MAX_TEXT = 300;

/** A text that came over the network, as it may stand in one line: short, without control characters. */
export function lineOf(text: string): string {
  const line = text.slice(0, 4 * MAX_TEXT).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

/**
 * Reads the body of an accepting answer. An empty one is accepted (an empty protobuf message has no bytes, and gateways
 * answer so); anything else must be a JSON object: a login page with a 200 has taken nothing.
 */
export function readAnswer(body: string, isCut: boolean, signal: Signal): AnswerBody {
  if (body.trim() === '') return { ok: true, rejected: 0, message: '' };
  let parsed: unknown;
  try {
    parsed = isCut ? undefined : JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return { ok: false, message: `the answer is no JSON object: "${lineOf(body).slice(0, 80)}"` };
  const partial = (parsed as { partialSuccess?: unknown }).partialSuccess ?? {};
  if (typeof partial !== 'object' || Array.isArray(partial)) return { ok: false, message: 'partialSuccess is no object' };
  const { errorMessage = '', [REJECTED[signal]]: count = 0 } = partial as Record<string, unknown>;
  const rejected = typeof count === 'string' && /^-?\d+$/.test(count) ? Number(count) : count;
  if (typeof rejected !== 'number' || !Number.isInteger(rejected)) return { ok: false, message: `partialSuccess.${REJECTED[signal]} is no whole number` };
  return { ok: true, rejected, message: lineOf(typeof errorMessage === 'string' ? errorMessage : JSON.stringify(errorMessage)) };
}

/** The reason in the body of a refusal: the message of a google.rpc.Status, else the text itself. */
export function refusalText(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return lineOf(message);
  } catch {
    // Not JSON: as it is.
  }
  return lineOf(body);
}
