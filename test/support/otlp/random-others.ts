/**
 * What else a flow may bring to the mapper: documents whose fields a flow has made, of logs of OPC UA, and of calls.
 * Names and types are drawn apart from each other, so that each name meets every type.
 */
import type { DocumentField, DocumentValue } from '../../../lib/document';
import { valueKeys } from '../../../lib/wire';
import type { Seeded } from '../seeded';

const pick = <T>(random: Seeded, values: readonly T[]): T => values[random.below(values.length)]!;

/** A value of each type that documents know, as documents have it. */
const values: readonly (readonly [string, readonly DocumentValue[]])[] = [
  ['Bool', [true, false]],
  ['DInt', [0, -7, 2147483647]],
  ['UInt', [0, 7]],
  ['LInt', ['-9223372036854775808', '5']],
  ['ULInt', ['5', '18446744073709551615']],
  ['DateTime', ['1780000000000000001', '18446744073709551615']],
  ['Real', [5, 0.5, null]],
  ['LReal', [-0, 1e300, null]],
  ['String', ['', 'jdoe']],
  ['Bytes', [{ payloadHex: '00ff' }, { payloadHex: '' }]],
  ['StateRef', ['Running']]
];

/** Names of the registry, of what is resolved, of a flow's own, and such as look like keys made of another one. */
const names: readonly string[] = [
  ...valueKeys.map(({ name }) => name),
  ...['stateMachine', 'condition', 'value', 'messageTemplate'],
  ...['a', 'a_raw', 'a_raw_int', 'a_unit', 'a_int', 'a_text_list', 'a_2', 'severity_raw', 'newValue_double', 'a\ud800']
];

/** A field as a flow may make it. */
export function randomField(random: Seeded): DocumentField {
  const [type, all] = pick(random, values);
  const value = pick(random, all);
  const some = <K extends string, V>(key: K, made: V): { [P in K]?: V } =>
    (random.below(3) === 0 ? { [key]: made } : {}) as { [P in K]?: V };
  return {
    key: 1 + random.below(60),
    name: pick(random, names),
    type,
    value,
    enumLabel: random.below(3) === 0 ? 'Good' : null,
    ...(value === null ? { nonFinite: pick(random, ['NaN', 'Infinity', '-Infinity']) } : {}),
    ...some('unit', 'kg'),
    ...some('label', 'Sugar'),
    ...some('raw', random.below(100))
  };
}

const DATA: readonly (readonly [string, unknown])[] = [
  ['Boolean', true],
  ['Int32', -5],
  ['Int64', '-9223372036854775808'],
  ['UInt64', '18446744073709551615'],
  ['UInt64', '7'],
  ['Double', 5],
  ['Double', 0.5],
  ['Float', 'NaN'],
  ['String', 'text'],
  ['DateTime', '2026-01-01T00:00:00.0000000Z'],
  ['ByteString', 'AQID'],
  ['LocalizedText', { text: 'Hot', locale: 'en' }],
  ['ExtensionObject', { typeId: 'i=1', body: 'AQID' }],
  ['ExtensionObject', { typeId: 'i=1', body: { n: 1, deep: { n: 'one' } } }],
  ['Variant', { type: 'Int32', value: 5 }],
  [
    'Variant',
    [
      { type: 'Int32', value: 5 },
      { type: 'String', value: 'x' }
    ]
  ],
  ['Int32', [1, 2, 3]],
  [
    'Int32',
    [
      [1, 2],
      [3, 4]
    ]
  ],
  ['Int32', [1, null]],
  ['Double', [0.5, 'NaN']],
  ['Int32', []],
  ['String', null]
];

/** A record of a device's log, or a gap in it. */
export function randomLogDocument(random: Seeded, number: number): object {
  const provenance = {
    stream: 'plc/ServerLog',
    server: { applicationUri: 'urn:plc:server', endpoint: 'opc.tcp://10.0.0.1:4840' },
    logObject: 'i=19372',
    receiveTimeNs: '1796162400000000000'
  };
  if (random.below(10) === 0)
    return {
      kind: 'gap',
      provenance,
      uid: `gap ${number}`,
      after: pick(random, ['1', '18446744073709551615']),
      before: '18446744073709551615',
      verdict: 'overflow',
      text: 'a gap'
    };
  const data = Array.from({ length: random.below(6) }, () => {
    const [type, value] = pick(random, DATA);
    return { name: pick(random, ['GroupingId', 'Count', 'Count_int', 'Größe', '', null]), type, value };
  });
  const timeNs = random.below(4) === 0 ? undefined : '1796076573123456700';
  const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '7', parentSpanId: '18446744073709551615' };
  return {
    kind: 'log',
    provenance,
    uid: `log ${number}`,
    timeNs,
    ticks: '134405501731234567',
    severity: random.below(1200),
    eventType: 'i=2041',
    sourceName: 'Line1/Motor',
    message: { text: 'Hot', locale: 'en' },
    ...(random.below(2) === 0 ? { trace } : {}),
    data,
    text: 'Hot'
  };
}

const CALL_VALUES: readonly unknown[] = ['text', '', 7, 0.5, -0, true, 2n ** 64n, 5n, ['a', 1], [], [2n ** 63n], null];

/** A call with events whose attributes are of any type. */
export function randomCall(random: Seeded): object {
  const attributes = Object.fromEntries(
    ['reqBody', 'n', 'time', 'list'].filter(() => random.below(2) === 0).map((key) => [key, pick(random, CALL_VALUES)])
  );
  return {
    kind: 'api',
    name: 'orders',
    method: 'GET',
    route: '/orders/:id',
    host: 'plant.example',
    statusCode: pick(random, [0, 200, 404]),
    startNs: '1780000000000000001',
    endNs: '1780000000250000002',
    senderId: 'bap-1',
    recipientId: 'plant-4711',
    ...(random.below(2) === 0 ? { userAgent: 'curl/8', scheme: 'https', flavor: '1.1', serverName: 'plant' } : {}),
    ...(random.below(2) === 0 ? { observedNs: '1780000000900000000' } : {}),
    events: [{ name: 'request_info', timeNs: '1780000000000000001', attributes }]
  };
}
