import should from 'should';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyValue, Span, TracesRequest } from '../../lib/telemetry/otlp-types';
import { itemsText } from '../support/network/items-text';
import { holders, missingOf } from '../support/network/missing-of';
import { requirements, requirementsOfCalls } from '../support/network/requirements';
import { assertValid } from '../support/otlp/validator';
import { countByIdentity, readDocuments } from '../e2e/support/documents';
import { sleep, until } from '../e2e/support/process';
import { FlowNode, Runtime } from '../e2e/support/runtime';
import { root } from '../e2e/support/toolchain';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

interface NodeSet {
  module: string;
  name: string;
  enabled: boolean;
  err?: unknown;
  types: string[];
}

const nodeTypes = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes
);
const exampleNames = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''))
  .sort();

describe('the packed tarball in an empty user directory', function () {
  let userDir: string;
  let runtime: Runtime;

  before(async () => {
    userDir = await makeUserDirectory();
    runtime = await Runtime.start(userDir);
  });
  after(async () => {
    runtime?.kill();
    if (userDir) await removeUserDirectory(userDir);
  });

  it('loads every node without an error', async () => {
    const sets = (await runtime.json<NodeSet[]>('/nodes')).filter((set) => set.module === '@openot/node-red');
    should(
      sets
        .map((set) => set.types)
        .flat()
        .sort()
    ).eql([...nodeTypes].sort());
    should(sets.filter((set) => !set.enabled || set.err)).eql([]);
  });

  it('offers its examples in the Import menu', async () => {
    should(exampleNames.length).be.aboveOrEqual(3);
    for (const name of exampleNames) {
      const flows = await runtime.json<FlowNode[]>(
        `/library/examples/flows/@openot/node-red/${encodeURIComponent(name)}`
      );
      should(flows.length).be.above(3);
    }
  });

  it('uses every node in an example', () => {
    const used = new Set(
      exampleNames.flatMap((name) =>
        (JSON.parse(readFileSync(join(root, 'examples', `${name}.json`), 'utf8')) as FlowNode[]).map(
          (node) => node.type
        )
      )
    );
    should(nodeTypes.filter((type) => !used.has(type))).eql([]);
  });

  /** Examples that show no event documents: the button to press, and what is shown then. */
  const others: { readonly [number: string]: { readonly button?: string; readonly shows: RegExp } } = {
    '08': { button: 'last hour', shows: /"?severity"?/ },
    '09': { shows: /"?clockOffsetMs"?/ },
    // A note of which the last line is a signature.
    '10': { button: 'sign a checkpoint now', shows: /\u2014 openot\// }
  };
  for (const name of exampleNames.filter((each) => !(each.slice(0, 2) in others))) {
    it(`runs the example ${name}: resolved documents arrive at the editor's websocket`, async () => {
      const flows = await runtime.json<FlowNode[]>(
        `/library/examples/flows/@openot/node-red/${encodeURIComponent(name)}`
      );
      runtime.comms.debug.length = 0;
      // Also those that are off until somebody presses their button.
      await runtime.deploy(flows.map((node) => (node.type === 'debug' ? { ...node, active: true } : node)));
      for (const inject of flows.filter(
        (node) => node.type === 'inject' && /send|hex|base64|http/i.test(String(node.name))
      ))
        await runtime.inject(inject.id).catch(() => undefined);
      const found = await until(
        'an event document',
        () =>
          runtime.comms.debug.find(
            (message) => /"?kind"?:\s*"event"/.test(message.msg) && /"?eventName"?/.test(message.msg)
          ),
        () => runtime.log + JSON.stringify(runtime.comms.debug.slice(0, 5))
      );
      should(found.msg).match(/eventName/);
    });
  }

  for (const name of exampleNames.filter((each) => each.slice(0, 2) in others)) {
    it(`runs the example ${name}: what it is for arrives at the editor's websocket`, async () => {
      const { button, shows } = others[name.slice(0, 2)];
      const flows = await runtime.json<FlowNode[]>(
        `/library/examples/flows/@openot/node-red/${encodeURIComponent(name)}`
      );
      const { debug } = runtime.comms;
      debug.length = 0;
      await runtime.deploy(flows.map((node) => (node.type === 'debug' ? { ...node, active: true } : node)));
      const inject = flows.find((node) => node.type === 'inject' && node.name === button);
      await until(
        String(shows),
        async () => {
          // What there is to find comes in time.
          if (inject !== undefined) await runtime.inject(inject.id).catch(() => undefined);
          await sleep(1000);
          return debug.some(({ msg }) => shows.test(msg));
        },
        () => runtime.log + JSON.stringify(debug.slice(0, 5))
      );
    });
  }

  it(
    'lets the buttons of the drift example be pressed: placeholders with raw slots, then resolved ' + 'documents again',
    async () => {
      const name = exampleNames.find((example) => example.startsWith('02'))!;
      const flows = await runtime.json<FlowNode[]>(
        `/library/examples/flows/@openot/node-red/${encodeURIComponent(name)}`
      );
      const { debug } = runtime.comms;
      const button = (number: string): string =>
        flows.find((node) => node.type === 'inject' && String(node.name).startsWith(number))!.id;
      const since = (at: number, pattern: RegExp): Promise<unknown> =>
        until(
          String(pattern),
          () => debug.slice(at).find(({ msg }) => pattern.test(msg)),
          () => JSON.stringify(debug.slice(at).slice(-6)) + runtime.log.slice(-1500)
        );
      await runtime.deploy(flows);
      // The flow's own start (writing the first file) takes a moment.
      await sleep(1000);
      await since(debug.length, /"kind":\s*"event"/);
      let at = debug.length;
      await runtime.inject(button('1.'));
      await since(at, /"kind":\s*"placeholder".*"rawSlots"/s);
      await since(at, /"expected".*"action":\s*"placeholder"/s);
      at = debug.length;
      await runtime.inject(button('2.'));
      await since(at, /"action":\s*"resolve"/);
      at = debug.length;
      await since(at, /"kind":\s*"event"/);
      should(debug.slice(at).some(({ msg }) => /"kind":\s*"placeholder"/.test(msg))).be.false();
    }
  );

  it(
    'lets the buttons of the acknowledging example be pressed: nothing counts as read while the disk ' +
      'fails, all of it is written later',
    async () => {
      const name = exampleNames.find((example) => example.startsWith('05'))!;
      const flows = await runtime.json<FlowNode[]>(
        `/library/examples/flows/@openot/node-red/${encodeURIComponent(name)}`
      );
      const { debug, status } = runtime.comms;
      const button = (number: string): string =>
        flows.find((node) => node.type === 'inject' && String(node.name).startsWith(number))!.id;
      const ack = flows.find(({ type }) => type === 'openot-ack')!.id;
      const written = (): Set<string> =>
        new Set(countByIdentity(readDocuments(join(userDir, 'openot-events.ndjson'))).keys());
      await runtime.deploy(flows);
      await until(
        'acknowledgements',
        () => /^[1-9]\d* batch/.test(status.get(ack)?.text ?? ''),
        () => JSON.stringify(status.get(ack))
      );
      const at = debug.length;
      await runtime.inject(button('1.'));
      await until(
        'the failure',
        () => debug.slice(at).some(({ msg }) => /ENOENT/.test(msg)),
        () => runtime.log.slice(-1500)
      );
      await until(
        'its status',
        () => /failed/.test(status.get(ack)?.text ?? ''),
        () => JSON.stringify(status.get(ack))
      );
      const before = written().size;
      await sleep(2000);
      should(written().size).equal(before);
      await runtime.inject(button('2.'));
      // Nothing is missing: of each source, every sequence number up to its last.
      const missing = (): number => {
        const last = new Map<string, number>();
        for (const [run, source, seq] of [...written()].map((identity) => identity.split('/')))
          last.set(`${run}/${source}`, Math.max(last.get(`${run}/${source}`) ?? -1, Number(seq)));
        return [...last.values()].reduce((sum, end) => sum + end + 1, 0) - written().size;
      };
      await until(
        'the rest',
        () => written().size > before + 100 && missing() === 0,
        () => JSON.stringify([written().size, before, missing(), status.get(ack)])
      );
    }
  );

  it('hands out the requests of the network example: all that is required, and a checksum that holds', async () => {
    const name = exampleNames.find((example) => example.startsWith('07'))!;
    const flows = await runtime.json<FlowNode[]>(
      `/library/examples/flows/@openot/node-red/${encodeURIComponent(name)}`
    );
    const { debug } = runtime.comms;
    const at = debug.length;
    // Everything that leaves as API events, one request a line.
    const tape = join(userDir, 'calls.ndjson');
    const recorder: FlowNode = {
      id: 'tape',
      type: 'file',
      z: flows[0].id,
      filename: tape,
      filenameType: 'str',
      appendNewline: true,
      createDir: false,
      overwriteFile: 'false',
      encoding: 'none',
      x: 700,
      y: 600,
      wires: [[]]
    };
    const text = JSON.stringify(flows).replaceAll('http://127.0.0.1:1880', runtime.url);
    const deployed = [...(JSON.parse(text) as FlowNode[]), recorder];
    (deployed.find(({ encoding }) => encoding === 'otlp')!.wires as string[][])[2].push('tape');
    await runtime.deploy(deployed);
    const press = (title: string): Promise<void> => runtime.inject(flows.find(({ name }) => name === title)!.id);
    await press('burst of 500 events');
    const optional = ['scope schema_url', 'item item.name', 'item item.duration', 'item item.duration.seconds'];
    for (const signal of ['logs', 'metrics', 'traces'] as const) {
      const sent = await until(
        signal,
        async () => {
          const response = await runtime.get(`/openot/network/${signal}`);
          return response.ok && response.text();
        },
        () => runtime.log.slice(-1500)
      );
      const request = JSON.parse(sent as string) as unknown;
      assertValid(signal, sent);
      // Not every span has events.
      const events =
        signal === 'traces' && holders(signal, request, 'event').length === 0
          ? ['event .name', 'event .timeUnixNano', 'event time']
          : [];
      const table = signal === 'traces' ? requirementsOfCalls('otlp') : requirements(signal, 'otlp');
      should(missingOf(signal, 'otlp', request, [...optional, ...events], table)).eql([]);
      const [scope] = holders(signal, request, 'scope') as { attributes: KeyValue[] }[];
      const sum = createHash('md5')
        .update(itemsText(signal, sent as string), 'utf8')
        .digest('hex')
        .toUpperCase();
      should(scope.attributes.find(({ key }) => key === 'checksum')?.value).eql({ stringValue: sum });
    }
    const shown = (pattern: RegExp): Promise<unknown> =>
      until(
        String(pattern),
        () => debug.slice(at).find(({ msg }) => pattern.test(msg)),
        () => JSON.stringify(debug.slice(-5))
      );
    await shown(/"producer":"plant-4711".*"isWhole":true.*Batch [^"]*: none -> Started"/);
    await shown(/StateMachine [^"]*: \w+ -> \w+ after [\d.]+ s/);
    should(debug.slice(at).filter(({ msg }) => /"isWhole":false/.test(msg))).eql([]);
    await shown(/"resourceLogs".*"count","value":\{"intValue":\d+\}/);
    // The participant's call and the same call as it was served: one trace.
    await press('ask as a participant');
    const taped = (): Span[] =>
      (existsSync(tape) ? readFileSync(tape, 'utf8').split('\n').slice(0, -1) : []).flatMap((line) =>
        (JSON.parse(line) as TracesRequest).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans[0].spans)
      );
    const asked = await until('both sides of a call', () => {
      const spans = taped();
      const traceId = spans.find(({ name }) => name === 'ask')?.traceId;
      const found = spans.filter((span) => span.traceId === traceId);
      return found.length === 2 && found;
    });
    const [made, served] = [3, 2].map((kind) => asked.find((span) => span.kind === kind)!);
    should(served.parentSpanId).equal(made.spanId);
    should(served.attributes).containDeep([{ key: 'sender.id', value: { stringValue: 'bap-1234' } }]);
    // Nothing of it waits any more when Node-RED stops: nobody would send it again.
    const mappers = flows.filter(({ type }) => type === 'openot-otel');
    await until(
      'every call to have left',
      () => mappers.every(({ id }) => runtime.comms.status.get(id)?.text?.includes(` ${taped().length} spans`)),
      () => JSON.stringify([taped().length, mappers.map(({ id }) => runtime.comms.status.get(id))])
    );
  });

  it('stops in order with a clean log', async () => {
    await runtime.stop();
    should(runtime.complaints()).eql([]);
    should(runtime.exitCode).equal(0);
  });
});
