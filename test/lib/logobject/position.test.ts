import { strict as assert } from 'node:assert';
import { positionOf, savedPosition } from '../../../lib/logobject';
import { positionAt, ticksAt } from './support/records';

const KEY = '0123456789abcdef0123456789abcdef';
const position = positionAt(100, {
  seen: new Map([[KEY, { ticks: ticksAt(99), count: 3, settled: 2 }]]),
  serverStart: ticksAt(1),
  lateBy: 5n
});

describe('the position of a log in a state file', () => {
  it('comes back as it was', () => assert.deepEqual(positionOf(savedPosition(position)), position));

  it('comes back where nothing was read yet and the start of the server is not known', () => {
    const none = positionAt(100, { watermark: undefined, serverStart: undefined });
    assert.deepEqual(positionOf(savedPosition(none)), none);
  });

  it('takes no record for entered before everything unread where the text does not say so', () => {
    const text = savedPosition(position).replace(',3,2]', ',3]');
    assert.equal(positionOf(text)?.seen.get(KEY)?.settled, 0);
  });

  const damage: Readonly<Record<string, (text: string) => string>> = {
    'that is cut off': (text) => text.slice(0, -1),
    'that is a list': () => '[]',
    'without the time of the device': (text) => text.replace('deviceTicks', 'other'),
    'with a time that is no number': (text) => text.replace(/"completeTo":"\d/, '"completeTo":"x'),
    'with a key that is none': (text) => text.replace(KEY, 'key'),
    'with less than no record': (text) => text.replace(',3,2]', ',-3,2]')
  };
  for (const [what, spoil] of Object.entries(damage))
    it(`is none in a text ${what}`, () => {
      const spoilt = spoil(savedPosition(position));
      assert.notEqual(spoilt, savedPosition(position));
      assert.equal(positionOf(spoilt), undefined);
    });
});
