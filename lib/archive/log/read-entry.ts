/** Entries read back: looked at without trust, since whoever holds the key may have written anything. */
import {
  Failure,
  failure,
  hexOf,
  isCount,
  isObject,
  isText,
  isU64Text,
  listOf,
  oneOf,
  optional,
  shapeOf
} from '../../base';
import { BEGAN_CAUSES } from '../../stream';
import { BEGIN_CAUSES, DefinitionEntry, Entry, Expected, LogHead, MAX_ENTRY_BYTES, NOTE_CODES } from './entry';

type Check = (value: unknown) => boolean;

const or =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));
const isNull: Check = (value) => value === null;
const isHash = hexOf(16);
const isDigest = hexOf(64);
/** Whether a value names a log at a size. */
export const isHead = shapeOf<LogHead>({ origin: isText, size: isCount, root: isText });
const isExpected = shapeOf<Expected>({ runId: isU64Text, sourceId: isCount, next: isCount });
const isTold = shapeOf<{ cause: unknown; abs: number; runId: string }>({
  cause: oneOf(...BEGAN_CAUSES),
  abs: isCount,
  runId: isU64Text
});
const isEpoch = shapeOf<{ id: unknown; definition: unknown }>({
  id: or(isNull, isCount),
  definition: or(isNull, isHash)
});
const range = { stream: isText, fromAbs: isCount, toAbs: isCount };
const content = (key: string): Record<string, Check> => ({
  [key]: optional(isText),
  sha256: optional(isDigest),
  length: optional(isCount)
});

const definition = { hash: isHash, semanticVersion: isText, sha256: isDigest, bytes: isCount };
/** Whether a value is what the entry of a definition says. */
export const isDefinition = shapeOf<Omit<DefinitionEntry, 'kind'>>(definition);

/** What each kind of entry must have, in the order in which it is written. */
const shapes: Readonly<Record<Entry['kind'], Readonly<Record<string, Check>>>> = {
  begin: { format: oneOf(1), origin: isText, previous: or(isNull, isHead), software: isText, time: isU64Text },
  'begin-stream': {
    stream: isText,
    incarnation: isCount,
    number: isCount,
    cause: oneOf(...BEGIN_CAUSES),
    runId: isU64Text,
    abs: isCount,
    oldestAbs: isCount,
    headAbs: isCount,
    lostCount: isCount,
    bufferId: isCount,
    told: or(isNull, isTold),
    expected: listOf(isExpected)
  },
  definition,
  record: {
    stream: isText,
    incarnation: isCount,
    abs: isCount,
    epoch: isEpoch,
    received: isU64Text,
    ...content('bytes')
  },
  loss: {
    stream: isText,
    runId: isU64Text,
    sourceId: isCount,
    firstSeq: isCount,
    lastSeq: isCount,
    count: isCount,
    basis: oneOf('inferred', 'authoritative'),
    class: isText,
    upgrade: optional(oneOf(true))
  },
  lap: { ...range, lostCountDelta: isCount },
  incarnation: { stream: isText, from: isCount, to: isCount, reason: isText },
  skipped: { ...range, reason: isText },
  document: { stream: isText, received: isU64Text, uid: isText, ...content('json') },
  note: { stream: or(isNull, isText), code: oneOf(...NOTE_CODES), text: isText, by: isText, time: isU64Text }
};

/** The checks of each kind as a list, made once. */
const checks: ReadonlyMap<string, readonly [string, Check][]> = new Map(
  Object.entries(shapes).map(([kind, shape]) => [kind, Object.entries(shape)])
);

/** The entry that these bytes are, or what about them is wrong. */
export function readEntry(
  bytes: Uint8Array
): { readonly ok: true; readonly entry: Entry } | Failure<'OPENOT_ARCHIVE_ENTRY'> {
  const refused = (why: string): Failure<'OPENOT_ARCHIVE_ENTRY'> => failure('OPENOT_ARCHIVE_ENTRY', why);
  if (bytes.length > MAX_ENTRY_BYTES)
    return refused(`an entry has at most ${MAX_ENTRY_BYTES} bytes, found ${bytes.length}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch {
    return refused('it is no JSON');
  }
  if (!isObject(value)) return refused('it is no JSON object');
  const shape = checks.get(String(value.kind));
  if (shape === undefined) return refused(`its kind is unknown: ${JSON.stringify(value.kind)?.slice(0, 60)}`);
  for (const [key, check] of shape)
    if (!check(value[key]))
      return refused(
        `${key} of the ${String(value.kind)} is not what it must be: ${JSON.stringify(value[key])?.slice(0, 100)}`
      );
  if (
    (value.kind === 'record' && (value.bytes === undefined) === (value.sha256 === undefined)) ||
    (value.kind === 'document' && (value.json === undefined) === (value.sha256 === undefined))
  )
    return refused('it has its content neither in itself nor beside the log, or twice');
  return { ok: true, entry: value as unknown as Entry };
}
