import should from 'should';
import type { DocumentObject } from '../../../../lib/document';
import { createNetworkProfile, NetworkProfile } from '../../../../lib/telemetry/network';
import { EventType } from '../../../../lib/wire';
import { seeded } from '../../../support/seeded';
import { batch, loss, Place, placeholder, secondNs, transition } from './support/documents';
import { logOf } from './support/items';
import { mapped, profile, settingsOf } from './support/requests';

const settings = settingsOf();

/** `[prevstate, state, duration, whole seconds]` of each. */
function told(network: NetworkProfile, documents: readonly DocumentObject[], stream = 'line1'): unknown[][] {
  const { logs } = network.prepare(mapped({ logs: documents.map(logOf) }), documents, { stream }, settings);
  return logs.map(({ attributes }) =>
    ['item.prevstate', 'item.state', 'item.duration', 'item.duration.seconds'].map(
      (wanted) => Object.values(attributes.find(({ key }) => key === wanted)?.value ?? {})[0]
    )
  );
}

const between = (sourceTimeNs: string, document: DocumentObject): DocumentObject => ({
  ...document,
  provenance: { ...document.provenance, sourceTimeNs }
});

describe('the duration of an audit item', () => {
  it('is the time since the item changed before, exact as text and in whole seconds', () => {
    told(profile(), [
      transition({ seq: 1, at: 0 }, 'Idle', 'Running'),
      between(secondNs(65, 250_000_000), transition({ seq: 2, at: 0 }, 'Running', 'Paused')),
      between(secondNs(65, 250_000_001), transition({ seq: 3, at: 0 }, 'Paused', 'Running')),
      between(secondNs(65, 250_000_001), transition({ seq: 4, at: 0 }, 'Running', 'Idle')),
      between(secondNs(75, 250_000_001), transition({ seq: 5, at: 0 }, 'Idle', 'Running'))
    ]).should.eql([
      ['Idle', 'Running', undefined, undefined],
      ['Running', 'Paused', '65.25', '65'],
      ['Paused', 'Running', '0.000000001', '0'],
      ['Running', 'Idle', '0', '0'],
      ['Idle', 'Running', '10', '10']
    ]);
  });

  it('is counted for each machine of each source, each batch and each stream by itself', () => {
    const network = profile();
    const second = transition({ seq: 9, at: 30 }, 'A', 'A');
    told(network, [
      transition({ seq: 1, at: 0 }, 'A', 'A'),
      batch({ seq: 2, at: 10 }, 'Started'),
      batch({ seq: 3, at: 11 }, 'Started', 41)
    ]);
    told(network, [second], 'line2').should.eql([['A', 'A', undefined, undefined]]);
    told(network, [
      transition({ seq: 8, at: 20 }, 'A', 'A', 8),
      transition({ seq: 1, at: 20, sourceId: 2 }, 'A', 'A')
    ]).should.eql([
      ['A', 'A', undefined, undefined],
      ['A', 'A', undefined, undefined]
    ]);
    told(network, [
      second,
      batch({ seq: 10, at: 12 }, 'Held'),
      batch({ seq: 11, at: 111 }, 'Completed', 41)
    ]).should.eql([
      ['A', 'A', '30', '30'],
      ['Started', 'Held', '2', '2'],
      ['Started', 'Completed', '100', '100']
    ]);
  });

  it('follows a batch over all sources that tell of it', () => {
    told(profile(), [
      batch({ seq: 5, at: 1, sourceId: 1 }, 'Started'),
      batch({ seq: 2, at: 4, sourceId: 2 }, 'Held'),
      batch({ seq: 6, at: 5, sourceId: 1 }, 'Resumed')
    ]).should.eql([
      ['none', 'Started', undefined, undefined],
      ['Started', 'Held', '3', '3'],
      ['Held', 'Resumed', '1', '1']
    ]);
  });

  it('is not told over the end of a run or of a life of the ring: nobody knows what was between', () => {
    const places: Place[] = [
      { seq: 1, at: 0 },
      { seq: 2, at: 5, runId: '78' },
      { seq: 3, at: 7, incarnation: 3 },
      { seq: 4, at: 9 }
    ];
    told(
      profile(),
      places.map((place) => transition(place, 'A', 'A'))
    )
      .map(([, , duration]) => duration)
      .should.eql([undefined, undefined, undefined, '9']);
  });

  it('is not told where the clock was set back, and goes on from there', () => {
    told(profile(), [
      transition({ seq: 1, at: 100 }, 'A', 'B'),
      transition({ seq: 2, at: 40 }, 'B', 'A'),
      transition({ seq: 3, at: 42 }, 'A', 'B')
    ])
      .map(([, , duration]) => duration)
      .should.eql([undefined, undefined, '2']);
  });

  it('is not told where a change in between was not seen: the machine left another state than it had entered', () => {
    told(profile(), [
      transition({ seq: 1, at: 0 }, 'A', 'B'),
      transition({ seq: 5, at: 9 }, 'C', 'A'),
      transition({ seq: 6, at: 12 }, 'A', 'B')
    ]).should.eql([
      ['A', 'B', undefined, undefined],
      ['C', 'A', undefined, undefined],
      ['A', 'B', '3', '3']
    ]);
  });

  for (const [what, gap] of [
    ['a loss', loss({ seq: 4, at: 3 })],
    ['a transition that could not be resolved', placeholder({ seq: 4, at: 3 })]
  ] as const) {
    it(`is not told over ${what} of the source, in which the item may have changed, whatever is read again`, () => {
      const network = profile();
      const before = [
        transition({ seq: 1, at: 0 }, 'A', 'A'),
        batch({ seq: 2, at: 1 }, 'Started'),
        transition({ seq: 1, at: 1, sourceId: 2 }, 'A', 'A'),
        batch({ seq: 2, at: 2, sourceId: 2 }, 'Started', 41),
        transition({ seq: 3, at: 2, runId: '76' }, 'A', 'A')
      ];
      const after = [
        transition({ seq: 7, at: 10 }, 'A', 'A'),
        batch({ seq: 8, at: 11 }, 'Held'),
        transition({ seq: 3, at: 12, sourceId: 2 }, 'A', 'A'),
        batch({ seq: 4, at: 12, sourceId: 2 }, 'Held', 41),
        transition({ seq: 4, at: 12, runId: '76' }, 'A', 'A'),
        transition({ seq: 9, at: 12 }, 'A', 'A')
      ];
      const expected = [
        ['A', 'A', undefined, undefined],
        ['none', 'Held', undefined, undefined],
        ['A', 'A', '11', '11'],
        ['Started', 'Held', '10', '10'],
        ['A', 'A', '10', '10'],
        ['A', 'A', '2', '2']
      ];
      told(network, [...before, gap, ...after])
        .slice(before.length + 1)
        .should.eql(expected);
      told(network, [...before.slice(1), gap, ...after])
        .slice(before.length)
        .should.eql(expected);
      told(network, after).should.eql(expected);
      const other = profile();
      other.restore(network.image()).ok.should.be.true();
      told(other, after).should.eql(expected);
    });
  }

  it('goes on over a record of another kind that could not be resolved', () => {
    const other = { ...placeholder({ seq: 2, at: 1 }), eventTypeId: EventType.ValueChanged };
    told(profile(), [
      transition({ seq: 1, at: 0 }, 'A', 'A'),
      other,
      transition({ seq: 3, at: 9 }, 'A', 'A')
    ])[2].should.eql(['A', 'A', '9', '9']);
  });
});

