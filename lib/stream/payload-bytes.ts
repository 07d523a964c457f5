import { shortened } from '../base';
import type { OpenotCode } from '../base/codes';

/** The bytes a message's payload stands for, whatever way they came (docs/format.md 19). */

/** What could not be turned into items. `offset` = byte of the payload, `abs` = ring position, where they are known. */
export interface BytesError {
  readonly ok: false;
  readonly code: OpenotCode;
  readonly message: string;
  readonly offset?: number;
  readonly abs?: number;
}

/** The bytes of a payload, or why there are none. */
export type PayloadBytes = { readonly ok: true; readonly bytes: Buffer } | BytesError;

const HEX = /^4f4f5432/i;
const BASE64 = /^T09UM/;
/** `OOT!` as hex and as base64 (the sixth character begins with the last two bits of `!`). */
const VERSION_1 = /^(4f4f5421|T09UI[Q-Za-f])/;
const SHOWN = 24;

/**
 * Buffers and Uint8Arrays as they are (shared, not copied), arrays of bytes, the JSON form of a Buffer, and text: white
 * space aside it is hex when it begins `4f4f5432` (any case), base64 when it begins `T09UM`. Anything else is an error
 * that says what was found.
 */
export function bytesFromPayload(payload: unknown): PayloadBytes {
  if (Buffer.isBuffer(payload)) return unlessText(payload);
  if (isUint8Array(payload)) return unlessText(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
  if (Array.isArray(payload)) return bytesOfArray(payload);
  if (typeof payload === 'string') return bytesOfText(payload);
  if (isBufferJson(payload)) return bytesOfArray(payload.data);
  return notBytes(`found ${payload === null ? 'null' : typeof payload}`);
}

/** No record begins like its own text: what a file node or a broker hands over of one as a Buffer. */
function unlessText(bytes: Buffer): PayloadBytes {
  const text = bytes.toString('latin1', 0, SHOWN).trimStart();
  const form = HEX.test(text) ? 'hex' : BASE64.test(text) ? 'base64' : undefined;
  if (form === undefined) return { ok: true, bytes };
  return notBytes(
    `found a Buffer with ${form} text in it (${JSON.stringify(shortened(text, 12))}): hand it over as text, ` +
      '"a UTF8 string" in a file or MQTT node, or msg.payload.toString() in a function',
    0
  );
}

/** Also one of another context, where `instanceof` does not know it: a function node's. */
export const isUint8Array = (value: unknown): value is Uint8Array =>
  Object.prototype.toString.call(value) === '[object Uint8Array]' && ArrayBuffer.isView(value);

function bytesOfArray(values: readonly unknown[]): PayloadBytes {
  const bytes = Buffer.alloc(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255)
      return notBytes(`found an array whose element ${i} is no byte (0 to 255)`, i);
    bytes[i] = value;
  }
  return { ok: true, bytes };
}

function bytesOfText(input: string): PayloadBytes {
  const text = input.replace(/\s+/g, '');
  if (VERSION_1.test(text)) {
    return {
      ok: false,
      code: 'OPENOT_WIRE_VERSION_1',
      message:
        'this is a record of OpenOT wire version 1 (OOT!) as text; only version 2 (OOT2) is readable: update the ' +
        'logger on the controller',
      offset: 0
    };
  }
  if (HEX.test(text)) {
    const bad = text.search(/[^0-9a-f]/i);
    if (bad >= 0)
      return notBytes(`found hex text with ${JSON.stringify(text[bad])} in it, at its character ${bad}`, bad >> 1);
    if (text.length % 2 !== 0)
      return notBytes(
        `found hex text of ${text.length} digits, an odd number: half a byte is missing`,
        text.length >> 1
      );
    return { ok: true, bytes: Buffer.from(text, 'hex') };
  }
  if (BASE64.test(text)) {
    const unpadded = text.replace(/={1,2}$/, '');
    const bad = unpadded.search(/[^A-Za-z0-9+/]/);
    if (bad >= 0)
      return notBytes(
        `found base64 text with ${JSON.stringify(unpadded[bad])} in it, at its character ${bad}`,
        Math.floor((bad * 3) / 4)
      );
    if (unpadded.length % 4 === 1)
      return notBytes(`found base64 text that ends in the middle of a byte, after ${unpadded.length} characters`);
    return { ok: true, bytes: Buffer.from(unpadded, 'base64') };
  }
  const shown = shortened(text, SHOWN);
  return notBytes(`found the text ${JSON.stringify(shown)}`, 0);
}

function isBufferJson(value: unknown): value is { data: unknown[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { type?: unknown }).type === 'Buffer' &&
    Array.isArray((value as { data?: unknown }).data)
  );
}

function notBytes(found: string, offset?: number): BytesError {
  const message =
    'the payload must be OpenOT records as a Buffer, an array of bytes, hex text that begins 4f4f5432 or base64 ' +
    `text that begins T09UM; ${found}`;
  return { ok: false, code: 'OPENOT_PAYLOAD_NOT_BYTES', message, ...(offset === undefined ? {} : { offset }) };
}
