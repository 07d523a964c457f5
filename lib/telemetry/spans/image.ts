import { openJson, checksummed } from '../../state';
import type { Span } from '../otlp-types';
import type { RestoreResult } from './api';
import type { SpanTracker } from './span-tracker';
import { spanIdOf } from './ids';
import { SpanStoreImage, isSpanStoreImage, PackedUses, PackedUse } from './image-shape';
import type { Opening, IdentityUses } from './identity-uses';
import { StreamState } from './stream-state';

const FORMAT = { magic: 'OPENOT-SPANS', version: 1 };
/** What is longer is not looked at: far more than any limits allow. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * The image of a store: a line with version and checksum, then one line of JSON. It is read in full or not at all: half
 * of
 * the open spans would look like all of them.
 */
export function encodeSpanStore(streams: ReadonlyMap<string, StreamState>, tracker: SpanTracker): Uint8Array {
  const places = new Map<StreamState, number>();
  const told = Array.from(streams.values(), (state) => {
    const { stream, incarnation, runId, lastNs, newestNs, receivedNs } = state;
    places.set(state, places.size);
    return { stream, incarnation, runId, lastNs, newestNs, receivedNs, sources: [...state.sources] };
  });
  const identityUses = { condition: packed(tracker.identityUses.condition), batch: packed(tracker.identityUses.batch) };
  // The spans are bytes already, all but those that changed.
  const parts: Uint8Array[] = [];
  const text = (given: string): number => parts.push(Buffer.from(given, 'utf8'));
  text(`{"streams":${JSON.stringify(told)},"open":[`);
  let between = '';
  for (const [span, state] of tracker.open) {
    text(`${between}{"at":${places.get(state)},"span":`);
    parts.push(tracker.textOf(span));
    between = '},';
  }
  text(`${between === '' ? '' : '}'}],"closed":[`);
  between = '';
  for (const { bytes } of tracker.unsettled.entries()) {
    if (between !== '') parts.push(COMMA);
    parts.push(bytes);
    between = ',';
  }
  text(`],"identityUses":${JSON.stringify(identityUses)}}`);
  return checksummed(FORMAT, ...parts);
}

const COMMA = Buffer.from(',');

/** Fills an empty tracker from an image; the streams of it, or what is wrong with it. */
export function decodeSpanStore(
  image: Uint8Array,
  tracker: SpanTracker
): Exclude<RestoreResult, { ok: true }> | { readonly ok: true; readonly streams: Map<string, StreamState> } {
  if (image.length > MAX_BYTES) return unreadable(`it has ${image.length} bytes, at most ${MAX_BYTES} are read`);
  const opened = openJson(FORMAT, image);
  if (!opened.ok) return opened.kind === 'newer' ? newer(opened.version ?? 0) : unreadable(opened.why);
  const { value } = opened;
  return isSpanStoreImage(value)
    ? { ok: true, streams: fill(value, tracker) }
    : unreadable('a field is missing or of another kind');
}

function fill(image: SpanStoreImage, tracker: SpanTracker): Map<string, StreamState> {
  const states = image.streams.map((told) => {
    const state = new StreamState(told.stream, told);
    state.lastNs = told.lastNs;
    state.newestNs = told.newestNs;
    state.receivedNs = told.receivedNs;
    for (const [sourceId, seq] of told.sources) state.sources.set(sourceId, seq);
    return state;
  });
  for (const { at, span } of image.open) tracker.keep(states[at], span);
  for (const { by, span } of image.closed) tracker.unsettled.put(by, span as Span, false);
  for (const kind of ['condition', 'batch'] as const)
    for (const [key, uses] of image.identityUses[kind])
      for (const use of uses) tracker.identityUses[kind].put(key, unpackedUse(key, use));
  return new Map(states.map((state) => [state.stream, state]));
}

/** They are most of an image: ids that follow from the identity are left out. */
const packed = (identityUses: IdentityUses): PackedUses =>
  Array.from(identityUses.entries(), ([key, uses]) => [key, uses.map((use) => packedUse(key, use))]);

function packedUse(key: string, { sourceId, seq, startNs, ids }: Opening): PackedUse {
  const isPlain = ids.parentSpanId === undefined && ids.traceId === key && ids.spanId === spanIdOfKey(key);
  return isPlain ? [sourceId, seq, startNs] : [sourceId, seq, startNs, ids];
}

const unpackedUse = (key: string, [sourceId, seq, startNs, ids]: PackedUse): Opening => ({
  sourceId,
  seq,
  startNs,
  ids: ids ?? { traceId: key, spanId: spanIdOfKey(key) }
});

/** An identity is kept by its trace id, which is the beginning of its digest, and so is its span id. */
const spanIdOfKey = (key: string): string => spanIdOf(Buffer.from(key, 'hex'));

const WAY_OUT =
  'Put the file back from a backup, or remove it to begin without any: of what was open then no span will come';

const unreadable = (why: string): Exclude<RestoreResult, { ok: true }> => ({
  ok: false,
  code: 'OPENOT_OTEL_STATE_UNREADABLE',
  message: `the saved open spans of this node cannot be used: ${why}. ${WAY_OUT}`
});

const newer = (version: number): Exclude<RestoreResult, { ok: true }> => ({
  ok: false,
  code: 'OPENOT_OTEL_STATE_NEWER',
  message:
    `the saved open spans of this node have version ${version}, a newer package wrote them; this one reads version ` +
    `${FORMAT.version}. Install that package again. Or: ${WAY_OUT.charAt(0).toLowerCase()}${WAY_OUT.slice(1)}`
});
