import should from 'should';
import { createClockWatch } from '../../../../lib/telemetry/clock-watch';
import { durationText } from '../../../../lib/telemetry/clock-watch/duration';
import { EventType, Key } from '../../../../lib/wire';
import { named, told } from '../support/points';
import { event, field, loss, Made, NOON, placeholder, SECOND } from '../support/readings';
import { attribute, Device, HOUR, MINUTE, withLimits } from './rig';

const timeSync = (quality: number, made: Made): ReturnType<typeof event> =>
  event(EventType.TimeSyncChanged, [field(Key.clockQuality, 'clockQuality', 'UInt', quality)], made);

describe('clock watch: records that say their clock is not synchronised', () => {
  it('the first of a source is told, and then no more of it', () => {
    const device = new Device();
    for (let i = 0; i < 20; i++) device.pass(SECOND).reads(device.writes({ unsynced: true }));
    should(device.told).eql(['suspect unsynced']);
    should(device.logs[0].body.stringValue).equal(
      'The clock of Mixer of line 1 is not synchronised, as its records say'
    );
    should([
      attribute(device.logs[0], 'openot.source.id'),
      attribute(device.logs[0], 'openot.source.name'),
      attribute(device.logs[0], 'log.record.uid')
    ]).eql(['1', 'Mixer', 'line 1/0/77/1/0/clock/unsynced']);
  });

  it('each source by itself, with or without a name, placeholders too', () => {
    const device = new Device();
    device.reads(
      device.writes({ unsynced: true }),
      device.writes({ unsynced: true, sourceId: 2, sourceName: '' }),
      placeholder('drift', { unsynced: true, sourceId: 3, sourceName: 'Pump', sourceNs: NOON, seq: 0 }),
      loss({ unsynced: true })
    );
    should(device.logs.map(({ body }) => body.stringValue)).eql(
      ['Mixer', 'source 2', 'Pump'].map(
        (name) => `The clock of ${name} of line 1 is not synchronised, as its records say`
      )
    );
  });

  it('a minute without such a record restores it, told by whatever comes then', () => {
    const device = new Device();
    device
      .reads(device.writes({ unsynced: true }))
      .pass(59n * SECOND)
      .reads(device.writes());
    should(device.told).eql(['suspect unsynced']);
    device.pass(SECOND).reads(device.writes());
    should(device.told).eql(['suspect unsynced', 'restored unsynced']);
    should(attribute(device.logs[1], 'log.record.uid')).equal('line 1/0/77/1/2/1/clock/unsynced');
    device.reads(device.writes({ unsynced: true }));
    should(device.told).eql(['suspect unsynced', 'restored unsynced', 'suspect unsynced']);
  });

  it('such records that come again are not told again, nor from a run that is over', () => {
    const device = new Device();
    const old = Array.from({ length: 3 }, () => device.pass(SECOND).writes({ unsynced: true }));
    device
      .reads(...old)
      .pass(2n * MINUTE)
      .reads(device.writes())
      .pass(MINUTE)
      .reads(...old);
    should(device.told).eql(['suspect unsynced', 'restored unsynced']);
    device
      .pass(SECOND)
      .reads(device.writes({ runId: '78', seq: 0 }))
      .pass(SECOND)
      .reads(...old);
    should(device.told).eql(['suspect unsynced', 'restored unsynced']);
  });

  it('a status restores it, too', () => {
    const device = new Device();
    device
      .reads(device.writes({ unsynced: true }))
      .pass(MINUTE)
      .idle();
    should(device.told).eql(['suspect unsynced', 'restored unsynced']);
  });

  it('records that alternate are told once, not at each change', () => {
    const device = new Device();
    for (let i = 0; i < 500; i++) device.pass(SECOND / 10n).reads(device.writes({ unsynced: i % 2 === 0 }));
    should(device.told).eql(['suspect unsynced']);
  });
});

