import type { NodeMessage } from 'node-red';
import { CodedError } from '../runtime/coded-error';
import type { NodeRef } from './deployed';
import { tracker } from './process-tracker';

/** A message in which a node of others left out what it got in `msg.openot`, and the token that was in it. */
export interface Stray {
  readonly token: string;
  /** Its reader waits for acknowledgements. */
  readonly awaitsAck: boolean;
  readonly error: CodedError;
}

/**
 * The batch that this message without `msg.openot` belongs to; undefined where it belongs to none. A node that makes a
 * new message of one that it got keeps `_msgid` (the function node sets it), and that is enough to know it again.
 */
export function strayOf(message: NodeMessage, node: string, refOf: (id: string) => NodeRef): Stray | undefined {
  if (message.openot !== undefined && message.openot !== null) return undefined;
  const found = message._msgid === undefined ? undefined : tracker.sessions.strayed(message._msgid, node);
  if (found === undefined) return undefined;
  const { name, type } = refOf(found.via);
  const via = name === type ? `'${type}'` : `'${name}' (${type})`;
  const error = new CodedError(
    'OPENOT_FACTS_MISSING',
    `msg.openot was expected, as the OpenOT node before sent it, and is missing: the node ${via}, or one behind it, ` +
      'sent a new message instead of the one that it got. In a function node change msg.payload and "return msg". ' +
      'Nothing is lost: the records are not settled, and are read again after the deploy'
  );
  const { token, session } = found.batch;
  return { token, awaitsAck: session.awaitsAck === true, error };
}
