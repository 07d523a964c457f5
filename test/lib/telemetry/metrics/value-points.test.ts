import should from 'should';
import { groupMetrics } from '../../../../lib/telemetry/assemble';
import { metricName, valuePoint } from '../../../../lib/telemetry/metrics';
import type { MetricPoint } from '../../../../lib/telemetry/otlp-types';
import { EventType, Key } from '../../../../lib/wire';
import { event, field, loss, newValue, NOON, placeholder, reading, valueRef } from '../support/readings';

const off = { boolMetrics: false };
const on = { boolMetrics: true };
const pointOf = (document: Parameters<typeof valuePoint>[0], settings = off): MetricPoint => {
  const point = valuePoint(document, 'line 1', settings);
  if (point === undefined || point === 'notFinite') throw new Error(`no point: ${point}`);
  return point;
};

describe('metrics: gauges of values', () => {
  it('a number becomes a gauge of its value, at its source time, with source and stream', () => {
    should(pointOf(reading('Real', 21.5, { unit: 'degC' }))).eql({
      name: 'openot.value.Level',
      unit: 'Cel',
      kind: 'gauge',
      point: {
        attributes: [
          { key: 'openot.stream', value: { stringValue: 'line 1' } },
          { key: 'openot.source.id', value: { intValue: '1' } },
          { key: 'openot.source.name', value: { stringValue: 'Mixer' } },
          { key: 'openot.value.id', value: { intValue: '20' } },
          { key: 'openot.value.name', value: { stringValue: 'Level' } }
        ],
        timeUnixNano: String(NOON),
        asDouble: 21.5
      }
    });
  });

  it('of a field that comes twice the last one counts, as everywhere', () => {
    const twice = [
      valueRef('Level', 20),
      newValue('Real', 1, { unit: 'degC' }),
      valueRef('Flow', 21),
      newValue('Real', 2, { unit: 'L' })
    ];
    const { name, unit, point } = pointOf(event(EventType.ValueChanged, twice));
    should([name, unit, point.asDouble, point.attributes.at(-1)?.value.stringValue]).eql([
      'openot.value.Flow',
      'L',
      2,
      'Flow'
    ]);
    const denied = field(Key.authResult, 'authResult', 'UInt', 1);
    const granted = field(Key.authResult, 'authResult', 'UInt', 0);
    should(
      valuePoint(event(EventType.ParameterChange, [valueRef('Level'), newValue('Real', 1), granted, denied]), '', off)
    ).be.undefined();
    should(
      valuePoint(event(EventType.ParameterChange, [valueRef('Level'), newValue('Real', 1), denied, granted]), '', off)
    ).not.be.undefined();
  });

  it('a parameter becomes the same gauge', () => {
    const fields = [
      valueRef('Level'),
      field(Key.previousValue, 'previousValue', 'Real', 1),
      newValue('Real', 2, { unit: 'L' }),
      field(Key.actor, 'actor', 'String', 'jdoe'),
      field(Key.reason, 'reason', 'String', 'test')
    ];
    should(pointOf(event(EventType.ParameterChange, fields))).have.properties({
      name: 'openot.value.Level',
      unit: 'L'
    });
    should(pointOf(event(EventType.ParameterChange, fields)).point.asDouble).equal(2);
  });

  for (const [code, label, changes] of [
    [0, 'Granted', true],
    [1, 'Denied', false],
    [2, 'NotRequired', true],
    [3, 'Pending', false],
    [4, 'Expired', false]
  ] as const) {
    it(
      `a parameter change that is ${label} ` +
        `${changes ? 'counts' : 'leaves the gauge alone: the parameter has its old value'}`,
      () => {
        const point = valuePoint(
          event(EventType.ParameterChange, [
            valueRef('Level'),
            newValue('Real', 2),
            field(Key.authResult, 'authResult', 'UInt', code, { enumLabel: label })
          ]),
          '',
          off
        );
        should(point !== undefined).equal(changes);
      }
    );
  }

  for (const [type, value, written] of [
    ['SInt', -128, { asDouble: -128 }],
    ['USInt', 255, { asDouble: 255 }],
    ['Int', -32768, { asDouble: -32768 }],
    ['UInt', 65535, { asDouble: 65535 }],
    ['DInt', -2147483648, { asDouble: -2147483648 }],
    ['UDInt', 4294967295, { asDouble: 4294967295 }],
    ['LInt', '-9223372036854775808', { asDouble: -(2 ** 63) }],
    ['ULInt', '9223372036854775807', { asDouble: 2 ** 63 }],
    ['ULInt', '9223372036854775808', { asDouble: 2 ** 63 }],
    ['ULInt', '18446744073709551615', { asDouble: 18446744073709551615 }],
    ['Real', 5, { asDouble: 5 }],
    ['Real', 0.10000000149011612, { asDouble: 0.10000000149011612 }],
    ['LReal', -1e300, { asDouble: -1e300 }],
    ['LReal', 0, { asDouble: 0 }]
  ] as const) {
    it(`${type} ${value} is ${JSON.stringify(written)}`, () => {
      const { asInt, asDouble } = pointOf(reading(type, value)).point;
      should({ ...(asInt === undefined ? {} : { asInt }), ...(asDouble === undefined ? {} : { asDouble }) }).eql(
        written
      );
    });
  }

  it('a ULInt that fits no integer, and its neighbour that does, are points of one series', () => {
    const [below, above] = ['9223372036854775807', '9223372036854775808'].map((value) =>
      pointOf(reading('ULInt', value))
    );
    should(above.point.attributes).eql(below.point.attributes);
    should(groupMetrics([below, above]).length).equal(1);
  });

  for (const nonFinite of ['NaN', 'Infinity', '-Infinity'])
    it(`${nonFinite} gives no point, and says so`, () =>
      should(valuePoint(reading('Real', null, { nonFinite }), '', off)).equal('notFinite'));

  it('Bool is 0 and 1 on request, and nothing otherwise', () => {
    should([true, false].map((value) => pointOf(reading('Bool', value), on).point.asDouble)).eql([1, 0]);
    should(valuePoint(reading('Bool', true), '', off)).be.undefined();
  });

  for (const [type, value] of [
    ['String', '12'],
    ['Bytes', { payloadHex: '0c' }],
    ['DateTime', '1795176000000000000']
  ] as const)
    it(`${type} never is a number`, () => should(valuePoint(reading(type, value), '', on)).be.undefined());

  it('no other document gives a point, whatever it carries', () => {
    should(valuePoint(event(EventType.Message, [valueRef('Level'), newValue('Real', 1)]), '', on)).be.undefined();
    should(valuePoint(event(EventType.ValueChanged, [valueRef('Level')]), '', on)).be.undefined();
    should(valuePoint(event(EventType.ValueChanged, [newValue('Real', 1)]), '', on)).be.undefined();
    should(valuePoint(loss(), '', on)).be.undefined();
    should(valuePoint(placeholder('drift'), '', on)).be.undefined();
  });

  it('a clock that was never set has no time to give: the time of receipt stands for it', () => {
    should(pointOf(reading('Real', 1, {}, { sourceNs: 0n, receiveNs: NOON })).point.timeUnixNano).equal(String(NOON));
    should(pointOf(reading('Real', 1, {}, { sourceNs: 1n, receiveNs: NOON })).point.timeUnixNano).equal('1');
  });

  it('what the record says of its unit stands over what the definition says', () => {
    const fields = [
      valueRef('Level'),
      newValue('Real', 1, { unit: 'L' }),
      field(Key.unit, 'unit', 'UInt', 99, { unit: 'hl' })
    ];
    should(pointOf(event(EventType.ValueChanged, fields)).unit).equal('hL');
    should(
      pointOf(event(EventType.ValueChanged, [...fields.slice(0, 2), field(Key.unit, 'unit', 'UInt', 98)])).unit
    ).equal('L');
  });

  it('a value without a unit has none, so that no store takes it for a ratio', () => {
    should(pointOf(reading('UDInt', 3)).unit).equal('');
  });

  it('without stream and without a name of the source these attributes are left out', () => {
    const point = valuePoint(reading('Real', 1, {}, { sourceName: '' }), '', off) as MetricPoint;
    should(point.point.attributes.map(({ key }) => key)).eql([
      'openot.source.id',
      'openot.value.id',
      'openot.value.name'
    ]);
  });

  it('a value that the definition does not know goes by its number', () => {
    const point = pointOf(
      event(EventType.ValueChanged, [field(Key.valueId, 'valueId', 'UDInt', 99), newValue('Real', 1)])
    );
    should(point.name).equal('openot.value.99');
    should(point.point.attributes.slice(-1)).eql([{ key: 'openot.value.id', value: { intValue: '99' } }]);
  });
});

