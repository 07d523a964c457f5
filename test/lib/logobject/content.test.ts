import { strict as assert } from 'node:assert';
import { contentOf, keyOf, type LogContent, type LogRecord, logUid, type Variant } from '../../../lib/logobject';
import { variantJson } from '../../../lib/logobject/content';

const NAMESPACES = ['http://opcfoundation.org/UA/', 'urn:plc', 'urn:with;sign'];
const TICKS = 134_405_501_731_234_567n;

const record = (more: Partial<LogRecord> = {}): LogRecord => ({
  ticks: TICKS,
  severity: 80,
  message: { locale: 'en', text: 'Hot' },
  ...more
});
const content = (more?: Partial<LogRecord>): LogContent => contentOf(record(more), NAMESPACES);
const json = (variant: Variant): unknown => variantJson(variant, NAMESPACES).value;

describe('what a log record says', () => {
  it('is ticks as text, severity and message where it has nothing else', () =>
    assert.deepEqual(content(), { ticks: `${TICKS}`, severity: 80, message: { text: 'Hot', locale: 'en' } }));

  it('names nodes by the URI of their namespace', () => {
    const { eventType, sourceNode } = content({
      eventType: { namespace: 0, kind: 'i', id: 2041 },
      sourceNode: { namespace: 1, kind: 's', id: 'Motor' }
    });
    assert.equal(eventType, 'i=2041');
    assert.equal(sourceNode, 'nsu=urn:plc;s=Motor');
  });

  it('has no field that is null, empty, or the null node', () => {
    const empty = content({
      eventType: { namespace: 0, kind: 'i', id: 0 },
      sourceName: '',
      additionalData: [],
      message: { locale: '', text: null }
    });
    assert.deepEqual(empty, { ticks: `${TICKS}`, severity: 80, message: {} });
  });

  it('keeps an empty message apart from none', () => {
    assert.deepEqual(content({ message: { locale: null, text: '' } }).message, { text: '' });
  });

  it('has a trace only with a trace id, whose zeros are left out', () => {
    const traceContext = {
      traceId: '0af76519-16cd-43dd-8448-eb211c80319c',
      spanId: 0n,
      parentSpanId: 18_446_744_073_709_551_615n,
      parentIdentifier: ''
    };
    assert.deepEqual(content({ traceContext }).trace, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: '18446744073709551615'
    });
    const none = { ...traceContext, traceId: '00000000-0000-0000-0000-000000000000', spanId: 5n };
    assert.equal(content({ traceContext: none }).trace, undefined);
  });

  it('keeps data in its order, twice under one name, and without a name', () => {
    const value = { type: 'Boolean', value: true } as const;
    const { data } = content({
      additionalData: [
        { name: 'a', value },
        { name: 'a', value },
        { name: null, value }
      ]
    });
    assert.deepEqual(data, [
      { name: 'a', type: 'Boolean', value: true },
      { name: 'a', type: 'Boolean', value: true },
      { type: 'Boolean', value: true }
    ]);
  });
});

describe('a value of a log record as JSON', () => {
  const cases: readonly (readonly [what: string, variant: Variant, expected: unknown])[] = [
    ['64 bits as decimal text', { type: 'UInt64', value: 18_446_744_073_709_551_615n }, '18446744073709551615'],
    ['a number as it is', { type: 'Double', value: 0.1 }, 0.1],
    ['what is no number as text', { type: 'Double', value: NaN }, 'NaN'],
    ['infinity as text', { type: 'Float', value: -Infinity }, '-Infinity'],
    ['a time with 7 digits', { type: 'DateTime', value: TICKS }, '2026-11-30T22:09:33.1234567Z'],
    ['no valid time as its ticks', { type: 'DateTime', value: 0n }, '0'],
    ['bytes as base64', { type: 'ByteString', value: Uint8Array.of(1, 2, 255) }, 'AQL/'],
    ['a status in hex', { type: 'StatusCode', value: 0x800a0000 }, '0x800A0000'],
    ['a list', { type: 'Int32', value: [1, 2] }, [1, 2]],
    [
      'a matrix as lists within lists',
      { type: 'Int32', value: [1, 2, 3, 4, 5, 6], dimensions: [2, 3] },
      [
        [1, 2, 3],
        [4, 5, 6]
      ]
    ],
    ['a matrix without a column as nothing', { type: 'Int32', value: [], dimensions: [2, 0] }, []],
    [
      'an object by its type and bytes',
      {
        type: 'ExtensionObject',
        value: { typeId: { namespace: 1, kind: 'i', id: 5 }, encoding: 1, body: Uint8Array.of(9) }
      },
      { typeId: 'nsu=urn:plc;i=5', body: 'CQ==' }
    ],
    [
      'a node with its namespace, escaped',
      { type: 'NodeId', value: { namespace: 2, kind: 's', id: 'x' } },
      'nsu=urn:with%3Bsign;s=x'
    ]
  ];
  for (const [what, variant, expected] of cases) it(`is ${what}`, () => assert.deepEqual(json(variant), expected));
});

describe('the key of a log record', () => {
  it('is the same for the same record, whatever the index of its namespace in that session', () => {
    const sourceNode = { namespace: 1, kind: 's', id: 'Motor' } as const;
    const other = contentOf(record({ sourceNode: { ...sourceNode, namespace: 2 } }), ['', 'urn:other', 'urn:plc']);
    assert.equal(keyOf(other), keyOf(content({ sourceNode })));
  });

  it('is what docs/format.md 28.3 says', () => {
    // printf '%s' '["134405501731234567",80,null,null,null,"en","Hot",null,null]' | sha256sum | cut -c1-32
    assert.equal(keyOf(content()), '1f7a5886ff45cf5a7c571002c9bc89fd');
  });

  const changes: Readonly<Record<string, Partial<LogRecord>>> = {
    time: { ticks: TICKS + 1n },
    severity: { severity: 81 },
    type: { eventType: { namespace: 0, kind: 'i', id: 2041 } },
    'source node': { sourceNode: { namespace: 1, kind: 'i', id: 1 } },
    'source name': { sourceName: 'x' },
    text: { message: { locale: 'en', text: 'hot' } },
    locale: { message: { locale: 'de', text: 'Hot' } },
    data: { additionalData: [{ name: 'x', value: { type: 'Int32', value: 1 } }] }
  };
  for (const [what, change] of Object.entries(changes))
    it(`is another one for another ${what}`, () => assert.notEqual(keyOf(content(change)), keyOf(content())));

  it('tells a value from the same value of another type', () => {
    const data = (value: Variant): string => keyOf(content({ additionalData: [{ name: 'x', value }] }));
    assert.notEqual(data({ type: 'Int32', value: 1 }), data({ type: 'UInt32', value: 1 }));
  });

  it('makes a uid with the server, the log and the number among equals', () => {
    const uids = new Set([
      logUid('urn:a', 'i=1', 'k', 0),
      logUid('urn:b', 'i=1', 'k', 0),
      logUid('urn:a', 'i=2', 'k', 0),
      logUid('urn:a', 'i=1', 'k', 1)
    ]);
    assert.equal(uids.size, 4);
    assert.match([...uids][0], /^[0-9a-f]{64}$/);
  });
});
