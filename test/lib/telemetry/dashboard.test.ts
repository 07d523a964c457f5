import should from 'should';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { createMeter } from '../../../lib/telemetry/metrics';
import { createOtelMapper, defaultMappingSettings } from '../../../lib/telemetry/mapper';
import type { LogRecord, MetricPoint } from '../../../lib/telemetry/otlp-types';
import { labelName, prometheusName } from '../../support/prometheus-names';
import { played } from './support/played';
import { loss, NOON, placeholder, reading, status } from './support/readings';

const root = path.resolve(__dirname, '../../..');
const file = path.join(root, 'docs/grafana/openot-dashboard.json');

interface Target {
  refId: string;
  expr: string;
  legendFormat: string;
  datasource: { type: string; uid: string };
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  datasource?: { type: string; uid: string };
  transformations?: {
    id: string;
    options: {
      include?: { names: string[] };
      renameByName?: Record<string, string>;
      indexByName?: Record<string, number>;
    };
  }[];
}

interface Variable {
  name: string;
  type: string;
  query: unknown;
  datasource?: { uid: string };
}

/** A selector of a query: the metric, or undefined where it goes by a pattern, and the labels that are asked for. */
interface Selector {
  metric: string | undefined;
  pattern: RegExp | undefined;
  labels: string[];
}

const withoutTexts = (expr: string): string => expr.replace(/"[^"]*"/g, '""');

