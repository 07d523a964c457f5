import { errorText } from '../base';
import type { Signal } from '../telemetry/otlp-types';
import { encode } from './encode';
import { Outgoing, textOf } from './outgoing';
import type { SenderPorts } from './ports';
import type { Redact } from './redact';
import type { Endpoint } from './settings';
import { judge, Verdict } from './verdict';

/** How the sender names itself to a collector, unless a header says otherwise. */
const USER_AGENT = 'openot-node-red';

/** What became of a request; `tooLong`: it is larger than one may be, and was not sent. */
export type PostOutcome = Verdict | { readonly kind: 'tooLong' };

/** How a request is sent. */
export interface PostOptions {
  readonly signal: Signal;
  readonly endpoint: Endpoint;
  /** Of the text, not compressed. */
  readonly maxBytes: number;
  /** Does the endpoint understand what is compressed, as far as is known? */
  readonly compresses: boolean;
  readonly redact: Redact;
}

/** Sends a request once. Never rejects: what was not foreseen is no outcome, and is tried again. */
export async function postRequest(
  outgoing: Outgoing,
  { transport, wallMs }: Pick<SenderPorts, 'transport' | 'wallMs'>,
  { signal, endpoint, maxBytes, compresses, redact }: PostOptions
): Promise<PostOutcome> {
  const { url, headers, timeoutMs, tls, proxy } = endpoint;
  try {
    if (outgoing.body === undefined) {
      const text = textOf(outgoing);
      const textBytes = Buffer.byteLength(text);
      if (textBytes > maxBytes) return { kind: 'tooLong' };
      const isGzip = endpoint.isGzip && outgoing.isPlain !== true && compresses;
      outgoing.body = { bytes: await encode(text, isGzip), isGzip, textBytes };
    }
    const { bytes: body, isGzip } = outgoing.body;
    const content = {
      accept: 'application/json',
      'user-agent': USER_AGENT,
      ...headers,
      'content-type': 'application/json',
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
      'accept-encoding': 'identity'
    };
    const request = {
      url,
      headers: content,
      body,
      timeoutMs,
      ...(tls === undefined ? {} : { tls }),
      ...(proxy === undefined ? {} : { proxy: proxy.url })
    };
    const answer = await transport.post(request);
    return judge(answer, { sent: outgoing.entries.length, signal, endpoint, redact, wallMs: wallMs() });
  } catch (thrown) {
    const message = errorText(thrown);
    const cause = 'internal error';
    return { kind: 'trouble', code: 'OPENOT_INTERNAL', status: 0, message, cause, pause: 'long', cuts: 0 };
  }
}
