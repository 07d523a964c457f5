/** The Modbus TCP frame: transaction id, protocol 0, length, unit id, function, body; numbers big-endian. */

const HEADER = 7;
/** Unit id and PDU, as the length field counts them: the standard's limit of a PDU is 253 bytes. */
const MAX_LENGTH = 254;

/** Bytes of an exception frame: unit id, function and code behind the id, the protocol and the length. */
const EXCEPTION = 9;

/** An answer frame. */
export interface Answer {
  readonly id: number;
  readonly unitId: number;
  /** With bit 7 set: an exception, its code in `body[0]`. */
  readonly functionCode: number;
  /** What follows the function code; the frame's own bytes. */
  readonly body: Uint8Array;
}

/** Function 3 or 4: `count` registers from `address` on. */
export function encodeRead(id: number, unitId: number, functionCode: 3 | 4, address: number, count: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER + 5);
  frame.writeUInt16BE(id, 0);
  frame.writeUInt16BE(0, 2);
  frame.writeUInt16BE(6, 4);
  frame[6] = unitId;
  frame[7] = functionCode;
  frame.writeUInt16BE(address, 8);
  frame.writeUInt16BE(count, 10);
  return frame;
}

/**
 * Finds frames in a byte stream, however it was cut: several in one segment, one in many. Never keeps more than one
 * frame's worth. A stream that is not Modbus cannot be found again: it is `broken` from then on.
 */
export class FrameReader {
  /** What was wrong with the stream; undefined while it is well. */
  broken: string | undefined;
  private rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole now. */
  push(chunk: Buffer): Answer[] {
    const answers: Answer[] = [];
    if (this.broken !== undefined) return answers;
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at > HEADER) {
      const protocol = bytes.readUInt16BE(at + 2);
      const length = bytes.readUInt16BE(at + 4);
      // An exception is two bytes behind the unit id, whatever a device counts in its length.
      const isException = (bytes[at + 7] & 0x80) !== 0;
      if (protocol !== 0 || (!isException && (length < 3 || length > MAX_LENGTH))) {
        this.broken = `a frame with protocol ${protocol} and length ${length}`;
        return answers;
      }
      const end = isException ? at + EXCEPTION : at + 6 + length;
      if (bytes.length < end) break;
      answers.push({
        id: bytes.readUInt16BE(at),
        unitId: bytes[at + 6],
        functionCode: bytes[at + 7],
        body: bytes.subarray(at + 8, end)
      });
      at = isException ? behindException(bytes, end, at + 6 + length) : end;
    }
    // A copy: a view of a few bytes would keep the whole segment.
    this.rest = Buffer.from(bytes.subarray(at));
    return answers;
  }
}

/** Where the next frame begins: some devices fill the bytes that they have counted too many. */
function behindException(bytes: Buffer, end: number, counted: number): number {
  const beginsThere = bytes.length - end < 4 || bytes.readUInt16BE(end + 2) === 0;
  return beginsThere && bytes.length !== counted ? end : Math.min(bytes.length, Math.max(end, counted));
}
