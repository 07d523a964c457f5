import type { IncomingMessage } from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import { failureText } from './failure-text';
import type { HttpAnswer, HttpFailure } from './ports';

/** Bytes of an answer that are read, at most; the rest is thrown away with the connection. */
export const MAX_ANSWER_BYTES = 65_536;

/** Reads an answer to its end, or to the limit. */
export function readAnswerOf(response: IncomingMessage): Promise<HttpAnswer | HttpFailure> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (isCut: boolean): void => {
      const { 'retry-after': retryAfter, date, location } = response.headers;
      resolve({
        ok: true,
        status: response.statusCode ?? 0,
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(date === undefined ? {} : { date }),
        ...(location === undefined ? {} : { location }),
        body: unpacked(Buffer.concat(chunks), response.headers['content-encoding']),
        isCut
      });
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(
        bytes + chunk.length > MAX_ANSWER_BYTES ? chunk.subarray(0, Math.max(0, MAX_ANSWER_BYTES - bytes)) : chunk
      );
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) done(true);
    });
    response.on('end', () => done(false));
    // Cut off in the middle: not an answer.
    response.on('error', (error) => resolve(cutOff(`: ${failureText(error, false, true)}`)));
    response.on('close', () => resolve(cutOff('')));
  });
}

const cutOff = (why: string): HttpFailure => ({
  ok: false,
  code: 'OPENOT_OTLP_UNREACHABLE',
  message: `the answer was cut off${why}`
});

/** Some gateways compress what was asked for as it is, and some do not even say so. */
function unpacked(bytes: Buffer, encoding: string | undefined): string {
  const limit = { maxOutputLength: MAX_ANSWER_BYTES };
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, limit).toString('utf8');
    if (encoding === 'deflate') return inflateSync(bytes, limit).toString('utf8');
  } catch {
    // Not what it says, or too much: as it is.
  }
  return bytes.toString('utf8');
}