describe('clock watch: TimeSyncChanged', () => {
  for (const [quality, words] of [
    [0, 'unknown'],
    [1, 'free running'],
    [3, 'in holdover'],
    [9, 'of quality 9']
  ] as const) {
    it(`quality ${quality} makes the clock suspect, Synced restores it`, () => {
      const device = new Device();
      device.reads(
        timeSync(quality, { sourceId: 0, sourceName: 'Logger', seq: 0 }),
        timeSync(quality, { sourceId: 0, sourceName: 'Logger', seq: 1 })
      );
      should(device.logs.map(({ body }) => body.stringValue)).eql([
        `The clock of Logger of line 1 is ${words}, as it says itself`
      ]);
      should(attribute(device.logs[0], 'openot.clock.quality')).equal(words);
      device.reads(timeSync(2, { sourceId: 0, sourceName: 'Logger', seq: 2 }));
      should(device.told).eql(['suspect quality', 'restored quality']);
    });
  }

  it('one that comes again says nothing of the clock as it is now', () => {
    const device = new Device();
    const changes = [timeSync(1, { sourceId: 0, seq: 0 }), timeSync(2, { sourceId: 0, seq: 1 })];
    device
      .reads(...changes)
      .pass(HOUR)
      .reads(changes[0]);
    should(device.told).eql(['suspect quality', 'restored quality']);
  });

  it('of a quality that comes twice the last one counts', () => {
    const [synced, unknown] = [2, 0].map((quality) => field(Key.clockQuality, 'clockQuality', 'UInt', quality));
    const device = new Device();
    device.reads(event(EventType.TimeSyncChanged, [unknown, synced], { seq: 0 }));
    should(device.told).eql([]);
    device.reads(event(EventType.TimeSyncChanged, [synced, unknown], { seq: 1 }));
    should(device.told).eql(['suspect quality']);
  });

  it('Synced alone is no news', () => {
    const device = new Device();
    should(device.reads(timeSync(2, { sourceId: 0, seq: 0 })).logs).eql([]);
    should(named(device.last.metrics, 'openot.clock.unsynced')).eql([]);
  });

  it('what the clock said before it was set is forgotten', () => {
    const device = new Device(HOUR).lives(10);
    device.offNs = 0n;
    device
      .pass(SECOND)
      .reads(timeSync(2, { sourceId: 0, seq: 0, sourceNs: device.nowNs }))
      .pass(SECOND)
      .reads(device.writes());
    should(device.told).eql(['suspect ahead', 'restored ahead']);
  });
});

describe('clock watch: its metrics', () => {
  it('with each status: the skew in seconds, each reason as 0 or 1, and the sources that were ever suspect', () => {
    const device = new Device();
    device
      .reads(device.writes({ unsynced: true }))
      .pass(SECOND)
      .idle({ clockSkewMs: -1250 });
    should(told(device.last.metrics)).eql([
      'clock.skew -1.25',
      'clock.suspect{clock.reason=ahead} 0',
      'clock.suspect{clock.reason=behind} 0',
      'clock.suspect{clock.reason=implausible} 0',
      'clock.suspect{clock.reason=unsynced} 1',
      'clock.suspect{clock.reason=quality} 0',
      'clock.unsynced{source.id=1,source.name=Mixer} 1'
    ]);
    for (const { point } of device.last.metrics) should(point.timeUnixNano).equal(String(device.nowNs));
    device.pass(2n * MINUTE).idle();
    should(told(device.last.metrics).filter((line) => line.endsWith(' 1'))).eql([]);
    should(told(device.last.metrics).at(-1)).equal('clock.unsynced{source.id=1,source.name=Mixer} 0');
  });

  it('a status that does not know the skew gives no point of it, not an old one', () => {
    const device = new Device().idle({ clockSkewMs: 5 });
    should(named(device.last.metrics, 'openot.clock.skew').length).equal(1);
    should(named(device.pass(SECOND).idle().last.metrics, 'openot.clock.skew')).eql([]);
  });

  it('without any status they come with the documents, every five seconds and at each change', () => {
    const device = new Device();
    const with_ = (): boolean => device.last.metrics.length > 0;
    const seen = Array.from({ length: 11 }, () => (device.pass(SECOND).reads(device.writes()), with_()));
    should(seen).eql([true, false, false, false, false, true, false, false, false, false, true]);
    should(told(named(device.last.metrics, 'openot.clock.skew'))).eql(['clock.skew 0']);
    device.pass(SECOND).reads(device.writes({ unsynced: true }));
    should(told(device.last.metrics)).containEql('clock.suspect{clock.reason=unsynced} 1');
  });

  it('once a status came, documents give none: two times would disorder a series', () => {
    const device = new Device(HOUR).idle();
    for (let i = 0; i < 20; i++) should(device.pass(SECOND).reads(device.writes()).last.metrics).eql([]);
    should(device.told).eql(['suspect ahead']);
  });
});

