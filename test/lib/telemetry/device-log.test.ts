import { strict as assert } from 'node:assert';
import { contentOf, decodeLogRecords, gapDocument, keyOf, logDocument, type LogRecord } from '../../../lib/logobject';
import { assembleRequest } from '../../../lib/telemetry/assemble';
import { otlpJson } from '../../../lib/telemetry/json';
import { createOtelMapper, defaultMappingSettings, type MappedDocuments } from '../../../lib/telemetry/mapper';
import type { AnyValue, LogRecord as OtlpLogRecord } from '../../../lib/telemetry/otlp-types';
import { bytesOf, loadVectors } from '../logobject/support/vectors';
import { assertValid } from '../../support/otlp/validator';

const NAMESPACES = ['http://opcfoundation.org/UA/', 'urn:plc', 'urn:plc:types', 'urn:three', 'urn:four'];

const provenance = (receiveTimeNs = '1796162400000000000') => ({
  stream: 'plc/ServerLog',
  server: { applicationUri: 'urn:plc:server', endpoint: 'opc.tcp://10.0.0.1:4840' },
  logObject: 'i=19372',
  receiveTimeNs,
  clock: { offsetMs: 5, errorMs: 1, stepMs: 1 }
});

/** As it comes out of a flow: through JSON. */
function documentOf(record: LogRecord, number = 0, receiveTimeNs?: string, namespaces = NAMESPACES): object {
  const content = contentOf(record, namespaces);
  const made = logDocument({ content, ticks: record.ticks, key: keyOf(content), number }, provenance(receiveTimeNs));
  return JSON.parse(JSON.stringify(made)) as object;
}

const map = (documents: unknown): MappedDocuments =>
  createOtelMapper({}).documents(documents, { stream: 's' }, defaultMappingSettings);

function logOf(record: LogRecord, ...more: [number?, string?, string[]?]): OtlpLogRecord {
  const { logs, problems } = map([documentOf(record, ...more)]);
  assert.deepEqual(problems, []);
  assert.equal(logs.length, 1);
  return logs[0];
}

const attribute = (log: OtlpLogRecord, key: string): AnyValue | undefined =>
  log.attributes.find((one) => one.key === key)?.value;

const RECORD: LogRecord = {
  ticks: 134_405_501_731_234_567n,
  severity: 180,
  eventType: { namespace: 0, kind: 'i', id: 2041 },
  sourceNode: { namespace: 1, kind: 's', id: 'Motor' },
  sourceName: 'Line1/Motor',
  message: { locale: 'en', text: 'Hot' },
  traceContext: {
    traceId: '0AF76519-16CD-43DD-8448-EB211C80319C'.toLowerCase(),
    spanId: 0xb7ad6b7169203331n,
    parentSpanId: 18_446_744_073_709_551_615n,
    parentIdentifier: 'order 7'
  }
};

