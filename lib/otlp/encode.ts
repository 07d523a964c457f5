import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A text as it goes over the wire. */
export async function encode(text: string, isGzip: boolean): Promise<Uint8Array> {
  return isGzip ? compress(text) : Buffer.from(text);
}