describe('the audit book', () => {
  const random = seeded(7);
  let seq = 0;
  const states = new Map<number, string>();
  const story: DocumentObject[] = Array.from({ length: 200 }, (_, i) => {
    const place = { seq: seq++, at: i };
    const id = random.below(10);
    if (random.below(2) === 0) return batch(place, `S${i}`, id);
    const from = states.get(id) ?? 'Idle';
    states.set(id, `S${i}`);
    return transition(place, from, `S${i}`, id);
  });

  it('tells the same of records that are read again, in any pieces', () => {
    const network = profile();
    const first = told(network, story);
    for (const from of [0, 1, 57, 150, 199]) {
      told(network, story.slice(from)).should.eql(first.slice(from));
    }
    told(network, [...story.slice(20, 60), ...story.slice(30, 200)]).should.eql([
      ...first.slice(20, 60),
      ...first.slice(30, 200)
    ]);
  });

  it(
    'tells the same after a restart from its image, wherever that was taken, with the records behind it ' +
      'read again',
    () => {
      const whole = told(profile(), story);
      for (const [saved, from] of [
        [120, 120],
        [120, 90],
        [200, 0],
        [1, 0]
      ]) {
        const before = profile();
        told(before, story.slice(0, saved));
        before.changed.should.be.true();
        const image = before.image();
        before.changed.should.be.false();
        const after = profile();
        after.restore(image).should.eql({ ok: true });
        told(after, story.slice(from)).should.eql(whole.slice(from));
      }
    }
  );

  it('does not change where everything is known, so that nothing need be saved', () => {
    const network = profile();
    told(network, story);
    network.image();
    told(network, story.slice(100));
    network.changed.should.be.false();
    told(network, [transition({ seq: 500, at: 500 }, 'A', 'B')]);
    network.changed.should.be.true();
  });

  it('forgets the item that changed longest ago, and never holds more than its limits', () => {
    const network = createNetworkProfile({ maxAuditItems: 3, maxAuditChanges: 2 });
    const turn = (machine: number, at: number): DocumentObject => transition({ seq: at, at }, 'A', 'A', machine);
    told(network, [turn(1, 1), turn(2, 2), turn(3, 3), turn(1, 4), turn(4, 5)])
      .map(([, , duration]) => duration)
      .should.eql([undefined, undefined, undefined, '3', undefined]);
    told(network, [turn(1, 6), turn(2, 7)])
      .map(([, , duration]) => duration)
      .should.eql(['2', undefined]);
    const size = network.image().length;
    told(
      network,
      Array.from({ length: 1000 }, (_, i) => turn(i % 7, 10 + i))
    );
    network.image().length.should.be.below(size * 2);
  });

  it('says nothing rather than something wrong of records from further back than it remembers', () => {
    const network = createNetworkProfile({ maxAuditChanges: 3 });
    const turns = Array.from({ length: 10 }, (_, i) => transition({ seq: i, at: i }, `S${i}`, `S${i + 1}`));
    told(network, turns);
    told(network, turns)
      .map(([, , duration]) => duration)
      .should.eql([...Array<undefined>(7), '1', '1', '1']);
  });

  it('refuses an image that is none, and is empty then', () => {
    const network = profile();
    const text = (value: unknown): Uint8Array =>
      new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
    told(network, story);
    const good = JSON.parse(new TextDecoder().decode(network.image())) as { version: number; items: unknown[][] };
    const bad = [
      '',
      '{',
      'null',
      '[]',
      { version: 2, items: [] },
      { version: 1 },
      { version: 1, items: [['key', null]] },
      { version: 1, items: [['key', ['soon', 'A'], []]] },
      { version: 1, items: [['key', null, [[1, -1, '5', 'A']]]] },
      { version: 1, items: [['key', null, [[1, 1, '5']]]] }
    ];
    for (const image of bad) {
      told(network, story);
      const refused = network.restore(text(image));
      should(refused).containEql({ ok: false, code: 'OPENOT_OTEL_AUDIT_IMAGE' });
      told(network, [transition({ seq: 500, at: 500 }, 'A', 'B', 1)]).should.eql([['A', 'B', undefined, undefined]]);
    }
    network.restore(new Uint8Array([0xff, 0xfe])).ok.should.be.false();
    network.restore(text(good)).should.eql({ ok: true });
  });
});
