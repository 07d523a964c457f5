import { strict as assert } from 'node:assert';
import { type LogContent, logQueryFilter } from '../../../lib/logobject';

const record: LogContent = {
  ticks: '1',
  severity: 80,
  sourceName: 'Feed pump',
  sourceNode: 'nsu=urn:plc;s=Pump1',
  message: { text: 'Pressure above set point' },
  data: [
    { name: 'order', type: 'String', value: 'A-4711' },
    { name: 'limits', type: 'Double', value: [1.5, 98.25] },
    { type: 'Variant', value: { type: 'String', value: 'nested' } }
  ]
};

describe('a search in a log', () => {
  const finds: readonly string[] = ['pressure', 'SET POINT', 'feed', 'pump1', 'a-4711', 'order', '98.25', 'nested', ''];
  for (const text of finds)
    it(`finds '${text}' in message, source or data, whatever the case`, () =>
      assert.equal(logQueryFilter({ text })(record), true));

  it('does not find what stands nowhere', () => assert.equal(logQueryFilter({ text: 'motor' })(record), false));

  it('takes a source as a whole, by name or by node', () => {
    assert.equal(logQueryFilter({ source: 'Feed pump' })(record), true);
    assert.equal(logQueryFilter({ source: 'nsu=urn:plc;s=Pump1' })(record), true);
    assert.equal(logQueryFilter({ source: 'Feed' })(record), false);
  });

  it('wants both where text and source are given', () => {
    assert.equal(logQueryFilter({ source: 'Feed pump', text: 'pressure' })(record), true);
    assert.equal(logQueryFilter({ source: 'Feed pump', text: 'motor' })(record), false);
  });

  it('survives a record with a message only, and a value that is null', () => {
    const bare: LogContent = { ticks: '1', severity: 1, message: {}, data: [{ type: 'String', value: null }] };
    assert.equal(logQueryFilter({ text: 'null' })(bare), false);
    assert.equal(logQueryFilter({})(bare), true);
  });
});