describe('logs of OPC UA as telemetry', () => {
  it('a record is a log record with its ids, its severity by Part 26, its time to 100 ns and no event name', () => {
    const log = logOf(RECORD);
    assert.deepEqual(
      { ...log, attributes: undefined },
      {
        timeUnixNano: '1796076573123456700',
        observedTimeUnixNano: '1796162400000000000',
        severityNumber: 13,
        severityText: 'Warning',
        body: { stringValue: 'Hot' },
        attributes: undefined,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        flags: 2
      }
    );
    const uid = attribute(log, 'log.record.uid')?.stringValue as string;
    assert.match(uid, /^[0-9a-f]{64}$/);
    assert.deepEqual(
      log.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
      [
        ['log.record.uid', uid],
        ['openot.kind', 'log'],
        ['openot.stream', 'plc/ServerLog'],
        ['opcua.application_uri', 'urn:plc:server'],
        ['opcua.log_object', 'i=19372'],
        ['opcua.severity', '180'],
        ['opcua.event.type', 'i=2041'],
        ['opcua.source.node', 'nsu=urn:plc;s=Motor'],
        ['opcua.source.name', 'Line1/Motor'],
        ['opcua.message.locale', 'en'],
        ['opcua.parent_span_id', '18446744073709551615'],
        ['opcua.parent_identifier', 'order 7']
      ]
    );
  });

  it('every vector of a foreign encoder passes the validator, before and after JSON', () => {
    let records = 0;
    for (const { bodies } of loadVectors())
      for (const body of bodies) {
        const decoded = decodeLogRecords(bytesOf(body));
        if (!decoded.ok) continue;
        const mapped = map(decoded.records.map((record, i) => documentOf(record, i)));
        assert.deepEqual(mapped.problems, []);
        assert.equal(mapped.logs.length, decoded.records.length);
        records += mapped.logs.length;
        if (mapped.logs.length === 0) continue;
        const envelope = { resource: { attributes: [] }, scope: { name: 'plc', version: '1' } };
        assertValid('logs', otlpJson(assembleRequest('logs', mapped, envelope)));
      }
    assert.ok(records > 400, `only ${records}`);
  });

  it('a record has the same uid and span id at every reading, also where namespaces have other numbers then', () => {
    const grouped: LogRecord = {
      ...RECORD,
      traceContext: { ...RECORD.traceContext!, spanId: 0n },
      additionalData: [{ name: 'GroupingId', value: { type: 'String', value: 'batch 9' } }]
    };
    const first = logOf(grouped);
    const again = logOf(
      { ...grouped, sourceNode: { namespace: 2, kind: 's', id: 'Motor' } },
      0,
      '1796162499000000000',
      ['http://opcfoundation.org/UA/', 'urn:new', 'urn:plc']
    );
    assert.deepEqual(again, { ...first, observedTimeUnixNano: '1796162499000000000' });
    assert.match(first.spanId as string, /^[0-9a-f]{16}$/);
    const other = logOf({
      ...grouped,
      additionalData: [{ name: 'GroupingId', value: { type: 'String', value: '10' } }]
    });
    assert.notEqual(other.spanId, first.spanId);
    assert.equal(other.traceId, first.traceId);
    assert.notDeepEqual(attribute(logOf(grouped, 1), 'log.record.uid'), attribute(first, 'log.record.uid'));
  });

  it('a null trace has no span and no flags; a trace without span and group has no span', () => {
    const nothing = logOf({ ...RECORD, traceContext: undefined });
    assert.deepEqual([nothing.traceId, nothing.spanId, nothing.flags], [undefined, undefined, undefined]);
    const alone = logOf({ ...RECORD, traceContext: { ...RECORD.traceContext!, spanId: 0n, parentSpanId: 0n } });
    assert.deepEqual([alone.spanId, alone.flags], [undefined, 2]);
    assert.equal(attribute(alone, 'opcua.parent_span_id'), undefined);
  });

  it('severities follow the bands of Part 26; what lies outside has none', () => {
    const band = (severity: number): [number, string | undefined] => {
      const { severityNumber, severityText } = logOf({ ...RECORD, severity });
      return [severityNumber, severityText];
    };
    assert.deepEqual([0, 1, 50, 51, 100, 101, 151, 201, 251, 301, 400, 401, 1000, 1001].map(band), [
      [0, undefined],
      [5, 'Debug'],
      [5, 'Debug'],
      [9, 'Information'],
      [9, 'Information'],
      [10, 'Notice'],
      [13, 'Warning'],
      [17, 'Error'],
      [18, 'Critical'],
      [19, 'Alert'],
      [19, 'Alert'],
      [21, 'Emergency'],
      [21, 'Emergency'],
      [0, undefined]
    ]);
  });

  it('a time that is none is left out, and its ticks are told', () => {
    const log = logOf({ ...RECORD, ticks: 0n });
    assert.equal(log.timeUnixNano, undefined);
    assert.deepEqual(attribute(log, 'opcua.time.ticks'), { stringValue: '0' });
  });

  it('data keep the types of OPC UA and say them in their keys; names that come again are lists of one type', () => {
    const log = logOf({
      ...RECORD,
      additionalData: [
        { name: 'double', value: { type: 'Double', value: 5 } },
        { name: 'int', value: { type: 'Int32', value: -5 } },
        { name: 'big', value: { type: 'UInt64', value: 18_446_744_073_709_551_615n } },
        { name: 'small', value: { type: 'Int64', value: -9_223_372_036_854_775_808n } },
        { name: 'nan', value: { type: 'Float', value: NaN } },
        { name: 'bytes', value: { type: 'ByteString', value: Uint8Array.of(1, 2, 3) } },
        { name: 'list', value: { type: 'Boolean', value: [true, false] } },
        { name: 'matrix', value: { type: 'Int32', value: [1, 2, 3, 4], dimensions: [2, 2] } },
        { name: 'twice', value: { type: 'String', value: 'a' } },
        { name: 'twice', value: { type: 'Byte', value: 7 } },
        { name: null, value: { type: 'String', value: 'nameless' } },
        { name: 'severity', value: { type: 'String', value: 'mine' } },
        { name: 'nothing', value: { type: 'String', value: null } }
      ]
    });
    const data = log.attributes.filter(({ key }) => key.startsWith('opcua.data.'));
    assert.deepEqual(Object.fromEntries(data.map(({ key, value }) => [key.slice(11), value])), {
      double_double: { doubleValue: 5 },
      int_int: { intValue: '-5' },
      big_text: { stringValue: '18446744073709551615' },
      small_int: { intValue: '-9223372036854775808' },
      nan_text: { stringValue: 'NaN' },
      bytes_bytes: { bytesValue: 'AQID' },
      list_bool_list: { arrayValue: { values: [{ boolValue: true }, { boolValue: false }] } },
      matrix_text_list: { arrayValue: { values: [{ stringValue: '[1,2]' }, { stringValue: '[3,4]' }] } },
      twice_text_list: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: '7' }] } },
      '10_text': { stringValue: 'nameless' },
      severity_text: { stringValue: 'mine' }
    });
    assert.deepEqual(attribute(log, 'opcua.severity'), { intValue: '180' });
  });

  it('a gap is a warning that says from when to when', () => {
    const gap = gapDocument({ after: RECORD.ticks, before: RECORD.ticks + 10n, verdict: 'overflow' }, provenance());
    const mapped = map(JSON.parse(JSON.stringify([gap])));
    assert.deepEqual(mapped.problems, []);
    const [log] = mapped.logs;
    assert.deepEqual([log.severityNumber, log.eventName], [13, 'openot.gap']);
    assert.deepEqual(attribute(log, 'openot.gap.after'), { intValue: '1796076573123456700' });
    assert.deepEqual(attribute(log, 'openot.gap.verdict'), { stringValue: 'overflow' });
    assertValid(
      'logs',
      otlpJson(assembleRequest('logs', mapped, { resource: { attributes: [] }, scope: { name: 'x' } }))
    );
  });

  it('what is wrong in one names the field, and its neighbours are mapped', () => {
    const good = documentOf(RECORD);
    const { logs, problems } = map([good, { ...good, trace: { traceId: 'x' } }, { ...good, severity: 'high' }]);
    assert.equal(logs.length, 1);
    assert.deepEqual(
      problems.map(({ code, path, index }) => [code, path, index]),
      [
        ['OPENOT_OTEL_NOT_A_DOCUMENT', 'trace.traceId', 1],
        ['OPENOT_OTEL_NOT_A_DOCUMENT', 'severity', 2]
      ]
    );
  });
});