describe('clock watch: where only the status comes', () => {
  const status = (device: Device, clockSkewMs: number, newRecords = 10): Device => {
    device.records += newRecords;
    device.cursorAbs += 44 * newRecords;
    return device.pass(5n * SECOND).idle({ clockSkewMs });
  };

  it('a newest record from the future shows a clock that is ahead', () => {
    const device = new Device();
    status(device, 100);
    status(device, -3_599_500);
    should(device.told).eql(['suspect ahead']);
    should([attribute(device.logs[0], 'openot.clock.zone'), attribute(device.logs[0], 'log.record.uid')]).eql([
      'UTC+01:00',
      'line 1/0/880/clock/ahead'
    ]);
    should(status(device, 50).told).eql(['suspect ahead', 'restored ahead']);
  });

  it('one that is old though the ring was read out before shows a clock that is behind', () => {
    const device = new Device();
    status(device, 18_000_300);
    should(device.told).eql([]);
    should(status(device, 18_000_300).told).eql(['suspect behind']);
    should(attribute(device.logs[0], 'openot.clock.zone')).equal('UTC-05:00');
  });

  it('an old one says nothing while nothing new was read, or while the reader is behind', () => {
    const device = new Device();
    for (let i = 0; i < 10; i++) status(device, 18_000_300, 0);
    for (let i = 0; i < 10; i++)
      device.pass(5n * SECOND).idle({ clockSkewMs: 18_000_300, lag: 500, records: (device.records += 10) });
    should(device.logs).eql([]);
  });

  it('1970 shows itself', () => {
    should(status(new Device(), Number(NOON / 1_000_000n) - 5000).told).eql(['suspect implausible']);
  });
});

describe('clock watch: what it remembers', () => {
  it('sources in words, for a line of status', () => {
    const device = new Device();
    device.reads(device.writes({ unsynced: true }));
    should(device.watch.state().suspects).eql([
      { stream: 'line 1', reason: 'unsynced', text: 'Mixer not synchronised' }
    ]);
    device.reads(device.writes({ unsynced: true, sourceId: 2 }));
    should(device.watch.state().suspects).eql([
      { stream: 'line 1', reason: 'unsynced', text: '2 sources not synchronised' }
    ]);
  });

  it('no more streams and sources than its limits', () => {
    const watch = createClockWatch({ streams: 10, sources: 5 });
    for (let i = 0; i < 100; i++) new Device(HOUR, watch, `line ${i}`).lives(1);
    should(watch.state().suspects.map(({ stream }) => stream)).eql(
      Array.from({ length: 10 }, (_, i) => `line ${90 + i}`)
    );
    const device = withLimits({ sources: 5 });
    for (let sourceId = 0; sourceId < 100; sourceId++) device.reads(device.writes({ unsynced: true, sourceId }));
    should(named(device.pass(SECOND).idle().last.metrics, 'openot.clock.unsynced').length).equal(5);
  });

  it('says durations as people do', () => {
    should(
      [
        0n,
        49_000_000n,
        1_240_000_000n,
        12n * SECOND,
        60n * SECOND,
        303n * SECOND,
        HOUR,
        HOUR + 5n * MINUTE + 3n * SECOND,
        -HOUR - 4n * SECOND,
        51n * HOUR,
        20_000n * 24n * HOUR
      ].map(durationText)
    ).eql(['0 s', '0 s', '1.2 s', '12 s', '1 min', '5 min 3 s', '1 h', '1 h 5 min', '1 h', '2 d 3 h', '20000 d']);
  });
});
