import { pause } from '../base/system';
import type { OpenotCode } from '../base/codes';
import {
  CONTROL_BLOCK_LENGTH,
  ControlBlock,
  controlBlockErrorCode,
  decodeControlBlock,
  describeControlBlockError,
  isConsistent,
  PlacedRecord,
  RingWindow,
  walkWindow
} from '../ring';
import type { ReadPart, Transport, TransportError } from '../transport/transport';
import type { Budget } from './budget';

/** What stands where a control block and its ring are said to be. */
export type RingCheck =
  /** `records` whole records were read from the oldest on, `bytes` long; `block` = the second look. */
  | { readonly kind: 'proved'; readonly block: ControlBlock; readonly records: number; readonly bytes: number }
  /** The control block is one, and says that nothing has been written yet. */
  | { readonly kind: 'empty'; readonly block: ControlBlock }
  /** The control block is one, but no record stands where its oldest one should. */
  | { readonly kind: 'noRecord'; readonly block: ControlBlock; readonly found: string }
  /** The controller was never seen outside an update, or what was read was overwritten each time. */
  | { readonly kind: 'restless'; readonly text: string; readonly block?: ControlBlock }
  | { readonly kind: 'noControl'; readonly code: OpenotCode; readonly text: string }
  | { readonly kind: 'error'; readonly error: TransportError };

/** Bytes read from the oldest record on, or before head: several records of a usual size. */
const WINDOW = 2048;
/** Where records are longer than that. */
const WIDE_WINDOW = 32_768;
const TRIES = 6;
/** Milliseconds more between two tries each time: copies of another age take a while to come together. */
const PAUSE_MS = 20;
/** Places in a window at which a walk to head is begun. */
const MAX_STARTS = 64;

/** How much of the ring is read: a few records are enough where the address was not guessed from a record. */
export type Thoroughness = 'few' | 'whole';

/**
 * Looks whether a record stands where the control block says that the oldest one is, and whether the newest ones end at
 * head (docs/format.md 7 and 8). Looks at the control block stand around it: what was overwritten meanwhile proves
 * nothing, neither way. `whole`: at least half of the ring must be one row of
 * records that ends at head, which no other place can show.
 */
export async function checkRing(
  transport: Pick<Transport, 'read'>,
  budget: Budget,
  thoroughness: Thoroughness = 'few'
): Promise<RingCheck> {
  let last: RingCheck = { kind: 'restless', text: 'the time was over' };
  for (let attempt = 0; attempt < TRIES && !budget.isOver; attempt++) {
    const first = await readControl(transport);
    if (first.kind !== 'block') {
      last = first;
      if (first.kind !== 'restless') return first;
      continue;
    }
    if (first.block.headAbs === first.block.oldestAbs) return { kind: 'empty', block: first.block };
    const few = await checkFew(transport, first.block);
    const result = few.kind === 'proved' && thoroughness === 'whole' ? await checkWhole(transport, first.block) : few;
    if (result.kind !== 'restless') return result;
    last = result;
    await pause(PAUSE_MS * attempt);
  }
  return last;
}

/**
 * The newest records end at head, and the oldest one begins where it should: bytes that lie elsewhere show one of them
 * at most.
 */
async function checkFew(transport: Pick<Transport, 'read'>, block: ControlBlock): Promise<RingCheck> {
  const [oldest, head] = [Number(block.oldestAbs), Number(block.headAbs)];
  const window = await readWindow(transport, block, oldest, Math.min(head, oldest + WINDOW));
  if (!('bytes' in window)) return { kind: 'error', error: window };
  const second = await readControl(transport);
  if (second.kind === 'error') return second;
  const now = second.kind === 'block' ? second.block : block;
  const wasOvertaken = second.kind !== 'block' || now.oldestAbs !== block.oldestAbs;
  const [first] = walkWindow(window).records;
  if (first?.abs !== oldest && !wasOvertaken) return { kind: 'noRecord', block, found: foundIn(window.bytes) };
  for (const bytes of [WINDOW, WIDE_WINDOW]) {
    const newest = Number(now.headAbs);
    const late = await readWindow(transport, now, Math.max(Number(now.oldestAbs), newest - bytes), newest);
    if (!('bytes' in late)) return { kind: 'error', error: late };
    const row = rowToHead(late);
    if (row !== undefined) return proved(now, row, row[0].abs);
    if (newest - Number(now.oldestAbs) <= bytes) break;
  }
  // A server may show copies of two ages: then the newest records are not in the ring yet.
  const oldestText = wasOvertaken ? 'the oldest record was overwritten at every look' : 'the oldest record is there';
  return {
    kind: 'restless',
    text:
      `${oldestText}, but the newest ones do not end where the control block says: its copy is of another age than ` +
      `the ring's, or they do not belong together`,
    block: now
  };
}

