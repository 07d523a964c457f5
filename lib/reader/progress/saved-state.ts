import { isObject } from '../../base';
import { BEGAN_CAUSES, Began, NoticeItem } from '../../stream';
import { Decoded, openJson, checksummedJson } from '../../state';
import { HEADER_LENGTH, parseSafeU64, parseU64 } from '../../wire';
import { MAX_HEARTBEATS } from '../judge/heartbeats';

/** Where the last record handed on stood, and its CRC: by these a ring is known again after a restart. */
export interface Fingerprint {
  readonly abs: number;
  /** Length of the record in bytes; its CRC stands in the last four. */
  readonly length: number;
  readonly crc: number;
}

/** A checkpoint: everything that decides what is handed on next. */
export interface SavedState {
  /** Frozen at first contact. */
  readonly stream: string;
  readonly bufferId: number;
  /** Ring capacity in bytes. */
  readonly capacity: number;
  readonly incarnation: number;
  /** Next position to be handed on. */
  readonly cursor: number;
  /** Where and why counting of seqs began, as every batch tells it; absent where it is not known any more. */
  readonly began?: Began;
  /** Of the last record handed on; absent before the first one of an incarnation. */
  readonly fingerprint?: Fingerprint;
  /** Run of the last record handed on, decimal text. */
  readonly lastRunId?: string;
  /** Records written before the cursor, in the producer's counting; absent where unknown. */
  readonly written?: number;
  /** From here to the cursor every record was handed on. Absent, as the next one, in states of the first versions. */
  readonly unbrokenFrom?: number;
  /** Source time of the last record handed on, decimal text. */
  readonly lastTimeNs?: string;
  /** [source id, milliseconds] of the heartbeats promised; absent where none were. */
  readonly heartbeats?: readonly (readonly [number, number])[];
  /** What starts below may have been handed on before an unclean stop; absent = the cursor says it all. */
  readonly maybeDeliveredBelow?: number;
  /** Notices that belong before the next record and were not handed on: how this incarnation began. */
  readonly pending?: readonly NoticeItem[];
  /** Another record was seen where the last one handed on should stand, and that is not decided yet. */
  readonly anchorDiffers?: true;
  /** The last accepted control block, 88 bytes as hex. */
  readonly image: string;
  /** Plain JSON of the accounting and of the epochs; checked by their owners. */
  readonly accounting: unknown;
  readonly epochs: unknown;
}

/**
 * Written ahead of what is handed on: nothing that ends beyond `abs`, and nothing of a later incarnation, leaves the
 * reader before a state with a higher lease is saved. So after an unclean stop it is known what may have been
 * delivered.
 * A clean stop writes how far it really came.
 */
export interface Lease {
  readonly incarnation: number;
  /** Nothing that ends beyond it was handed on. */
  readonly abs: number;
  /** Everything up to here may have been: the ring's head was there. */
  readonly reached: number;
  /** The record that ends there, or before it; absent where none of this incarnation was. */
  readonly fingerprint?: Fingerprint;
}

/**
 * What a reader keeps between runs, as one image: a line with version and checksum, then one line of JSON. It is read
 * in full or not at all: a state that was half understood would invent or hide losses.
 */
export interface StateFile {
  readonly checkpoint: SavedState;
  readonly lease: Lease;
}

/** A state that was read in full, or why it cannot be used (OPENOT_STATE_UNREADABLE). */
export type StateResult =
  | { readonly ok: true; readonly state: StateFile }
  | { readonly ok: false; readonly code: 'OPENOT_STATE_UNREADABLE'; readonly message: string };

const FORMAT = { magic: 'OPENOT-READER-STATE', version: 2 };

/** The image of a state. */
export const encodeState = (state: StateFile): Uint8Array => checksummedJson(FORMAT, state);

/** The state of an image, or what is wrong with it. */
export function decodeState(image: Uint8Array): Decoded<StateFile> {
  const opened = openJson(FORMAT, image);
  if (!opened.ok) return opened;
  return isStateFile(opened.value)
    ? { ok: true, state: opened.value }
    : { ok: false, why: 'a field is missing or of another kind' };
}

