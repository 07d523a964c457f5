import should from 'should';
import type { KeyValue } from '../../../../lib/telemetry/otlp-types';
import { batch, loss, message, placeholder, secondNs, transition } from './support/documents';
import { logOf, span, total, valuePoint } from './support/items';
import { mapped, profile, settingsOf } from './support/requests';

const values = (attributes: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));
const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
};

describe('prepared items', () => {
  const documents = [
    transition({ seq: 1, at: 1 }, 'Idle', 'Running'),
    batch({ seq: 2, at: 2 }, 'Started'),
    message({ seq: 3, at: 3 }),
    loss({ seq: 4, at: 9 }),
    placeholder({ seq: 7, at: 7 })
  ];
  const items = (): ReturnType<typeof mapped> =>
    mapped({ logs: documents.map(logOf), metrics: [valuePoint(), total()], spans: [span()] });

  it('change nothing of what they are made of, and share its own attributes behind theirs', () => {
    const given = frozen(items());
    const prepared = profile().prepare(given, frozen(documents), { stream: 'line1' }, settingsOf());
    given.should.eql(items());
    prepared.logs[0].attributes.slice(-given.logs[0].attributes.length).should.eql(given.logs[0].attributes);
    prepared.metrics[0].point.attributes.slice(-1).should.eql(given.metrics[0].point.attributes);
    prepared.spans[0].attributes.slice(-3).should.eql(given.spans[0].attributes);
    const request = profile().request('traces', frozen(prepared), settingsOf());
    JSON.stringify(request).should.containEql('span_uuid');
  });

  it('have the same uuids at every reading, whatever stands around them, and no two the same', () => {
    const uuidsOf = (prepared: ReturnType<typeof mapped>): unknown[] => [
      ...prepared.logs.map(({ attributes }) => values(attributes).log_uuid),
      ...prepared.metrics.map(({ point }) => values(point.attributes).metric_uuid),
      ...prepared.spans.map(({ attributes }) => values(attributes).span_uuid)
    ];
    const first = uuidsOf(profile().prepare(items(), documents, { stream: 'line1' }, settingsOf()));
    new Set(first).size.should.equal(8);
    const again = uuidsOf(
      profile().prepare(
        items(),
        documents,
        { stream: 'line1' },
        settingsOf({ producer: 'another', encoding: 'literal' })
      )
    );
    again.should.eql(first);
    const alone = profile().prepare(
      mapped({ logs: [logOf(documents[2])] }),
      [documents[2]],
      { stream: 'line1' },
      settingsOf()
    );
    should(values(alone.logs[0].attributes).log_uuid).equal(first[2]);
  });

  it('give points another uuid where name, time, value or attributes differ', () => {
    const network = profile();
    const other = { ...valuePoint(), point: { ...valuePoint().point, attributes: [] } };
    const metrics = [
      valuePoint(),
      valuePoint(22),
      valuePoint(21.5, 11),
      { ...valuePoint(), name: 'openot.value.Other' },
      other
    ];
    const prepared = network.prepare(mapped({ metrics }), [], { stream: '' }, settingsOf());
    new Set(prepared.metrics.map(({ point }) => values(point.attributes).metric_uuid)).size.should.equal(
      metrics.length
    );
  });

  it('say of a value what it is called and that it is told when it changes', () => {
    const prepared = profile().prepare(items(), documents, { stream: 'line1' }, settingsOf());
    values(prepared.metrics[0].point.attributes).should.containDeep({
      'metric.code': 'openot.value.Temperature',
      'metric.category': 'value',
      'metric.label': 'Temperature',
      'metric.granularity': 'instant',
      'metric.frequency': 'change'
    });
    values(prepared.metrics[1].point.attributes).should.containDeep({
      'metric.code': 'openot.records.delivered',
      'metric.category': 'pipeline',
      'metric.label': 'Records delivered',
      'metric.granularity': 'total',
      'metric.frequency': 'status'
    });
  });

  it('were observed when the last document of their message was received; without documents, at their own time', () => {
    const network = profile();
    const prepared = network.prepare(items(), documents, { stream: 'line1' }, settingsOf());
    should(values(prepared.spans[0].attributes).observedTimeUnixNano).equal(secondNs(10, 5));
    should(values(prepared.metrics[0].point.attributes).observedTimeUnixNano).equal(secondNs(10, 5));
    const status = network.prepare(mapped({ metrics: [total()] }), [], { stream: 'line1' }, settingsOf());
    should(values(status.metrics[0].point.attributes).observedTimeUnixNano).equal(secondNs(20));
  });

  it('go from the source to the producer, unless somebody else is named', () => {
    const network = profile();
    const between = (input: object, attributes = span().attributes, stream = 'line1'): unknown[] => {
      const { spans } = network.prepare(
        mapped({ spans: [{ ...span(), attributes }] }),
        [],
        { stream },
        settingsOf(input)
      );
      const found = values(spans[0].attributes);
      return [found['sender.id'], found['recipient.id']];
    };
    between({}).should.eql(['line1/Mixer 1', 'plant-1']);
    between({}, [{ key: 'openot.source.id', value: { intValue: '1' } }]).should.eql(['line1/1', 'plant-1']);
    between({}, [], '').should.eql(['plant-1', 'plant-1']);
    between({ senderId: 'plc', recipientId: 'observer' }).should.eql(['plc', 'observer']);
  });

  it('are about machine, batch, or else the source that tells them', () => {
    const prepared = profile().prepare(items(), documents, { stream: 'line1' }, settingsOf());
    const about = prepared.logs.map(({ attributes }) =>
      Object.entries(values(attributes))
        .filter(([key]) => key.startsWith('item.'))
        .map(([, value]) => value)
    );
    about.should.eql([
      ['line1/1/7', 'StateMachine', 'Machine 7', '7', 'Idle', 'Running'],
      ['line1/40', 'Batch', 'B-40', '40', 'none', 'Started'],
      ['line1/1', 'Source', 'Mixer 1', '1', 'none', 'none'],
      ['line1/1', 'Source', 'Mixer 1', '1', 'none', 'none'],
      ['line1/1', 'Source', 'Mixer 1', '1', 'none', 'none']
    ]);
  });

  it('without a document are about the stream', () => {
    const network = profile();
    const clock = { ...logOf(documents[2]), attributes: [] };
    const prepared = network.prepare(
      mapped({ logs: [logOf(documents[0]), clock] }),
      documents.slice(0, 1),
      { stream: 'line1' },
      settingsOf()
    );
    values(prepared.logs[1].attributes).should.containDeep({
      'item.id': 'line1',
      'item.type': 'Stream',
      'item.prevstate': 'none',
      'item.state': 'none'
    });
    values(
      network.prepare(mapped({ logs: [clock] }), [], { stream: '' }, settingsOf()).logs[0].attributes
    ).should.containDeep({ 'item.id': 'none', 'item.type': 'Stream' });
  });

  it('do without logs where those are off, and notice logs of other documents', () => {
    const network = profile();
    network.prepare(mapped({ spans: [span()] }), documents, { stream: '' }, settingsOf()).spans.length.should.equal(1);
    (() =>
      network.prepare(mapped({ logs: [logOf(documents[0])] }), documents, { stream: '' }, settingsOf())).should.throw(
      RangeError,
      { message: 'prepare: 1 logs, but 5 documents' }
    );
  });
});
