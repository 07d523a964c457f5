import { errorText, shownValue } from '../../lib/base';
import type { OtlpJsonWriter } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';

/** The JSON text of a request: an object, its JSON text, or that as a Buffer. Throws OPENOT_OTLP_PAYLOAD. */
export function textOfPayload(payload: unknown, json: OtlpJsonWriter): string {
  if (typeof payload === 'string') return checked(payload);
  if (Buffer.isBuffer(payload)) return checked(utf8(payload));
  if (typeof payload !== 'object' || payload === null) throw notARequest(`found ${shownValue(payload)}`);
  try {
    return json.text(payload);
  } catch (thrown) {
    throw notARequest(errorText(thrown).split('\n')[0]);
  }
}

/** Is this a request with log records? Only these carry commit tokens (docs/format.md 25). */
export function isLogs(payload: unknown): boolean {
  if (typeof payload === 'string' || Buffer.isBuffer(payload))
    return /^\s*\{\s*"resourceLogs"/.test(payload.slice(0, 100).toString());
  return typeof payload === 'object' && payload !== null && 'resourceLogs' in payload;
}

/** An error that says what belongs here. */
export function notARequest(found: string): CodedError {
  return new CodedError(
    'OPENOT_OTLP_PAYLOAD',
    `msg.payload must be an export request of OTLP/JSON, as an object or as JSON text: ${found}. Wire the ` +
      'outputs of openot-otel to this node'
  );
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notARequest('the bytes are no UTF-8 text');
  }
}

function checked(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw notARequest('the text is no JSON');
  }
  return text;
}
