import { BoundedMap } from '../../lib/base';
import type { NodeMessage } from 'node-red';
import { tokensOf } from './messages';
import type { Standing } from '../delivery';
import { Token, tokenOf } from '../delivery/token';

/** Lives of readers that are remembered, at most. */
const MAX_LIVES = 1024;

/**
 * The tokens of a message that a reader of this process gave. One from another Node-RED (by MQTT, a file, http) travels
 * on as it came, but here it counts as none: nobody here reads its records again.
 */
export class OwnTokens {
  private readonly lives = new BoundedMap<string, true>(MAX_LIVES);

  constructor(private readonly standing: (life: string, serial: number) => Standing) {}

  of(message: NodeMessage): readonly Token[] {
    return tokensOf(message)
      .map(tokenOf)
      .filter((token): token is Token => token !== undefined && this.isOwn(token));
  }

  /** A life that ended is still one of ours: its records are read again, by the next one. */
  private isOwn({ life, serial }: Token): boolean {
    if (this.standing(life, serial) === 'unknown') return this.lives.has(life);
    this.lives.set(life, true);
    return true;
  }
}
