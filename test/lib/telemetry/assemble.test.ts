import should from 'should';
import { assembleRequest, emptyRequest, groupMetrics } from '../../../lib/telemetry/assemble';
import type { LogRecord, MetricPoint, Span } from '../../../lib/telemetry/otlp-types';

const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'plant' } }] };
const scope = { name: 'n', version: '1' };
const point = (name: string, time: string, more: Partial<MetricPoint> = {}): MetricPoint => ({
  name,
  unit: '',
  kind: 'gauge',
  point: { attributes: [], timeUnixNano: time, asInt: '1' },
  ...more
});

describe('requests', () => {
  const log = { eventName: 'openot.x' } as LogRecord;
  const span = { name: 'x' } as Span;

  it('of logs and traces: one resource, one scope, the items as they are', () => {
    should(assembleRequest('logs', { logs: [log] }, { resource, scope })).eql({
      resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [log] }] }]
    });
    should(assembleRequest('traces', { spans: [span] }, { resource, scope })).eql({
      resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }]
    });
  });

  it('without items have no resource, so that they can carry tokens and nothing else', () => {
    should(assembleRequest('logs', {}, { resource, scope })).eql({ resourceLogs: [] });
    should(assembleRequest('metrics', { metrics: [] }, { resource, scope })).eql({ resourceMetrics: [] });
    should(assembleRequest('traces', { spans: [] }, { resource, scope }))
      .eql(emptyRequest('traces'))
      .eql({ resourceSpans: [] });
    should(emptyRequest('logs')).not.equal(emptyRequest('logs'));
  });

  it('name their schemas where there are any', () => {
    should(
      assembleRequest(
        'logs',
        { logs: [log] },
        { resource, scope, resourceSchemaUrl: 'https://r', scopeSchemaUrl: 'https://s' }
      )
    ).eql({
      resourceLogs: [
        { resource, scopeLogs: [{ scope, logRecords: [log], schemaUrl: 'https://s' }], schemaUrl: 'https://r' }
      ]
    });
  });

  it('of metrics: points of one name are one metric, in the order of their first points', () => {
    const given = [
      point('b', '1'),
      point('a', '2', { unit: 'Cel', description: 'How warm.' }),
      point('b', '3'),
      point('a', '4', { unit: 'Cel' })
    ];
    should(assembleRequest('metrics', { metrics: given }, { resource, scope })).eql({
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              scope,
              metrics: [
                { name: 'b', unit: '', gauge: { dataPoints: [given[0].point, given[2].point] } },
                {
                  name: 'a',
                  description: 'How warm.',
                  unit: 'Cel',
                  gauge: { dataPoints: [given[1].point, given[3].point] }
                }
              ]
            }
          ]
        }
      ]
    });
  });

  it('of metrics: another unit or kind is another metric; sums are cumulative and monotonic', () => {
    should(
      groupMetrics([point('a', '1'), point('a', '2', { unit: 's' }), point('a', '3', { kind: 'sum' })]).map(
        ({ unit, gauge, sum }) => [unit, gauge?.dataPoints.length, sum]
      )
    ).eql([
      ['', 1, undefined],
      ['s', 1, undefined],
      [
        '',
        undefined,
        {
          dataPoints: [{ attributes: [], timeUnixNano: '3', asInt: '1' }],
          aggregationTemporality: 2,
          isMonotonic: true
        }
      ]
    ]);
  });
});
