import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otlpJson } from '../../lib/telemetry/json';
import type { Signal } from '../../lib/telemetry/otlp-types';
import { hardDocuments, hardSlots, HARD_TIME_NS } from '../support/otlp/hard-documents';
import { Rotel } from '../support/otlp/receivers/rotel';
import { attributesOf, itemsOf, Json } from '../support/otlp/requests';
import { exactText, sameAs, said, withoutIntegers } from '../support/otlp/said';
import { assertValid } from '../support/otlp/validator';
import { sleep, until } from '../e2e/support/process';
import { FlowNode, freePort, Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

const EXAMPLE = '06 From the controller to a collector';
const signals: readonly Signal[] = ['logs', 'metrics', 'traces'];

describe('the example from the controller to a collector, imported and deployed', function () {
  let userDir: string;
  let runtime: Runtime;
  let imported: FlowNode[];
  /** Where everything that leaves openot-otel is written down, one request a line. */
  let tape: string;
  let refusedOnPurpose = 0;

  before(async () => {
    userDir = await makeUserDirectory();
    runtime = await Runtime.start(userDir);
    imported = await runtime.json<FlowNode[]>(
      `/library/examples/flows/@openot/node-red/${encodeURIComponent(EXAMPLE)}`
    );
  });
  after(async () => {
    runtime?.kill();
    if (userDir) await removeUserDirectory(userDir);
  });

  const one = (type: string, name?: string): FlowNode =>
    imported.find((node) => node.type === type && (name === undefined || node.name === name))!;
  const status = (node: FlowNode): string => runtime.comms.status.get(node.id)?.text ?? '';
  const context = (): string => JSON.stringify([...runtime.comms.status]) + runtime.log.slice(-2000);

  /** The flow as imported, but for the ports, and with a tape at the outputs of openot-otel. */
  async function deploy(collectorPort: number, opcuaPort: number, title: string, ...more: FlowNode[]): Promise<void> {
    tape = join(userDir, `${title}.ndjson`);
    const text = JSON.stringify(imported)
      .replaceAll('4318', String(collectorPort))
      .replaceAll('48406', String(opcuaPort));
    const flows = JSON.parse(text) as FlowNode[];
    const otel = flows.find(({ type }) => type === 'openot-otel')!;
    // JSON.stringify takes the sign of -0 away.
    const written =
      `JSON.stringify(msg.payload, (key, value) => (Object.is(value, -0) ? '<-0>' : value)).replaceAll('"<-0>"', ` +
      `'-0')`;
    const recorder: FlowNode = {
      id: 'tape',
      type: 'function',
      z: otel.z!,
      name: 'tape',
      outputs: 0,
      timeout: 0,
      noerr: 0,
      initialize: '',
      finalize: '',
      libs: [],
      x: 400,
      y: 600,
      wires: [],
      func: `global.get('fs').appendFileSync(${JSON.stringify(tape)}, ${written} + '\\n');`
    };
    (otel.wires as string[][]).forEach((wires) => wires.push('tape'));
    // What no simulator writes: the values at which receivers and serialisers fail.
    const { documents } = hardDocuments('');
    const hard: FlowNode = {
      id: 'hard',
      type: 'inject',
      z: otel.z!,
      name: 'hard values',
      props: [{ p: 'payload' }],
      repeat: '',
      crontab: '',
      once: false,
      onceDelay: '0.1',
      topic: '',
      payload: otlpJson(documents),
      payloadType: 'json',
      x: 100,
      y: 600,
      wires: [[otel.id]]
    };
    await runtime.deploy([...flows, recorder, hard, ...more]);
  }

  /** Everything on the tape; every line must be a valid request. */
  function taped(): Record<Signal, Json[]> {
    const requests: Record<Signal, Json[]> = { logs: [], metrics: [], traces: [] };
    for (const line of existsSync(tape) ? readFileSync(tape, 'utf8').split('\n').slice(0, -1) : []) {
      const request = JSON.parse(line) as Json;
      const signal = 'resourceLogs' in request ? 'logs' : 'resourceMetrics' in request ? 'metrics' : 'traces';
      assertValid(signal, line);
      requests[signal].push(request);
    }
    return requests;
  }

  const press = (name: string): Promise<void> => runtime.inject(one('inject', name).id);

  it(
    'telemetry of all three signals is in a collector written by others, all of it, and acknowledged; ' +
      'the stand-in has stepped aside',
    async () => {
      const port = await freePort();
      const rotel = await Rotel.start(port);
      try {
        await deploy(port, await freePort(), 'collector');
        await until(
          'the stand-in to step aside',
          () => /steps aside/.test(status(one('function', 'collector'))),
          context
        );
        await press('burst of 500 events');
        await until(
          'log records, points and spans in the collector',
          () =>
            signals.every((signal) => rotel.passedOn[signal].some((request) => itemsOf(signal, request).length > 0)) &&
            rotel.passedOn.logs.flatMap((request) => itemsOf('logs', request)).length > 500,
          context
        );
        await runtime.inject('hard');
        const message = await until(
          'the hard values in the collector',
          () =>
            rotel.passedOn.logs
              .flatMap((request) => itemsOf('logs', request))
              .find((log) => log.timeUnixNano === String(HARD_TIME_NS)),
          context
        );
        for (const { key, what, attribute } of hardSlots)
          exactText(attributesOf(message)[key]).should.equal(exactText(attribute), what);
        await press('stop the controller');
        const uids = (requests: readonly Json[]): string[] =>
          requests
            .flatMap((request) => itemsOf('logs', request))
            .map((log) => String(attributesOf(log)['log.record.uid']?.stringValue));
        await until(
          'everything to be acknowledged',
          async () => {
            const before = uids(taped().logs).length;
            await new Promise((resolve) => setTimeout(resolve, 1500));
            return uids(taped().logs).length === before && uids(rotel.passedOn.logs).length === before;
          },
          context
        );
        status(one('openot-ack')).should.match(/\b[1-9]\d* batch/);

        const sent = taped();
        sameAs(said('logs', rotel.passedOn.logs, true), said('logs', sent.logs, true));
        sameAs(said('traces', rotel.passedOn.traces, true), said('traces', sent.traces, true));
        said('traces', sent.traces).length.should.be.above(0);
        // The reader goes on telling its status: what was on the tape is a part of what comes.
        const points = said('metrics', withoutIntegers(sent.metrics), true);
        await until('the points on the tape', () => {
          const come = new Set(said('metrics', withoutIntegers(rotel.passedOn.metrics), true));
          return points.every((point) => come.has(point));
        });

        // Nothing is missing in front of the collector either: of each source every sequence number up to its last.
        const seqs = new Map<string, Set<number>>();
        for (const uid of uids(rotel.passedOn.logs).filter((entry) => !entry.includes('/clock/'))) {
          const [stream, incarnation, run, source, seq] = uid.split('/');
          const key = [stream, incarnation, run, source].join('/');
          seqs.set(key, (seqs.get(key) ?? new Set()).add(Number(seq)));
        }
        seqs.size.should.be.above(2);
        for (const [source, known] of seqs) known.size.should.equal(Math.max(...known) + 1, source);
      } finally {
        // First the flow, which would miss it.
        await runtime.deploy([]);
        await rotel.stop();
      }
    }
  );

  it('telemetry of all three signals is in the stand-in, also after the flow is deployed again', async () => {
    const port = await freePort();
    const opcuaPort = await freePort();
    for (const round of ['first', 'second']) {
      const at = runtime.comms.debug.length;
      await deploy(port, opcuaPort, round);
      // The stand-in of the deploy before still answers for half a second, and shows nothing any more.
      await sleep(700);
      await press('burst of 500 events');
      await until(
        'counts of all three',
        () =>
          /^([5-9]\d\d|\d{4,}) log records, [1-9]\d* points, [1-9]\d* spans$/.test(
            status(one('function', 'collector'))
          ),
        context
      );
      const shown = (): typeof runtime.comms.debug =>
        runtime.comms.debug.slice(at).filter(({ name }) => name === 'received');
      await until(
        'all three in the debug sidebar',
        () => signals.every((signal) => shown().some(({ topic }) => topic === signal)),
        () => JSON.stringify(shown()).slice(0, 2000)
      );
      shown()
        .some(({ msg }) => /"openot.kind":\s*"event"/.test(msg))
        .should.equal(true);
      taped().logs.length.should.be.above(0);
    }
  });

  it('writes down what the collector refuses, which is acknowledged then', async () => {
    const otlp = one('openot-otlp');
    const request = {
      resourceLogs: [
        { resource: { attributes: [] }, scopeLogs: [{ scope: {}, logRecords: [{ timeUnixNano: 'no time' }] }] }
      ]
    };
    const wrong: FlowNode = {
      id: 'wrong',
      type: 'inject',
      z: otlp.z!,
      name: 'wrong',
      props: [{ p: 'payload' }],
      repeat: '',
      crontab: '',
      once: false,
      onceDelay: '0.1',
      topic: '',
      payload: JSON.stringify(request),
      payloadType: 'json',
      x: 100,
      y: 660,
      wires: [[otlp.id]]
    };
    await deploy(await freePort(), await freePort(), 'refused', wrong);
    await runtime.inject('wrong');
    const file = join(userDir, 'openot-rejected.ndjson');
    const line = await until(
      'the refused record in the file',
      () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n') && readFileSync(file, 'utf8'),
      context
    );
    const { signal, status: answer, items } = JSON.parse(line) as { signal: string; status: number; items: Json[] };
    ({ signal, answer, items }).should.deepEqual({ signal: 'logs', answer: 400, items: [{ timeUnixNano: 'no time' }] });
    // The sidebar hears of it by a way of its own, perhaps later than the file.
    const shown = (): number | false =>
      runtime.comms.debug.filter(({ name, msg }) => name === 'rejected' && msg.includes('no time')).length || false;
    refusedOnPurpose = await until('the refused record in the debug sidebar', shown, context);
    refusedOnPurpose.should.equal(1);
  });

  it('refuses nothing else and complains of nothing', async () => {
    runtime.comms.debug
      .filter(({ name }) => name === 'rejected' || name === 'errors')
      .map(({ name, msg }) => `${name}: ${msg}`)
      .should.have.length(refusedOnPurpose);
    await runtime.stop();
    runtime
      .complaints()
      .filter((line) => !line.includes('Cannot convert no time'))
      .should.deepEqual([]);
  });
});
