import should from 'should';
import { selfMetrics } from '../../../../lib/telemetry/metrics';
import { createMetricRegistry } from '../../../../lib/telemetry/network';
import type { KeyValue } from '../../../../lib/telemetry/otlp-types';
import { total, valuePoint } from './support/items';
import { mapped, profile, settingsOf } from './support/requests';

describe('the registry of metrics', () => {
  it('knows before anything is sent what a mapper says of readers, clocks and itself', () => {
    const rows = createMetricRegistry().rows();
    should(rows.map(({ code }) => code)).eql(Object.keys(selfMetrics).sort());
    should(rows.filter(({ status }) => status !== 'draft')).eql([]);
    for (const row of rows)
      for (const [key, text] of Object.entries(row))
        if (key !== 'unit') should(text).not.equal('', `${row.code} ${key}`);
  });

  it('says what was sent, by the words that its points carry', () => {
    const registry = createMetricRegistry();
    const sent = [valuePoint(), valuePoint(22, 11), total()];
    registry.sent(sent);
    const live = registry.rows().filter(({ status }) => status === 'live');
    should(live).eql([
      {
        name: 'Records delivered',
        code: 'openot.records.delivered',
        category: 'pipeline',
        granularity: 'total',
        frequency: 'status',
        status: 'live',
        definition: 'Records delivered',
        unit: ''
      },
      {
        name: 'Temperature',
        code: 'openot.value.Temperature',
        category: 'value',
        granularity: 'instant',
        frequency: 'change',
        status: 'live',
        definition: 'The value Temperature of a controller, told whenever it changes',
        unit: 'Cel'
      }
    ]);
    const { metrics } = profile().prepare(mapped({ metrics: sent }), [], { stream: '' }, settingsOf());
    const wordsOf = (attributes: KeyValue[]): unknown =>
      ['code', 'category', 'granularity', 'frequency', 'label'].map(
        (word) => attributes.find(({ key }) => key === `metric.${word}`)?.value.stringValue
      );
    for (const { point, name } of metrics) {
      const row = live.find(({ code }) => code === name)!;
      should(wordsOf(point.attributes)).eql([row.code, row.category, row.granularity, row.frequency, row.name]);
    }
  });
});
