import { CONTROL_BLOCK_LENGTH, ControlBlock, controlBlockErrorCode, decodeControlBlock, describeControlBlockError, isConsistent, walkWindow } from '../../ring';
import type { ReadPart, Transport, TransportError } from '../transport';
import type { Budget } from './budget';

/** What stands where a control block and its ring are said to be. */
export type RingCheck =
  /** `records` whole records were read from the oldest on, `bytes` long; `block` = the second look. */
  | { readonly kind: 'proved'; readonly block: ControlBlock; readonly records: number; readonly bytes: number }
  /** The control block is one, and says that nothing has been written yet. */
  | { readonly kind: 'empty'; readonly block: ControlBlock }
  /** The control block is one, but no record stands where its oldest one should. */
  | { readonly kind: 'noRecord'; readonly block: ControlBlock; readonly found: string }
  /** The controller was never seen outside an update, or never twice with the same oldest record. */
  | { readonly kind: 'restless'; readonly text: string }
  | { readonly kind: 'noControl'; readonly code: string; readonly text: string }
  | { readonly kind: 'error'; readonly error: TransportError };

/** Bytes read from the oldest record on: several records of a usual size. */
const WINDOW = 2048;
const TRIES = 6;

/**
 * Looks whether a record stands where the control block says that the oldest one is (docs/format.md 7 and 8). Two looks
 * at the control block stand around it: what was overwritten meanwhile proves nothing, neither way.
 */
export async function checkRing(transport: Pick<Transport, 'read'>, budget: Budget, windowBytes = WINDOW): Promise<RingCheck> {
  let last: RingCheck = { kind: 'restless', text: 'the time was over' };
  for (let attempt = 0; attempt < TRIES && !budget.isOver; attempt++) {
    const first = await lookAt(transport);
    if (first.kind !== 'block') {
      last = first;
      if (first.kind !== 'restless') return first;
      continue;
    }
    const { block } = first;
    if (block.headAbs === block.oldestAbs) return { kind: 'empty', block };
    const window = await readFrom(transport, block, windowBytes);
    if (!('bytes' in window)) return { kind: 'error', error: window };
    const second = await lookAt(transport);
    if (second.kind === 'error') return second;
    const walk = walkWindow(window);
    const wasOvertaken = second.kind !== 'block' || second.block.oldestAbs > block.oldestAbs;
    if (walk.records.length > 0) {
      const end = walk.records[walk.records.length - 1];
      return { kind: 'proved', block: second.kind === 'block' ? second.block : block, records: walk.records.length, bytes: end.abs + end.record.length - window.fromAbs };
    }
    last = wasOvertaken ? { kind: 'restless', text: 'the oldest record was overwritten at every look' } : { kind: 'noRecord', block, found: foundIn(window.bytes) };
  }
  return last;
}

type Look = { readonly kind: 'block'; readonly block: ControlBlock } | Extract<RingCheck, { kind: 'restless' | 'noControl' | 'error' }>;

async function lookAt(transport: Pick<Transport, 'read'>): Promise<Look> {
  const read = await transport.read([{ kind: 'control' }]);
  return read.ok ? judge(read.parts[0]) : { kind: 'error', error: read };
}

function judge(image: Uint8Array): Look {
  const block = decodeControlBlock(image);
  if (!block.ok) {
    if (block.kind === 'updating') return { kind: 'restless', text: describeControlBlockError(block) };
    return { kind: 'noControl', code: controlBlockErrorCode(block), text: describeControlBlockError(block) };
  }
  if (block.capacity === 0) return { kind: 'noControl', code: 'OPENOT_CONTROL_CAPACITY_ZERO', text: 'the control block says that the ring has 0 bytes: the logger on the controller has not been started yet' };
  // A torn image: the next one will do.
  if (!isConsistent(block)) return { kind: 'restless', text: 'the positions in the control block do not fit together' };
  return { kind: 'block', block };
}

/** The ring from the oldest position on, laid out flat over its end. */
async function readFrom(transport: Pick<Transport, 'read'>, block: ControlBlock, most: number): Promise<{ bytes: Uint8Array; fromAbs: number; headAbs: number; capacity: number } | TransportError> {
  const { capacity } = block;
  const fromAbs = Number(block.oldestAbs);
  const headAbs = Number(block.headAbs);
  const offset = fromAbs % capacity;
  const length = Math.min(most, headAbs - fromAbs, capacity);
  const first = Math.min(length, capacity - offset);
  const parts: ReadPart[] = [{ kind: 'ring', offset, length: first }];
  if (first < length) parts.push({ kind: 'ring', offset: 0, length: length - first });
  const read = await transport.read(parts);
  if (!read.ok) return read;
  return { bytes: new Uint8Array(Buffer.concat(read.parts)), fromAbs, headAbs, capacity };
}

const foundIn = (bytes: Uint8Array): string => (bytes.every((byte) => byte === 0) ? 'zeros' : Buffer.from(bytes.subarray(0, 8)).toString('hex'));

/** Whether these bytes begin with a control block that can be used; one in the middle of an update counts. */
export function controlBlockIn(bytes: Uint8Array): ControlBlock | 'updating' | undefined {
  if (bytes.length < CONTROL_BLOCK_LENGTH) return undefined;
  const block = decodeControlBlock(bytes);
  if (block.ok) return block;
  return block.kind === 'updating' ? 'updating' : undefined;
}
