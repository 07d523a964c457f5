import { errorText } from '../../base';
import { join } from 'node:path';
import {
  CaptureFrame,
  CONTROL_BLOCK_LENGTH,
  ControlOffset,
  decodeControlBlock,
  encodeControlBlock,
  isCapture
} from '../../ring';
import { parseU64, readU32 } from '../../wire';
import { TransportError } from '../transport';
import { CaptureFiles } from './files';

/** Longest hex text of a ring in bytes. */
const MAX_HEX = 64 * 1024 * 1024;

const frameOf = (control: Uint8Array, ring: Uint8Array): CaptureFrame => ({
  ok: true,
  ordinal: 0,
  monotonicUs: 0,
  wallNs: 0n,
  content: { type: 'image', before: control, ring, after: control }
});

/** A memory dump: the 88 bytes of a control block, and behind them as many bytes of the ring as it says. */
export function bareImage(bytes: Uint8Array): CaptureFrame | undefined {
  if (isCapture(bytes) || bytes.length < CONTROL_BLOCK_LENGTH || !decodeControlBlock(bytes).ok) return undefined;
  if (readU32(bytes, ControlOffset.capacity) !== bytes.length - CONTROL_BLOCK_LENGTH) return undefined;
  return frameOf(bytes.subarray(0, CONTROL_BLOCK_LENGTH), bytes.subarray(CONTROL_BLOCK_LENGTH));
}

/**
 * The pair in which the conformance data keep a captured ring: `control.json` and `ring.hex`. Undefined where it is not
 * there.
 */
export async function pairImage(
  folder: string,
  names: readonly string[],
  files: CaptureFiles
): Promise<CaptureFrame | TransportError | undefined> {
  if (!names.includes('control.json') || !names.includes('ring.hex')) return undefined;
  const wrong = (what: string): TransportError => ({
    ok: false,
    code: 'OPENOT_CAPTURE_PAIR',
    message: `${folder}: ${what}`,
    remedy: 'refused'
  });
  const paths = [join(folder, 'control.json'), join(folder, 'ring.hex')];
  for (const path of paths)
    if ((await files.look(path)).bytes > MAX_HEX) return wrong(`${path} is longer than ${MAX_HEX} bytes`);
  const [controlText, ringText] = await Promise.all(
    paths.map(async (path) => new TextDecoder().decode(await files.read(path)))
  );
  const digits = ringText.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) return wrong('ring.hex is no hex text');
  const ring = new Uint8Array(Buffer.from(digits, 'hex'));
  try {
    const control = JSON.parse(controlText) as Record<string, unknown>;
    const number = (name: string): bigint => {
      const value = parseU64(control[name]);
      if (value === undefined)
        throw new Error(`control.json: ${name} must be a whole number, found ${String(control[name]).slice(0, 40)}`);
      return value;
    };
    const block = encodeControlBlock({
      version: 2,
      caps: 0,
      bufferId: 1,
      capacity: ring.length,
      seqlock: 0,
      headAbs: number('headAbs'),
      oldestAbs: number('oldestAbs'),
      lostCount: number('lostCount'),
      runId: number('runId'),
      epochId: number('epochId'),
      epochFirstAbs: number('epochFirstAbs'),
      definitionHash: String(control.definitionHash),
      prevDefinitionHash: String(control.prevDefinitionHash)
    });
    return frameOf(block, ring);
  } catch (error) {
    return wrong(errorText(error));
  }
}
