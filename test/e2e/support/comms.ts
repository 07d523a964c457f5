import WebSocket from 'ws';

export interface DebugMessage {
  id: string;
  name?: string;
  topic?: string;
  msg: string;
  format: string;
}

/** The editor's websocket: debug messages and node statuses as a browser would get them. */
export class Comms {
  readonly debug: DebugMessage[] = [];
  readonly status = new Map<string, { text?: string; fill?: string; shape?: string }>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const events = JSON.parse(data.toString()) as { topic?: string; data?: unknown }[] | { topic?: string };
      for (const event of Array.isArray(events) ? events : [events])
        this.take(event as { topic?: string; data?: unknown });
    });
  }

  private take(event: { topic?: string; data?: unknown }): void {
    if (event.topic === 'debug') this.debug.push(event.data as DebugMessage);
    else if (event.topic?.startsWith('status/'))
      this.status.set(event.topic.slice('status/'.length), event.data as object);
  }

  static async open(url: string): Promise<Comms> {
    const socket = new WebSocket(url.replace(/^http/, 'ws') + '/comms');
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const comms = new Comms(socket);
    socket.send(JSON.stringify({ subscribe: 'debug' }));
    socket.send(JSON.stringify({ subscribe: 'status/#' }));
    return comms;
  }

  close(): void {
    this.socket.terminate();
  }
}
