import { BoundedMap } from '../../lib/base';
import type { NodeMessage } from 'node-red';

import type { AckStatus } from './session';
import { Token, tokenOf, tokensOf } from './token';

/** Sessions of readers that are remembered, at most. */
const MAX_SESSIONS = 1024;

/**
 * The tokens of a message that a reader of this process gave. One from another Node-RED (by MQTT, a file, http) travels
 * on as it came, but here it counts as none: nobody here reads its records again.
 */
export class OwnTokens {
  private readonly sessions = new BoundedMap<string, true>(MAX_SESSIONS);

  constructor(private readonly ackStatus: (session: string, serial: number) => AckStatus) {}

  of(message: NodeMessage): readonly Token[] {
    return tokensOf(message)
      .map(tokenOf)
      .filter((token): token is Token => token !== undefined && this.isOwn(token));
  }

  /** A session that ended is still one of ours: its records are read again, by the next one. */
  private isOwn({ session, serial }: Token): boolean {
    if (this.ackStatus(session, serial) === 'unknown') return this.sessions.has(session);
    this.sessions.set(session, true);
    return true;
  }
}
