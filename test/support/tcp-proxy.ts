import { createServer, Server, Socket } from 'node:net';
import { Seeded, seeded } from './seeded';
import { Way } from './tcp-proxy-way';

/**
 * What the link does.
 * `up`: bytes pass. `unplugged`: a pulled cable; nothing passes, and what was sent meanwhile arrives after all when it is
 * plugged in again, as TCP repeats it. `blackHole`: new and old connections are taken, what is sent on them is gone for
 * ever, and so are they. `refused`: nobody listens on the port; the connections there are break.
 */
export type Link = 'up' | 'unplugged' | 'blackHole' | 'refused';

/** What happens to bytes on their way; may be changed while connections are open. */
export interface WayFaults {
  /** Milliseconds that every piece takes, and up to how many more by chance. */
  delayMs: number;
  jitterMs: number;
  /** In each direction; 0 = as fast as it goes. */
  bytesPerSecond: number;
  /** Chance that a piece arrives with one to four bytes changed. */
  garble: number;
  /** Chance that a piece arrives as two or more, cut anywhere. */
  split: number;
}

const NONE: WayFaults = { delayMs: 0, jitterMs: 0, bytesPerSecond: 0, garble: 0, split: 0 };

/** What was done so far. */
export interface ProxyCounters {
  connections: number;
  bytesToServer: number;
  bytesToClient: number;
  garbled: number;
  resets: number;
  ends: number;
  halfCloses: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly ways: readonly [Way, Way];
}

/** Stands between a reader and a controller on 127.0.0.1 and does to the link what links do. One seed decides what is left to chance. */
export class TcpProxy {
  port = 0;
  readonly faults: WayFaults = { ...NONE };
  readonly counters: ProxyCounters = { connections: 0, bytesToServer: 0, bytesToClient: 0, garbled: 0, resets: 0, ends: 0, halfCloses: 0 };
  private link: Link = 'up';
  private listener: Server | undefined;
  private readonly pairs = new Set<Pair>();
  private readonly random: Seeded;
  /** Resolve when a piece goes on the link. */
  private waiting: Array<() => void> = [];

  private constructor(
    private readonly target: number,
    seed: number
  ) {
    this.random = seeded(seed);
  }

  /** A proxy in front of this port, listening on one of its own. */
  static async open(target: number, seed = 1): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, seed);
    await proxy.listen();
    return proxy;
  }

  /** Connections open through the proxy. */
  get open(): number {
    return this.pairs.size;
  }

  get state(): Link {
    return this.link;
  }

  /** The link goes down. */
  async down(how: Exclude<Link, 'up'>): Promise<void> {
    this.link = how;
    if (how === 'unplugged') return;
    if (how === 'blackHole') for (const { ways } of this.pairs) ways.forEach((way) => way.swallow());
    if (how === 'refused') {
      await this.unlisten();
      this.reset();
    }
  }

  /** The link comes back. `forgotten`: the controller has given its connections up meanwhile and resets them. */
  async up(how: 'kept' | 'forgotten' = 'kept'): Promise<void> {
    const before = this.link;
    this.link = 'up';
    if (how === 'forgotten') this.reset();
    if (before === 'refused') await this.listen();
    for (const { ways } of this.pairs) ways.forEach((way) => way.pump());
  }

  /** Breaks every connection with RST, on both sides. */
  reset(): void {
    for (const pair of [...this.pairs]) {
      this.counters.resets++;
      pair.client.resetAndDestroy();
      pair.server.resetAndDestroy();
      this.drop(pair);
    }
  }

  /** Ends every connection in order, with FIN to both sides. */
  end(): void {
    for (const pair of [...this.pairs]) {
      this.counters.ends++;
      pair.client.end();
      pair.server.end();
      pair.client.destroySoon();
      pair.server.destroySoon();
      this.drop(pair);
    }
  }

  /** FIN to one side only: the other direction stays open, and what comes on it still passes. */
  halfClose(to: 'client' | 'server'): void {
    for (const pair of this.pairs) {
      this.counters.halfCloses++;
      pair[to].end();
    }
  }

  /** No faults on the way any more. */
  calm(): void {
    Object.assign(this.faults, NONE);
  }

  /** Resolves at the next piece that reaches the proxy: to strike in the middle of something. */
  nextPiece(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const pair of [...this.pairs]) {
      pair.client.destroy();
      pair.server.destroy();
      this.drop(pair);
    }
    await this.unlisten();
  }

  private listen(): Promise<void> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.connect(client));
    this.listener = listener;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.port, '127.0.0.1', () => {
        this.port = (listener.address() as { port: number }).port;
        resolve();
      });
    });
  }

  /** The port is refused at once, whatever connections there still are. */
  private async unlisten(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    if (listener === undefined) return;
    const closed = new Promise((resolve) => listener.close(resolve));
    if (this.pairs.size === 0) await closed;
  }

  private connect(client: Socket): void {
    this.counters.connections++;
    const server = new Socket({ allowHalfOpen: true }).setNoDelay(true);
    const context = {
      faults: this.faults,
      random: this.random,
      isUp: () => this.link === 'up',
      onPiece: () => this.waiting.splice(0).forEach((resolve) => resolve()),
      onGarbled: () => void this.counters.garbled++
    };
    const toServer = new Way(client, server, { ...context, onPassed: (bytes) => void (this.counters.bytesToServer += bytes) });
    const toClient = new Way(server, client, { ...context, onPassed: (bytes) => void (this.counters.bytesToClient += bytes) });
    const pair: Pair = { client, server, ways: [toServer, toClient] };
    this.pairs.add(pair);
    if (this.link === 'blackHole') pair.ways.forEach((way) => way.swallow());
    for (const socket of [client, server]) {
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) this.drop(pair);
      });
    }
    // A connection that is asked for while the cable is out reaches the controller when it is in again.
    server.connect(this.target, '127.0.0.1');
  }

  private drop(pair: Pair): void {
    pair.ways.forEach((way) => way.close());
    this.pairs.delete(pair);
  }
}
