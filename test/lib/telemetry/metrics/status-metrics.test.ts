import should from 'should';
import { createMeter, selfMetrics } from '../../../../lib/telemetry/metrics';
import { readerStates } from '../../../../lib/telemetry/metrics/status-metrics';
import type { MetricPoint } from '../../../../lib/telemetry/otlp-types';
import type { ReaderState } from '../../../../lib/reader/status';
import { named, seriesOf, told } from '../support/points';
import { NOON, SECOND, status } from '../support/readings';

type Facts = { stream?: string; incarnation?: number };
const line1: Facts = { stream: 'line 1', incarnation: 0 };

function metricsOf(
  meter: ReturnType<typeof createMeter>,
  payload: unknown,
  nowNs = NOON,
  facts = line1
): MetricPoint[] {
  const measured = meter.status(payload, facts, String(nowNs));
  if (!measured.ok) throw new Error(JSON.stringify(measured));
  return measured.metrics;
}
const sums = (points: MetricPoint[]): MetricPoint[] =>
  points.filter(({ name, kind }) => kind === 'sum' && !ownCounts.includes(name));
/** What the mapper counts itself. */
const ownCounts = ['openot.records.placeholder', 'openot.values.not_finite', 'openot.records.repeated'];

describe('metrics: of collectors of logs', () => {
  it('a status becomes sums since the node began to count, and the clock of the device in seconds', () => {
    const payload = {
      state: 'outage',
      code: 'OPENOT_OPCUA_UNREACHABLE',
      totals: { records: 120, gaps: 2, repeated: 30, pages: 7 },
      sinceNs: String(NOON - 60n * SECOND),
      clockOffsetMs: -90_000,
      clockErrorMs: 1.5
    };
    const points = metricsOf(createMeter(), payload, NOON, { stream: 'plc/ServerLog' });
    should(told(sums(points))).eql(['records.delivered 120', 'log.gaps 2', 'log.pages 7', 'log.repeated 30']);
    for (const { point } of sums(points)) should(point.startTimeUnixNano).equal(String(NOON - 60n * SECOND));
    should(
      told(
        ['openot.reader.up', 'openot.reader.trouble', 'openot.log.clock.offset', 'openot.log.clock.error'].flatMap(
          (name) => named(points, name)
        )
      )
    ).eql([
      'reader.up 0',
      'reader.trouble{reader.code=OPENOT_OPCUA_UNREACHABLE} 1',
      'log.clock.offset -90',
      'log.clock.error 0.0015'
    ]);
    should(points.filter(({ name }) => name === 'openot.clock.suspect' || ownCounts.includes(name))).eql([]);
  });
});

