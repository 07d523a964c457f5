import should from 'should';
import { connect, createServer, Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { OtlpSender, SenderSettings, systemSenderPorts } from '../../../lib/otlp';
import { createHttpTransport } from '../../../lib/otlp/http';
import { sleep, until } from '../../support/until';
import { logsRequest, records, uidsOf } from './support/requests';
import { ScriptedReceiver } from './support/scripted-receiver';

/** A link on 127.0.0.1 in front of a receiver: as slow as it is told, and it can let connections die in silence. */
class Link {
  /** Bytes that went up. */
  bytes = 0;
  private readonly sockets = new Set<Socket>();
  private readonly dead = new WeakSet<Socket>();
  /** When the link is free again, in milliseconds: all connections share it. */
  private freeMs = 0;
  private readonly server: Server;

  constructor(
    private readonly to: number,
    private readonly bytesPerSecond = Infinity
  ) {
    this.server = createServer({ highWaterMark: 4096 }, (socket) => this.take(socket));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** All that are open now carry nothing more, and nobody is told. */
  letDie(): void {
    for (const socket of this.sockets) this.dead.add(socket);
  }

  private take(socket: Socket): void {
    const up = connect(this.to, '127.0.0.1');
    for (const each of [socket, up]) {
      this.sockets.add(each);
      each.on('error', () => undefined);
    }
    up.pipe(socket);
    socket.on('close', () => up.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (this.dead.has(socket)) return;
      const nowMs = performance.now();
      this.freeMs = Math.max(this.freeMs, nowMs) + (1000 * chunk.length) / this.bytesPerSecond;
      socket.pause();
      setTimeout(() => {
        if (socket.destroyed) return;
        this.bytes += chunk.length;
        up.write(chunk);
        socket.resume();
      }, this.freeMs - nowMs);
    });
  }
}

describe('the OTLP sender over links as plants have them', () => {
  it('gets 500 records over a slow uplink, however little the time-out leaves', async () => {
    const receiver = await ScriptedReceiver.start();
    const link = new Link(receiver.port, 40_000);
    const url = `http://127.0.0.1:${await link.start()}`;
    const endpoint = (signal: string): SenderSettings['endpoints']['logs'] => ({
      url: new URL(`${url}/v1/${signal}`),
      from: 'field "Endpoint"',
      headers: {},
      timeoutMs: 2500,
      isGzip: true
    });
    const sender = new OtlpSender(
      systemSenderPorts(4),
      {
        endpoints: { logs: endpoint('logs'), metrics: endpoint('metrics'), traces: endpoint('traces') },
        maxItems: 500,
        maxBytes: 4_194_304,
        maxInFlight: 4
      },
      { onRejected: () => undefined, onChange: () => undefined }
    );
    try {
      // Of texts that do not compress: about 190 kB on the wire, 4.7 s of this link.
      const items = records(0, 500).map((item, n) => ({ ...item, body: { stringValue: noise(n) } }));
      sender.offer(JSON.stringify(logsRequest(items)), { hasToken: true, done: () => undefined });
      await until('all of it', () => sender.status().pending === 0);
      should(sender.status()).match({ accepted: 500, rejected: 0 });
      const times = new Map<string, number>();
      for (const uid of receiver.received.flatMap(({ text }) => uidsOf(JSON.parse(text))))
        times.set(uid, (times.get(uid) ?? 0) + 1);
      should(times.size).equal(500);
      const needed = receiver.received.reduce((sum, { raw }) => sum + raw.length, 0);
      console.log(
        `      slow uplink: ${receiver.received.length} requests arrived, ${needed} bytes needed, ${link.bytes} sent ` +
          `(${(link.bytes / needed).toFixed(2)})`
      );
    } finally {
      await sender.close(100);
      link.stop();
      await receiver.kill();
    }
  });

  it('loses one time-out at most to kept connections that died in silence', async () => {
    const receiver = await ScriptedReceiver.start();
    const link = new Link(receiver.port);
    const url = new URL(`http://127.0.0.1:${await link.start()}/v1/logs`);
    const transport = createHttpTransport(4);
    const post = (): ReturnType<typeof transport.post> =>
      transport.post({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 1500 });
    try {
      const four = (): Promise<unknown[]> => Promise.all([post(), post(), post(), post()]);
      await four();
      should(receiver.connections).equal(4);
      link.letDie();
      // What was used a moment ago has hardly died.
      await sleep(1100);
      // One waits for its time-out, and then goes on a fresh connection; the others that were kept are not tried.
      should(await post()).match({ ok: true, status: 200 });
      should(receiver.connections).equal(5);
      should(await four()).match([{ ok: true }, { ok: true }, { ok: true }, { ok: true }]);
      should(receiver.connections).be.within(8, 9);
    } finally {
      transport.close();
      link.stop();
      await receiver.kill();
    }
  });
});

/** Text that hardly compresses, the same each time. */
function noise(seed: number): string {
  let state = seed * 2_654_435_761 + 1;
  return Array.from({ length: 400 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(33 + (Math.floor(state / 65_536) % 90));
  }).join('');
}
