import { createOtelMapper, defaultMappingSettings, MappedDocuments } from '../../../../../lib/telemetry/mapper';
import { createNetworkProfile, NetworkInput } from '../../../../../lib/telemetry/network';
import { settingsOf } from '../../network/support/requests';

export type Call = Record<string, unknown>;

/** A call that was served, with every field. */
export const served = (changes: Call = {}): Call => ({
  kind: 'api',
  name: 'orders',
  method: 'GET',
  route: '/orders/:id',
  host: 'plant.example:1880',
  statusCode: 200,
  startNs: '1780000000000000001',
  endNs: '1780000000250000002',
  senderId: 'bap-1',
  recipientId: 'plant-4711',
  scheme: 'https',
  flavor: '1.1',
  userAgent: 'curl/8',
  serverName: 'plant',
  spanKind: 'Server',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '00f067aa0ba902b7',
  transactionId: 'tx-1',
  ...changes
});

/** The same call, as whoever made it tells it. */
export const made = (changes: Call = {}): Call =>
  served({ spanKind: 'Client', spanId: '00f067aa0ba902b7', parentSpanId: undefined, ...changes });

const error = (type: string, code: string): Call => ({
  name: 'error',
  timeNs: '1780000000250000002',
  attributes: { type, code, msg: 'no answer' }
});

/** One of each: served, made, answered with an error, and without an answer. */
export const allKinds: Readonly<Record<string, Call>> = {
  'was served': served(),
  'was made': made(),
  failed: made({ statusCode: 503, events: [error('http', '503')] }),
  'timed out': made({ statusCode: 0, events: [error('timeout', 'ETIMEDOUT')] })
};

/** What a mapper for this encoding makes of them. */
export function mappedCalls(calls: unknown, encoding: 'otlp' | 'literal' = 'otlp'): MappedDocuments {
  const settings = { ...defaultMappingSettings, recordSpans: false, literalCalls: encoding === 'literal' };
  return createOtelMapper({}).documents(calls, { stream: '' }, settings);
}

/** The request of these calls in the envelope of the open networks. */
export function requestOf(calls: unknown, input: NetworkInput & { encoding?: 'otlp' | 'literal' } = {}): unknown {
  const mapped = mappedCalls(calls, input.encoding);
  if (mapped.problems.length > 0) throw new Error(mapped.problems[0].message);
  const network = createNetworkProfile();
  const settings = settingsOf(input);
  return network.request('traces', network.prepare(mapped, mapped.documents, { stream: '' }, settings), settings);
}
