import { isCount, isObject, isU64Text } from '../../base';
import type { NotAStatus } from './api';

/** Counters of a reader's status that metrics are made of; what an older reader does not tell is undefined. */
export interface StatusCounts {
  readonly records?: number;
  readonly bytes?: number;
  readonly lost?: number;
  readonly indeterminate?: number;
  readonly beforeContact?: number;
  readonly laps?: number;
  readonly skipped?: number;
  readonly incarnations?: number;
  readonly polls?: number;
  readonly reads?: number;
  readonly repeated?: number;
  readonly unconfirmed?: number;
  readonly reread?: number;
  /** Of a log of OPC UA. */
  readonly logGaps?: number;
  readonly logPages?: number;
  readonly logRepeated?: number;
}

/** A status message of a reader, or of a collector of logs, checked. What is not known is undefined. */
export interface StatusMessage {
  readonly stream: string;
  readonly incarnation: number;
  readonly state: string;
  readonly code: string | undefined;
  readonly cursorAbs: number | undefined;
  readonly lag: number | undefined;
  readonly capacity: number | undefined;
  readonly clockSkewMs: number | undefined;
  /** Of a collector of logs, which measures the device's clock: device less host, and by how much that may be wrong. */
  readonly clockOffsetMs: number | undefined;
  readonly clockErrorMs: number | undefined;
  /** It is of a log of OPC UA: there is no ring, and no source time of records to watch. */
  readonly isOfLog: boolean;
  readonly inFlight: number | undefined;
  /** Absent in messages of older readers. */
  readonly sinceNs: bigint | undefined;
  readonly counts: StatusCounts;
  /** When it came. */
  readonly nowNs: bigint;
}

class Refusal extends Error {
  constructor(
    readonly path: string,
    readonly expected: string,
    readonly found: unknown
  ) {
    super(path);
  }
}

type Properties = Readonly<Record<string, unknown>>;

/**
 * A payload of the reader's second output as a flow brought it. Only what is used is looked at, and what is missing is
 * not known: a status of an older or newer reader is one, too.
 */
export function readStatus(
  payload: unknown,
  facts: { readonly stream?: unknown; readonly incarnation?: unknown },
  nowNs: string
): ({ readonly ok: true } & StatusMessage) | NotAStatus {
  const arrivedNs = BigInt(nowNs);
  try {
    const status = object(payload, '', 'a status of an openot-reader ({state, lag, totals, …}, its second output)');
    const totals = object(status.totals, 'totals', 'the totals of a reader ({records, lost, laps, …})');
    const looks =
      status.looks === undefined || status.looks === null
        ? {}
        : object(status.looks, 'looks', 'the counters {polls, reads, …}');
    const { stream, incarnation } = facts;
    const since = status.sinceNs;
    return {
      ok: true,
      stream:
        typeof stream === 'string' || typeof stream === 'number' || typeof stream === 'bigint' ? String(stream) : '',
      incarnation: isCount(incarnation) ? incarnation : 0,
      state: textOf(status, 'state'),
      code: status.code === undefined || status.code === null ? undefined : textOf(status, 'code'),
      cursorAbs: countOf(status, 'cursorAbs'),
      lag: countOf(status, 'lag'),
      capacity: countOf(status, 'capacity'),
      clockSkewMs: numberOf(status, 'clockSkewMs'),
      clockOffsetMs: numberOf(status, 'clockOffsetMs'),
      clockErrorMs: numberOf(status, 'clockErrorMs'),
      isOfLog: totals.gaps !== undefined,
      inFlight: countOf(status, 'inFlight'),
      sinceNs: isU64Text(since) ? BigInt(since) : undefined,
      counts: {
        ...counts(
          totals,
          'totals.',
          'records',
          'bytes',
          'lost',
          'indeterminate',
          'beforeContact',
          'laps',
          'skipped',
          'incarnations'
        ),
        ...counts(looks, 'looks.', 'polls', 'reads', 'repeated', 'unconfirmed', 'reread'),
        ...logCounts(totals)
      },
      nowNs: arrivedNs
    };
  } catch (error) {
    if (error instanceof Refusal)
      return { ok: false, path: error.path, expected: error.expected, found: shown(error.found) };
    // A flow may bring objects whose properties throw.
    return { ok: false, path: '', expected: 'a status of an openot-reader', found: 'an object that cannot be read' };
  }
}

function object(value: unknown, path: string, expected: string): Properties {
  if (!isObject(value)) throw new Refusal(path, expected, value);
  return value as Properties;
}

function textOf(from: Properties, key: string): string {
  const value = from[key];
  if (typeof value !== 'string') throw new Refusal(key, 'text', value);
  return value;
}

function numberOf(from: Properties, key: string, path = key): number | undefined {
  const value = from[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Refusal(path, 'a number, or null where it is not known', value);
  return value;
}

function countOf(from: Properties, key: string, path = key): number | undefined {
  const value = numberOf(from, key, path);
  if (value !== undefined && !isCount(value))
    throw new Refusal(path, 'a whole number from 0 to 2^53-1, or null where it is not known', value);
  return value;
}

function counts<K extends string>(from: Properties, path: string, ...keys: K[]): { [key in K]?: number } {
  const found: { [key in K]?: number } = {};
  for (const key of keys) found[key] = countOf(from, key, path + key);
  return found;
}

function logCounts(totals: Properties): StatusCounts {
  const { gaps, pages, repeated } = counts(totals, 'totals.', 'gaps', 'pages', 'repeated');
  return { logGaps: gaps, logPages: pages, logRepeated: repeated };
}

/** Only of what kind it is, and short text: a payload may hold anything. */
function shown(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 40 ? `text of ${value.length} characters` : JSON.stringify(value);
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
