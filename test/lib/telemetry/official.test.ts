import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { LogsRequest, Signal } from '../../../lib/telemetry/otlp-types';
import { goodRequests } from '../../support/otlp/good-requests';
import { canonical, fromProtobuf, toProtobuf } from '../../support/otlp/official';
import { problemsOf } from '../../support/otlp/validator';

/*
 * What our JSON says, said by the official codec: nothing is lost or changed on the way through OTLP/protobuf.
 */
describe('OTLP/JSON and the official protobuf codec', () => {
  for (const signal of ['logs', 'metrics', 'traces'] as Signal[]) {
    it(`a request of ${signal} is the same after the way through protobuf`, () => {
      const request = goodRequests[signal]();
      const back = fromProtobuf(signal, toProtobuf(signal, JSON.parse(JSON.stringify(request))));
      canonical(signal, back).should.deepEqual(canonical(signal, request));
    });
  }

  it('a changed value is not the same', () => {
    const request = goodRequests.logs();
    const other = goodRequests.logs();
    other.resourceLogs[0]!.scopeLogs[0]!.logRecords[0]!.timeUnixNano = '1764000000123456788';
    canonical('logs', fromProtobuf('logs', toProtobuf('logs', request))).should.not.deepEqual(canonical('logs', other));
  });
});

/** A record as the official SDK holds one. */
const sdkRecord = (attributes: Record<string, unknown>): ReadableLogRecord =>
  ({
    hrTime: [1764000000, 123456789],
    hrTimeObserved: [1764000000, 223456791],
    spanContext: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
    severityNumber: 17,
    severityText: 'High',
    eventName: 'openot.condition_active',
    body: 'Overpressure active',
    resource: { attributes: {} },
    instrumentationScope: { name: 'openot', version: '1' },
    attributes,
    droppedAttributesCount: 0
  }) as unknown as ReadableLogRecord;

describe('OTLP/JSON and the official serialisers', () => {
  it('our request says what the official serialiser writes for the same record', () => {
    const ours: LogsRequest = {
      resourceLogs: [
        {
          resource: { attributes: [] },
          scopeLogs: [
            {
              scope: { name: 'openot', version: '1' },
              logRecords: [
                {
                  timeUnixNano: '1764000000123456789',
                  observedTimeUnixNano: '1764000000223456791',
                  severityNumber: 17,
                  severityText: 'High',
                  eventName: 'openot.condition_active',
                  body: { stringValue: 'Overpressure active' },
                  attributes: [
                    { key: 'text', value: { stringValue: '' } },
                    { key: 'flag', value: { boolValue: false } },
                    { key: 'count', value: { intValue: '-5' } },
                    { key: 'real', value: { doubleValue: 0.5 } },
                    { key: 'bytes', value: { bytesValue: 'AP8=' } },
                    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } }
                  ],
                  traceId: '0af7651916cd43dd8448eb211c80319c',
                  spanId: 'b7ad6b7169203331',
                  flags: 1
                }
              ]
            }
          ]
        }
      ]
    };
    const theirs = ProtobufLogsSerializer.serializeRequest([
      sdkRecord({ text: '', flag: false, count: -5, real: 0.5, bytes: Uint8Array.of(0, 255), list: ['a', 1] })
    ])!;
    canonical('logs', fromProtobuf('logs', theirs)).should.deepEqual(
      canonical('logs', fromProtobuf('logs', toProtobuf('logs', ours)))
    );
    canonical('logs', ours).should.deepEqual(canonical('logs', fromProtobuf('logs', theirs)));
  });

  it(
    'what the official JSON serialiser makes of a NaN and of integers is not valid: the reason for one ' + 'of our own',
    () => {
      const text = Buffer.from(
        JsonLogsSerializer.serializeRequest([sdkRecord({ nan: NaN, count: 5, five: 5.0 })])!
      ).toString('utf8');
      problemsOf('logs', text)
        .map(({ rule, path }) => `${rule} ${path.split('.').at(-1)}`)
        .should.deepEqual(['null doubleValue', 'int64-not-text intValue', 'int64-not-text intValue']);
    }
  );
});
