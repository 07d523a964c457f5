import should from 'should';
import { createMeter } from '../../../../lib/telemetry/metrics';
import type { MetricPoint } from '../../../../lib/telemetry/otlp-types';
import { FakePlc } from '../../reader/fake-plc';
import { failure } from '../../reader/fake-ports';
import { Rig } from '../../reader/rig';
import { named, seriesOf } from '../support/points';

/**
 * What a reader says, as its node sends it, made into metrics: the figures that a dashboard shows are the reader's own.
 */
class Dashboard {
  readonly points: MetricPoint[] = [];
  readonly meter = createMeter();

  /** Everything that the reader has said since it was asked last. */
  read(rig: Rig): this {
    const facts = rig.reader.statusFacts();
    for (const status of rig.statuses.splice(0)) {
      const payload = JSON.parse(
        JSON.stringify(Object.fromEntries(Object.entries(status).map(([key, value]) => [key, value ?? null])))
      ) as unknown;
      const measured = this.meter.status(payload, facts, String(rig.clock.nowNs()));
      if (!measured.ok) throw new Error(JSON.stringify(measured));
      this.points.push(...measured.metrics);
    }
    return this;
  }

  /** The latest value of a metric, its series added up. */
  value(name: string): number {
    const latest = new Map(
      named(this.points, name).map((point) => [seriesOf(point), Number(point.point.asInt ?? point.point.asDouble)])
    );
    return [...latest.values()].reduce((sum, value) => sum + value, 0);
  }
}

describe('metrics of a reader at work', () => {
  it('delivered and lost add up to what the controller wrote, laps to how often it was too fast', async () => {
    const plc = new FakePlc(1024);
    const rig = await new Rig(plc, { statusIntervalMs: 1_000 }).started(600);
    const dashboard = new Dashboard();
    for (const burst of [5, 100, 3, 60]) {
      plc.fill(burst);
      await rig.clock.pass(2_000);
      dashboard.read(rig);
    }
    should(dashboard.value('openot.records.lost')).be.above(0);
    should(dashboard.value('openot.laps')).equal(2);
    should(dashboard.value('openot.records.delivered')).equal(rig.records.length);
    should(dashboard.value('openot.records.delivered') + dashboard.value('openot.records.lost')).equal(168);
    should(dashboard.value('openot.ring.lag')).equal(0);
    should(dashboard.value('openot.ring.capacity')).equal(1024);
    should(dashboard.value('openot.reader.up')).equal(1);
    should(dashboard.value('openot.reader.polls')).be.above(4);
    await rig.reader.stop();
  });

  it('sums never fall within one start time, and another life of the reader has another', async () => {
    const plc = new FakePlc(1 << 16);
    const dashboard = new Dashboard();
    let rig = new Rig(plc, { statusIntervalMs: 500 });
    for (let life = 0; life < 4; life++) {
      await rig.started(600);
      for (let i = 0; i < 5; i++) {
        plc.fill(7);
        await rig.clock.pass(700);
        dashboard.read(rig);
      }
      await rig.reader.stop();
      rig = rig.again({ statusIntervalMs: 500 });
      await rig.clock.pass(100);
    }
    const last = new Map<string, { startNs: bigint; value: number; timeNs: bigint }>();
    const starts = new Set<bigint>();
    for (const point of dashboard.points.filter(({ kind }) => kind === 'sum')) {
      const startNs = BigInt(point.point.startTimeUnixNano ?? -1);
      const now = { startNs, value: Number(point.point.asInt), timeNs: BigInt(point.point.timeUnixNano) };
      const before = last.get(seriesOf(point));
      last.set(seriesOf(point), now);
      should(now.startNs <= now.timeNs).be.true();
      if (point.name === 'openot.records.delivered') starts.add(startNs);
      if (before === undefined) continue;
      should(now.startNs >= before.startNs).be.true();
      if (now.startNs === before.startNs) should(now.value).be.aboveOrEqual(before.value);
    }
    should(starts.size).equal(4);
  });

  it('an outage shows as not up, with its trouble, and without a lag that nobody knows', async () => {
    const plc = new FakePlc(8192);
    const rig = await new Rig(plc, { statusIntervalMs: 500 }).started(600);
    const dashboard = new Dashboard().read(rig);
    should(dashboard.value('openot.reader.up')).equal(1);
    rig.transport.answer = () => failure('OPENOT_TEST', 'reconnect');
    rig.transport.facts = failure('OPENOT_TEST', 'reconnect');
    await rig.clock.pass(20_000);
    dashboard.points.length = 0;
    dashboard.read(rig);
    await rig.clock.pass(5_000);
    dashboard.points.length = 0;
    dashboard.read(rig);
    should(dashboard.value('openot.reader.up')).equal(0);
    should(dashboard.value('openot.reader.trouble')).equal(1);
    should(named(dashboard.points, 'openot.ring.lag')).eql([]);
    await rig.reader.stop();
  });
});