function selectorsOf(expr: string): Selector[] {
  return [...expr.matchAll(/([a-zA-Z_:][\w:]*)?\{((?:[^"{}]|"[^"]*")*)\}/g)].map(([, metric, inside]) => ({
    metric,
    pattern: metric === undefined ? new RegExp(`^(?:${/__name__=~"([^"]*)"/.exec(inside)?.[1]})$`) : undefined,
    labels: [...withoutTexts(inside).matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
      .map(([, label]) => label)
      .filter((label) => label !== '__name__')
  }));
}

/** Labels that a query keeps: `by (a, b)`. */
const groupingsOf = (expr: string): string[] =>
  [...withoutTexts(expr).matchAll(/\b(?:by|on|without)\s*\(([^)]*)\)/g)].flatMap(([, list]) =>
    list.split(',').map((label) => label.trim())
  );
const legendLabels = (legend: string): string[] =>
  [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label);

/** What Loki itself calls the other parts of a log record and of its stream. */
const LOKI_OWN = [
  'service_name',
  'severity_text',
  'severity_number',
  'trace_id',
  'span_id',
  'flags',
  'observed_timestamp'
];
/** Fields of Loki's answers beside the labels. */
const LOKI_FIELDS = ['Time', 'Line'];

describe('the dashboard for Grafana', () => {
  const dashboard = JSON.parse(readFileSync(file, 'utf8')) as {
    title: string;
    uid: string;
    panels: Panel[];
    templating: { list: Variable[] };
    schemaVersion: number;
  };
  const { panels } = dashboard;
  const variables = dashboard.templating.list;
  const targets = panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })));
  const ofPrometheus = targets.filter(({ target }) => target.datasource.type === 'prometheus');
  const ofLoki = targets.filter(({ target }) => target.datasource.type === 'loki');

  /** Labels by the metric's name in Prometheus, of everything that our code gives. */
  const series = new Map<string, Set<string>>();
  const logLabels = new Set<string>();
  before(() => {
    const points: MetricPoint[] = [];
    const logs: LogRecord[] = [];
    const mapper = createOtelMapper({ meter: createMeter() });
    const take = (mapped: { metrics: MetricPoint[]; logs: LogRecord[] }): void => {
      points.push(...mapped.metrics);
      logs.push(...mapped.logs);
    };
    for (const batch of played('packaging'))
      take(mapper.documents(batch, { stream: 'line 1' }, defaultMappingSettings));
    take(
      mapper.documents(
        [
          reading('Real', 1, {}, { unsynced: true, seq: 1, sourceNs: NOON + 3600n * 1_000_000_000n, receiveNs: NOON }),
          reading('Real', null, { nonFinite: 'NaN' }, { seq: 2 }),
          placeholder('drift', { seq: 3 }),
          loss()
        ],
        { stream: 'line 2' },
        defaultMappingSettings
      )
    );
    take(
      mapper.status(
        status({ code: 'OPENOT_RING_STALE' }),
        { stream: 'line 2' },
        String(NOON + 1n),
        defaultMappingSettings
      )
    );
    for (const point of points) {
      const name = prometheusName(point);
      const labels = series.get(name) ?? new Set();
      for (const { key } of point.point.attributes) labels.add(labelName(key));
      series.set(name, labels);
    }
    for (const { attributes } of logs) for (const { key } of attributes) logLabels.add(labelName(key));
  });

  const meant = ({ metric, pattern }: Selector): string[] =>
    [...series.keys()].filter((name) => (metric === undefined ? pattern?.test(name) : name === metric));

  it('is a dashboard with a row for the pipeline, one for values and one for events', () => {
    should(dashboard).have.properties({ title: 'OpenOT', uid: 'openot' });
    should(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).eql([
      'Pipeline',
      'Values of $source',
      'Events'
    ]);
    should(panels.filter(({ type }) => type !== 'row').map(({ title }) => title)).containDeep([
      'Readers',
      'State',
      'Lost',
      'Laps, skipped, restarts',
      'Records delivered',
      'Ring lag',
      'Clock skew',
      'Placeholders by reason',
      'Alarms and interlocks',
      'Events'
    ]);
  });

  it('has panels with an id each, a description, and a place of their own', () => {
    should(new Set(panels.map(({ id }) => id)).size).equal(panels.length);
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      should(panel.description).be.a.String().and.not.empty();
      should(panel.targets?.length).be.above(0);
    }
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`)
    );
    should(new Set(cells).size).equal(cells.length);
    for (const { gridPos } of panels) should(gridPos.x + gridPos.w).be.belowOrEqual(24);
  });

  it('asks the data sources that its variables choose, and no fixed one', () => {
    should(variables.filter(({ type }) => type === 'datasource').map(({ name, query }) => [name, query])).eql([
      ['metrics', 'prometheus'],
      ['logs', 'loki']
    ]);
    for (const { target } of targets)
      should(target.datasource.uid).equal(target.datasource.type === 'loki' ? '${logs}' : '${metrics}');
    for (const panel of panels.filter(({ type }) => type !== 'row'))
      should(panel.datasource?.uid).equal(panel.targets?.[0].datasource.uid);
  });

  it('uses only variables that it has, or that Grafana has', () => {
    const known = new Set([...variables.map(({ name }) => name), '__rate_interval', '__range', '__auto', '__all']);
    const used = [...readFileSync(file, 'utf8').matchAll(/\$\{?(\w+)/g)].map(([, name]) => name);
    should(used.filter((name) => !known.has(name))).eql([]);
    for (const { name } of variables) should(used).containEql(name);
  });

  it('queries no metric but those that our code gives, under the name that Prometheus makes of them', () => {
    should(ofPrometheus.length).be.above(10);
    for (const { panel, target } of ofPrometheus) {
      const selectors = selectorsOf(target.expr);
      should(selectors.length).be.above(0, panel.title);
      for (const selector of selectors)
        should(meant(selector).length).be.above(0, `${panel.title}: ${selector.metric ?? selector.pattern}`);
      // Nothing of ours stands outside of a selector, where it would not have been looked at.
      const named = [...withoutTexts(target.expr).matchAll(/\bopenot_\w+(?=[^\w])/g)].map(([name]) => name);
      const accounted = new Set([
        ...selectors.flatMap(({ metric, labels }) => [metric, ...labels]),
        ...groupingsOf(target.expr)
      ]);
      should(named.filter((name) => !accounted.has(name))).eql([], panel.title);
    }
  });

  it('asks every metric only for labels that it has', () => {
    for (const { panel, target } of ofPrometheus) {
      const kept = [...groupingsOf(target.expr), ...legendLabels(target.legendFormat)];
      for (const selector of selectorsOf(target.expr)) {
        for (const name of meant(selector))
          should([...selector.labels, ...kept].filter((label) => series.get(name)?.has(label) !== true)).eql(
            [],
            `${panel.title}: ${name}`
          );
      }
    }
  });

  it('sums only counters over time, and shows only gauges as they are', () => {
    for (const { panel, target } of ofPrometheus) {
      for (const { metric } of selectorsOf(target.expr)) {
        if (metric === undefined) continue;
        const counted = new RegExp(`(?:rate|increase)\\(${metric}\\{`).test(target.expr);
        should(counted).equal(metric.endsWith('_total'), `${panel.title}: ${metric}`);
      }
    }
  });

  it('shows every metric about readers and clocks that a person has to watch', () => {
    const queried = new Set(ofPrometheus.flatMap(({ target }) => selectorsOf(target.expr).map(({ metric }) => metric)));
    for (const name of [
      'openot_reader_up',
      'openot_reader_state',
      'openot_reader_trouble',
      'openot_records_delivered_total',
      'openot_records_lost_total',
      'openot_laps_total',
      'openot_ranges_skipped_total',
      'openot_incarnations_total',
      'openot_records_placeholder_total',
      'openot_ring_lag_bytes',
      'openot_ring_capacity_bytes',
      'openot_clock_skew_seconds',
      'openot_clock_suspect',
      'openot_clock_unsynced',
      'openot_batches_in_flight'
    ]) {
      should(queried.has(name)).be.true(name);
      should(series.has(name)).be.true(name);
    }
  });

  it('asks logs only for attributes that our log records have', () => {
    should(ofLoki.length).be.above(3);
    const known = new Set([...logLabels, ...LOKI_OWN]);
    for (const { panel, target } of ofLoki) {
      const asked = [
        ...selectorsOf(target.expr).flatMap(({ labels }) => labels),
        ...[...withoutTexts(target.expr).matchAll(/\|\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label),
        ...groupingsOf(target.expr),
        ...legendLabels(target.legendFormat)
      ];
      should(asked.length).be.above(2);
      should(asked.filter((label) => !known.has(label))).eql([], panel.title);
    }
  });

  it('shows columns of logs that there are', () => {
    const tables = panels.filter(({ type }) => type === 'table');
    should(tables.length).equal(2);
    for (const { title, transformations = [] } of tables) {
      should(transformations.map(({ id }) => id)).eql(['extractFields', 'filterFieldsByName', 'organize']);
      const names = transformations.flatMap(({ options }) => [
        ...(options.include?.names ?? []),
        ...Object.keys(options.renameByName ?? {}),
        ...Object.keys(options.indexByName ?? {})
      ]);
      should(
        names.filter((name) => !logLabels.has(name) && !LOKI_OWN.includes(name) && !LOKI_FIELDS.includes(name))
      ).eql([], title);
    }
  });

  it('fills its variables from labels that there are', () => {
    for (const { name, type, query } of variables) {
      if (type !== 'query' || typeof query !== 'string') continue;
      const [, inner, label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      const [selector] = selectorsOf(inner);
      should(meant(selector).length).be.above(0, name);
      for (const metric of meant(selector)) should([...(series.get(metric) ?? [])]).containEql(label);
    }
    should(variables.find(({ name }) => name === 'service')?.query).have.properties({ label: 'service_name' });
  });

  it('the warnings that its page proposes are of metrics that there are', () => {
    const page = readFileSync(path.join(root, 'docs/grafana/README.md'), 'utf8');
    const queries = [...page.matchAll(/^\|[^|]+\| `([^`]+)` \|$/gm)].map(([, query]) => query);
    should(queries.length).equal(6);
    for (const query of queries) {
      const known = new Set([...series.keys(), ...groupingsOf(query)]);
      should([...query.matchAll(/\bopenot_\w+/g)].map(([name]) => name).filter((name) => !known.has(name))).eql(
        [],
        query
      );
      for (const label of groupingsOf(query))
        should([
          ...(series.get(/openot_\w+(?=[ [)])/.exec(query.replace(/by \([^)]*\)/, ''))?.[0] ?? '') ?? [])
        ]).containEql(label);
    }
  });

  it('ships with the package, and is no flow that the editor offers to import', () => {
    const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { files: string[] };
    should(files).containEql('docs');
    should(files.filter((pattern) => pattern.startsWith('!docs'))).eql(['!docs/images']);
    should(existsSync(path.join(root, 'examples/grafana'))).be.false();
  });
});

