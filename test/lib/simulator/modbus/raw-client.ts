import { connect, Socket } from 'node:net';
import { until } from '../../../support/until';

/** What came back, frame by frame. */
export interface RawAnswer {
  readonly id: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly body: Buffer;
  /** Number of the TCP segment in which its last byte came. */
  readonly segment: number;
}

/** A client that sends what it is told and keeps what comes. */
export class RawClient {
  readonly answers: RawAnswer[] = [];
  /** True when the server has closed the connection. */
  closed = false;
  private bytes = Buffer.alloc(0);
  private segment = 0;
  private lastId = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  /** Sends a request for registers and returns its transaction id. */
  send(address: number, count: number, { functionCode = 3, unitId = 255 } = {}): number {
    const id = ++this.lastId;
    this.write([
      id >> 8,
      id & 255,
      0,
      0,
      0,
      6,
      unitId,
      functionCode,
      address >> 8,
      address & 255,
      count >> 8,
      count & 255
    ]);
    return id;
  }

  write(bytes: readonly number[]): void {
    this.socket.write(Buffer.from(bytes));
  }

  /** The next answers, in the order in which they came. */
  async next(count = 1): Promise<RawAnswer[]> {
    await until(`${count} answers`, () => this.answers.length >= count);
    return this.answers.splice(0, count);
  }

  async ask(address: number, count: number, options = {}): Promise<RawAnswer> {
    this.send(address, count, options);
    return (await this.next())[0];
  }

  end(): void {
    this.socket.destroy();
  }

  private received(chunk: Buffer): void {
    this.segment++;
    this.bytes = Buffer.concat([this.bytes, chunk]);
    while (this.bytes.length >= 6 && this.bytes.length >= 6 + this.bytes.readUInt16BE(4)) {
      const end = 6 + this.bytes.readUInt16BE(4);
      this.answers.push({
        id: this.bytes.readUInt16BE(0),
        unitId: this.bytes[6],
        functionCode: this.bytes[7],
        body: this.bytes.subarray(8, end),
        segment: this.segment
      });
      this.bytes = this.bytes.subarray(end);
    }
  }
}
