import 'should';
import type {
  LiteralLogsRequest,
  LiteralMetricsRequest,
  LiteralTracesRequest
} from '../../../../lib/telemetry/network';
import { literalValue } from '../../../../lib/telemetry/network/literal/attributes';
import { secondNs } from './support/documents';
import { span, total, valuePoint } from './support/items';
import { fullRequest, mapped, profile, settingsOf } from './support/requests';

describe('the literal encoding', () => {
  it('writes an API event as the specification does', async () => {
    const request = (await fullRequest('traces', { encoding: 'literal' })) as LiteralTracesRequest;
    const [first] = request.resourceSpans[0].scopeSpans[0].spans;
    const { attributes, ...rest } = first;
    rest.should.eql({
      name: 'TempHigh',
      traceId: '00010203-0405-0607-0809-0a0b0c0d0e0f',
      spanId: '00000000-0000-0000-0000-0000000000aa',
      parentSpanId: '00000000-0000-0000-bbbb-bbbbbbbbbbbb',
      startTimeUnixNano: secondNs(1),
      endTimeUnixNano: secondNs(31, 7),
      status: 'Error',
      kind: 'Internal',
      events: [
        {
          name: 'openot.condition_acknowledged',
          time: '2026-05-28T20:26:52.250000000Z',
          attributes: [{ key: 'openot.field.ackBy', value: { stringValue: 'op1' } }]
        }
      ]
    });
    attributes
      .map(({ key }) => key)
      .should.eql([
        'span_uuid',
        'observedTimeUnixNano',
        'sender.id',
        'recipient.id',
        'openot.stream',
        'openot.source.id',
        'openot.source.name'
      ]);
  });

  it('writes unset, a root span and forgotten events as such', () => {
    const network = profile();
    const { parentSpanId, ...root } = span();
    void parentSpanId;
    const settings = settingsOf({ encoding: 'literal' });
    const request = network.request(
      'traces',
      { spans: [{ ...root, status: {}, droppedEventsCount: 3 }] },
      settings
    ) as LiteralTracesRequest;
    const [written] = request.resourceSpans[0].scopeSpans[0].spans;
    written.should.have.property('status', 'Unset');
    written.should.have.property('droppedEventsCount', 3);
    written.should.not.have.property('parentSpanId');
  });

  it('writes every metric as a sum over a window that may fall: the specification has no other', () => {
    const network = profile();
    const settings = settingsOf({ encoding: 'literal' });
    const { metrics } = network.prepare(mapped({ metrics: [valuePoint(), total()] }), [], { stream: '' }, settings);
    const request = network.request('metrics', { metrics }, settings) as LiteralMetricsRequest;
    const written = request.resourceMetrics[0].scopeMetrics[0].metrics;
    const bare = written.map(({ sum, ...rest }) => ({
      ...rest,
      sum: {
        ...sum,
        dataPoints: sum.dataPoints.map(({ attributes, ...point }) => ({ ...point, keys: attributes.length }))
      }
    }));
    bare.should.eql([
      {
        name: 'openot.value.Temperature',
        unit: 'Cel',
        sum: {
          aggregationTemporality: 2,
          isMonotonic: false,
          dataPoints: [{ asDouble: 21.5, startTimeUnixNano: secondNs(10), endTimeUnixNano: secondNs(10), keys: 8 }]
        }
      },
      {
        name: 'openot.records.delivered',
        unit: '1',
        description: 'Records delivered',
        sum: {
          aggregationTemporality: 2,
          isMonotonic: false,
          dataPoints: [{ asDouble: 12, startTimeUnixNano: secondNs(0), endTimeUnixNano: secondNs(20), keys: 8 }]
        }
      }
    ]);
  });

  it('writes an audit event as the specification does', async () => {
    const request = (await fullRequest('logs', { encoding: 'literal' })) as LiteralLogsRequest;
    const [log] = request.resourceLogs[0].scopeLogs[0].logRecords;
    const { attributes, ...rest } = log;
    rest.should.eql({
      timeUnixNano: secondNs(65),
      observedTimeUnixNano: secondNs(66, 5),
      severityNumber: '9',
      severityText: 'INFO',
      eventName: 'openot.event',
      traceId: '01234567-89ab-cdef-0123-456789abcdef',
      spanId: '00000000-0000-0000-fedc-ba9876543210',
      flags: 1,
      body: { stringValue: 'Machine 7: Running -> Paused' }
    });
    attributes.slice(1, 9).should.eql([
      { key: 'item.id', value: { stringValue: 'line1/1/7' } },
      { key: 'item.type', value: { stringValue: 'StateMachine' } },
      { key: 'item.name', value: { stringValue: 'Machine 7' } },
      { key: 'item.code', value: { stringValue: '7' } },
      { key: 'item.prevstate', value: { stringValue: 'Running' } },
      { key: 'item.state', value: { stringValue: 'Paused' } },
      { key: 'item.duration', value: { stringValue: '65' } },
      { key: 'item.duration.seconds', value: { intValue: 65 } }
    ]);
  });

  it('writes integers as numbers as far as JSON keeps them exact, and bytes as text', () => {
    literalValue({ intValue: '9007199254740991' }).should.eql({ intValue: 9007199254740991 });
    literalValue({ intValue: '9007199254740992' }).should.eql({ intValue: '9007199254740992' });
    literalValue({ intValue: '-9223372036854775808' }).should.eql({ intValue: '-9223372036854775808' });
    literalValue({ bytesValue: 'AAH/' }).should.eql({ stringValue: 'AAH/' });
    literalValue({ doubleValue: 5 }).should.eql({ doubleValue: 5 });
    literalValue({ boolValue: false }).should.eql({ boolValue: false });
    literalValue({ stringValue: '' }).should.eql({ stringValue: '' });
    literalValue({ arrayValue: { values: [{ intValue: '1' }, { bytesValue: 'AA==' }] } }).should.eql({
      arrayValue: { values: [{ intValue: 1 }, { stringValue: 'AA==' }] }
    });
    literalValue({ kvlistValue: { values: [{ key: 'a', value: { intValue: '2' } }] } }).should.eql({
      kvlistValue: { values: [{ key: 'a', value: { intValue: 2 } }] }
    });
  });
});