describe('the names of OTLP metrics in Prometheus', () => {
  // Examples of the specification and of the collector's normalisation.
  for (const [name, unit, kind, expected] of [
    ['system.filesystem.usage', 'By', 'gauge', 'system_filesystem_usage_bytes'],
    ['system.io', 'By', 'sum', 'system_io_bytes_total'],
    ['system.network.dropped', '{packets}', 'gauge', 'system_network_dropped'],
    ['system.network.dropped', 'packets', 'gauge', 'system_network_dropped_packets'],
    ['system.memory.utilization', '1', 'gauge', 'system_memory_utilization_ratio'],
    ['system.network.io', 'By/s', 'gauge', 'system_network_io_bytes_per_second'],
    ['(lambda).function.executions(#)', '', 'gauge', 'lambda_function_executions'],
    ['system.processes.created', '1', 'sum', 'system_processes_created_total'],
    ['a.total.b', '', 'sum', 'a_b_total'],
    ['5xx', '', 'gauge', '_5xx'],
    ['openot.value.Temperature', 'Cel', 'gauge', 'openot_value_Temperature_celsius'],
    ['openot.value.Flow', 'm3/h', 'gauge', 'openot_value_Flow_m3_per_hour']
  ] as const)
    it(`${name} in ${unit === '' ? 'no unit' : unit}, a ${kind}: ${expected}`, () =>
      should(prometheusName({ name, unit, kind })).equal(expected));

  for (const [attribute, label] of [
    ['openot.source.name', 'openot_source_name'],
    ['http-method', 'http_method'],
    ['123invalid', 'key_123invalid'],
    ['_private', 'key_private'],
    ['__reserved__', '__reserved__']
  ])
    it(`the attribute ${attribute} is the label ${label}`, () => should(labelName(attribute)).equal(label));
});
