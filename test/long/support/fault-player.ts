import { sleep } from '../../e2e/support/process';
import { Seeded, seeded } from '../../support/seeded';
import { TcpProxy } from '../../support/tcp-proxy';

/** What may befall the link; `calm` = nothing. */
const KINDS = [
  'calm',
  'calm',
  'delay',
  'narrow',
  'garble',
  'split',
  'reset',
  'end',
  'halfCloseClient',
  'halfCloseServer',
  'unplugged',
  'blackHole',
  'refused'
] as const;
export type FaultKind = (typeof KINDS)[number];

/** Plays faults on a link, one after the other, until it is stopped. One seed decides which, and how long they last. */
export class FaultPlayer {
  readonly played = new Map<FaultKind, number>();
  private readonly random: Seeded;
  private stopped = false;
  private playing: Promise<void> = Promise.resolve();

  constructor(
    private readonly proxy: TcpProxy,
    seed: number,
    private readonly without: readonly FaultKind[] = []
  ) {
    this.random = seeded(seed);
  }

  start(): void {
    this.playing = this.play();
  }

  /** Ends with a link that is well again. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.playing;
    this.proxy.calm();
    if (this.proxy.state !== 'up') await this.proxy.up();
  }

  private async play(): Promise<void> {
    const kinds = KINDS.filter((kind) => !this.without.includes(kind));
    while (!this.stopped) {
      const kind = kinds[this.random.below(kinds.length)];
      this.played.set(kind, (this.played.get(kind) ?? 0) + 1);
      await this.one(kind);
      this.proxy.calm();
      await sleep(this.between(50, 800));
    }
  }

  private async one(kind: FaultKind): Promise<void> {
    const { proxy } = this;
    const { faults } = proxy;
    switch (kind) {
      case 'calm':
        return sleep(this.between(200, 2_000));
      case 'delay':
        faults.delayMs = this.between(1, 400);
        faults.jitterMs = this.between(0, 600);
        return sleep(this.between(500, 4_000));
      case 'narrow':
        faults.bytesPerSecond = this.between(2_000, 60_000);
        return sleep(this.between(500, 4_000));
      case 'garble':
        faults.garble = this.between(20, 600) / 1000;
        return sleep(this.between(200, 2_000));
      case 'split':
        faults.split = 1;
        faults.jitterMs = this.between(0, 5);
        return sleep(this.between(500, 2_000));
      case 'reset':
      case 'end':
        // In the middle of something.
        await Promise.race([proxy.nextPiece(), sleep(500)]);
        return kind === 'reset' ? proxy.reset() : proxy.end();
      case 'halfCloseClient':
      case 'halfCloseServer':
        await Promise.race([proxy.nextPiece(), sleep(500)]);
        proxy.halfClose(kind === 'halfCloseClient' ? 'client' : 'server');
        return sleep(this.between(10, 500));
      default:
        await proxy.down(kind);
        await sleep(this.between(100, 7_000));
        return proxy.up((['kept', 'repeated', 'forgotten'] as const)[this.random.below(3)]);
    }
  }

  private between(from: number, to: number): number {
    return from + this.random.below(to - from);
  }
}
