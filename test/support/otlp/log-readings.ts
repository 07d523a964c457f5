import {
  contentOf,
  createPoll,
  decodeLogRecords,
  gapDocument,
  type LogDocument,
  type LogGapDocument,
  logDocument,
  type LogProvenance,
  type LogRecord,
  ticksOfUnixMs
} from '../../../lib/logobject';
import { bytesOf, loadVectors } from '../../lib/logobject/support/vectors';

/** Ids, a time to 100 ns, a severity, and data of every kind that is hard to carry, with what each must become. */
export const HARD_DATA = [
  { name: 'greatest', value: { type: 'UInt64', value: 18446744073709551615n }, is: 'text' },
  { name: 'least', value: { type: 'Int64', value: -9223372036854775808n }, is: 'int' },
  { name: 'whole', value: { type: 'Double', value: 5 }, is: 'double' },
  { name: 'not a number', value: { type: 'Float', value: NaN }, is: 'text' },
  { name: 'flag', value: { type: 'Boolean', value: false }, is: 'bool' },
  { name: 'bytes', value: { type: 'ByteString', value: Uint8Array.of(0, 128, 255) }, is: 'bytes' },
  { name: 'when', value: { type: 'DateTime', value: 134_405_501_731_234_567n }, is: 'text' },
  { name: 'speeds', value: { type: 'Int32', value: [1, -2] }, is: 'int_list' },
  { name: 'GroupingId', value: { type: 'String', value: 'order 7 🏭' }, is: 'text' }
] as const;

/** A record with a trace, its own span or one made of its group, of a server that gives its namespaces these places. */
export const hardRecord = (spanId: bigint, namespaces: readonly string[]): LogRecord => ({
  ticks: 134_405_501_731_234_567n + spanId,
  severity: 180,
  eventType: { namespace: namespaces.indexOf('urn:plc:types'), kind: 'i', id: 7 },
  sourceNode: { namespace: namespaces.indexOf('urn:plc'), kind: 's', id: 'Motor' },
  sourceName: 'Line1/Motor',
  message: { locale: 'de', text: 'heiß' },
  traceContext: {
    traceId: '0af76519-16cd-43dd-8448-eb211c80319c',
    spanId,
    parentSpanId: 18_446_744_073_709_551_615n,
    parentIdentifier: 'order 7'
  },
  additionalData: HARD_DATA.map(({ name, value }) => ({ name, value: value as never }))
});

/** Every record that the bytes of a foreign encoder hold. */
export const foreignRecords = (): LogRecord[] =>
  loadVectors().flatMap(({ bodies }) =>
    bodies.flatMap((body) => {
      const decoded = decodeLogRecords(bytesOf(body));
      return decoded.ok ? decoded.records : [];
    })
  );

/** One reading of a log from its beginning, as openot-logobject hands it on, through JSON as a flow's messages are. */
export function readingOf(
  records: readonly LogRecord[],
  namespaces: readonly string[],
  { receiveTimeNs, pageSize }: { receiveTimeNs: string; pageSize: number }
): (LogDocument | LogGapDocument)[] {
  const poll = createPoll(
    undefined,
    {
      deviceTicks: ticksOfUnixMs(Date.UTC(2027, 0)),
      hostMs: 0,
      clock: { offsetMs: 0, errorMs: 1, stepMs: 1 },
      fingerprint: '',
      fields: 31
    },
    { overlapMs: 10_000, startFrom: 'oldest' }
  );
  for (let at = 0; at < records.length; at += pageSize)
    poll.page(records.slice(at, at + pageSize).map((record) => contentOf(record, namespaces)));
  const provenance: LogProvenance = {
    stream: 'plc/ServerLog',
    server: { applicationUri: 'urn:plc:server', endpoint: 'opc.tcp://10.0.0.1:4840' },
    logObject: 'i=19372',
    receiveTimeNs,
    clock: { offsetMs: 5, errorMs: 1, stepMs: 1 }
  };
  const gap = { after: records[0].ticks, before: records[0].ticks + 10_000_001n, verdict: 'overflow' } as const;
  const made = [...poll.finish().records.map((one) => logDocument(one, provenance)), gapDocument(gap, provenance)];
  return JSON.parse(JSON.stringify(made)) as typeof made;
}