describe('metrics: of readers', () => {
  it('a status becomes cumulative sums since the reader began to count, and gauges of now', () => {
    const points = metricsOf(createMeter(), status());
    should(told(sums(points))).eql([
      'records.delivered 100',
      'bytes.delivered 4400',
      'records.before_contact 8',
      'laps 1',
      'ranges.skipped 3',
      'incarnations 1',
      'records.reread 6',
      'reader.polls 50',
      'reader.reads 60',
      'looks.repeated 4',
      'looks.unconfirmed 5',
      'records.lost{loss.class=lost} 5',
      'records.lost{loss.class=indeterminate} 2'
    ]);
    for (const { point } of sums(points))
      should(point).have.properties({ startTimeUnixNano: String(NOON - 3600n * SECOND), timeUnixNano: String(NOON) });
    should(
      told(
        [
          'openot.ring.lag',
          'openot.ring.capacity',
          'openot.batches.in_flight',
          'openot.clock.skew',
          'openot.reader.up'
        ].flatMap((name) => named(points, name))
      )
    ).eql(['ring.lag 0', 'ring.capacity 65536', 'batches.in_flight 2', 'clock.skew 0.12', 'reader.up 1']);
    for (const { point, kind } of points) should(point.startTimeUnixNano === undefined).equal(kind === 'gauge');
  });

  it("the classes of what was lost add up to the reader's total, which counts the indeterminate ones too", () => {
    for (const [lost, indeterminate] of [
      [0, 0],
      [5, 5],
      [9, 4]
    ]) {
      const points = named(metricsOf(createMeter(), status({}, { lost, indeterminate })), 'openot.records.lost');
      should(points.reduce((total, { point }) => total + Number(point.asInt), 0)).equal(lost);
    }
  });

  it('every series of a status is there once, and has its stream', () => {
    const points = metricsOf(createMeter(), status({ code: 'OPENOT_RING_STALE' }));
    should(new Set(points.map(seriesOf)).size).equal(points.length);
    for (const { point } of points)
      should(point.attributes[0]).eql({ key: 'openot.stream', value: { stringValue: 'line 1' } });
  });

  it(
    'every metric has the unit, kind and words of the catalogue; none has the unit 1, which would be ' +
      'renamed to a ratio',
    () => {
      for (const { name, unit, kind, description } of metricsOf(createMeter(), status())) {
        should(selfMetrics).have.property(name);
        should({ unit, kind, description }).eql({ ...selfMetrics[name as keyof typeof selfMetrics] });
        should(unit).not.equal('1');
      }
    }
  );

  it('what is not known gives no point', () => {
    const points = metricsOf(createMeter(), {
      state: 'outage',
      totals: { records: 1 },
      lag: null,
      capacity: null,
      clockSkewMs: null
    });
    should(points.map(({ name }) => name).filter((name) => /ring|skew|in_flight|lost|laps|polls/.test(name))).eql([]);
    should(told(sums(points))).eql(['records.delivered 1']);
  });

  for (const [state, code, up] of [
    ['idle', null, 1],
    ['reading', null, 1],
    ['reading', 'OPENOT_READ_SILENT', 0],
    ['waiting', 'OPENOT_ACK_TIMEOUT', 1],
    ['paused', null, 1],
    ['updating', 'OPENOT_PLC_STOPPED', 1],
    ['connecting', null, 0],
    ['outage', 'X', 0],
    ['refused', 'X', 0],
    ['failed', 'X', 0],
    ['stopped', null, 0],
    ['a state of a later version', null, 0]
  ] as const) {
    it(
      `in state ${state}${code === null ? '' : ` with ${code}`} the reader is ` +
        `${up === 1 ? 'up' : 'not up'}, and exactly that state is 1`,
      () => {
        const points = metricsOf(createMeter(), status({ state, code }));
        should(told(named(points, 'openot.reader.up'))).eql([`reader.up ${up}`]);
        should(told(named(points, 'openot.reader.state')).filter((line) => line.endsWith(' 1'))).eql([
          `reader.state{reader.state=${state}} 1`
        ]);
        should(named(points, 'openot.reader.state').length).be.aboveOrEqual(10);
      }
    );
  }

  it('knows every state that a reader has', () => {
    // The type makes this list complete.
    const known: Record<ReaderState, boolean> = {
      stopped: true,
      connecting: true,
      reading: true,
      idle: true,
      paused: true,
      waiting: true,
      updating: true,
      outage: true,
      refused: true,
      failed: true
    };
    should(Object.keys(readerStates).sort()).eql(Object.keys(known).sort());
  });

  it('a trouble is 1 while it stands, and 0 once when it is over or became another one', () => {
    const meter = createMeter();
    const troubles = [null, 'A', 'A', 'B', null, null].map((code) =>
      told(named(metricsOf(meter, status({ code })), 'openot.reader.trouble'))
    );
    should(troubles).eql([
      [],
      ['reader.trouble{reader.code=A} 1'],
      ['reader.trouble{reader.code=A} 1'],
      ['reader.trouble{reader.code=B} 1', 'reader.trouble{reader.code=A} 0'],
      ['reader.trouble{reader.code=B} 0'],
      []
    ]);
  });

  it('a reader without a name, which has never seen its ring, is shown as down and counts nothing', () => {
    const points = metricsOf(createMeter(), status({ state: 'outage', code: 'X' }), NOON, {});
    should([...new Set(points.map(({ name }) => name))]).eql(['openot.reader.up', 'openot.reader.state']);
    for (const { point } of points) should(point.attributes.map(({ key }) => key)).not.containEql('openot.stream');
  });
});

