import { createRequire } from 'node:module';

/** What is used of a node-opcua stream, and of the class whose decoder is wrapped. */
interface Stream {
  readonly buffer: Buffer;
  length: number;
}
interface Decoder {
  decode(stream: Stream): void;
}

const bodies = new WeakMap<object, Buffer>();
const wrapped = new WeakSet<object>();

/**
 * Keeps the bytes of every page of log records before node-opcua decodes them: its own decoder knows no EncodingMask,
 * fails on a page of a conformant server, and hands on an empty page with status Good. Everything else stays as it is.
 */
export function keepPageBytes(): void {
  const prototype = prototypeOf();
  if (prototype === undefined || wrapped.has(prototype)) return;
  wrapped.add(prototype);
  const original = prototype.decode;
  prototype.decode = function (this: object & Decoder, stream: Stream): void {
    // The length of an ExtensionObject's body stands before it.
    const start = stream.length;
    const length = start >= 4 ? stream.buffer.readInt32LE(start - 4) : -1;
    if (length >= 0 && start + length <= stream.buffer.length)
      bodies.set(this, Buffer.from(stream.buffer.subarray(start, start + length)));
    original.call(this, stream);
  };
}

/** The class is in a part of node-opcua that its index does not hand on; it is found where node-opcua finds it. */
function prototypeOf(): Decoder | undefined {
  try {
    const types = createRequire(require.resolve('node-opcua'))('node-opcua-types') as {
      LogRecordsDataType?: { prototype: Decoder };
    };
    return types.LogRecordsDataType?.prototype;
  } catch {
    // A node-opcua that is cut otherwise: pages come as it decodes them, and are refused as no log records.
    return undefined;
  }
}

/** The body of a page as it came, or undefined for what is no page of log records. */
export const pageBytes = (value: unknown): Buffer | undefined =>
  typeof value === 'object' && value !== null ? bodies.get(value) : undefined;
