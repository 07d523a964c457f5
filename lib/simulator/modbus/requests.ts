/** A request as it came in. */
export interface ServerRequest {
  readonly id: number;
  readonly unitId: number;
  readonly functionCode: number;
  /** Of functions 3 and 4, and of others that begin so; 0 where there is none. */
  readonly address: number;
  readonly count: number;
}

const HEADER = 8;

/** Cuts a byte stream into requests. */
export class RequestReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The requests that are whole now; undefined when this is no Modbus TCP. */
  push(chunk: Buffer): ServerRequest[] | undefined {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const requests: ServerRequest[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt16BE(at + 4);
      if (bytes.readUInt16BE(at + 2) !== 0 || length < 2 || length > 254) return undefined;
      const end = at + 6 + length;
      if (bytes.length < end) break;
      const body = bytes.subarray(at + HEADER, end);
      requests.push({
        id: bytes.readUInt16BE(at),
        unitId: bytes[at + 6],
        functionCode: bytes[at + 7],
        address: body.length >= 2 ? body.readUInt16BE(0) : 0,
        count: body.length >= 4 ? body.readUInt16BE(2) : 0
      });
      at = end;
    }
    this.rest = Buffer.from(bytes.subarray(at));
    return requests;
  }
}
