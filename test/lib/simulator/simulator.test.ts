import should from 'should';
import { createSimulator, isMidUpdate, simulatorCommands } from '../../../lib/simulator';
import { Pace } from '../../../lib/simulator/pace';
import { EventType } from '../../../lib/wire';
import { clocked } from './support/clocked';
import { Follower, line, lineOf } from './support/follower';
import { until } from '../../support/until';

/** Events of the scenario in the ring: what is not the logger's and no report of loss. */
const BOOKKEEPING = new Set<number>([EventType.SourceHighWater, EventType.RecordsDropped]);

describe('the pace of a simulator', () => {
  it('keeps its rate exactly in the long run, however the timer stumbles', () => {
    const pace = new Pace(1234.5, 0);
    let now = 0;
    let events = 0;
    for (let i = 0; i < 10_000; i++) {
      now += [1, 7, 33, 250][i % 4];
      events += pace.due(now);
    }
    events.should.equal(Math.floor((now * 1234.5) / 1000));
  });

  it('does not make up for a time in which the process slept', () => {
    const pace = new Pace(1000, 0);
    pace.due(1000).should.equal(1000);
    pace.due(3_600_000).should.equal(0);
    pace.due(3_600_100).should.equal(100);
  });
});

describe('a simulator', () => {
  it('logs at its rate, besides heartbeats and checkpoints', () => {
    const { simulator, pass } = clocked({ scenario: 'reactor', rate: 500, ringBytes: 1 << 20 });
    const follower = new Follower(simulator.producer);
    for (let i = 0; i < 500; i++) pass(20);
    const events = follower
      .read()
      .filter(({ record }) => record.sourceId !== 0 && !BOOKKEEPING.has(record.eventTypeId));
    events.length.should.be.within(4999, 5001);
    follower.records.filter(({ record }) => record.eventTypeId === EventType.Heartbeat).length.should.equal(2);
  });

  it('goes through its whole life in a small ring, and every record is found or accounted for', () => {
    const { simulator, pass } = clocked({ scenario: 'packaging', rate: 400, ringBytes: 4096, highWaterInterval: 0 });
    const follower = new Follower(simulator.producer);
    const life = [
      'drop',
      'definition-change',
      'clock-unsynced',
      'burst',
      'clock-synced',
      'cold-start',
      'drop',
      'definition-change',
      'high-water'
    ];
    for (let i = 0; i < 900; i++) {
      // Read every 20 ms in the first half of each part, every 400 ms in the second: then the reader is lapped.
      pass(20);
      if (i % 100 < 50 || i % 20 === 0) follower.read();
      if (i % 100 === 60) simulator.command(life[Math.floor(i / 100)]).should.deepEqual({ ok: true });
    }
    pass(20);
    simulator.command('high-water');
    follower.read();
    follower.laps.should.be.above(3);
    const truth = simulator.truth();
    const written = new Set(truth.map(line));
    follower.records.forEach((read) => written.has(lineOf(read)).should.be.true(lineOf(read)));
    // The last run is closed by checkpoints: everything of it is delivered or lost.
    const { runId } = simulator.statistics();
    runId.should.equal('2');
    for (const sourceId of [30, 31, 32, 33, 34, 35]) {
      const { accounting } = follower;
      const produced = truth.filter((record) => record.runId === 2n && record.sourceId === sourceId).length;
      (accounting.delivered(2n, sourceId) + accounting.lost(2n, sourceId)).should.equal(produced, `source ${sourceId}`);
    }
    simulator.statistics().dropped.should.equal(20);
  });

  it('owns up to what it dropped: authoritative, exact, and only that', () => {
    const { simulator, pass } = clocked({ scenario: 'reactor', rate: 1000, ringBytes: 1 << 20 });
    const follower = new Follower(simulator.producer);
    pass(1000);
    simulator.command('drop', 37).should.deepEqual({ ok: true });
    pass(1000);
    follower.read();
    follower.lossItems.length.should.be.above(0);
    follower.lossItems.forEach(({ basis }) => basis.should.equal('authoritative'));
    follower.lossItems.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0).should.equal(37);
    simulator
      .truth()
      .filter(({ abs }) => abs === -1)
      .length.should.equal(37);
  });

  it('reports an unfinished drop before it is told to stop', () => {
    const { simulator, pass } = clocked({ scenario: 'reactor', rate: 10, ringBytes: 1 << 16 });
    const follower = new Follower(simulator.producer);
    pass(1000);
    simulator.command('drop', 1000);
    pass(2000);
    simulator.command('stop-producer');
    follower.read();
    follower.lossItems.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0).should.equal(20);
  });

  it('stops and starts without catching up', () => {
    const { simulator, pass } = clocked({ scenario: 'reactor', rate: 100 });
    pass(1000);
    simulator.command('stop-producer');
    const { headAbs } = simulator.statistics();
    pass(4000);
    simulator.statistics().headAbs.should.equal(headAbs);
    simulator.statistics().state.should.equal('stopped');
    simulator.command('burst').should.have.property('code', 'OPENOT_SIMULATOR_STATE');
    simulator.command('start-producer');
    const { written } = simulator.statistics();
    pass(1000);
    (simulator.statistics().written - written).should.be.within(99, 101);
  });

  it('goes on with its own pace where it had stopped', () => {
    const { simulator, pass } = clocked({ scenario: 'packaging', rate: 0 });
    for (let i = 0; i < 100; i++) pass(100);
    const { written } = simulator.statistics();
    simulator.command('stop-producer');
    for (let i = 0; i < 40; i++) pass(100);
    simulator.command('start-producer');
    pass(100);
    (simulator.statistics().written - written).should.be.below(15);
    for (let i = 0; i < 100; i++) pass(100);
    (simulator.statistics().written - written).should.be.within(20, 400);
  });

  it('stands still inside an update on stop-mid-update, and loses nothing when it goes on', () => {
    const { simulator, pass } = clocked({
      scenario: 'reactor',
      rate: 200,
      quirks: { torn: { granularity: 4, updateProbability: 0.1 } }
    });
    pass(1000);
    simulator.command('stop-mid-update').should.deepEqual({ ok: true });
    simulator.command('stop-mid-update').should.deepEqual({ ok: true });
    isMidUpdate(simulator.producer).should.be.true();
    const image = Buffer.from(simulator.producer.control);
    for (let i = 0; i < 10; i++) pass(1000);
    image.equals(simulator.producer.control).should.be.true();
    simulator.command('high-water').should.have.property('code', 'OPENOT_SIMULATOR_STATE');
    simulator.command('start-producer');
    pass(100);
    pass(0);
    const follower = new Follower(simulator.producer);
    follower.read();
    follower.lossItems.should.deepEqual([]);
    follower.records.map(lineOf).should.deepEqual(simulator.truth().map(line));
  });

  it('comes out of a standstill by a definition change and by a power cycle too', () => {
    for (const way of ['definition-change', 'cold-start', 'power-cycle']) {
      const { simulator, pass } = clocked({ scenario: 'reactor', rate: 200 });
      pass(500);
      simulator.command('stop-mid-update');
      simulator.command(way).should.deepEqual({ ok: true });
      isMidUpdate(simulator.producer).should.be.false();
      pass(500);
      simulator.statistics().state.should.equal('running');
      new Follower(simulator.producer).read().length.should.be.above(50);
    }
  });

  it('writes store by store when copies are to be torn, one tick behind, and is complete nevertheless', () => {
    const { simulator, pass } = clocked({
      scenario: 'packaging',
      rate: 500,
      quirks: { torn: { granularity: 4, updateProbability: 0.1 } }
    });
    const follower = new Follower(simulator.producer);
    for (let i = 0; i < 200; i++) {
      pass(20);
      simulator.producer.waiting.should.be.above(0);
      for (let steps = i % 40; steps > 0; steps--) simulator.producer.step();
      if (!isMidUpdate(simulator.producer)) follower.read();
    }
    simulator.command('stop-producer');
    follower.read();
    follower.records.map(lineOf).should.deepEqual(simulator.truth().map(line));
  });

  it('advertises the hash of the file it hands out, and of the next one after a change', () => {
    const { simulator } = clocked({ scenario: 'packaging' });
    const hashOf = (text: string): string =>
      (JSON.parse(text) as { header: { contentHash: string } }).header.contentHash.slice(0, 16);
    for (let i = 0; i < 4; i++) {
      hashOf(simulator.definitionText()).should.equal(simulator.statistics().definitionHash);
      const next = simulator.definitionText('next');
      next.should.not.equal(simulator.definitionText());
      simulator.command('definition-change');
      simulator.definitionText().should.equal(next);
    }
    simulator.statistics().epochId.should.equal(5);
  });

  it('refuses what it does not know, naming what it does', () => {
    const { simulator } = clocked({ scenario: 'reactor' });
    const unknown = simulator.command('explode');
    unknown.should.have.property('code', 'OPENOT_SIMULATOR_COMMAND');
    if (!unknown.ok) for (const command of simulatorCommands) unknown.message.should.containEql(command);
    for (const count of [0, -1, 1.5, 100_001, 'many', {}, true, NaN])
      simulator.command('burst', count).should.have.property('code', 'OPENOT_SIMULATOR_COUNT');
    for (const count of [1, '25', 100]) simulator.command('burst', count).should.deepEqual({ ok: true });
  });

  it('refuses options out of range', () => {
    should.throws(
      () => createSimulator({ scenario: 'brewery' as 'reactor' }),
      /scenario: expected one of reactor, packaging, found "brewery"/
    );
    should.throws(() => createSimulator({ scenario: 'reactor', rate: -1 }), /rate/);
    should.throws(() => createSimulator({ scenario: 'reactor', rate: NaN }), /rate/);
    for (const ringBytes of [0, 1001, 512, NaN, 1 << 25])
      should.throws(() => createSimulator({ scenario: 'reactor', ringBytes }), /ringBytes: expected a multiple of 8/);
  });

  it('has statistics that any message can carry', () => {
    const { simulator, pass } = clocked({ scenario: 'reactor', rate: 100 });
    pass(1000);
    const statistics = simulator.statistics();
    JSON.parse(JSON.stringify(statistics)).should.deepEqual(statistics);
    Object.values(statistics.produced)
      .reduce((a, b) => a + b)
      .should.equal(statistics.written);
  });

  it('runs by itself once it is started, and stands still once it is stopped', async () => {
    const { setInterval, clearInterval } = globalThis;
    const running = new Set<unknown>();
    globalThis.setInterval = ((work: () => void, ms: number) => {
      const timer = setInterval(work, ms);
      running.add(timer);
      return timer;
    }) as typeof setInterval;
    globalThis.clearInterval = (timer) => {
      running.delete(timer);
      clearInterval(timer);
    };
    const simulator = createSimulator({ scenario: 'reactor', rate: 2000 });
    try {
      (await simulator.start()).should.deepEqual({ ok: true });
      running.size.should.equal(1);
      const before = simulator.statistics().written;
      await until('a hundred records', () => simulator.statistics().written >= before + 100);
    } finally {
      await simulator.stop();
      Object.assign(globalThis, { setInterval, clearInterval });
    }
    // Without a timer nothing moves it.
    running.size.should.equal(0);
  });
});
