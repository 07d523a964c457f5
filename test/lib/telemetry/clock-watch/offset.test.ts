import should from 'should';
import { createClockWatch } from '../../../../lib/telemetry/clock-watch';
import { NOON, SECOND } from '../support/readings';
import { attribute, Device, HOUR, MINUTE } from './rig';

describe('clock watch: clocks that are right', () => {
  for (const [what, off] of [
    ['right', 0n],
    ['2 s ahead', 2n * SECOND],
    ['59 s ahead', 59n * SECOND],
    ['30 s behind', -30n * SECOND]
  ] as const) {
    it(`one that is ${what} is not reported`, () => {
      should(new Device(off).lives(50).logs).eql([]);
    });
  }

  it('records that waited in the ring for two days say nothing', () => {
    const device = new Device();
    const old = Array.from({ length: 500 }, () => device.pass(MINUTE).writes());
    device
      .pass(48n * HOUR)
      .reads(...old.slice(0, 250))
      .pass(SECOND)
      .reads(...old.slice(250))
      .idle()
      .pass(SECOND)
      .idle();
    should(device.logs).eql([]);
    should(device.lives(20).logs).eql([]);
  });

  it('an outage of exactly an hour, in which records were written, says nothing', () => {
    const device = new Device().lives(10);
    const missed = Array.from({ length: 60 }, () => device.writes());
    device
      .pass(HOUR)
      .reads(...missed)
      .idle()
      .lives(5);
    should(device.logs).eql([]);
  });

  it('a controller that wrote nothing for hours says nothing', () => {
    const device = new Device().lives(3);
    for (let i = 0; i < 100; i++) device.pass(5n * MINUTE).idle();
    should(device.lives(3).logs).eql([]);
  });

  it('records that come again, because the reader was told to go back, say nothing', () => {
    const device = new Device();
    const old = Array.from({ length: 20 }, () => device.pass(SECOND).writes());
    device
      .reads(...old)
      .idle()
      .pass(3n * HOUR)
      .idle();
    device
      .reads(...old)
      .pass(SECOND)
      .idle()
      .pass(SECOND)
      .reads(...old);
    should(device.logs).eql([]);
  });

  it('nor do older ones that never came, when the reader went back to them', () => {
    const device = new Device();
    const old = Array.from({ length: 20 }, () => device.pass(SECOND).writes({ runId: '1' }));
    device
      .pass(5n * HOUR)
      .lives(5)
      .idle();
    device
      .idle({ cursorAbs: 0, lag: 880 })
      .reads(...old)
      .idle();
    should(device.logs).eql([]);
  });

  it('nor do records that another life of the reader reads again', () => {
    const device = new Device();
    const unsettled = Array.from({ length: 20 }, () => device.pass(SECOND).writes({ runId: '1' }));
    device
      .pass(5n * HOUR)
      .lives(5)
      .idle();
    device
      .pass(SECOND)
      .idle({ sinceNs: device.nowNs, lag: undefined, cursorAbs: undefined, records: 0 })
      .reads(...unsettled)
      .idle({ sinceNs: device.nowNs });
    should(device.logs).eql([]);
  });

  it('nor do records that the flow held back on their way here', () => {
    const device = new Device().lives(2);
    const held = Array.from({ length: 20 }, () => device.pass(SECOND).writes({ receiveNs: device.nowNs }));
    device.pass(5n * HOUR).idle();
    device.logs.push(...device.watch.documents(held, 'line 1').logs);
    should(device.logs).eql([]);
  });

  it('one record among others that was written late says nothing', () => {
    const device = new Device().lives(2).idle();
    device
      .pass(SECOND)
      .reads(device.writes({ sourceNs: device.nowNs - 7n * HOUR }))
      .lives(10);
    should(device.logs).eql([]);
  });
});

