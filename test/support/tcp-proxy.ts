import { createServer, Server, Socket } from 'node:net';
import { Seeded, seeded } from './seeded';
import { Way } from './tcp-proxy-way';

/**
 * What the link does.
 * `up`: bytes pass. `unplugged`: a pulled cable; nothing passes, and TCP sends again what was lost when it is plugged
 * in
 * again. `blackHole`: new and old connections are taken, what is sent on them is gone for ever, and so are they.
 * `refused`: nobody listens on the port; the connections there are break.
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

/**
 * How a cable that is plugged in again finds the connections. `kept`: everything arrives at once. `repeated`: when TCP
 * sends it again, as late as it does so. `forgotten`: the controller has given them up meanwhile and resets them.
 */
export type Returns = 'kept' | 'repeated' | 'forgotten';

/**
 * Milliseconds after the first time at which TCP sends again what nobody acknowledged, and asks again for a connection.
 */
const RESEND_FIRST_MS = 200;
const RECONNECT_FIRST_MS = 1000;

/** The first of the moments `since` + first, + 3 first, + 7 first, … that is not before now. */
export function repeatedAtMs(sinceMs: number, firstMs: number, nowMs: number): number {
  for (let gap = firstMs, at = sinceMs + firstMs; ; gap *= 2, at += gap) if (at >= nowMs) return at;
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

/**
 * Stands between a reader and a controller on 127.0.0.1 and does to the link what links do. One seed decides what is
 * left to chance.
 */
export class TcpProxy {
  port = 0;
  readonly faults: WayFaults = { ...NONE };
  readonly counters: ProxyCounters = {
    connections: 0,
    bytesToServer: 0,
    bytesToClient: 0,
    garbled: 0,
    resets: 0,
    ends: 0,
    halfCloses: 0
  };
  private link: Link = 'up';
  private listener: Server | undefined;
  private readonly pairs = new Set<Pair>();
  /** Asked for while the cable was out, and when: the controller knows nothing of them. */
  private readonly held = new Map<Pair, number>();
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

  /** The link comes back. */
  async up(how: Returns = 'kept'): Promise<void> {
    const before = this.link;
    this.link = 'up';
    if (how === 'forgotten') this.reset();
    if (before === 'refused') await this.listen();
    const nowMs = performance.now();
    for (const [pair, sinceMs] of this.held)
      setTimeout(
        () => this.release(pair),
        how === 'repeated' ? repeatedAtMs(sinceMs, RECONNECT_FIRST_MS, nowMs) - nowMs : 0
      );
    for (const pair of this.pairs)
      if (!this.held.has(pair))
        pair.ways.forEach((way) => way.resume(how === 'repeated' ? RESEND_FIRST_MS : undefined));
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

  /** Bytes that the other side never sent, on every connection. */
  inject(to: 'client' | 'server', bytes: Uint8Array): void {
    for (const pair of this.pairs) pair[to].write(bytes);
  }

  /** No faults on the way any more. */
  calm(): void {
    Object.assign(this.faults, NONE);
    for (const { ways } of this.pairs) ways.forEach((way) => way.hurry());
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
    const toServer = new Way(client, server, {
      ...context,
      onPassed: (bytes) => void (this.counters.bytesToServer += bytes)
    });
    const toClient = new Way(server, client, {
      ...context,
      onPassed: (bytes) => void (this.counters.bytesToClient += bytes)
    });
    const pair: Pair = { client, server, ways: [toServer, toClient] };
    this.pairs.add(pair);
    if (this.link === 'blackHole') pair.ways.forEach((way) => way.swallow());
    for (const socket of [client, server]) {
      socket.on('close', () => {
        if (client.destroyed && (server.destroyed || server.pending)) this.drop(pair);
      });
    }
    if (this.link === 'unplugged') this.held.set(pair, performance.now());
    else if (this.link === 'up') server.connect(this.target, '127.0.0.1');
  }

  /** A connection that was asked for while the cable was out reaches the controller, if it is still wanted. */
  private release(pair: Pair): void {
    if (!this.held.delete(pair)) return;
    if (pair.client.destroyed) pair.server.destroy();
    else pair.server.connect(this.target, '127.0.0.1');
    pair.ways.forEach((way) => way.pump());
  }

  private drop(pair: Pair): void {
    pair.ways.forEach((way) => way.close());
    this.pairs.delete(pair);
    this.held.delete(pair);
  }
}
