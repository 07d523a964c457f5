import { isObject } from '../../lib/base';
import type { NodeMessage } from 'node-red';
import { derive } from '../runtime/messages';

/** The property of a message that says within which calls it is. */
export const STAMPS = 'openotApi';

/** One call that a message is within: its node and name find its end, its ids are those of calls made within it. */
export interface CallStamp {
  /** What pairs the nodes of one call. */
  readonly name: string;
  /** Where it began. */
  readonly at: string;
  readonly traceId: string;
  /** Also what finds it among the open calls. */
  readonly spanId: string;
}

/** The calls that a message is within, the innermost last. */
export function stampsOf(message: NodeMessage): readonly CallStamp[] {
  const found = (message as unknown as Record<string, unknown>)[STAMPS];
  return Array.isArray(found) ? found.filter(isStamp) : [];
}

/** The message with these in place of its own. */
export const withStamps = (message: NodeMessage, stamps: readonly CallStamp[]): NodeMessage =>
  derive(message, { [STAMPS]: stamps.map((stamp) => ({ ...stamp })) } as NodeMessage);

/** The innermost call of which this holds. */
export const innermost = (stamps: readonly CallStamp[], holds: (stamp: CallStamp) => boolean): CallStamp | undefined =>
  stamps.filter(holds).at(-1);

const isStamp = (value: unknown): value is CallStamp =>
  isObject(value) &&
  [value.name, value.at].every((text) => typeof text === 'string') &&
  /^[0-9a-f]{32}$/.test(String(value.traceId)) &&
  /^[0-9a-f]{16}$/.test(String(value.spanId));
