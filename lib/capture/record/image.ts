import { CONTROL_BLOCK_LENGTH, ControlOffset, decodeControlBlock } from '../../ring';
import { ImageFrame } from '../format';
import { readU32 } from '../../wire';
import { ReadPart, RingFacts, Transport } from '../../transport/transport';

/** Bytes of the ring in one Read, at first and at least. */
const FIRST_STEP = 16_384;
const LEAST_STEP = 128;
/** Looks at a control block that is being updated, and Reads of one piece that fail in a way that may pass. */
const TRIES = 8;

/** An image; `tooLarge` = the ring has more bytes than allowed; `failed` = not now. */
export type ImageOutcome =
  | { readonly kind: 'image'; readonly frame: ImageFrame }
  | { readonly kind: 'tooLarge'; readonly bytes: number }
  | { readonly kind: 'failed' };

/** Reads the whole ring once, with a look before and after. What is torn stays torn: it is what was seen. */
export async function takeImage(
  inner: Transport,
  facts: RingFacts | undefined,
  maxRingBytes: number
): Promise<ImageOutcome> {
  const before = await look(inner);
  if (before === undefined) return { kind: 'failed' };
  const bytes = ringBytesOf(before, facts);
  if (bytes > maxRingBytes) return { kind: 'tooLarge', bytes };
  const ring = new Uint8Array(bytes);
  let step = FIRST_STEP;
  let tries = 0;
  for (let offset = 0; offset < bytes;) {
    const part: ReadPart = { kind: 'ring', offset, length: Math.min(step, bytes - offset) };
    const read = await inner.read([part]);
    if (read.ok && read.parts[0]?.length === part.length) {
      ring.set(read.parts[0], offset);
      offset += part.length;
      tries = 0;
      continue;
    }
    const remedy = read.ok ? 'retry' : read.remedy;
    if (remedy === 'smaller' && step > LEAST_STEP) step = Math.max(LEAST_STEP, step / 2);
    else if (remedy !== 'retry' || ++tries >= TRIES) return { kind: 'failed' };
  }
  const after = await look(inner);
  return after === undefined ? { kind: 'failed' } : { kind: 'image', frame: { type: 'image', before, ring, after } };
}

/** The control block, at its last try also in the middle of an update. A copy. */
async function look(inner: Transport): Promise<Uint8Array | undefined> {
  let seen: Uint8Array | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const read = await inner.read([{ kind: 'control' }]);
    if (!read.ok) {
      if (read.remedy !== 'retry') return undefined;
      continue;
    }
    if (read.parts[0] === undefined) continue;
    seen = Uint8Array.from(read.parts[0]);
    if (decodeControlBlock(seen).ok) break;
  }
  return seen;
}

/**
 * What the control block says, no more than the variable holds; where there is no control block, what the variable
 * holds.
 */
function ringBytesOf(control: Uint8Array, facts: RingFacts | undefined): number {
  const block = decodeControlBlock(control);
  const isBlock = control.length >= CONTROL_BLOCK_LENGTH && (block.ok || block.kind === 'updating');
  const says = isBlock ? readU32(control, ControlOffset.capacity) : undefined;
  return Math.min(says ?? facts?.ringBytes ?? 0, facts?.ringBytes ?? says ?? 0);
}
