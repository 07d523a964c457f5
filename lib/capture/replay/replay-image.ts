import { ControlBlock, ControlOffset, decodeControlBlock, isConsistent, visitWindow } from '../../ring';
import { CaptureFrame, ReadFrame } from '../format';
import { writeU64 } from '../../wire';
import { ReadOutcome, ReadPart } from '../../transport/transport';
import { Ranges } from '../../base';

/** Largest ring in bytes that is put together from parts alone: what a file says of offsets is not believed beyond. */
const MAX_RING = 16 * 1024 * 1024;

/** Bytes of a CRC. */
const ANCHOR_LENGTH = 4;

type Ring = Pick<ControlBlock, 'bufferId' | 'capacity'> & {
  readonly headAbs: number;
  readonly oldestAbs: number;
  readonly epochFirstAbs: number;
};

/**
 * The ring as the recording last saw it: frame after frame is put on top. It knows which bytes below head were read
 * after
 * they were written (`known`); the others are those of a lap before.
 */
export class ReplayImage {
  private control: Uint8Array | undefined;
  private ring = new Uint8Array(0);
  /** What the last control block that makes sense said. */
  private seen: Ring | undefined;
  /** A head below the one before: believed when the next look says so too. */
  private fallen: Ring | undefined;
  private readonly known = new Ranges();
  /** The last control block that makes sense. */
  private whole: Uint8Array | undefined;
  /** Where head is shown behind the last frame. */
  private cutAt: number | undefined;

  /** Puts what a frame brought on top; errors and other frames bring nothing. */
  apply({ content }: CaptureFrame): void {
    this.cutAt = undefined;
    if (content.type === 'image') {
      this.look(content.before);
      if (content.ring.length > 0) {
        this.ring = Uint8Array.from(content.ring);
        this.note(0, content.ring.length);
      }
      this.look(content.after);
    } else if (content.type === 'read' && content.outcome.ok) this.applyRead(content, content.outcome.parts);
  }

  /** The parts as they stand now. With `cut`, a head beyond what is known of them is shown no further than that. */
  serve(parts: readonly ReadPart[], cut: boolean): ReadOutcome {
    if (cut) {
      const unknown = this.firstUnknown(parts);
      if (unknown !== undefined) this.cutAt = this.boundaryBefore(unknown, parts);
    }
    const served: Uint8Array[] = [];
    for (const part of parts) {
      if (part.kind === 'control') {
        if (this.control === undefined)
          return {
            ok: false,
            code: 'OPENOT_CAPTURE_NO_IMAGE',
            message: 'the capture has not shown the control block up to here: the recording began without a link',
            remedy: 'retry'
          };
        served.push(this.shownControl(cut));
      } else if (part.offset + part.length > this.ring.length) {
        const message =
          `the ring's ${part.length} bytes from offset ${part.offset} were asked for, the capture has shown the ` +
          `first ${this.ring.length} up to here`;
        return { ok: false, code: 'OPENOT_CAPTURE_NO_IMAGE', message, remedy: 'retry' };
      } else served.push(this.ring.slice(part.offset, part.offset + part.length));
    }
    return { ok: true, parts: served };
  }

  /**
   * Whether these parts begin with something that is known and written before head: then there is something to read
   * without anything new.
   */
  isBehind(parts: readonly ReadPart[]): boolean {
    const { seen } = this;
    const start = this.startOf(parts);
    if (seen === undefined || start === undefined || start < seen.oldestAbs - ANCHOR_LENGTH) return false;
    const unknown = this.firstUnknown(parts);
    const limit = unknown === undefined ? seen.headAbs : this.boundaryBefore(unknown, parts);
    // A window in step begins with the last CRC before head. An epoch that is not shown yet cannot be cut off.
    return start + ANCHOR_LENGTH < limit && seen.epochFirstAbs <= limit;
  }

  /** The lowest position among these parts that lies below head and was not read since it was written. */
  firstUnknown(parts: readonly ReadPart[]): number | undefined {
    const { seen } = this;
    if (seen === undefined) return undefined;
    let first: number | undefined;
    for (const part of parts) {
      if (part.kind !== 'ring') continue;
      for (const [from, to] of absOf(part.offset, part.length, seen.headAbs, seen.capacity)) {
        const gap = this.known.firstGap(Math.max(from, seen.oldestAbs), Math.min(to, seen.headAbs));
        if (gap !== undefined && (first === undefined || gap < first)) first = gap;
      }
    }
    return first;
  }

  private applyRead({ parts }: ReadFrame, bytes: readonly Uint8Array[]): void {
    parts.forEach((part, i) => {
      const view = bytes[i];
      if (view === undefined) return;
      if (part.kind === 'control') return this.look(view);
      const end = part.offset + view.length;
      if (view.length !== part.length || end > MAX_RING) return;
      if (end > this.ring.length) {
        const grown = new Uint8Array(end);
        grown.set(this.ring);
        this.ring = grown;
      }
      this.ring.set(view, part.offset);
      this.note(part.offset, view.length);
    });
  }

