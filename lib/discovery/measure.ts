import { pause } from '../base/system';
import { CONTROL_BLOCK_LENGTH, ControlBlock, decodeControlBlock, isConsistent, readSeqlock } from '../ring';
import type { ReadPart, Transport, TransportError } from '../transport/transport';
import type { Budget } from './budget';
import { sizeText } from './texts';

/** What reads of one size took, in milliseconds. */
export interface ReadTime {
  readonly what: string;
  readonly bytes: number;
  readonly times: number;
  readonly minMs: number;
  readonly medianMs: number;
  /** Why there are no figures. */
  readonly failed?: string;
}

const SIZES = [1024, 4096, 16_384, 65_536];
const MOST_TIMES = 7;
/** Milliseconds for the reads of one size, and the part of the whole time for all of them. */
const SIZE_MS = 1000;
const SHARE = 0.6;

/**
 * Times reads of the control block and of 1, 4, 16 and 64 KiB of the ring, as far as it has them, one after the other.
 */
export async function timeReads(transport: Transport, capacity: number, budget: Budget): Promise<ReadTime[]> {
  const untilMs = budget.usedMs + budget.leftMs * SHARE;
  const times = [
    await timeOf(transport, { kind: 'control' }, 'control block, 88 bytes', CONTROL_BLOCK_LENGTH, untilMs, budget)
  ];
  const sizes = SIZES.filter((size) => size <= capacity);
  // A small ring is read as a whole.
  if (sizes.length === 0) sizes.push(capacity);
  for (const size of sizes) {
    const last = times[times.length - 1];
    const expectedMs = last.times === 0 ? 0 : (last.medianMs * size) / Math.max(last.bytes, 250);
    const what = `ring, ${sizeText(size)}`;
    if (last.failed !== undefined || budget.usedMs + expectedMs > untilMs) {
      times.push({
        what,
        bytes: size,
        times: 0,
        minMs: 0,
        medianMs: 0,
        failed:
          last.failed === undefined ? `not tried: it would take about ${(expectedMs / 1000).toFixed(0)} s` : 'not tried'
      });
      break;
    }
    times.push(await timeOf(transport, { kind: 'ring', offset: 0, length: size }, what, size, untilMs, budget));
  }
  return times;
}

async function timeOf(
  transport: Transport,
  part: ReadPart,
  what: string,
  bytes: number,
  untilMs: number,
  budget: Budget
): Promise<ReadTime> {
  const took: number[] = [];
  const begunMs = budget.usedMs;
  let failed: TransportError | undefined;
  while (
    took.length < MOST_TIMES &&
    !budget.isOver &&
    (took.length === 0 || (budget.usedMs < untilMs && budget.usedMs - begunMs < SIZE_MS))
  ) {
    const startMs = budget.usedMs;
    const read = await transport.read([part]);
    if (!read.ok) {
      failed = read;
      break;
    }
    took.push(budget.usedMs - startMs);
  }
  took.sort((a, b) => a - b);
  const reason = failed === undefined ? {} : { failed: `${failed.code}: ${failed.message}` };
  return {
    what,
    bytes,
    times: took.length,
    minMs: took[0] ?? 0,
    medianMs: took[Math.floor(took.length / 2)] ?? 0,
    ...reason
  };
}

/** What pairs of looks at the control block have shown. */
export interface Looks {
  readonly pairs: number;
  /** Both images were the same: a look that is confirmed at once. */
  readonly same: number;
  /** Both were good, the controller has written in between. */
  readonly changed: number;
  /** Images in the middle of an update (odd seqlock). */
  readonly updating: number;
  /**
   * Images that no controller ever showed, cut by its own writing while they were copied; most such images cannot be
   * told and count as changed.
   */
  readonly torn: number;
  readonly tookMs: number;
  /** Bytes that the controller wrote meanwhile; undefined where it cannot be told. */
  readonly written: number | undefined;
  readonly failed?: TransportError;
}

/** Milliseconds between two pairs: a test of a fast link lasts long enough to see the controller write. */
const PAUSE_MS = 10;

/** Looks at the control block in pairs, at most `most` of them or `ms` milliseconds, and counts what is torn. */
export async function lookInPairs(transport: Transport, budget: Budget, most: number, ms: number): Promise<Looks> {
  const counts = { pairs: 0, same: 0, changed: 0, updating: 0, torn: 0 };
  const startMs = budget.usedMs;
  let first: ControlBlock | undefined;
  let last: ControlBlock | undefined;
  let failed: TransportError | undefined;
  while (counts.pairs < most && !budget.isOver && budget.usedMs - startMs < ms) {
    const images: Uint8Array[] = [];
    for (let look = 0; look < 2 && failed === undefined; look++) {
      const read = await transport.read([{ kind: 'control' }]);
      if (read.ok) images.push(read.parts[0].slice());
      else failed = read;
    }
    if (failed !== undefined) break;
    await pause(PAUSE_MS);
    counts.pairs++;
    const blocks = images.map((image) => judge(image, last, counts));
    for (const block of blocks) {
      first ??= block;
      last = block ?? last;
    }
    const isSame = Buffer.compare(images[0], images[1]) === 0;
    if (isSame && blocks[0] !== undefined) counts.same++;
    else if (blocks[0] !== undefined && blocks[1] !== undefined && readSeqlock(images[0]) !== readSeqlock(images[1]))
      counts.changed++;
    // One seqlock, two contents: at least one of them was never there.
    else if (blocks[0] !== undefined && blocks[1] !== undefined) counts.torn++;
  }
  const written =
    first === undefined || last === undefined || last.headAbs < first.headAbs
      ? undefined
      : Number(last.headAbs - first.headAbs);
  return { ...counts, tookMs: budget.usedMs - startMs, written, ...(failed === undefined ? {} : { failed }) };
}

/** The block in an image that can be one; else it is counted. */
function judge(
  image: Uint8Array,
  before: ControlBlock | undefined,
  counts: { updating: number; torn: number }
): ControlBlock | undefined {
  const block = decodeControlBlock(image);
  if (block.ok) {
    const isBack = before !== undefined && block.runId === before.runId && block.headAbs < before.headAbs;
    if (isConsistent(block) && !isBack) return block;
    counts.torn++;
  } else if (block.kind === 'updating') counts.updating++;
  else counts.torn++;
  return undefined;
}
