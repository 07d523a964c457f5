import { readFile } from 'node:fs/promises';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A web server on this machine that serves a folder as it is. */
export class ServedFolder {
  /** Answered instead of a file, while it is set. */
  status: number | undefined;
  readonly asked: string[] = [];
  private readonly server: Server;

  private constructor(folder: string) {
    this.server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname);
      this.asked.push(path);
      readFile(join(folder, path)).then(
        (bytes) => response.writeHead(this.status ?? 200).end(bytes),
        () => response.writeHead(this.status ?? 404).end()
      );
    });
  }

  /** Serves a folder until `close`. */
  static async of(folder: string): Promise<ServedFolder> {
    const served = new ServedFolder(folder);
    await new Promise<void>((resolve) => served.server.listen(0, '127.0.0.1', resolve));
    return served;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
