import { errorText } from '../../base';
import { TransportError } from '../../transport/transport';
import { BackOff } from './back-off';
import { ReaderCore } from './core';

/** The link to the controller: made, watched, lost, made again, closed. */
export class Link {
  readonly backOff: BackOff;
  private watching: { stop(): Promise<void> } | undefined;
  private endOnLost: (() => void) | undefined;

  constructor(private readonly core: ReaderCore) {
    this.backOff = new BackOff(core.parts.clock, core.parts.random);
  }

  /** The controller says by itself when something is new. */
  get isWatched(): boolean {
    return this.watching !== undefined;
  }

  /** Tries once, and waits where it failed. */
  async connect(): Promise<void> {
    const { life, board, parts } = this.core;
    board.connecting();
    life.link('dial');
    const facts = await parts.transport.connect();
    if (life.isStopped) return;
    if (!facts.ok) return this.failed(facts);
    life.link('answered');
    board.about = facts.about;
    this.core.ring.connected(facts);
    this.endOnLost ??= parts.transport.onLost?.((error) => this.lost(error));
    await this.watch();
  }

  /** A request failed: says so, and waits until the next may be tried. */
  async failed(error: TransportError): Promise<void> {
    const { life, board, pacer, settings } = this.core;
    if (error.remedy === 'refused') {
      life.link('refused');
      board.fail('refused', error);
      return pacer.wait(settings.slowIntervalMs);
    }
    life.link(error.remedy === 'reconnect' ? 'broken' : 'strained');
    board.fail('outage', error);
    return pacer.wait(this.backOff.pauseMs());
  }

  /** For good. Never rejects. */
  async close(): Promise<void> {
    this.core.life.link('closed');
    this.endOnLost?.();
    try {
      await this.core.parts.transport.close();
    } catch (error) {
      this.core.board.report({
        code: 'OPENOT_INTERNAL',
        message: `the transport could not be closed: ${errorText(error)}`
      });
    }
  }

  /** The link broke while nothing was being read (trigger, paused, a long interval): said now, not at the next poll. */
  private lost(error: TransportError): void {
    const { life, board, pacer } = this.core;
    if (life.isStopped || !life.isUp) return;
    life.link('lost');
    board.fail('outage', error);
    pacer.wake();
  }

  private async watch(): Promise<void> {
    const { settings, pacer, board, parts } = this.core;
    if (settings.mode !== 'subscribe' || parts.transport.watch === undefined) return;
    this.watching = undefined;
    const watching = await parts.transport.watch(settings.intervalMs, () => pacer.wake());
    if (watching.ok) this.watching = watching;
    else board.report(watching);
  }
}
