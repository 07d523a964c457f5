import { shownValue } from '../../lib/base';
import type { NodeMessageInFlow } from 'node-red';
import type { MappingProblem } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';

/**
 * The command that begins anew without the spans that are open. What carries documents is no command, whatever its
 * topic.
 */
export function isForget({ topic, payload }: NodeMessageInFlow): boolean {
  return topic === 'forget' && (typeof payload !== 'object' || payload === null);
}

/** The question for the metrics that this node has sent and can send. */
export function isRegistry({ topic, payload }: NodeMessageInFlow): boolean {
  return topic === 'registry' && (typeof payload !== 'object' || payload === null);
}

/**
 * What a payload is, by its shape: a reader's status has a state and totals; anything else that is an object should be
 * documents.
 */
export function kindOf(payload: unknown): 'documents' | 'status' | 'wrong' {
  if (typeof payload !== 'object' || payload === null || ArrayBuffer.isView(payload)) return 'wrong';
  if (Array.isArray(payload)) return 'documents';
  const { kind, state, totals } = payload as { kind?: unknown; state?: unknown; totals?: unknown };
  return kind === undefined && typeof state === 'string' && typeof totals === 'object' ? 'status' : 'documents';
}

/** The error of a payload that is no object at all. */
export function wrongPayload(payload: unknown): CodedError {
  if (typeof payload === 'string') {
    return new CodedError(
      'OPENOT_OTEL_TEXT',
      `msg.payload must be documents as objects, found text (${shownValue(payload)}): set "Format" of the ` +
        `openot-doc node before this one to "JavaScript objects". Text is not read: JavaScript's JSON would round ` +
        '64-bit numbers'
    );
  }
  const found = ArrayBuffer.isView(payload) ? 'a Buffer' : shownValue(payload);
  return new CodedError(
    'OPENOT_OTEL_PAYLOAD',
    `msg.payload must be enriched documents of openot-doc (an array or one), or the status of openot-reader's ` +
      `second output, found ${found}`
  );
}

/**
 * Is it the wrong kind of thing altogether: strict documents, the records of openot-decoder, any other objects? Then
 * the
 * wiring or a setting is wrong, and the tokens must not say that these records are where they belong. A document with a
 * property that is wrong is another matter: it would be wrong for ever.
 */
export function isWrongKind(problems: readonly MappingProblem[], mapped: number): boolean {
  return (
    mapped === 0 &&
    problems.length > 0 &&
    problems.every(
      ({ code, path }) =>
        code === 'OPENOT_OTEL_STRICT_DOCUMENT' ||
        (code === 'OPENOT_OTEL_NOT_A_DOCUMENT' && (path === '' || path === 'kind'))
    )
  );
}

/**
 * One error for everything in a message that could not be mapped; undefined when all could. `isWhole`: its tokens stay,
 * too.
 */
export function refusalOf(problems: readonly MappingProblem[], of: number, isWhole: boolean): CodedError | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  // Its message begins with the code.
  const text = first.message.startsWith(`${first.code}: `) ? first.message.slice(first.code.length + 2) : first.message;
  const kept = isWhole
    ? ', and its commit token with it: a reader that waits for acknowledgements reads these records again'
    : '';
  if (of === 1) return new CodedError(first.code, isWhole ? `${text}. The message was refused${kept}` : text);
  if (problems.length === of)
    return new CodedError(
      first.code,
      `none of ${of} documents could be mapped${isWhole ? `: the message was refused${kept}` : ''}. The first: ${text}`
    );
  return new CodedError(
    first.code,
    `${problems.length} of ${of} documents could not be mapped, the others went on. The first: ${text}`
  );
}