/** The error of a state that cannot be used; `forget` is the way out. */
export function unreadable(why: string): { ok: false; code: 'OPENOT_STATE_UNREADABLE'; message: string } {
  return {
    ok: false,
    code: 'OPENOT_STATE_UNREADABLE',
    message:
      `the saved state of this reader cannot be used: ${why}. Nothing is read, so that nothing is handed on twice ` +
      'or passed over. Put the file back from a backup (what was handed on since comes again), or send this reader ' +
      'a message with topic "forget" to begin anew, or "seek" with a position, "oldest" or "newest" to go on from ' +
      'there'
  };
}

const count = (value: unknown): value is number => typeof value === 'number' && parseSafeU64(value) !== undefined;
const u64 = (value: unknown): boolean => typeof value === 'string' && parseU64(value)?.toString() === value;
const optional = (value: unknown, check: (value: unknown) => boolean): boolean => value === undefined || check(value);

function isStateFile(value: unknown): value is StateFile {
  if (!isObject(value) || !isState(value.checkpoint) || !isObject(value.lease)) return false;
  const { incarnation, abs, reached, fingerprint } = value.lease;
  if (
    !count(incarnation) ||
    !count(abs) ||
    !count(reached) ||
    reached > abs ||
    incarnation < value.checkpoint.incarnation
  )
    return false;
  // Of another incarnation the ring may have another size.
  const capacity = incarnation === value.checkpoint.incarnation ? value.checkpoint.capacity : Number.MAX_SAFE_INTEGER;
  return optional(fingerprint, (print) => isFingerprint(print, capacity, reached));
}

function isState(value: unknown): value is SavedState {
  if (!isObject(value)) return false;
  const state = value;
  const { bufferId, capacity, incarnation, cursor } = state;
  return (
    typeof state.stream === 'string' &&
    count(bufferId) &&
    count(capacity) &&
    count(incarnation) &&
    count(cursor) &&
    typeof state.image === 'string' &&
    /^[0-9a-f]{176}$/.test(state.image) &&
    optional(state.lastRunId, u64) &&
    optional(state.lastTimeNs, u64) &&
    optional(state.written, count) &&
    optional(state.maybeDeliveredBelow, count) &&
    optional(state.anchorDiffers, (value) => value === true) &&
    optional(state.pending, arePending) &&
    optional(state.began, isBegan) &&
    optional(state.heartbeats, areHeartbeats) &&
    optional(state.unbrokenFrom, (abs) => count(abs) && abs <= cursor) &&
    // After an unclean stop the last record handed on may stand beyond the cursor.
    optional(state.fingerprint, (print) =>
      isFingerprint(print, capacity, Math.max(cursor, (state.maybeDeliveredBelow as number | undefined) ?? 0))
    )
  );
}

function isBegan(value: unknown): boolean {
  if (!isObject(value) || !BEGAN_CAUSES.some((cause) => cause === value.cause)) return false;
  return count(value.incarnation) && count(value.abs) && u64(value.runId);
}

/** At most the two with which an incarnation begins. */
function arePending(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > 2) return false;
  return (value as unknown[]).every((item) => {
    if (!isObject(item)) return false;
    if (item.kind === 'incarnation') return count(item.from) && count(item.to) && typeof item.reason === 'string';
    return item.kind === 'lap' && count(item.fromAbs) && count(item.toAbs) && count(item.lostCountDelta);
  });
}

/** A whole record with its CRC, before `endAbs`. */
function areHeartbeats(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= MAX_HEARTBEATS &&
    (value as unknown[]).every((entry) => Array.isArray(entry) && entry.length === 2 && entry.every(count))
  );
}

function isFingerprint(value: unknown, capacity: number, endAbs: number): boolean {
  if (!isObject(value)) return false;
  const { abs, length, crc } = value;
  if (!count(abs) || !count(length) || !count(crc)) return false;
  return (
    length >= HEADER_LENGTH + 4 &&
    length <= 0xffff &&
    (abs % capacity) + length <= capacity &&
    abs + length <= endAbs &&
    crc <= 0xffff_ffff
  );
}
