import { ReadPart, Transport, TransportError } from '../../transport/transport';
import { CONTROL_BLOCK_LENGTH } from '../../ring';
import { readU32 } from '../../wire';
import { ControlSample, takeSample } from './control-sample';
import { LookCounters } from '../status';
import { FlatWindow, readsOf, windowParts } from './window';

const CONTROL: ReadPart = { kind: 'control' };
/** Bytes of a CRC. */
const ANCHOR_LENGTH = 4;

/** One window to be read. */
export interface WindowAsk {
  readonly fromAbs: number;
  /** Bytes, those of an anchor that ends at `fromAbs` included. */
  readonly length: number;
  readonly capacity: number;
  /** Bytes of the ring in one Read, at most. */
  readonly perRead: number;
  /** The control block again at the end of the last Read. */
  readonly twice: boolean;
  /** Where the CRC of the last record handed on stands: never across the end of the ring. */
  readonly anchorAbs?: number;
  /** Given where a sample pays before the window (RingFacts.lookFirst): what is worth asking for after that sample. */
  readonly wanted?: (sample: ControlSample) => Wanted;
}

/**
 * nothing: not even the anchor. rest: `length` bytes from the asked place on, and the anchor. elsewhere: that place is
 * overwritten, what is there now begins further on; and so may be the anchor.
 */
export type Wanted =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'rest'; readonly length: number }
  | { readonly kind: 'elsewhere'; readonly fromAbs: number; readonly length: number; readonly anchorAbs?: number };

/** One window as it came, with the samples around it. */
export interface WindowRead {
  readonly ok: true;
  readonly samples: ControlSample[];
  readonly window: FlatWindow;
  /** The four bytes at `anchorAbs`, as a CRC. */
  readonly anchor?: number;
}

/** The reader's three kinds of Read, with the lengths checked: a transport that returns less must not be believed. */
export class RingReads {
  constructor(
    private readonly transport: Transport,
    private readonly counters: LookCounters
  ) {}

  async control(): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | TransportError> {
    const read = await this.read([CONTROL]);
    return read.ok ? { ok: true, bytes: read.parts[0] } : read;
  }

  /**
   * The control block, [fromAbs, fromAbs + length) and the bytes of the anchor, in one Read where `perRead` allows.
   * Where the anchor ends at `fromAbs` the window begins with it: no part, no byte more.
   */
  async window(ask: WindowAsk): Promise<WindowRead | TransportError> {
    const first = ask.wanted === undefined ? undefined : await this.control();
    if (first?.ok === false) return first;
    const samples = first === undefined ? [] : [takeSample(first.bytes)];
    const wanted: Wanted = ask.wanted?.(samples[0]) ?? { kind: 'rest', length: ask.length };
    const { capacity, perRead } = ask;
    const { fromAbs, anchorAbs } = wanted.kind === 'elsewhere' ? wanted : ask;
    const joined = anchorAbs !== undefined && anchorAbs + ANCHOR_LENGTH === fromAbs;
    const apart = anchorAbs !== undefined && !joined;
    const firstAbs = joined ? anchorAbs : fromAbs;
    if (wanted.kind === 'nothing') return { ok: true, samples, window: new FlatWindow(firstAbs, 0) };
    const size = Math.min(ask.length, capacity, Math.max(0, wanted.length) + fromAbs - firstAbs);
    const groups = readsOf(windowParts(firstAbs, size, capacity, perRead), perRead);
    // An anchor that stands apart is asked for also where nothing new is.
    if (apart && groups.length === 0) groups.push([]);
    const window = new FlatWindow(firstAbs, size);
    let anchor: number | undefined;
    for (let i = 0; i < groups.length; i++) {
      const control: ReadPart[] = i === 0 && samples.length === 0 ? [CONTROL] : [];
      const before: ReadPart[] =
        i > 0 || !apart ? control : [...control, ...windowParts(anchorAbs, ANCHOR_LENGTH, capacity, perRead)];
      const parts = [...before, ...groups[i], ...(ask.twice && i === groups.length - 1 ? [CONTROL] : [])];
      const read = await this.read(parts);
      if (!read.ok) return read;
      for (let p = 0; p < parts.length; p++) {
        if (parts[p].kind === 'control') samples.push(takeSample(read.parts[p]));
        else if (apart && i === 0 && p === before.length - 1) anchor = readU32(read.parts[p], 0);
        else window.add(read.parts[p]);
      }
    }
    return { ok: true, samples, window, anchor: joined ? readU32(window.bytes, 0) : anchor };
  }

  /** [fromAbs, fromAbs + length) once more, in one Read behind the control block. */
  async again(fromAbs: number, length: number, capacity: number): Promise<WindowRead | TransportError> {
    return this.window({ fromAbs, length, capacity, perRead: length, twice: false });
  }

  private async read(
    parts: readonly ReadPart[]
  ): Promise<{ readonly ok: true; readonly parts: readonly Uint8Array[] } | TransportError> {
    this.counters.reads++;
    const outcome = await this.transport.read(parts);
    if (!outcome.ok) return outcome;
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p];
      // A short control block is judged as such by its sample.
      const expected =
        part.kind === 'ring' ? part.length : Math.min(CONTROL_BLOCK_LENGTH, outcome.parts[p]?.length ?? -1);
      if (outcome.parts[p]?.length === undefined || (part.kind === 'ring' && outcome.parts[p].length !== expected)) {
        const message =
          'the ' +
          `${part.kind === 'ring' ? `ring's ${part.length} bytes from offset ${part.offset}` : 'control block'} ` +
          `were asked for, ${outcome.parts[p]?.length ?? 'no'} bytes came`;
        return { ok: false, code: 'OPENOT_READ_LENGTH', message, remedy: 'retry' };
      }
    }
    return { ok: true, parts: outcome.parts };
  }
}
