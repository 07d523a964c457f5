import { createServer, Server, Socket } from 'node:net';

/** Passes bytes on to the server, or swallows them: another host and port than the server believes, and a dead link. */
export class Forwarder {
  port = 0;
  stalled = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(target: number) {
    this.server = createServer((inner) => {
      const outer = new Socket().connect(target, '127.0.0.1');
      for (const [from, to] of [
        [inner, outer],
        [outer, inner]
      ]) {
        this.sockets.add(from);
        from.on('data', (data) => this.stalled || to.write(data));
        from.on('error', () => to.destroy());
        from.on('close', () => this.stalled || to.destroy());
      }
    });
  }

  listen(host = '127.0.0.1', port = 0): Promise<void> {
    return new Promise((resolve) =>
      this.server.listen(port, host, () => ((this.port = (this.server.address() as { port: number }).port), resolve()))
    );
  }

  /** Ends every connection; new ones are passed on. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
