/** Strict UTF-8, with the place of the first byte that is none. */

/** `offset` = first byte of the sequence at fault; line and column from 1, column in UTF-16 units. */
export interface InvalidUtf8 {
  readonly ok: false;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** The text of `bytes`; a leading byte order mark stays in it. */
export function decodeUtf8(bytes: Uint8Array): { readonly ok: true; readonly text: string } | InvalidUtf8 {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return firstFault(bytes);
  }
}

/** Looks for the first fault, for people: only after the platform's decoder has refused. */
function firstFault(bytes: Uint8Array): InvalidUtf8 {
  let line = 1;
  let column = 1;
  let offset = 0;
  while (offset < bytes.length) {
    const length = sequenceLength(bytes, offset);
    if (length === 0) break;
    if (bytes[offset] === 0x0a) {
      line++;
      column = 1;
    } else column += length === 4 ? 2 : 1;
    offset += length;
  }
  return { ok: false, offset, line, column };
}

/** Length of the well-formed sequence at `at` (Unicode table 3-7), 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(bytes, at + 1, 1) ? 2 : 0;
  const second = bytes[at + 1];
  if (lead >= 0xe0 && lead <= 0xef) {
    if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
    return continues(bytes, at + 1, 2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
    return continues(bytes, at + 1, 3) ? 4 : 0;
  }
  return 0;
}

function continues(bytes: Uint8Array, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (i >= bytes.length || (bytes[i] & 0xc0) !== 0x80) return false;
  return true;
}
