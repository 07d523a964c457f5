import { Failure, isCount, isObject, shownValue } from '../base';
import type { KnownEpoch, Snapshot } from '../ring/snapshot';
import { parseSafeU64 } from '../wire';
import { Refusal, refusedOr } from './refusal';
import { BEGAN_CAUSES, Began, LooseFacts } from './stream-facts';
import { u64TextOf } from './u64-text';

/**
 * The stream's facts that a message carries in `msg.openot` (docs/design.md 3), with every field in its own type.
 * Numbers may have come as numbers, decimal text or BigInt, since flows pass messages through JSON and functions.
 * Properties that are not known here are kept. Without `msg.openot` there are no facts. OPENOT_FACTS_INVALID at the
 * first field that is none.
 */
export function checkFacts(value: unknown): { readonly ok: true; readonly facts: LooseFacts } | Failure {
  return refusedOr(() => ({ ok: true, facts: factsOf(value) }));
}

function factsOf(value: unknown): LooseFacts {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('', 'an object', value);
  const given = value as Record<string, unknown>;
  const facts: Record<string, unknown> = { ...given };
  if (given.stream !== undefined) facts.stream = String(given.stream);
  for (const name of ['incarnation', 'bufferId'])
    if (given[name] !== undefined) facts[name] = safeNumber(name, given[name]);
  if (given.receiveTimeNs !== undefined) facts.receiveTimeNs = decimal('receiveTimeNs', given.receiveTimeNs);
  if (given.snapshot !== undefined) facts.snapshot = snapshotOf(given.snapshot);
  if (given.epochs !== undefined) facts.epochs = epochsOf(given.epochs);
  if (given.began !== undefined) facts.began = beganOf(given.began);
  if (
    given.commit !== undefined &&
    (!Array.isArray(given.commit) || given.commit.some((token) => typeof token !== 'string'))
  )
    throw invalid('commit', 'an array of tokens', given.commit);
  return facts as LooseFacts;
}

const snapshotNumbers = [
  'version',
  'caps',
  'bufferBytes',
  'headAbs',
  'oldestAbs',
  'lostCount',
  'epochId',
  'epochFirstAbs'
] as const;

function snapshotOf(value: unknown): Snapshot {
  if (!isObject(value)) throw invalid('snapshot', 'an object', value);
  const given = value;
  const snapshot: Record<string, unknown> = { ...given };
  for (const name of snapshotNumbers) snapshot[name] = safeNumber(`snapshot.${name}`, given[name]);
  snapshot.runId = decimal('snapshot.runId', given.runId);
  for (const name of ['definitionHash', 'prevDefinitionHash']) snapshot[name] = hash16(`snapshot.${name}`, given[name]);
  return snapshot as unknown as Snapshot;
}

function epochsOf(value: unknown): KnownEpoch[] {
  if (!Array.isArray(value)) throw invalid('epochs', 'an array', value);
  return value.map((entry: unknown, index) => {
    const given = (entry ?? {}) as Record<string, unknown>;
    return {
      epochId: safeNumber(`epochs[${index}].epochId`, given.epochId),
      firstAbs: safeNumber(`epochs[${index}].firstAbs`, given.firstAbs),
      hash: hash16(`epochs[${index}].hash`, given.hash)
    };
  });
}

function beganOf(value: unknown): Began {
  if (!isObject(value)) throw invalid('began', 'an object', value);
  const cause = BEGAN_CAUSES.find((one) => one === value.cause);
  if (cause === undefined) throw invalid('began.cause', `one of ${BEGAN_CAUSES.join(', ')}`, value.cause);
  const { incarnation, abs, runId } = value;
  return {
    cause,
    incarnation: safeNumber('began.incarnation', incarnation),
    abs: safeNumber('began.abs', abs),
    runId: decimal('began.runId', runId)
  };
}

function safeNumber(name: string, value: unknown): number {
  const number = isCount(value) ? value : parseSafeU64(value);
  if (number === undefined) throw invalid(name, 'a whole number from 0 to 2^53-1', value);
  return number;
}

function decimal(name: string, value: unknown): string {
  const text = u64TextOf(value);
  if (text === undefined)
    throw invalid(name, 'a whole number from 0 to 2^64-1 as decimal text without leading zeros', value);
  return text;
}

function hash16(name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{16}$/i.test(value)) throw invalid(name, '16 hex digits', value);
  return value.toLowerCase();
}

function invalid(name: string, expected: string, found: unknown): Refusal {
  const property = name === '' ? 'msg.openot' : `msg.openot.${name}`;
  return new Refusal(
    'OPENOT_FACTS_INVALID',
    `${property} must be ${expected}, found ${shownValue(found)}: pass msg.openot on as the node before sent it`
  );
}
