import type { LogsRequest, MetricsRequest, TracesRequest, KeyValue } from '../../../lib/telemetry/otlp-types';

const kv = (key: string, value: KeyValue['value']): KeyValue => ({ key, value });

/** The values at which receivers and serialisers were seen to fail, each under a key of its own. */
export const hardValues = (): KeyValue[] => [
  kv('ulint.max', { stringValue: '18446744073709551615' }),
  kv('lint.max', { intValue: '9223372036854775807' }),
  kv('lint.min', { intValue: '-9223372036854775808' }),
  kv('real.five', { doubleValue: 5 }),
  kv('real.tenth', { doubleValue: 0.1 }),
  kv('lreal.smallest', { doubleValue: 5e-324 }),
  kv('lreal.largest', { doubleValue: 1.7976931348623157e308 }),
  kv('nan', { stringValue: 'NaN' }),
  kv('text.empty', { stringValue: '' }),
  kv('text.255', { stringValue: `${'🏭'.repeat(63)}äb` }),
  kv('text.controls', { stringValue: '\u0000\u0007"\\\r\n\u2028' }),
  kv('bytes', { bytesValue: Buffer.from([0, 1, 127, 128, 254, 255]).toString('base64') }),
  kv('bytes.none', { bytesValue: '' }),
  kv('flag', { boolValue: false }),
  kv('list', { arrayValue: { values: [{ intValue: '0' }, { doubleValue: 0.5 }, { stringValue: 'x' }] } }),
  kv('list.empty', { arrayValue: { values: [] } }),
  kv('map', { kvlistValue: { values: [kv('a', { boolValue: true }), kv('b', { intValue: '-1' })] } })
];

const resource = () => ({
  attributes: [kv('service.name', { stringValue: 'plant' }), kv('service.instance.id', { stringValue: 'filler-3' })]
});
const scope = () => ({ name: '@openot/node-red', version: '0.2.0' });

/** One record whose id starts at the places where times lose digits: the last three of the nanoseconds are not zero. */
export const goodLogs = (): LogsRequest => ({
  resourceLogs: [
    {
      resource: resource(),
      scopeLogs: [
        {
          scope: scope(),
          logRecords: [
            {
              timeUnixNano: '1764000000123456789',
              observedTimeUnixNano: '1764000000223456791',
              severityNumber: 17,
              severityText: 'High',
              eventName: 'openot.condition_active',
              body: { stringValue: 'Overpressure active' },
              attributes: [kv('log.record.uid', { stringValue: 'filler-3/1/77/5/1001' }), ...hardValues()],
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              flags: 1
            }
          ]
        }
      ]
    }
  ]
});

/** A gauge with a whole and a broken value, a sum with its start. */
export const goodMetrics = (): MetricsRequest => ({
  resourceMetrics: [
    {
      resource: resource(),
      scopeMetrics: [
        {
          scope: scope(),
          metrics: [
            {
              name: 'openot.value.Temperature',
              unit: 'Cel',
              gauge: {
                dataPoints: [
                  {
                    attributes: [kv('openot.source.id', { intValue: '5' })],
                    timeUnixNano: '1764000000123456789',
                    asDouble: 5
                  },
                  {
                    attributes: [kv('openot.source.id', { intValue: '6' })],
                    timeUnixNano: '1764000000123456790',
                    asDouble: 72.45
                  }
                ]
              }
            },
            {
              name: 'openot.records.delivered',
              unit: '{record}',
              description: 'Records handed on',
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [
                  {
                    attributes: [],
                    startTimeUnixNano: '1764000000000000001',
                    timeUnixNano: '1764000000123456789',
                    asInt: '12345'
                  }
                ]
              }
            }
          ]
        }
      ]
    }
  ]
});

/** A condition's span with an event and status. */
export const goodTraces = (): TracesRequest => ({
  resourceSpans: [
    {
      resource: resource(),
      scopeSpans: [
        {
          scope: scope(),
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              parentSpanId: '00f067aa0ba902b7',
              name: 'Overpressure',
              kind: 1,
              startTimeUnixNano: '1764000000123456789',
              endTimeUnixNano: '1764000060123456790',
              attributes: hardValues(),
              events: [
                {
                  timeUnixNano: '1764000030123456789',
                  name: 'openot.condition_acknowledged',
                  attributes: [kv('user', { stringValue: 'anna' })]
                }
              ],
              status: { code: 2, message: 'High' }
            }
          ]
        }
      ]
    }
  ]
});

/** The three of them. */
export const goodRequests = { logs: goodLogs, metrics: goodMetrics, traces: goodTraces } as const;