async function checkWhole(transport: Pick<Transport, 'read'>, block: ControlBlock): Promise<RingCheck> {
  const [oldest, head] = [Number(block.oldestAbs), Number(block.headAbs)];
  const window = await readWindow(transport, block, oldest, head);
  if (!('bytes' in window)) return { kind: 'error', error: window };
  const row = rowToHead(window);
  if (row !== undefined && head - row[0].abs >= (head - oldest) / 2) return proved(block, row, row[0].abs);
  return { kind: 'noRecord', block, found: foundIn(window.bytes) };
}

function proved(block: ControlBlock, records: readonly PlacedRecord[], fromAbs: number): RingCheck {
  const end = records[records.length - 1];
  return { kind: 'proved', block, records: records.length, bytes: end.abs + end.record.length - fromAbs };
}

/** The longest row of whole records in the window that ends at head. */
function rowToHead(window: RingWindow): PlacedRecord[] | undefined {
  const bytes = Buffer.from(window.bytes.buffer, window.bytes.byteOffset, window.bytes.length);
  let starts = 0;
  for (let at = bytes.indexOf('OOT2'); at >= 0 && starts < MAX_STARTS; at = bytes.indexOf('OOT2', at + 1), starts++) {
    const walk = walkWindow({ ...window, bytes: window.bytes.subarray(at), fromAbs: window.fromAbs + at });
    if (walk.stop === undefined && walk.nextAbs === window.headAbs && walk.records.length > 0) return walk.records;
  }
  return undefined;
}

type ControlReading =
  | { readonly kind: 'block'; readonly block: ControlBlock }
  | Extract<RingCheck, { kind: 'restless' | 'noControl' | 'error' }>;

async function readControl(transport: Pick<Transport, 'read'>): Promise<ControlReading> {
  const read = await transport.read([{ kind: 'control' }]);
  return read.ok ? judge(read.parts[0]) : { kind: 'error', error: read };
}

function judge(image: Uint8Array): ControlReading {
  const block = decodeControlBlock(image);
  if (!block.ok) {
    if (block.kind === 'updating') return { kind: 'restless', text: describeControlBlockError(block) };
    return { kind: 'noControl', code: controlBlockErrorCode(block), text: describeControlBlockError(block) };
  }
  if (block.capacity === 0)
    return {
      kind: 'noControl',
      code: 'OPENOT_CONTROL_CAPACITY_ZERO',
      text: 'the control block says that the ring has 0 bytes: the logger on the controller has not been started yet'
    };
  // A torn image: the next one will do.
  if (!isConsistent(block)) return { kind: 'restless', text: 'the positions in the control block do not fit together' };
  return { kind: 'block', block };
}

/** The ring's bytes from one absolute position to another, laid out flat over its end. */
async function readWindow(
  transport: Pick<Transport, 'read'>,
  block: ControlBlock,
  fromAbs: number,
  toAbs: number
): Promise<RingWindow | TransportError> {
  const { capacity } = block;
  const offset = fromAbs % capacity;
  const length = toAbs - fromAbs;
  const first = Math.min(length, capacity - offset);
  const parts: ReadPart[] = [{ kind: 'ring', offset, length: first }];
  if (first < length) parts.push({ kind: 'ring', offset: 0, length: length - first });
  const read = await transport.read(parts);
  if (!read.ok) return read;
  return { bytes: new Uint8Array(Buffer.concat(read.parts)), fromAbs, headAbs: Number(block.headAbs), capacity };
}

const foundIn = (bytes: Uint8Array): string =>
  bytes.every((byte) => byte === 0) ? 'zeros' : Buffer.from(bytes.subarray(0, 8)).toString('hex');

/** Whether these bytes begin with a control block that can be used; one in the middle of an update counts. */
export function controlBlockIn(bytes: Uint8Array): ControlBlock | 'updating' | undefined {
  if (bytes.length < CONTROL_BLOCK_LENGTH) return undefined;
  const block = decodeControlBlock(bytes);
  if (block.ok) return block;
  return block.kind === 'updating' ? 'updating' : undefined;
}

/** The control block that a check has seen, if it saw one. */
export const blockOf = (check: RingCheck): ControlBlock | undefined => ('block' in check ? check.block : undefined);
