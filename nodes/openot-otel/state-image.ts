import { Decoded, open, checksummed } from '../../lib/state';

/** What the mapper keeps over a restart: images whose own formats are those of the two books. */
export interface StateParts {
  /** Of the span store (docs/format.md 23); empty without one. */
  readonly spans: Uint8Array;
  /** Of the audit span store of the open networks' envelope (24); empty without one. */
  readonly audit: Uint8Array;
}

const FORMAT = { magic: 'OPENOT-OTEL-STATE', version: 1 };
const HEAD = 4;

/** The bytes of the state file: in the envelope of all states, length of the spans (u32, little-endian), both parts. */
export function encodeState({ spans, audit }: StateParts): Uint8Array {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(spans.length);
  return checksummed(FORMAT, head, spans, audit);
}

/** The parts, or why the bytes are no state. */
export function decodeState(bytes: Uint8Array): Decoded<StateParts> {
  const opened = open(FORMAT, bytes);
  if (!opened.ok) return opened;
  const { body } = opened;
  const end = body.length < HEAD ? Infinity : HEAD + body.readUInt32LE();
  if (end > body.length) return { ok: false, why: 'its parts are longer than it is' };
  return {
    ok: true,
    state: { spans: new Uint8Array(body.subarray(HEAD, end)), audit: new Uint8Array(body.subarray(end)) }
  };
}
