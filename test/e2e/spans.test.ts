import should from 'should';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogRecord, LogsRequest, Span, TracesRequest } from '../../lib/telemetry/otlp-types';
import { conditionActive, conditionCleared, Occurrence } from '../../lib/simulator/scenarios/events';
import { appendTo, catchTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

/** A source and a condition of the reactor's definition. */
const SOURCE = 10;
const ALARM = { conditionId: 3001, conditionClass: 0 };
const RING = 65_536;

interface CollectorReport {
  state: string;
  inFlight: number;
  totals: { records: number; lost: number; laps: number };
}

describe('the spans of a real Node-RED that acknowledges what its mapper has sent', function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime;
  let correlationId = 100;

  const file = (name: string): string => join(userDir, name);
  const linesOf = (name: string): string[] =>
    existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').slice(0, -1) : [];
  const spans = (): Span[] =>
    linesOf('traces').flatMap((line) =>
      (JSON.parse(line) as TracesRequest).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((scope) => scope.spans)
      )
    );
  const logs = (): LogRecord[] =>
    linesOf('logs').flatMap((line) =>
      (JSON.parse(line) as LogsRequest).resourceLogs.flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) => logRecords)
      )
    );
  const of = (key: string, value: number, { attributes }: { attributes: LogRecord['attributes'] }): boolean =>
    attributes.some((attribute) => attribute.key === key && attribute.value.intValue === String(value));
  /** Of one occurrence of the alarm. */
  const spansOf = (id: number): Span[] => spans().filter((span) => of('openot.correlation.id', id, span));
  const logsOf = (id: number): LogRecord[] => logs().filter((log) => of('openot.field.correlationId', id, log));
  const said = (): CollectorReport | undefined =>
    linesOf('status')
      .map((line) => JSON.parse(line) as CollectorReport)
      .at(-1);
  const context = (): string =>
    `${JSON.stringify(said())}\n${linesOf('errors').join('\n')}\n${runtime.log.slice(-2000)}`;
  const untilRest = (): Promise<unknown> =>
    until(
      'everything acknowledged',
      () => {
        const now = said();
        return now !== undefined && now.state === 'idle' && now.inFlight === 0;
      },
      context
    );
  const closeGate = (): void => writeFileSync(file('gate'), '');
  const openGate = (): void => rmSync(file('gate'), { force: true });
  const begin = (): Occurrence => {
    const occurrence = { ...ALARM, correlationId: ++correlationId };
    plc.simulator.producer.emit(conditionActive(SOURCE, occurrence, { severity: 900 }));
    return occurrence;
  };
  const end = (occurrence: Occurrence): void => void plc.simulator.producer.emit(conditionCleared(SOURCE, occurrence));
  const start = async (): Promise<void> => {
    rmSync(file('status'), { force: true });
    runtime = await Runtime.start(userDir);
  };

  /** reader -> … -> doc -> otel -> logs -> gate -> openot-ack. The gate swallows everything while it is closed. */
  const flow = (): FlowNode[] => {
    const fs = "const fs = global.get('fs');";
    const append = (name: string, more: Partial<FlowNode> = {}): FlowNode =>
      ({
        ...appendTo(name, ''),
        func:
          `${fs} fs.appendFileSync(${JSON.stringify(file(name))}, JSON.stringify(msg.payload) + '\\n'); return ` +
          'msg;',
        ...more
      }) as FlowNode;
    return [
      ...chain({
        endpoint: plc.endpointUrl,
        controlNode: plc.controlNodeId,
        ringNode: plc.ringNodeIds.join('\n'),
        definition: { source: 'json', json: plc.simulator.definitionText() },
        reader: {
          interval: '50',
          statusInterval: '100',
          maxRecords: '200',
          commit: 'onAck',
          maxInFlight: '16',
          ackTimeout: '60000'
        },
        doc: { profile: 'enriched', format: 'object' },
        after: [['otel']],
        status: ['status']
      }),
      {
        id: 'otel',
        type: 'openot-otel',
        z: 'tab',
        name: '',
        x: 500,
        y: 300,
        maxAge: '50',
        wires: [['logs'], [], ['traces']]
      },
      append('status'),
      append('traces'),
      append('logs', { outputs: 1, wires: [['gate']] }),
      {
        ...appendTo('gate', ''),
        outputs: 1,
        wires: [['ack']],
        func: `${fs} return fs.existsSync(${JSON.stringify(file('gate'))}) ? null : msg;`
      } as FlowNode,
      { id: 'ack', type: 'openot-ack', z: 'tab', name: '', branches: '1', x: 900, y: 300, wires: [[]] },
      ...catchTo(file('errors'))
    ];
  };

  before(async () => {
    plc = await startPlc({ rate: 1, ringBytes: RING, heartbeatInterval: 0, highWaterInterval: 0 });
    plc.simulator.command('stop-producer');
    userDir = await makeUserDirectory();
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow()));
    await start();
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });
  // After a kill the locks of the dead process hold for a moment, and that is told.
  afterEach(() => should(linesOf('errors').filter((line) => !line.startsWith('OPENOT_STATE_LOCKED'))).eql([]));

  let forever: Occurrence;

  it('are not stalled by an alarm that is open for ever: the ring goes on', async () => {
    forever = begin();
    while (plc.simulator.producer.headAbs < 2 * RING) {
      for (const [command, count] of [['start-producer'], ['burst', 150], ['stop-producer']] as const)
        plc.simulator.command(command, count);
      await until('the reader to follow', () => logs().length >= plc.simulator.statistics().written, context);
    }
    await untilRest();
    should(said()!.totals).match({ lost: 0, laps: 0 });
    should(spansOf(forever.correlationId)).eql([]);
  });

  it('come again, with the same ids, when their end was not accepted before a kill', async () => {
    const alarm = begin();
    await until('its log record', () => logsOf(alarm.correlationId).length === 1, context);
    await untilRest();
    closeGate();
    end(alarm);
    await until('its span', () => spansOf(alarm.correlationId).length === 1, context);
    await until('its end', () => logsOf(alarm.correlationId).length === 2, context);
    runtime.kill();
    openGate();
    await start();
    await until('the span again', () => spansOf(alarm.correlationId).length === 2, context);
    const [first, second] = spansOf(alarm.correlationId);
    should(second).eql(first);
    await untilRest();
  });

  it(
    'are one, and right, where the alarm was open across restarts; what was acknowledged is not read ' + 'again',
    async () => {
      await runtime.stop();
      const count = logs().length;
      await start();
      await untilRest();
      // The checkpoint has moved on, although the alarm began before it.
      should(said()!.totals).match({ records: 0, lost: 0 });
      should(logs().length).equal(count);
      end(forever);
      await until('its span', () => spansOf(forever.correlationId).length === 1, context);
      await untilRest();
      const [[span], [active, cleared]] = [spansOf(forever.correlationId), logsOf(forever.correlationId)];
      should([active.eventName, cleared.eventName]).eql(['openot.condition_active', 'openot.condition_cleared']);
      should(span).match({
        name: 'TAH-101 temperature high',
        startTimeUnixNano: active.timeUnixNano,
        endTimeUnixNano: cleared.timeUnixNano,
        status: { code: 2 }
      });
      should([active, cleared].map(({ traceId, spanId }) => [traceId, spanId])).eql([
        [span.traceId, span.spanId],
        [span.traceId, span.spanId]
      ]);
    }
  );

  it('are closed as truncated when their run ends', async () => {
    const alarm = begin();
    await until('its log record', () => logsOf(alarm.correlationId).length === 1, context);
    plc.simulator.command('cold-start');
    await until('its span', () => spansOf(alarm.correlationId).length === 1, context);
    const [span] = spansOf(alarm.correlationId);
    should(JSON.stringify(span.attributes)).match(/"openot\.truncated"/);
    should(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).be.true();
    should(span.startTimeUnixNano).equal(logsOf(alarm.correlationId)[0].timeUnixNano);
    await untilRest();
  });
});
