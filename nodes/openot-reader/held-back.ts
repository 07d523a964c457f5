import type { NodeRef, Refusal, WaitsFor, Wiring } from '../delivery';
import type { OpenotCode } from '../../lib/base';
import { shortAge } from '../runtime/status';
import { shortName, statusNaming } from '../runtime/status-text';
import type { ReaderNodePorts } from './ports';
import type { RefusedRange } from './refused-batches';

/** What a reader says while its records do not get on. */
export interface Waiting {
  /** Absent where it is no trouble. */
  readonly code?: OpenotCode;
  /** For the node's status, a few words. */
  readonly text: string;
  /** One sentence for a person: what is wrong and what to do. */
  readonly detail: string;
  readonly node?: NodeRef;
}

/** `'name' (type)`, or the type alone where it has no name. */
export const named = ({ name, type }: NodeRef): string => (name === type ? `'${type}'` : `'${name}' (${type})`);

/** Why nothing is handed on although the ring can be read. */
export type Hold =
  | { readonly kind: 'wiring'; readonly wiring: Exclude<Wiring, { kind: 'wired' }> }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly sinceMs: number; readonly range?: RefusedRange };

/** What a reader that is held back says. */
export function waitingOf(hold: Hold, nowMs: number): Waiting {
  if (hold.kind === 'refused') return refused(hold, nowMs);
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
    detail: `no node that runs is wired to output 1${why}: nothing is read, the ring keeps what it can hold`,
    ...(disabled === undefined ? {} : { node: disabled })
  };
}

function refused({ refusal, sinceMs, range }: Extract<Hold, { kind: 'refused' }>, nowMs: number): Waiting {
  const { node, message } = refusal;
  const where = range === undefined ? '' : ` (positions ${range.fromAbs} to ${range.toAbs})`;
  return {
    code: 'OPENOT_BATCH_REFUSED',
    text: statusNaming('waits for ', shortName(node), ` (refused, ${shortAge(nowMs - sinceMs)})`),
    detail:
      `the node ${named(node)} refuses the records${where}: ${message}. They are read again once after ` +
      'a deploy, a change of the definitions, or the topic "read"' +
      (range?.again === true ? '; the topic "skip" passes them over' : ''),
    node
  };
}

/** What is known of the nodes behind a reader, and the clock of their troubles. */
type Names = Pick<ReaderNodePorts, 'nameOf' | 'troubleOf' | 'clock'>;

/** What a reader says whose batches are under way and do not settle. */
export function waitingFor(waits: WaitsFor, ports: Names): Waiting | undefined {
  switch (waits.kind) {
    case 'nobody':
      return {
        code: 'OPENOT_NOTHING_TAKES',
        text: 'waiting: nothing takes the documents',
        detail:
          'the records came to the end of the wires, and no node that keeps them stands there (a debug ' +
          'node only looks at records): wire openot-doc to a node that stores the documents, and deploy'
      };
    case 'disabled':
      return waitingOf({ kind: 'wiring', wiring: waits }, 0);
    case 'node':
      return waitingForNode(waits, ports);
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

function waitingForNode({ node, ms }: Extract<WaitsFor, { kind: 'node' }>, ports: Names): Waiting | undefined {
  const name = ports.nameOf(node).replace(/^openot-/, '');
  const trouble = ports.troubleOf?.(node);
  if (trouble !== undefined) {
    const { cause, sinceMs } = trouble;
    const nowMs = ports.clock.monotonicMs();
    return {
      text: statusNaming('waits for ', name, ` (${SHORT[cause] ?? cause}, ${shortAge(nowMs - sinceMs)})`),
      detail: `the oldest batch is with the node '${name}', which cannot go on: ${cause}. See its own error`
    };
  }
  if (ms < 1000) return undefined;
  return {
    text: statusNaming('waits for ', name, ` (${shortAge(ms)})`),
    detail: `the oldest batch is with the node '${name}'`
  };
}

/** What a reader says whose records are read again and again. */
export const readAgain = (times: number): { code: 'OPENOT_READ_AGAIN'; detail: string } => ({
  code: 'OPENOT_READ_AGAIN',
  detail:
    `read again ${times} times, and nothing was settled in between: a node behind this reader refuses the records or ` +
    'fails to store them, see its error'
});
