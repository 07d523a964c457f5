import type { NodeRef, NodeTrouble, Refusal, WaitsFor, Wiring } from '../delivery';
import type { OpenotCode } from '../../lib/base';
import { CodedError } from './coded-error';
import { shortAge } from './status';
import { shortName, statusNaming } from './status-text';

/** What a node that reads says while its records do not get on. */
export interface Waiting {
  /** Absent where it is no trouble. */
  readonly code?: OpenotCode;
  /** For the node's status, a few words. */
  readonly text: string;
  /** One sentence for a person: what is wrong and what to do. */
  readonly detail: string;
  readonly node?: NodeRef;
  /** Since when, of the monotonic clock, where that is known. */
  readonly sinceMs?: number;
}

/** A wait in the message of the status output: for whom or what, why, and since when. */
export interface WaitsForFacts {
  readonly code?: OpenotCode;
  readonly detail: string;
  readonly node?: NodeRef;
  /** Of this machine's clock, nanoseconds since 1970, decimal text. */
  readonly sinceNs?: string;
}

/** The facts of a wait as they are sent. `clock` is that of `sinceMs`. */
export function waitsForFacts(
  waiting: Waiting | undefined,
  clock: { monotonicMs(): number; nowNs(): bigint }
): WaitsForFacts | undefined {
  if (waiting === undefined) return undefined;
  const { code, detail, node, sinceMs } = waiting;
  const ageNs = sinceMs === undefined ? undefined : BigInt(Math.round((clock.monotonicMs() - sinceMs) * 1e6));
  return {
    ...(code === undefined ? {} : { code }),
    detail,
    ...(node === undefined ? {} : { node: { ...node } }),
    ...(ageNs === undefined ? {} : { sinceNs: (clock.nowNs() - ageNs).toString() })
  };
}

/** Words of the node that reads: what keeps the records meanwhile, what mends the wires, and when it reads again. */
export interface HeldWords {
  readonly keeps: string;
  readonly wire: string;
  readonly again: string;
}

/** `'name' (type)`, or the type alone where it has no name. */
export const named = ({ name, type }: NodeRef): string => (name === type ? `'${type}'` : `'${name}' (${type})`);

/** Why nothing is handed on although the ring can be read. */
export type Hold =
  | { readonly kind: 'wiring'; readonly wiring: Exclude<Wiring, { kind: 'wired' }> }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly sinceMs: number;
      /** Which records: ` (positions 1 to 2)`; empty where that is not known. */
      readonly where: string;
      /** They were read again, and refused again: they may be skipped. */
      readonly isAgain: boolean;
    };

/** What a node that is held back says. */
export function waitingOf(hold: Hold, nowMs: number, words: HeldWords): Waiting {
  if (hold.kind === 'refused') return refused(hold, nowMs, words);
  const { wiring } = hold;
  if (wiring.kind === 'disabled')
    return {
      code: 'OPENOT_NODE_DISABLED',
      text: statusNaming('waits for ', shortName(wiring.node), ' (disabled)'),
      detail:
        `the node ${named(wiring.node)} is disabled, and records would be lost there: enable it, or ` +
        'take it out of the wires, and deploy',
      node: wiring.node
    };
  const { disabled } = wiring;
  const why = disabled === undefined ? '' : `; ${named(disabled)} is disabled`;
  return {
    code: 'OPENOT_NOTHING_WIRED',
    text:
      disabled === undefined
        ? 'nothing is wired'
        : statusNaming('nothing is wired: ', shortName(disabled), ' is disabled'),
    detail: `no node that runs is wired to output 1${why}: nothing is read, ${words.keeps} keeps what it can hold`,
    ...(disabled === undefined ? {} : { node: disabled })
  };
}

function refused(
  { refusal, sinceMs, where, isAgain }: Extract<Hold, { kind: 'refused' }>,
  nowMs: number,
  words: HeldWords
): Waiting {
  const { node, message } = refusal;
  return {
    code: 'OPENOT_BATCH_REFUSED',
    text: statusNaming('waits for ', shortName(node), ` (refused, ${shortAge(nowMs - sinceMs)})`),
    detail:
      `the node ${named(node)} refuses the records${where}: ${message}. They are read again once ${words.again}` +
      (isAgain ? '; the topic "skip" passes them over' : ''),
    node,
    sinceMs
  };
}

/** What is known of the nodes behind one that reads, and the clock of their troubles. */
export interface NodesBehind {
  /** A node as people know it. */
  refOf(id: string): NodeRef;
  /** Why a node of ours cannot go on, where it said so. */
  troubleOf?(id: string): NodeTrouble | undefined;
  readonly clock: { monotonicMs(): number };
}

/** What a node says whose batches are under way and do not settle. */
export function waitingFor(waits: WaitsFor, behind: NodesBehind, words: HeldWords): Waiting | undefined {
  switch (waits.kind) {
    case 'nobody':
      return {
        code: 'OPENOT_NOTHING_TAKES',
        text: 'waiting: nothing takes the documents',
        detail:
          'the records came to the end of the wires, and no node that keeps them stands there (a debug ' +
          `node only looks at records): wire ${words.wire} to a node that stores the documents, and deploy`
      };
    case 'disabled':
      return waitingOf({ kind: 'wiring', wiring: waits }, 0, words);
    case 'node':
      return waitingForNode(waits, behind);
    case 'refused':
      return undefined;
  }
}

/** Causes that would push the name or the duration out of a status; the detail has them whole. */
const SHORT: Readonly<Record<string, string>> = {
  'connection refused': 'refused',
  'connection cut': 'cut',
  'host not found': 'no host',
  'no HTTP there': 'no HTTP',
  'certificate not trusted': 'certificate'
};

/** A cause that is known in fewer words, in these. */
export const shortCause = (cause: string): string => SHORT[cause] ?? cause;

function waitingForNode({ node, ms }: Extract<WaitsFor, { kind: 'node' }>, behind: NodesBehind): Waiting | undefined {
  const ref = behind.refOf(node);
  const nowMs = behind.clock.monotonicMs();
  const trouble = behind.troubleOf?.(node);
  if (trouble === undefined && ms < 1000) return undefined;
  const { cause = '', code, sinceMs = nowMs - ms } = trouble ?? {};
  const why = cause === '' ? '' : `${shortCause(cause)}, `;
  return {
    ...(code === undefined ? {} : { code }),
    text: statusNaming('waits for ', shortName(ref), ` (${why}${shortAge(nowMs - sinceMs)})`),
    detail:
      `the oldest batch is with the node ${named(ref)}` +
      (cause === '' ? '' : `, which cannot go on: ${cause}. See its own error`),
    node: ref,
    sinceMs
  };
}

/** What a node says whose records are read again and again. */
export const readAgain = (times: number): { code: 'OPENOT_READ_AGAIN'; detail: string } => ({
  code: 'OPENOT_READ_AGAIN',
  detail:
    `read again ${times} times, and nothing was settled in between: a node behind this one refuses the records or ` +
    'fails to store them, see its error'
});

/** What the command skip comes to where nothing may be passed over. */
export const nothingToSkip = (): CodedError =>
  new CodedError(
    'OPENOT_READER_SKIP',
    'the command skip passes over a batch that was refused, read again and refused again, once all before it is ' +
      'settled: send the topic "read" first'
  );