describe('metrics: names of values', () => {
  for (const [name, metric] of [
    ['Temperature', 'openot.value.Temperature'],
    ['Tank 1.Level/max-A_b', 'openot.value.Tank_1.Level/max-A_b'],
    ['Füllstand', 'openot.value.F_llstand'],
    ['a\u0000b', 'openot.value.a_b'],
    ['😀', 'openot.value._'],
    ['', 'openot.value._'],
    ['x'.repeat(255), `openot.value.${'x'.repeat(242)}`]
  ])
    it(`${JSON.stringify(name.slice(0, 20))} is ${metric.slice(0, 40)}`, () => should(metricName(name)).equal(metric));

  it('two values whose names become the same stay apart by their attributes', () => {
    const [a, b] = [
      ['Füll', 1],
      ['F?ll', 2]
    ].map(([name, id]) =>
      pointOf(event(EventType.ValueChanged, [valueRef(String(name), Number(id)), newValue('Real', 1)]))
    );
    should(a.name).equal(b.name);
    should(a.point.attributes).not.eql(b.point.attributes);
  });

  it('two values of one name stay apart by their ids', () => {
    const [a, b] = [1, 2].map((id) =>
      pointOf(event(EventType.ValueChanged, [valueRef('Level', id), newValue('Real', 1)]))
    );
    should(a.point.attributes).not.eql(b.point.attributes);
  });

  it('one name with two units becomes two metrics, with one unit a single one', () => {
    const points = [
      pointOf(reading('Real', 1, { unit: 'L' })),
      pointOf(reading('Real', 2, { unit: 'hl' })),
      pointOf(reading('Real', 3, { unit: 'l' }))
    ];
    should(groupMetrics(points).map(({ name, unit, gauge }) => [name, unit, gauge?.dataPoints.length])).eql([
      ['openot.value.Level', 'L', 2],
      ['openot.value.Level', 'hL', 1]
    ]);
  });
});