  private note(offset: number, length: number): void {
    const { seen } = this;
    if (seen === undefined) return;
    for (const [from, to] of absOf(offset, length, seen.headAbs, seen.capacity)) this.known.add(Math.max(0, from), to);
    this.known.dropBelow(seen.headAbs - seen.capacity);
  }

  private look(bytes: Uint8Array): void {
    this.control = Uint8Array.from(bytes);
    const block = decodeControlBlock(bytes);
    if (!block.ok || !isConsistent(block) || block.capacity === 0 || block.headAbs > BigInt(Number.MAX_SAFE_INTEGER))
      return;
    const now: Ring = {
      bufferId: block.bufferId,
      capacity: block.capacity,
      headAbs: Number(block.headAbs),
      oldestAbs: Number(block.oldestAbs),
      epochFirstAbs: Number(block.epochFirstAbs)
    };
    if (this.seen !== undefined && !goesOn(this.seen, now)) {
      // One look may be torn; two that agree are a ring that began anew.
      const { fallen } = this;
      this.fallen = now;
      if (fallen === undefined || !goesOn(fallen, now)) return;
      this.known.clear();
    }
    this.fallen = undefined;
    this.seen = now;
    this.whole = this.control;
  }

  /** Behind the last frame nothing is under way any more, and nothing is announced that the capture does not hold. */
  private shownControl(cut: boolean): Uint8Array {
    const control = Uint8Array.from((cut ? this.whole : undefined) ?? (this.control as Uint8Array));
    const { cutAt } = this;
    const block = decodeControlBlock(control);
    if (!cut || cutAt === undefined || !block.ok || block.headAbs <= BigInt(cutAt) || block.oldestAbs > BigInt(cutAt))
      return control;
    writeU64(control, ControlOffset.headAbs, BigInt(cutAt));
    if (block.epochFirstAbs > BigInt(cutAt)) writeU64(control, ControlOffset.epochFirstAbs, BigInt(cutAt));
    return control;
  }

  /** The position that the first window asked for begins at: the highest one below head that stands there. */
  private startOf(parts: readonly ReadPart[]): number | undefined {
    const part = parts.find((one) => one.kind === 'ring' && one.length > ANCHOR_LENGTH);
    if (part?.kind !== 'ring' || this.seen === undefined) return undefined;
    const { headAbs, capacity } = this.seen;
    const lap = headAbs - (headAbs % capacity);
    return part.offset <= headAbs % capacity ? lap + part.offset : lap - capacity + part.offset;
  }

  /** Where the last record ends that is whole before `abs`: a head always stands between records. */
  private boundaryBefore(abs: number, parts: readonly ReadPart[]): number {
    const start = this.startOf(parts);
    const oldest = this.seen?.oldestAbs ?? 0;
    if (start === undefined || start > abs) return abs;
    // A window begins at a record, or with the four bytes of the CRC before it.
    for (const from of [start, start + ANCHOR_LENGTH]) {
      const nextAbs = this.walk(from, abs);
      if (nextAbs > from) return nextAbs;
    }
    return start <= oldest ? oldest : Math.min(abs, start + ANCHOR_LENGTH);
  }

  private walk(fromAbs: number, headAbs: number): number {
    const { capacity } = this.seen as Ring;
    const length = Math.min(headAbs - fromAbs, capacity, this.ring.length);
    if (length <= 0 || fromAbs < 0) return fromAbs;
    const bytes = new Uint8Array(length);
    const first = this.ring.subarray(fromAbs % capacity, (fromAbs % capacity) + length);
    bytes.set(first);
    bytes.set(this.ring.subarray(0, length - first.length), first.length);
    return visitWindow({ bytes, fromAbs, headAbs, capacity }, () => undefined).nextAbs;
  }
}

const goesOn = (before: Ring, now: Ring): boolean =>
  now.bufferId === before.bufferId && now.capacity === before.capacity && now.headAbs >= before.headAbs;

/**
 * The positions below head whose bytes stand at [offset, offset + length) of the ring: one or two ranges, perhaps below
 * 0.
 */
function absOf(offset: number, length: number, headAbs: number, capacity: number): [number, number][] {
  const end = Math.min(offset + length, capacity);
  const physHead = headAbs % capacity;
  const lap = headAbs - physHead;
  const ranges: [number, number][] = [];
  if (offset < physHead) ranges.push([lap + offset, lap + Math.min(end, physHead)]);
  if (end > physHead) ranges.push([lap - capacity + Math.max(offset, physHead), lap - capacity + end]);
  return ranges.filter(([from, to]) => to > from && to > 0);
}