describe('clock watch: clocks that are ahead', () => {
  it('a record from the future shows it, without any status', () => {
    const device = new Device(10n * MINUTE);
    const document = device.writes();
    device.pass(SECOND).reads(document);
    should(device.told).eql(['suspect ahead']);
    const [log] = device.logs;
    should(log).have.properties({
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'openot.clock_suspect',
      timeUnixNano: String(device.nowNs),
      observedTimeUnixNano: String(device.nowNs)
    });
    should(log.body).eql({ stringValue: "The clock of line 1 is 9 min 59 s ahead of this computer's" });
    should(log.attributes).eql([
      { key: 'log.record.uid', value: { stringValue: 'line 1/0/77/1/0/clock/ahead' } },
      { key: 'openot.kind', value: { stringValue: 'clock' } },
      { key: 'openot.stream', value: { stringValue: 'line 1' } },
      { key: 'openot.clock.reason', value: { stringValue: 'ahead' } },
      { key: 'openot.clock.skew', value: { doubleValue: -599 } }
    ]);
  });

  it('is told once, however long it lasts', () => {
    should(new Device(10n * MINUTE).lives(100).told).eql(['suspect ahead']);
  });

  it('is told to be right again once it was set, and not before', () => {
    const device = new Device(10n * MINUTE).lives(20);
    device.offNs = 0n;
    should(device.lives(5).told).eql(['suspect ahead']);
    should(device.lives(30).told).eql(['suspect ahead', 'restored ahead']);
    const log = device.logs[1];
    should(log).have.properties({ severityNumber: 9, severityText: 'INFO', eventName: 'openot.clock_restored' });
    should(log.body).eql({ stringValue: 'The clock of line 1 is right again' });
  });

  it('does not go on and off at the limit', () => {
    const device = new Device(70n * SECOND).lives(20);
    for (let i = 0; i < 6; i++) {
      device.offNs = i % 2 === 0 ? 50n * SECOND : 65n * SECOND;
      device.lives(20);
    }
    should(device.told).eql(['suspect ahead']);
    device.offNs = 20n * SECOND;
    should(device.lives(30).told).eql(['suspect ahead', 'restored ahead']);
  });

  it('what was read more than ten minutes ago counts no longer', () => {
    const device = new Device(10n * MINUTE).lives(3);
    device.offNs = 0n;
    should(device.pass(9n * MINUTE).lives(1).told).eql(['suspect ahead']);
    should(device.pass(2n * MINUTE).lives(1).told).eql(['suspect ahead', 'restored ahead']);
  });

  it(
    'what it looks like is told once, though it looks like it only now and then; and told when it looks ' +
      'like something else',
    () => {
      const device = new Device(HOUR).lives(3);
      for (let i = 0; i < 6; i++) {
        device.offNs = HOUR + (i % 2 === 0 ? 3n * MINUTE : 0n);
        device.pass(11n * MINUTE).lives(3);
      }
      should(device.told).eql(['suspect ahead']);
      device.offNs = 2n * HOUR;
      device.lives(3);
      should(device.logs.map((log) => attribute(log, 'openot.clock.zone'))).eql(['UTC+01:00', 'UTC+02:00']);
    }
  );

  it('shows through a backlog too', () => {
    const device = new Device(HOUR);
    const documents = Array.from({ length: 30 }, () => device.pass(MINUTE).writes());
    device.pass(2n * MINUTE).reads(...documents);
    should(device.told).eql(['suspect ahead']);
  });

  for (const [what, off, zone] of [
    ['one hour', HOUR, 'UTC+01:00'],
    ['two hours', 2n * HOUR, 'UTC+02:00'],
    ['five and a half', 5n * HOUR + 30n * MINUTE, 'UTC+05:30'],
    ['five and three quarters', 5n * HOUR + 45n * MINUTE, 'UTC+05:45'],
    ['fourteen', 14n * HOUR, 'UTC+14:00'],
    ['one hour and drifted by half a minute', HOUR + 30n * SECOND, 'UTC+01:00'],
    ['one hour and three minutes', HOUR + 3n * MINUTE, undefined],
    ['fifteen minutes, which no zone is', 15n * MINUTE, undefined],
    ['fifteen hours', 15n * HOUR, undefined]
  ] as const) {
    it(`${what}: ${zone === undefined ? 'no time zone' : `local time, ${zone}`}`, () => {
      const { logs } = new Device(off).lives(5);
      should(logs.map((log) => [attribute(log, 'openot.clock.hint'), attribute(log, 'openot.clock.zone')])).eql([
        zone === undefined ? [undefined, undefined] : ['local_time', zone]
      ]);
      if (zone !== undefined)
        should(logs[0].body.stringValue).endWith(`: it looks like local time (${zone}) instead of UTC`);
    });
  }
});

