import { BoundedMap } from '../../lib/base';
import type { NodeMessageInFlow } from 'node-red';
import { isFollowed, isLastPart } from '../runtime/messages';
import type { Token } from '../delivery';
import { kindOf } from './incoming';

/**
 * Streams of which it is remembered whether tokens came with them, at most. The one that is silent longest goes first.
 */
const MAX_STREAMS = 1024;

/**
 * Which streams bring tokens of readers of this process. That a part of a sequence is followed by others does not say
 * that a token follows: documents out of another Node-RED, or of a split, are parts, too.
 */
export class TokenStreams {
  private readonly streams = new BoundedMap<string, boolean>(MAX_STREAMS);

  /** Messages as they come, in order; `hasToken`: one of a reader of this process. */
  saw(message: NodeMessageInFlow, stream: string, hasToken: boolean): void {
    const brings = hasToken || this.streams.get(stream);
    // A reader's status has the stream of its records, and never a token.
    if (brings === undefined && (!isLastPart(message) || kindOf(message.payload) !== 'documents')) return;
    this.streams.set(stream, brings ?? false);
  }

  /** It brought tokens. */
  brings(stream: string): boolean {
    return this.streams.get(stream) === true;
  }

  /** A sequence of it ended without a token, and it never brought one. */
  bringsNone(stream: string): boolean {
    return this.streams.get(stream) === false;
  }

  /**
   * Will the token of this message, which has none, come with the last part of its sequence? Of the first sequence of a
   * stream nobody knows until it ends: what is taken for through too early would be lost with a kill.
   */
  awaits(message: NodeMessageInFlow, stream: string): boolean {
    return isFollowed(message) && !this.bringsNone(stream);
  }

  /**
   * Does a reader of this process read this message again, and is slowed down until it is through? A message without a
   * token only where its stream is known to bring them: how many others come, nobody can bound.
   */
  isBound(message: NodeMessageInFlow, stream: string, tokens: readonly Token[]): boolean {
    return tokens.length > 0 || (isFollowed(message) && this.brings(stream));
  }
}
