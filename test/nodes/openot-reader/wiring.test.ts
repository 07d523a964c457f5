import should from 'should';
import { join } from 'node:path';
import type { DocumentObject } from '../../../lib/document';
import { createSimulator, Simulator } from '../../../lib/simulator';
import { Flow, FlowNode, helper, settled, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { keyAtHand } from '../../support/key-at-hand';

type Seen = { kind: string; provenance: { runId: string; source: { id: number } }; seq: number };
type Change = Partial<FlowNode> | 'gone';

/** Records that are made while a flow is wrong, at least. */
const MEANWHILE = 60;

describe('a slip in the wires', function () {
  const place = useNodeRed();
  let plc: Simulator;
  let cases = 0;

  // One controller for all: building the address space of its server takes longer than most of these tests.
  before(async () => {
    plc = createSimulator({
      scenario: 'reactor',
      rate: 100,
      ringBytes: 1 << 20,
      opcuaPort: 'any',
      pkiFolder: keyAtHand(join(place.userDir, 'plc-pki')),
      truthLimit: 100_000
    });
    should(await plc.start()).eql({ ok: true });
  });
  after(() => plc?.stop());
  // Each test has an empty ring, and a reader that knows nothing of what was before.
  beforeEach(() => {
    cases++;
    should(plc.command('power-cycle')).eql({ ok: true });
    should(plc.command('start-producer')).eql({ ok: true });
  });

  const reader = (): string => `wired-${cases}`;
  /** reader -> decoder -> guard -> doc -> out; in the mode onAck also doc -> ack. */
  const right = (commit: string): FlowNode[] => [
    { id: 'definition', type: 'openot-definition', source: 'json', json: plc.definitionText(), path: '', watch: false },
    {
      id: 'opcua',
      type: 'openot-opcua',
      endpoint: plc.endpointUrl!,
      securityMode: 'None',
      securityPolicy: 'Basic256Sha256',
      authentication: 'anonymous',
      trust: 'list',
      requestTimeout: '5000'
    },
    {
      id: reader(),
      type: 'openot-reader',
      stream: 'line 1',
      transport: 'opcua',
      opcua: 'opcua',
      controlNode: plc.controlNodeId!,
      ringNode: plc.ringNodeIds.join('\n'),
      mode: 'poll',
      interval: '20',
      verify: 'extraCall',
      startFrom: 'oldest',
      commit,
      maxRecords: '20',
      maxBytes: '65536',
      statusInterval: '200',
      wires: [['decoder'], ['status']]
    },
    { id: 'decoder', type: 'openot-decoder', emit: 'batch', wires: [['guard']] },
    {
      id: 'guard',
      type: 'openot-drift-guard',
      definition: 'definition',
      policy: 'placeholder',
      whenUnadvertised: 'placeholder',
      wires: [['doc'], []]
    },
    {
      id: 'doc',
      type: 'openot-doc',
      definition: 'definition',
      whenUnadvertised: 'placeholder',
      profile: 'strict',
      format: 'object',
      emit: 'batch',
      outputs: 1,
      wires: [commit === 'onAck' ? ['out', 'ack'] : ['out']]
    },
    { id: 'ack', type: 'openot-ack', branches: '1', wires: [[]] },
    sink('out'),
    sink('status')
  ];
  const changed = (nodes: FlowNode[], changes: Record<string, Change>): FlowNode[] =>
    nodes.flatMap((node) => {
      const change = changes[node.id === reader() ? 'reader' : node.id];
      return change === 'gone' ? [] : [{ ...node, ...change }];
    });
  const records = (running: Flow): Seen[] =>
    running
      .at('out')
      .flatMap(({ payload }) => payload as DocumentObject[] as unknown as Seen[])
      .filter(({ kind }) => kind !== 'loss');
  const identity = ({ provenance, seq }: Seen): string => `${provenance.runId}/${provenance.source.id}/${seq}`;
  const produced = (): Set<string> =>
    new Set(
      plc
        .truth()
        .filter(({ incarnation }) => incarnation === plc.statistics().incarnation)
        .map(({ runId, sourceId, seq }) => `${runId}/${sourceId}/${seq}`)
    );
  /** What reached Catch; that a link was lost on a busy machine is no matter here. */
  const codes = (running: Flow): string[] =>
    running.caught.map(({ code }) => code ?? '').filter((code) => !code.startsWith('OPENOT_OPCUA_'));
  const shown = (): string => statusesOf(reader()).at(-1)?.text ?? '';
  /** Puts the flow right, and waits until every record has come as an event. */
  const putRight = async (running: Flow, nodes: FlowNode[]): Promise<void> => {
    const flow = running.nodes.filter(({ id }) => !nodes.some((node) => node.id === id));
    await helper.setFlows(
      [...flow, ...nodes.map((node) => (node.wires === undefined ? node : { z: 'tab', x: 0, y: 0, ...node }))],
      'nodes'
    );
    for (const id of ['out', 'status']) if (helper.getNode(id)?.listenerCount('input') === 0) running.listenAt(id);
    plc.command('stop-producer');
    await until(
      'every record',
      () => new Set(records(running).map(identity)).size >= produced().size,
      () => shown()
    );
    await settled();
    const seen = records(running);
    should(seen.filter(({ kind }) => kind !== 'event')).eql([]);
    should(new Set(seen.map(identity))).eql(produced());
  };

  /** A function that drops `msg.openot`, before this node. */
  const anew = (before: string, func = 'return { payload: msg.payload };'): FlowNode => ({
    id: `anew-${before}`,
    type: 'function',
    name: 'new message',
    func,
    outputs: 1,
    libs: [],
    wires: [[before]]
  });

  const slips: Array<{ what: string; slip: Record<string, Change>; says: RegExp; catches: string[] }> = [
    {
      what: 'the decoder is disabled',
      slip: { decoder: { d: true } },
      says: /^nothing is wired: 'decoder' is disabled$/,
      catches: []
    },
    {
      what: 'the reader is not wired',
      slip: { reader: { wires: [[], ['status']] } },
      says: /^nothing is wired$/,
      catches: []
    },
    { what: 'doc is disabled', slip: { doc: { d: true } }, says: /^waits for 'doc' \(disabled\)$/, catches: [] },
    {
      what: 'guard is wired to nothing',
      slip: { guard: { wires: [[], []] } },
      says: /^waiting: nothing takes the documents$/,
      catches: []
    },
    {
      what: 'the reader is wired to a debug node alone',
      slip: { reader: { wires: [['look'], ['status']] } },
      says: /^waiting: nothing takes the documents$/,
      catches: []
    },
    {
      what: 'what stores the documents is missing',
      slip: { doc: { wires: [['no such node']] } },
      says: /^waiting: nothing takes the documents$/,
      catches: []
    },
    {
      what: 'no decoder stands between reader and guard',
      slip: { reader: { wires: [['guard'], ['status']] } },
      says: /^waits for 'drift-guard' \(refused, \d+ s\)$/,
      catches: ['OPENOT_PAYLOAD_NOT_ITEMS']
    },
    {
      what: 'a second decoder stands behind the first',
      slip: { decoder: { wires: [['second']] } },
      says: /^waits for 'decoder' \(refused, \d+ s\)$/,
      catches: ['OPENOT_ALREADY_DECODED']
    },
    {
      what: 'guard and doc have no definition node',
      slip: { guard: { definition: '' }, doc: { definition: '' } },
      says: /^waits for 'drift-guard' \(refused, \d+ s\)$/,
      catches: ['OPENOT_NO_DEFINITIONS']
    },
    {
      what: 'a function before the decoder makes new messages',
      slip: { reader: { wires: [['anew-decoder'], ['status']] } },
      says: /^waits for 'decoder' \(refused, \d+ s\)$/,
      catches: ['OPENOT_FACTS_MISSING']
    },
    {
      what: 'a function before the guard makes new messages',
      slip: { decoder: { wires: [['anew-guard']] } },
      says: /^waits for 'drift-guard' \(refused, \d+ s\)$/,
      catches: ['OPENOT_FACTS_MISSING']
    },
    {
      what: 'a function before doc makes new messages, one for each record',
      slip: { guard: { wires: [['anew-doc'], []] } },
      says: /^waits for 'doc' \(refused, \d+ s\)$/,
      catches: ['OPENOT_FACTS_MISSING']
    },
    {
      what: 'doc has wrong settings',
      slip: { doc: { profile: 'no such profile' } },
      says: /^waits for 'doc' \(refused, \d+ s\)$/,
      catches: ['OPENOT_CONFIG']
    }
  ];
  const extra: FlowNode[] = [
    { id: 'second', type: 'openot-decoder', emit: 'batch', wires: [['guard']] },
    anew('decoder'),
    anew('guard'),
    anew('doc', 'return [msg.payload.map((payload) => ({ payload }))];'),
    { id: 'look', type: 'debug', active: true, tosidebar: false, console: false, complete: 'payload', wires: [] }
  ];

  for (const commit of ['onSend', 'onAck']) {
    for (const { what, slip, says, catches } of slips) {
      it(
        `loses nothing under ${commit} while ${what}, says so, and reads everything once it is put ` + 'right',
        async () => {
          const nodes = [...right(commit), ...extra];
          const running = await Flow.start(changed(nodes, slip));
          await until(
            'the status',
            () => says.test(shown()),
            () => `${shown()} ${String(codes(running))}`
          );
          const before = produced().size;
          await until('more records', () => produced().size >= before + MEANWHILE);
          should(shown()).match(says);
          should(codes(running)).eql(catches);
          should(records(running)).eql([]);
          await putRight(running, nodes);
          should(codes(running)).eql(catches);
        }
      );
    }
  }

  describe('a function that makes new messages, so that msg.openot is gone', () => {
    const missing = { fill: 'red', text: 'msg.openot is missing' };
    /** To the letter: the function returns the message that it got. */
    const asAdvised = (nodes: FlowNode[]): FlowNode[] =>
      nodes.map((node) => (node.type === 'function' ? { ...node, func: 'return msg;' } : node));

    it('is named by the node behind it, at Catch once; the advice done to the letter brings every record', async () => {
      const nodes = [...changed(right('onSend'), { decoder: { wires: [['anew-guard']] } }), anew('guard')];
      const running = await Flow.start(nodes);
      await until('the status of the guard', () => statusesOf('guard').at(-1)?.text === missing.text, shown);
      should(statusesOf('guard').at(-1)).match(missing);
      should(running.caught.map(({ message }) => message)).match([
        /^OPENOT_FACTS_MISSING: msg\.openot was expected.*the node 'new message' \(function\).*"return msg"/
      ]);
      await putRight(running, asAdvised(nodes));
      await until('the guard as ever', () => statusesOf('guard').at(-1)?.fill === 'green');
      should(codes(running)).have.length(1);
    });

    it('is named before openot-otel, and by openot-otlp for logs alone', async () => {
      const telemetry: FlowNode[] = [
        { id: 'otel', type: 'openot-otel', maxAge: '100', wires: [['anew-otlp'], ['anew-otlp'], ['anew-otlp']] },
        { id: 'otlp', type: 'openot-otlp', endpoint: 'http://127.0.0.1:9', wires: [[], []] }
      ];
      for (const before of ['otel', 'otlp']) {
        const func = before === 'otlp' ? undefined : 'return msg;';
        const nodes = [
          ...changed(right('onSend'), { doc: { profile: 'enriched', wires: [['anew-otel']] } }),
          ...telemetry,
          anew('otlp', func),
          anew('otel', func === undefined ? 'return msg;' : undefined)
        ];
        const running = await Flow.start(nodes);
        await until(`the status of ${before}`, () => statusesOf(before).at(-1)?.text === missing.text, shown);
        await until('the reader', () => shown().startsWith(`waits for '${before}' (refused, `), shown);
        should(codes(running).filter((code) => !code.startsWith('OPENOT_OTLP'))).eql(['OPENOT_FACTS_MISSING']);
        await helper.unload();
      }
    });

    it('is named by openot-ack, at Catch once, and nothing is acknowledged until it is put right', async () => {
      const nodes = [
        ...changed(right('onAck'), { reader: { maxInFlight: '4' }, doc: { wires: [['out', 'anew-ack']] } }),
        anew('ack')
      ];
      const running = await Flow.start(nodes);
      await until('the status of ack', () => statusesOf('ack').at(-1)?.text === missing.text, shown);
      await until('more', () => running.at('out').length >= 4);
      should(codes(running)).eql(['OPENOT_FACTS_MISSING']);
      await putRight(running, asAdvised(nodes));
      await until('ack as ever', () => statusesOf('ack').at(-1)?.fill === 'green');
      should(codes(running)).eql(['OPENOT_FACTS_MISSING']);
    });
  });

  it('stops before a batch that is refused again and again, names its place, and passes it over on skip', async () => {
    // A function of the flow spoils the third batch and every one that begins at its place.
    const spoil = `
      const { segments } = msg.openot;
      const abs = segments[0]?.abs ?? -1;
      if (context.get('bad') === undefined && abs > 0 && (context.get('n') ?? 0) >= 2) context.set('bad', abs);
      context.set('n', (context.get('n') ?? 0) + 1);
      if (abs === context.get('bad')) msg.payload = { no: 'bytes' };
      return msg;`;
    const nodes = [
      ...changed(right('onSend'), {
        reader: { wires: [['spoil'], ['status']] },
        decoder: { wires: [['guard', 'items']] }
      }),
      sink('items'),
      { id: 'spoil', type: 'function', func: spoil, outputs: 1, libs: [], wires: [['decoder']] }
    ];
    const running = await Flow.start(nodes as FlowNode[]);
    const refused = /^waits for 'decoder' \(refused, /;
    await until(
      'the refusal',
      () => refused.test(shown()),
      () => `${shown()} ${String(codes(running))}`
    );
    running.send(reader(), { topic: 'skip' });
    await until('an error', () => codes(running).includes('OPENOT_READER_SKIP'));
    running.send(reader(), { topic: 'read' });
    await until('the second refusal', () => codes(running).includes('OPENOT_BATCH_REFUSED'));
    const positions = /positions (\d+) to (\d+)/.exec(running.caught.at(-1)!.message);
    should(positions).not.equal(null);
    const passed = records(running).length;
    running.send(reader(), { topic: 'skip' });
    await until(
      'what follows',
      () => records(running).length > passed + 20,
      () => `${shown()} ${String(codes(running))}`
    );
    const totals = (): { skipped: number } =>
      (running.at('status').at(-1)!.payload as { totals: { skipped: number } }).totals;
    await until(
      'the count',
      () => totals().skipped === 1,
      () => JSON.stringify(totals())
    );
    const skipped = running
      .at('items')
      .flatMap(({ payload }) => payload as Array<{ kind: string; fromAbs: number; toAbs: number; reason: string }>)
      .filter(({ kind }) => kind === 'skipped');
    should(skipped).eql([
      { kind: 'skipped', fromAbs: Number(positions![1]), toAbs: Number(positions![2]), reason: 'refused' }
    ]);
  });

  it('tells by output 2 for which node it waits, why, and since when, while the collector is dead', async () => {
    const nodes: FlowNode[] = [
      ...changed(right('onSend'), { reader: { maxInFlight: '4' }, doc: { profile: 'enriched', wires: [['otel']] } }),
      { id: 'otel', type: 'openot-otel', maxAge: '100', wires: [['otlp'], ['otlp'], ['otlp']] },
      { id: 'otlp', type: 'openot-otlp', name: 'collector', endpoint: 'http://127.0.0.1:9', wires: [[], []] }
    ];
    const running = await Flow.start(nodes);
    await until('the status', () => /^waits for 'collector' \(refused, \d+ s\)$/.test(shown()), shown);
    const last = (): { state: string; code?: string; waitsFor: { sinceNs: string } | null } =>
      running.at('status').at(-1)!.payload as never;
    await until('the message', () => last().waitsFor !== null && last().code === 'OPENOT_OTLP_UNREACHABLE');
    should(last()).match({
      state: 'waiting',
      waitsFor: {
        code: 'OPENOT_OTLP_UNREACHABLE',
        node: { id: 'otlp', type: 'openot-otlp', name: 'collector' },
        detail: /^the oldest batch is with the node 'collector' \(openot-otlp\), which cannot go on: connection refused/
      }
    });
    const { sinceNs } = last().waitsFor!;
    await until('another message', () => last().waitsFor?.sinceNs !== undefined && running.at('status').length > 5);
    // Two clocks of this machine: what lies between reading one and the other.
    should(Number(BigInt(last().waitsFor!.sinceNs) - BigInt(sinceNs)) / 1e6).be.approximately(0, 1000);
  });

  describe('that makes every record come twice', () => {
    const codeOf = (running: Flow): unknown => (running.at('status').at(-1)?.payload as { code?: unknown })?.code;

    it('two decoders before one guard: yellow, with its name, at Catch once, until a deploy mends it', async () => {
      const nodes = [
        ...changed(right('onSend'), {
          reader: { wires: [['decoder', 'second'], ['status']] },
          guard: { name: 'watch' }
        }),
        extra[0]
      ];
      const running = await Flow.start(nodes);
      await until('the status', () => /^'watch' gets all twice: /.test(shown()), shown);
      should(statusesOf(reader()).at(-1)).match({ fill: 'yellow' });
      await until('the code', () => codeOf(running) === 'OPENOT_WIRED_TWICE');
      should(codes(running)).eql(['OPENOT_WIRED_TWICE']);
      should(running.caught[0].message).match(/'watch' \(openot-drift-guard\)/);
      const mended = nodes.map((node) => (node.id === 'second' ? { ...node, wires: [[]] } : node));
      await helper.setFlows(
        running.nodes.map((node) => ({ ...node, ...mended.find(({ id }) => id === node.id) })),
        'nodes'
      );
      await until('plain green', () => /^(idle|reading): /.test(shown()), shown);
    });

    it('two readers on one ring under one name: each says so of the other, one at Catch, as long as both are there', async () => {
      const other: FlowNode = { ...right('onSend')[2], id: 'twin', name: 'left', wires: [[], []] };
      const running = await Flow.start([...right('onSend'), other]);
      await until('the first', () => /^'left' reads the same ring/.test(shown()), shown);
      await until('the code', () => codeOf(running) === 'OPENOT_READER_TWICE');
      should(codes(running)).eql(['OPENOT_READER_TWICE']);
      should(running.caught[0].message).match(/reads the same ring under the same stream name/);
      await helper.setFlows(
        running.nodes.filter(({ id }) => id !== 'twin'),
        'nodes'
      );
      await until('plain green', () => /^(idle|reading): /.test(shown()), shown);
    });
  });

  it('an output of doc that is wired to nothing is a warning, once, and holds nothing up', async () => {
    const outputs = { outputs: 3, wires: [['out'], [], []] };
    const running = await Flow.start(changed(right('onSend'), { doc: outputs }));
    await until('records', () => records(running).length > 40, shown);
    const warned = (): string[] =>
      helper
        .log()
        .args.map(([{ msg }]) => String(msg))
        .filter((text) => text.includes('OPENOT_DOC_UNWIRED'));
    should(warned()).have.length(1);
    should(warned()[0]).match(/output 2 \(losses\) and 3 \(placeholders\)/);
    should(shown()).match(/^(idle|reading): /);
    await helper.setFlows(running.nodes, 'nodes');
    should(warned()).have.length(1);
  });

  it("drift that nobody hears of is a warning with both hashes, which the guard's status names", async () => {
    const nodes = changed(right('onSend'), { definition: { json: plc.definitionText('next') } });
    const running = await Flow.start(nodes);
    const hashIn = (text: string): string =>
      (JSON.parse(text) as { header: { contentHash: string } }).header.contentHash;
    const hash = {
      wants: hashIn(plc.definitionText()).slice(0, 16),
      has: hashIn(plc.definitionText('next')).slice(0, 16)
    };
    const guard = (): string => statusesOf('guard').at(-1)?.text ?? '';
    await until(
      'the drift',
      () => guard().startsWith(`drift ${hash.wants.slice(0, 8)}≠${hash.has.slice(0, 8)}: `),
      guard
    );
    const warned = (): string[] =>
      helper
        .log()
        .args.map(([{ msg }]) => String(msg))
        .filter((text) => text.includes('OPENOT_DRIFT_UNWIRED'));
    should(warned()).have.length(1);
    should(warned()[0]).containEql(hash.wants).and.containEql(hash.has);
    should(records(running).every(({ kind }) => kind === 'placeholder')).be.true();
  });

  for (const [what, change, more] of [
    ['a junction', { doc: { wires: [['via']] } }, [{ id: 'via', type: 'junction', wires: [['out']] }]],
    [
      'links',
      { doc: { wires: [['via']] } },
      [
        { id: 'via', type: 'link out', mode: 'link', links: ['in'], wires: [[]] },
        { id: 'in', type: 'link in', links: ['via'], wires: [['out']] }
      ]
    ],
    [
      'a junction between nodes of ours',
      { decoder: { wires: [['via']] } },
      [{ id: 'via', type: 'junction', wires: [['guard']] }]
    ]
  ] as Array<[string, Record<string, Change>, FlowNode[]]>) {
    it(`settles what goes through ${what}: a stop and a start give every record once`, async () => {
      const nodes = [...changed(right('onSend'), change), ...more];
      const first = await Flow.start(nodes);
      await until(
        'records',
        () => records(first).length > 40,
        () => shown()
      );
      should(shown()).not.match(/wait|wired/);
      plc.command('stop-producer');
      await until('every record', () => new Set(records(first).map(identity)).size >= produced().size);
      await settled();
      await helper.clearFlows();
      await helper.unload();
      plc.command('start-producer');
      const second = await Flow.start(nodes);
      await until('more', () => records(second).length > 20);
      plc.command('stop-producer');
      const all = (): string[] => [...records(first), ...records(second)].map(identity);
      await until('the rest', () => new Set(all()).size >= produced().size);
      await settled();
      should(all().length).equal(produced().size);
    });
  }
});