describe('clock watch: clocks that are behind', () => {
  it('a record that was written after the ring was read out, and says it is older, shows it', () => {
    const device = new Device(-10n * MINUTE).lives(5);
    should(device.told).eql(['suspect behind']);
    should(device.logs[0].body.stringValue).equal("The clock of line 1 is at least 9 min 59 s behind this computer's");
  });

  it('three records are needed: one may have been written late', () => {
    const device = new Device(-10n * MINUTE).lives(2);
    should(device.told).eql([]);
    should(device.lives(1).told).eql(['suspect behind']);
  });

  it("without the reader's status it cannot be told from a backlog, and is not", () => {
    const device = new Device(-5n * HOUR);
    for (let i = 0; i < 50; i++) device.pass(SECOND).reads(device.writes());
    should(device.logs).eql([]);
  });

  it('five hours: local time west of Greenwich', () => {
    const { logs } = new Device(-5n * HOUR).lives(5);
    should(logs.map((log) => attribute(log, 'openot.clock.zone'))).eql(['UTC-05:00']);
    should(logs[0].body.stringValue).startWith(
      "The clock of line 1 is at least 4 h 59 min behind this computer's: it looks like local time"
    );
  });

  it('is right again once records show it, and stays suspect while records only come late', () => {
    const device = new Device(-10n * MINUTE).lives(20);
    const late = Array.from({ length: 200 }, () => device.pass(SECOND).writes());
    device.pass(20n * MINUTE);
    for (const document of late) device.pass(SECOND).reads(document);
    should(device.told).eql(['suspect behind']);
    device.offNs = 0n;
    should(device.idle().lives(20).told).eql(['suspect behind', 'restored behind']);
  });
});

