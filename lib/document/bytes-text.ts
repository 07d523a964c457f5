/** UTF-8 of payload bytes (docs/format.md 16, 17). */

// A leading byte order mark is data: docs/format.md 16.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** True when every byte is printable ASCII that JSON writes as itself. */
function isPlain(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) {
    const byte = bytes[i];
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
}

function plainText(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** Whether the bytes are valid UTF-8. */
export function isUtf8(bytes: Uint8Array, at: number, length: number): boolean {
  return isPlain(bytes, at, length) || utf8Text(bytes, at, length) !== undefined;
}

/** The text of a UTF-8 payload, or undefined when the bytes are not valid UTF-8. */
export function utf8Text(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (isPlain(bytes, at, length)) return plainText(bytes, at, length);
  try {
    return strictUtf8.decode(bytes.subarray(at, at + length));
  } catch {
    return undefined;
  }
}

/** The JSON string of a UTF-8 payload, quotes included, or undefined when the bytes are not valid UTF-8. */
export function utf8Json(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (isPlain(bytes, at, length)) return '"' + plainText(bytes, at, length) + '"';
  const text = utf8Text(bytes, at, length);
  // What JSON.stringify escapes is what documents escape, for text that came from valid UTF-8.
  return text === undefined ? undefined : JSON.stringify(text);
}
