import should from 'should';
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyValue, LogsRequest, TracesRequest } from '../../../lib/telemetry/otlp-types';
import { DeliveryPort } from '../../../nodes/delivery';
import {
  Flow,
  FlowNode,
  helper,
  settled,
  shouldBePlain,
  sink,
  statusesOf,
  until,
  useNodeRed
} from '../../support/node-red';
import { assertValid } from '../../support/otlp/validator';
import { served } from '../../lib/telemetry/api/support/calls';
import { alarm, eventDocument, field, otelNode, resource } from './support/otel';

const flow = (otel: Record<string, unknown> = {}, ...more: FlowNode[]): Promise<Flow> =>
  Flow.start([
    otelNode({ wires: [['logs'], ['metrics'], ['traces']], ...otel }),
    sink('logs'),
    sink('metrics'),
    sink('traces'),
    ...more
  ]);
const facts = (commit: string[] = ['r/b/1'], more: object = {}): object => ({
  stream: 'line 1',
  incarnation: 0,
  bufferId: 7,
  receiveTimeNs: '1780000000000000001',
  commit,
  ...more
});

describe('openot-otel', () => {
  const place = useNodeRed();
  // Every test begins without spans of another.
  beforeEach(() => rmSync(join(place.userDir, 'openot'), { recursive: true, force: true }));

  it('makes a logs request of enriched documents, and sends it with the tokens', async () => {
    const running = await flow();
    running.send('otel', {
      payload: [eventDocument(1), eventDocument(2)],
      openot: facts(),
      topic: 'line 1',
      mine: 'kept'
    } as never);
    await until('logs', () => running.at('logs').length > 0);
    const [sent] = running.at('logs');
    should(sent.topic).equal('logs');
    should(sent.headers).eql({ 'content-type': 'application/json' });
    should(sent).have.property('mine', 'kept');
    should((sent.openot as { commit: string[] }).commit).eql(['r/b/1']);
    const { resourceLogs } = sent.payload as LogsRequest;
    should(resourceLogs[0].resource.attributes).eql(resource('line 1'));
    should(resourceLogs[0].scopeLogs[0].scope.name).equal('openot');
    should(resourceLogs[0].scopeLogs[0].logRecords.length).equal(2);
    shouldBePlain(sent);
    await settled();
    should(running.at('completed').length).equal(1);
    should(running.caught).eql([]);
    should(statusesOf('otel').some(({ text }) => text !== undefined)).be.true();
  });

  it('changes nothing of what it is given, and hands on nothing of it that could be changed', async () => {
    const running = await flow();
    const documents = [
      alarm(1, 'ConditionActive'),
      alarm(2, 'ConditionCleared'),
      eventDocument(3, {
        provenance: { ...eventDocument(3).provenance, source: { id: 1, name: 'Mixer', path: ['Hall', 'Mixer'] } }
      })
    ];
    const before = JSON.stringify(documents);
    running.send(
      'otel',
      frozen({
        payload: documents,
        openot: facts(),
        topic: 'line 1',
        headers: { host: 'x' },
        parts: { id: 'p', index: 0, count: 1 }
      })
    );
    await until('logs', () => running.at('logs').length > 0);
    should(running.caught).eql([]);
    should(JSON.stringify(documents)).equal(before);
    for (const id of ['logs', 'metrics', 'traces']) {
      should(running.at(id).length).equal(1, id);
      shouldBePlain(running.at(id)[0]);
      spoil(running.at(id)[0].payload);
    }
    should(JSON.stringify(documents)).equal(before);
    // Nor does what a flow does to one request show in the next one.
    running.send('otel', { payload: [eventDocument(4)], openot: facts(['r/b/2']) } as never);
    await until('logs', () => running.at('logs').length > 1);
    should((running.at('logs')[1].payload as LogsRequest).resourceLogs[0].resource.attributes).eql(resource('line 1'));
  });

  it(
    'sends traces, metrics and logs by their outputs, in this order, as one sequence with the tokens at ' + 'its end',
    async () => {
      const running = await flow();
      running.send('otel', {
        payload: [alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')],
        openot: facts(['r/b/1', 'r/b/2'])
      } as never);
      await until('logs', () => running.at('logs').length > 0);
      const all = ['traces', 'metrics', 'logs'].map((id) => running.at(id)[0]);
      should(all.map(({ topic }) => topic)).eql(['traces', 'metrics', 'logs']);
      should(all.map(({ parts }) => (parts as { index: number }).index)).eql([0, 1, 2]);
      should(new Set(all.map(({ parts }) => (parts as { id: string }).id)).size).equal(1);
      should(all.map(({ openot }) => (openot as { commit?: string[] }).commit)).eql([
        undefined,
        undefined,
        ['r/b/1', 'r/b/2']
      ]);
      const [span] = (all[0].payload as TracesRequest).resourceSpans[0].scopeSpans[0].spans;
      const records = (all[2].payload as LogsRequest).resourceLogs[0].scopeLogs[0].logRecords;
      should(records.map(({ traceId, spanId }) => [traceId, spanId])).eql([
        [span.traceId, span.spanId],
        [span.traceId, span.spanId]
      ]);
    }
  );

  it('reads the environment of its own flow and subflow', async () => {
    const running = await Flow.start([
      {
        id: 'sub',
        type: 'subflow',
        name: 'sub',
        in: [{ wires: [{ id: 'inner' }] }],
        out: [{ wires: [{ id: 'inner', port: 0 }] }],
        env: [{ name: 'SITE', type: 'str', value: 'template' }]
      },
      {
        ...otelNode(),
        id: 'inner',
        z: 'sub',
        x: 1,
        y: 1,
        wires: [[], [], []],
        resource: [
          { key: 'site', value: 'SITE', type: 'env' },
          { key: 'both', value: 'in ${SITE}', type: 'env' }
        ]
      },
      { id: 'one', type: 'subflow:sub', env: [{ name: 'SITE', type: 'str', value: 'north' }], wires: [['logs']] },
      { id: 'two', type: 'subflow:sub', wires: [['logs']] },
      sink('logs')
    ]);
    for (const id of ['one', 'two']) running.send(id, { payload: [eventDocument(1)], openot: facts() } as never);
    await until('logs', () => running.at('logs').length > 1);
    const found = running
      .at('logs')
      .map(({ payload }) =>
        (payload as LogsRequest).resourceLogs[0].resource.attributes.map(({ value }: KeyValue) => value.stringValue)
      );
    should(found.sort()).eql([
      ['north', 'in north'],
      ['template', 'in template']
    ]);
  });

  it('turns bad input and wrong settings into coded errors, and sessions on', async () => {
    const running = await flow({ maxItems: 'limit', maxItemsType: 'msg' });
    running.send('otel', { payload: '[]' } as never);
    running.send('otel', { payload: [eventDocument(1)], limit: 'many' } as never);
    running.send('otel', { payload: [eventDocument(1)], openot: { commit: 5 } } as never);
    running.send('otel', { payload: [eventDocument(1), null], openot: facts() } as never);
    await until('all', () => running.caught.length === 4);
    should(running.caught.map(({ code }) => code)).eql([
      'OPENOT_OTEL_TEXT',
      'OPENOT_PROPERTY',
      'OPENOT_FACTS_INVALID',
      'OPENOT_OTEL_NOT_A_DOCUMENT'
    ]);
    should(running.at('logs').length).equal(1);
    await helper.unload();
    const wrong = await flow({ maxItems: '0' });
    wrong.send('otel', { payload: [eventDocument(1)], openot: facts() } as never);
    await until('the errors', () => wrong.caught.length === 2);
    should(wrong.caught.map(({ code }) => code)).eql(['OPENOT_CONFIG', 'OPENOT_CONFIG']);
    should(statusesOf('otel').at(-1)).match({ fill: 'red', text: 'wrong settings: Max. items' });
  });

  it(
    'refuses text, records and wrong settings such that a reader which waits for acknowledgements reads ' +
      'them again',
    async () => {
      const reader = { id: `reader ${process.hrtime.bigint()}`, wires: [] };
      const RED = { events: new EventEmitter(), nodes: { getNode: () => undefined, eachNode: () => undefined } };
      const delivery = new DeliveryPort(RED as never, reader as never, { receives: false });
      let boot = 0;
      const isReadAgain = async (running: Flow, payload: unknown): Promise<boolean> => {
        const id = `${reader.id}/${++boot}`;
        const session = delivery.openSession(String(boot), {
          settled: () => undefined,
          onLost: () => undefined,
          awaitsAck: true
        });
        const tokens = [session.begin(1), session.begin(2)];
        const errors = running.caught.length;
        running.send('otel', { payload, openot: facts([tokens[0]]) } as never);
        await until('an error', () => running.caught.length > errors);
        running.send('otel', { payload: [eventDocument(1)], openot: facts([tokens[1]]) } as never);
        await settled();
        delivery.acknowledgements.acknowledge(id, 2);
        const isSettled = delivery.acknowledgements.isSettled(id, 2);
        session.close();
        return !isSettled;
      };
      const running = await flow();
      running.send('otel', { payload: '[]' } as never);
      await until('red', () =>
        statusesOf('otel').some(({ fill, text }) => fill === 'red' && text!.startsWith('text is no document'))
      );
      for (const payload of ['[]', [{ kind: 'record', seq: 1 }], Buffer.from('x')])
        should(await isReadAgain(running, payload)).be.true();
      // What is broken for good is not: its refusal was reported, and its token went on.
      should(await isReadAgain(running, [{ ...eventDocument(1), seq: 'x' }])).be.false();
      await helper.unload();
      should(await isReadAgain(await flow({ maxItems: '0' }), [eventDocument(1)])).be.true();
    }
  );

  for (const awaitsAck of [false, true]) {
    it(
      'goes on as batches are settled when more spans end than it keeps, ' +
        `${awaitsAck ? 'by acknowledgements' : 'by their delivery alone'}`,
      async () => {
        const running = await flow({ maxAge: '0' });
        const reader = { id: `reader ${process.hrtime.bigint()}`, wires: [['otel']] };
        const RED = {
          events: new EventEmitter(),
          nodes: { getNode: (id: string) => helper.getNode(id), eachNode: () => undefined },
          util: { generateId: () => String(process.hrtime.bigint()) }
        };
        const delivery = new DeliveryPort(RED as never, reader as never, { receives: false });
        let settledUpTo = 0;
        const session = delivery.openSession('boot', {
          settled: (serial) => void (settledUpTo = serial),
          onLost: () => undefined,
          awaitsAck
        });
        for (let serial = 1; serial <= 4; serial++) {
          const documents = Array.from({ length: 600 }, (_, n) => [
            alarm(2 * n + 1200 * serial, 'ConditionActive', n + 600 * serial),
            alarm(2 * n + 1 + 1200 * serial, 'ConditionCleared', n + 600 * serial)
          ]).flat();
          const message = { payload: documents, openot: facts([session.begin(serial)]) };
          delivery.send(message as never, (one) => running.send('otel', one as never));
        }
        const tokens = (): number =>
          new Set(running.at('logs').flatMap(({ openot }) => (openot as { commit?: string[] }).commit ?? [])).size;
        if (awaitsAck) {
          await until('two of them', () => tokens() === 2);
          await until('the status', () => /^2 messages wait/.test(statusesOf('otel').at(-1)?.text ?? ''));
          should(tokens()).equal(2);
          for (const serial of [1, 2]) delivery.acknowledgements.acknowledge(`${reader.id}/boot`, serial);
        }
        await until('all of them', () => tokens() === 4);
        const spans = running
          .at('traces')
          .flatMap(({ payload }) => (payload as TracesRequest).resourceSpans[0].scopeSpans[0].spans);
        should(new Set(spans.map(({ spanId }) => spanId)).size).equal(2400);
        await until('what is settled', () => settledUpTo === (awaitsAck ? 2 : 4));
        should(running.caught).eql([]);
        session.close();
      }
    );
  }

  it('keeps open alarms in a file of its own over a restart, and makes one span of them', async () => {
    const path = join(place.userDir, 'openot', 'otel', 'otel.state');
    const before = await flow();
    before.send('otel', { payload: [alarm(11, 'ConditionActive', 5)], openot: facts() } as never);
    await until('the token', () => before.at('logs').length > 0);
    should(existsSync(path)).be.true();
    should(existsSync(`${path}.lock`)).be.true();
    await until('the open span in the status', () => /1 open/.test(statusesOf('otel').at(-1)?.text ?? ''));
    await helper.unload();
    await until('the lock to go', () => !existsSync(`${path}.lock`));
    const after = await flow();
    after.send('otel', { payload: [alarm(12, 'ConditionCleared', 5)], openot: facts() } as never);
    await until('the span', () => after.at('traces').length > 0);
    const [span] = (after.at('traces')[0].payload as TracesRequest).resourceSpans[0].scopeSpans[0].spans;
    should(span).match({ startTimeUnixNano: '1780000011000000000', endTimeUnixNano: '1780000012000000000' });
    await helper.unload();

    writeFileSync(path, readFileSync(path).subarray(0, 40));
    const broken = await flow();
    await until('the error', () => broken.caught.length === 1);
    should(broken.caught[0].code).equal('OPENOT_STATE_UNREADABLE');
    broken.send('otel', { payload: [eventDocument(13)], openot: facts() } as never);
    await until('red', () => /forget/.test(statusesOf('otel').at(-1)?.text ?? ''));
    should(broken.at('logs')).eql([]);
    broken.send('otel', { topic: 'forget', payload: '' } as never);
    await until('logs', () => broken.at('logs').length === 1);
  });

  it('keeps no file where nothing is traced', async () => {
    const running = await flow({ id: 'untraced', signals: { logs: true, metrics: true, traces: false } });
    running.send('untraced', { payload: [alarm(1, 'ConditionActive')], openot: facts() } as never);
    await until('logs', () => running.at('logs').length > 0);
    should(existsSync(join(place.userDir, 'openot', 'otel', 'untraced.state'))).be.false();
    should(existsSync(join(place.userDir, 'openot', 'otel', 'untraced.state.lock'))).be.false();
  });

  it('tells how many messages are lost when it closes while they wait without a token', async () => {
    const running = await flow({ maxAge: '60000' });
    running.send('otel', { payload: [eventDocument(1)] } as never);
    running.send('otel', { payload: [eventDocument(2)] } as never);
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await helper.setFlows(
      running.nodes.map((node) => (node.id === 'otel' ? { ...node, name: 'changed' } : node)),
      'nodes'
    );
    const told = helper
      .log()
      .args.map(([{ msg }]) => String(msg))
      .filter((text) => text.includes('OPENOT_OTEL_DROPPED'));
    should(told.length).equal(1);
    should(told[0]).containEql('2 messages');
    should(running.at('logs')).eql([]);
  });

  const documents = [alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared'), served()];

  it('makes the envelope of the open networks, whose spans are calls and nothing else', async () => {
    const running = await flow({ profile: 'network', producer: 'Plant', domain: 'Mixing' });
    running.send('otel', { payload: documents, openot: facts() } as never);
    await until('logs', () => running.at('logs').length > 0);
    const { resource: made, scopeLogs } = (running.at('logs')[0].payload as LogsRequest).resourceLogs[0];
    const text = JSON.stringify(made);
    for (const part of ['"eid"', '"AUDIT"', '"producer"', '"Plant"', '"domain"', '"Mixing"', '"service.name"'])
      should(text).containEql(part);
    should(scopeLogs[0].scope.attributes!.map(({ key }) => key)).containEql('scope_uuid');
    should(scopeLogs[0].logRecords.map(({ traceId }) => traceId)).eql([undefined, undefined]);
    should(running.at('traces').length).equal(1);
    should(spansOf(running.at('traces')[0].payload as TracesRequest)).eql(['orders']);
    should(running.caught).eql([]);
    for (const signal of ['logs', 'metrics', 'traces'] as const) assertValid(signal, running.at(signal)[0].payload);
  });

  it('makes spans of alarms in that envelope where somebody asks for them', async () => {
    const running = await flow({ profile: 'network', producer: 'P', domain: 'D', recordSpans: 'true' });
    running.send('otel', { payload: documents, openot: facts() } as never);
    await until('traces', () => running.at('traces').length > 0);
    should(spansOf(running.at('traces')[0].payload as TracesRequest)).eql(['TempHigh', 'orders']);
  });

  it('answers with its metrics when it is asked for them', async () => {
    const running = await flow({ maxAge: '0' });
    const change = eventDocument(1, {
      eventName: 'ValueChanged',
      eventTypeId: 0x0002,
      fields: [field('value', 0x000d, 'ValueRef', 'Level', { raw: 3 }), field('newValue', 0x0010, 'LReal', 5)]
    });
    running.send('otel', { payload: [change], openot: facts() } as never);
    await until('logs', () => running.at('logs').length > 0);
    running.send('otel', { topic: 'registry' } as never);
    const rows = await until('the registry', () => running.at('metrics').find(({ topic }) => topic === 'registry'));
    const codes = (rows.payload as { code: string; status: string }[]).map(({ code, status }) => `${code} ${status}`);
    should(codes).containEql('openot.ring.lag draft').and.containEql('openot.value.Level live');
    should(running.caught).eql([]);
  });

  it('refuses an API document by the name of its field; the others of the message go on', async () => {
    const running = await flow({});
    running.send('otel', { payload: [served({ host: undefined }), served()] } as never);
    await until('both', () => running.at('traces').length > 0 && running.caught.length > 0);
    should(running.caught[0].code).equal('OPENOT_OTEL_NOT_AN_API_DOCUMENT');
    should(running.caught[0].message).containEql('msg.payload[0].host must be text, found nothing');
    should(spansOf(running.at('traces')[0].payload as TracesRequest)).eql(['orders']);
  });
});

const spansOf = ({ resourceSpans }: TracesRequest): string[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)));

/** The same, and nothing of it can be changed any more. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** Overwrites everything that can be. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, below] of Object.entries(value)) {
    if (typeof below === 'object') spoil(below);
    else (value as Record<string, unknown>)[key] = 'spoilt';
  }
}