describe('clock watch: times that cannot be', () => {
  const at = (sourceNs: bigint, records = 1): Device => {
    const device = new Device();
    for (let i = 0; i < records; i++)
      device.pass(SECOND).reads(device.writes({ sourceNs: sourceNs + BigInt(i) * SECOND }));
    return device;
  };

  for (const [what, sourceNs, hint] of [
    ['1970', 5n * SECOND, 'not_set'],
    ['zero', 0n, 'not_set'],
    ['2012', 1_325_376_000n * SECOND, 'not_set'],
    ['the last moment of 2019', 1_577_836_800n * SECOND - 1n, 'not_set'],
    ['microseconds', NOON / 1000n, 'microseconds'],
    ['milliseconds', NOON / 1_000_000n, 'milliseconds'],
    ['seconds', NOON / SECOND, 'seconds'],
    ['ticks of 1601', (NOON + 11_644_473_600n * SECOND) / 100n, 'ticks_1601'],
    ['nanoseconds since 1601', NOON + 11_644_473_600n * SECOND, 'nanoseconds_1601'],
    ['two days ahead', NOON + 48n * HOUR, undefined],
    ['the end of time', 2n ** 64n - 1n, undefined]
  ] as const) {
    it(`${what} is reported at the first record`, () => {
      const { told, logs } = at(sourceNs);
      should(told).eql(['suspect implausible']);
      should(attribute(logs[0], 'openot.clock.hint')).equal(hint);
      should(logs[0].body.stringValue).startWith('The clock of line 1 cannot be right, it stands at ');
    });
  }

  it('2020 and a day ahead are still times', () => {
    should(at(1_577_836_800n * SECOND).logs).eql([]);
    should(at(NOON + 24n * HOUR).told).eql(['suspect ahead']);
  });

  it(
    'a clock that begins anew in 1970 is reported at once, though it was right before; and right again ' +
      'after it was set',
    () => {
      const device = new Device().lives(30);
      device.pass(SECOND).reads(device.writes({ sourceNs: 3n * SECOND }));
      should(device.told).eql(['suspect implausible']);
      should(device.lives(2).told).eql(['suspect implausible', 'restored implausible']);
    }
  );

  it(
    'so is one that lost its time with the power, though the run has the same id and its records are ' +
      'numbered from 0 again',
    () => {
      const device = new Device().lives(30);
      device.pass(MINUTE).reads(device.writes({ incarnation: 1, seq: 0, sourceNs: 5n * SECOND }));
      should(device.told).eql(['suspect implausible']);
      should(attribute(device.logs[0], 'log.record.uid')).equal('line 1/1/77/1/0/clock/implausible');
    }
  );

  it('what was known of the clock before such a restart says nothing of the one after it', () => {
    const device = new Device(30n * MINUTE).lives(20);
    device.offNs = 0n;
    device.pass(SECOND).reads(device.writes({ incarnation: 1, seq: 0 }));
    should(device.told).eql(['suspect ahead', 'restored ahead']);
  });

  it('what a reader that forgot reads again, counting incarnations from 0, shows no clock that is behind', () => {
    const device = new Device();
    const old = Array.from({ length: 20 }, () => device.pass(SECOND).writes({ incarnation: 3 }));
    device
      .reads(...old)
      .idle({ incarnation: 3 })
      .pass(3n * HOUR)
      .idle({ incarnation: 3 });
    device
      .pass(SECOND)
      .reads(...old.map((document) => ({ ...document, provenance: { ...document.provenance, incarnation: 0 } })));
    should(device.logs).eql([]);
  });

  it('what the clock was before a cold start says nothing of the one after it', () => {
    const device = new Device(30n * MINUTE).lives(20);
    device.offNs = 0n;
    device.pass(SECOND).reads(device.writes({ runId: '78' }));
    should(device.told).eql(['suspect ahead', 'restored ahead']);
  });
});

describe('clock watch: its log records', () => {
  it('have the same uid when the same documents are read again after a restart', () => {
    const documents = Array.from({ length: 3 }, (_, i) => new Device(HOUR).pass(BigInt(i) * SECOND).writes({ seq: i }));
    const uids = [0n, 900n].map((later) =>
      new Device(HOUR)
        .pass(10n * SECOND + later)
        .reads(...documents)
        .logs.map((log) => attribute(log, 'log.record.uid'))
    );
    should(uids[0]).eql(['line 1/0/77/1/2/clock/ahead']);
    should(uids[1]).eql(uids[0]);
  });

  it('call a device without a stream by no name', () => {
    const device = new Device(HOUR, undefined, '').reads(new Device(HOUR).writes());
    should(device.logs[0].body.stringValue).startWith('The clock of this device is ');
    should(attribute(device.logs[0], 'openot.stream')).be.undefined();
  });

  it('streams do not mix', () => {
    const watch = createClockWatch();
    const right = new Device(0n, watch, 'right');
    const wrong = new Device(HOUR, watch, 'wrong');
    for (let i = 0; i < 10; i++) {
      right.lives(1);
      wrong.lives(1);
    }
    should([right.told, wrong.told]).eql([[], ['suspect ahead']]);
    should(watch.state().suspects).eql([
      { stream: 'wrong', reason: 'ahead', text: '1 h ahead, local time (UTC+01:00) instead of UTC?' }
    ]);
  });
});