describe('metrics: since when readers count', () => {
  const starts = (messages: [at: bigint, payload: unknown][], meter = createMeter()): (string | undefined)[] =>
    messages.map(
      ([at, payload]) =>
        named(metricsOf(meter, payload, NOON + at * SECOND), 'openot.records.delivered')[0].point.startTimeUnixNano
    );
  const at = (seconds: bigint): string => String(NOON + seconds * SECOND);

  it('the start stays, and moves when another reader counts', () => {
    should(
      starts([
        [0n, status({ sinceNs: at(-9n) })],
        [5n, status({ sinceNs: at(-9n) }, { records: 200 })],
        [10n, status({ sinceNs: at(8n) }, { records: 0 })]
      ])
    ).eql([at(-9n), at(-9n), at(8n)]);
  });

  it('moves also when the other reader has counted more already', () => {
    should(
      starts([
        [0n, status({ sinceNs: at(-9n) })],
        [10n, status({ sinceNs: at(8n) }, { records: 5000 })]
      ])
    ).eql([at(-9n), at(8n)]);
  });

  it('of an older reader, which does not tell, it is when the stream was first heard of', () => {
    const old = (records: number): unknown => status({ sinceNs: undefined }, { records });
    should(
      starts([
        [0n, old(100)],
        [5n, old(100)],
        [10n, old(120)]
      ])
    ).eql([at(0n), at(0n), at(0n)]);
  });

  it('of an older reader whose counts fell it is the message before', () => {
    const old = (records: number, laps: number): unknown => status({ sinceNs: undefined }, { records, laps });
    should(
      starts([
        [0n, old(100, 1)],
        [5n, old(150, 1)],
        [10n, old(3, 0)],
        [15n, old(9, 0)],
        [20n, old(9, 0)]
      ])
    ).eql([at(0n), at(0n), at(5n), at(5n), at(5n)]);
    should(
      starts([
        [0n, old(100, 1)],
        [5n, old(150, 1)],
        [10n, old(160, 0)]
      ])
    ).eql([at(0n), at(0n), at(5n)]);
  });

  it('is never later than the point, though the clock was set back', () => {
    should(
      starts([
        [0n, status({ sinceNs: at(30n) })],
        [60n, status({ sinceNs: at(30n) })]
      ])
    ).eql([at(0n), at(30n)]);
  });

  it('is kept for each stream by itself', () => {
    const meter = createMeter();
    const of = (stream: string, sinceNs: string): string | undefined =>
      named(metricsOf(meter, status({ sinceNs }), NOON, { stream }), 'openot.laps')[0].point.startTimeUnixNano;
    should([of('a', at(-1n)), of('b', at(-2n)), of('a', at(-1n)), of('b', at(-2n))]).eql([
      at(-1n),
      at(-2n),
      at(-1n),
      at(-2n)
    ]);
  });
});

describe('metrics: what is no status', () => {
  for (const [payload, path] of [
    [undefined, ''],
    [null, ''],
    [[], ''],
    ['idle', ''],
    [{}, 'totals'],
    [{ totals: {} }, 'state'],
    [status({ state: 7 }), 'state'],
    [status({ totals: [] }), 'totals'],
    [status({ lag: '12' }), 'lag'],
    [status({ lag: -1 }), 'lag'],
    [status({ clockSkewMs: NaN }), 'clockSkewMs'],
    [status({}, { records: 1.5 }), 'totals.records'],
    [status({}, { lost: 'many' }), 'totals.lost'],
    [status({ looks: { polls: {} } }), 'looks.polls'],
    [status({ looks: 'x'.repeat(1000) }), 'looks'],
    [status({ code: 12 }), 'code'],
    [[{ kind: 'event' }], '']
  ] as [unknown, string][]) {
    it(`${JSON.stringify(payload)?.slice(0, 50)} is refused at ${path === '' ? 'the whole' : path}`, () => {
      const measured = createMeter().status(payload, line1, String(NOON));
      should(measured).have.properties({ ok: false, path });
      if (measured.ok) return;
      should(measured.expected.length).be.above(3);
      should(measured.found.length).be.within(1, 60);
    });
  }

  it('an object whose properties throw is refused, too', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        }
      }
    );
    should(createMeter().status(hostile, line1, String(NOON))).have.properties({ ok: false, path: '' });
  });

  it('a stream that is a number is one, other facts of another make are not taken', () => {
    const points = metricsOf(createMeter(), status(), NOON, { stream: 7, incarnation: 'x' } as never);
    should(points[0].point.attributes[0]).eql({ key: 'openot.stream', value: { stringValue: '7' } });
    should(metricsOf(createMeter(), status(), NOON, { stream: {} } as never)[0].point.attributes).eql([]);
  });
});
