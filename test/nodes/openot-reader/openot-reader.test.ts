import should from 'should';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { createSimulator, Simulator, SimulatorOptions } from '../../../lib/simulator';
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
import { behindReader, identity, producedBy, recordsOf } from '../support/chain';
import { keyAtHand } from '../../support/key-at-hand';

describe('openot-reader', function () {
  const place = useNodeRed();
  let plc: Simulator;

  const startPlc = async (options: Partial<SimulatorOptions> = {}): Promise<void> => {
    plc = createSimulator({
      scenario: 'reactor',
      rate: 200,
      // With this and the limit below nothing is lost to a machine on which a round takes half a minute.
      ringBytes: 1 << 21,
      opcuaPort: 'any',
      pkiFolder: keyAtHand(join(place.userDir, 'plc-pki')),
      truthLimit: 1_000_000,
      ...options
    });
    should(await plc.start()).eql({ ok: true });
  };
  afterEach(async () => {
    await plc?.stop();
  });

  let readers = 0;
  const nodes = (reader: Record<string, unknown> = {}, opcua: Record<string, unknown> = {}): FlowNode[] => [
    {
      id: 'opcua',
      type: 'openot-opcua',
      endpoint: plc.endpointUrl!,
      securityMode: 'None',
      securityPolicy: 'Basic256Sha256',
      authentication: 'anonymous',
      trust: 'list',
      requestTimeout: '30000',
      ...opcua
    },
    {
      id: `the-reader-${readers}`,
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
      maxRecords: '50',
      maxBytes: '65536',
      statusInterval: '200',
      wires: [['decoder', 'batches'], ['status']],
      ...reader
    },
    ...behindReader(plc.definitionText()),
    sink('batches')
  ];
  beforeEach(() => void readers++);
  const readerId = (): string => `the-reader-${readers}`;
  const stateFile = (): string => join(place.userDir, 'openot', 'readers', `${readerId()}.state`);
  const records = recordsOf;
  const produced = (): Set<string> => producedBy(plc);

  it('reads a controller into documents, reports its status, and saves where it is', async () => {
    await startPlc();
    const running = await Flow.start(nodes());
    await until('documents', () => records(running).length > 100);
    should(records(running).every(({ kind }) => kind === 'event')).be.true();
    await until('a status', () =>
      running.at('status').some(({ payload }) => (payload as { totals: { records: number } }).totals.records > 0)
    );
    for (const message of [
      ...running.at('status'),
      ...running.at('batches').slice(0, 3),
      ...running.at('out').slice(0, 3)
    ])
      shouldBePlain(message);
    const { payload, openot } = running.at('status').at(-1)!;
    should(payload).have.keys('state', 'detail', 'cursorAbs', 'lag', 'capacity', 'clockSkewMs', 'sinceNs', 'totals');
    should(openot).have.property('stream', 'line 1');
    should((running.at('batches')[0].openot as { commit: string[] }).commit[0]).match(
      new RegExp(`^${readerId()}/[^/]+/1$`)
    );
    await until("the node's status", () =>
      statusesOf(readerId()).some(({ fill, text }) => fill === 'green' && /records, lag \d+ %/.test(text ?? ''))
    );
    should(running.caught).eql([]);
    await helper.clearFlows();
    should(existsSync(stateFile())).be.true();
  });

  for (const [name, between] of [
    ['one after the other', []],
    [
      'with a node of another make between reader and decoder',
      [{ id: 'between', type: 'helper', wires: [['decoder']] }]
    ]
  ] as Array<[string, FlowNode[]]>) {
    it(`gives every record exactly once across orderly stops and starts, our nodes ${name}`, async () => {
      await startPlc({ rate: 300 });
      const seen: string[] = [];
      const wires = between.length > 0 ? { wires: [['between'], []] } : {};
      for (let round = 0; round < 8; round++) {
        const running = await Flow.start([...nodes(wires), ...between]);
        if (between.length > 0) helper.getNode('between').on('input', (message, send, done) => (send(message), done()));
        await until('documents of this round', () => records(running).length > 20);
        // At another moment of the hand-over each time: some turns of the loop after a batch has left the reader.
        const batches = running.at('batches').length;
        await until('a batch', () => running.at('batches').length > batches || between.length > 0);
        for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (round === 7) {
          plc.command('stop-producer');
          await until('the rest', () => new Set([...seen, ...records(running).map(identity)]).size >= produced().size);
        }
        await helper.clearFlows();
        seen.push(...records(running).map(identity));
        await helper.unload();
      }
      should(seen.length - new Set(seen).size).equal(0);
      should(new Set(seen)).eql(produced());
    });
  }

  it(
    'gives every record exactly once across orderly stops, with a delay node that holds batches between ' + 'our nodes',
    async () => {
      await startPlc({ rate: 400 });
      const seen: string[] = [];
      const delay = {
        id: 'delay',
        type: 'delay',
        pauseType: 'delay',
        timeout: '700',
        timeoutUnits: 'milliseconds',
        rate: '1',
        nbRateUnits: '1',
        rateUnits: 'second',
        randomFirst: '1',
        randomLast: '5',
        randomUnits: 'seconds',
        drop: false,
        allowrate: false,
        outputs: 1,
        wires: [['doc']]
      };
      const flow = [...nodes().map((node) => (node.id === 'decoder' ? { ...node, wires: [['delay']] } : node)), delay];
      for (let round = 0; round < 4; round++) {
        const running = await Flow.start(flow);
        await until('documents of this round', () => records(running).length > 50);
        if (round === 3) {
          plc.command('stop-producer');
          await until('the rest', () => new Set([...seen, ...records(running).map(identity)]).size >= produced().size);
        }
        await helper.clearFlows();
        seen.push(...records(running).map(identity));
        await helper.unload();
      }
      should(seen.length - new Set(seen).size).equal(0);
      should(new Set(seen)).eql(produced());
    }
  );

  it('loses nothing when a deploy replaces a delay node that holds batches while the reader lives on', async () => {
    await startPlc({ rate: 400 });
    const delay = {
      id: 'delay',
      type: 'delay',
      pauseType: 'delay',
      timeout: '300',
      timeoutUnits: 'milliseconds',
      rate: '1',
      nbRateUnits: '1',
      rateUnits: 'second',
      randomFirst: '1',
      randomLast: '5',
      randomUnits: 'seconds',
      drop: false,
      allowrate: false,
      outputs: 1,
      wires: [['doc']]
    };
    const running = await Flow.start([
      ...nodes().map((node) => (node.id === 'decoder' ? { ...node, wires: [['delay']] } : node)),
      delay
    ]);
    for (let round = 0; round < 3; round++) {
      const before = records(running).length;
      await until('documents', () => records(running).length > before + 20);
      await helper.setFlows(
        running.nodes.map((node) => (node.id === 'delay' ? { ...node, name: `round ${round}` } : node)),
        'nodes'
      );
    }
    plc.command('stop-producer');
    await until('the rest', () => new Set(records(running).map(identity)).size >= produced().size);
    should(new Set(records(running).map(identity))).eql(produced());
  });

  for (const type of ['nodes', 'flows', 'full'] as const) {
    it(`gives every record exactly once across deploys of ${type} that change the decoder under a reader`, async () => {
      await startPlc({ rate: 300 });
      const running = await Flow.start(nodes());
      for (let round = 0; round < 6; round++) {
        const before = records(running).length;
        await until('documents', () => records(running).length > before + 20);
        const changed = running.nodes.map((node) =>
          node.id === 'decoder' ? { ...node, name: `round ${round}` } : node
        );
        await helper.setFlows(changed, type);
        if (type !== 'nodes') running.listen();
      }
      plc.command('stop-producer');
      await until('the rest', () => new Set(records(running).map(identity)).size >= produced().size);
      await settled();
      const seen = records(running).map(identity);
      should(seen.length - new Set(seen).size).equal(0);
      should(new Set(seen)).eql(produced());
    });
  }

  // The deploy's sweep runs before the message that was just sent is delivered: it meets a decoder that listens no
  // more.
  for (const sender of ['reader', 'decoder', 'doc']) {
    it(`reads again what the ${sender} had just sent when a deploy closed the node it went to`, async () => {
      await startPlc({ rate: 300 });
      const running = await Flow.start(nodes());
      const next = { reader: 'decoder', decoder: 'doc', doc: 'out' }[sender]!;
      await until('documents', () => records(running).length > 20);
      const node = helper.getNode(sender === 'reader' ? readerId() : sender);
      const send = node.send.bind(node);
      let deploy: Promise<void> | undefined;
      node.send = (message) => {
        send(message);
        const isBatch = sender !== 'reader' || (message as Array<unknown>)[0] !== null;
        if (isBatch)
          deploy ??= helper
            .setFlows(
              running.nodes.map((each) => (each.id === next ? { ...each, name: 'changed' } : each)),
              'nodes'
            )
            .then(() => running.listenAt(next));
      };
      await until('the deploy', () => deploy !== undefined);
      await deploy;
      plc.command('stop-producer');
      await until('the rest', () => new Set(records(running).map(identity)).size >= produced().size);
      await settled();
      const seen = records(running).map(identity);
      should(seen.length - new Set(seen).size).equal(0);
      should(new Set(seen)).eql(produced());
    });
  }

  for (const [closing, gets] of [
    ['at once', false],
    ['in its own time', true]
  ] as Array<[string, boolean]>) {
    it(
      `knows whether a consumer that closes ${closing} still got what doc had just sent when the flows ` + 'stopped',
      async () => {
        await startPlc({ rate: 300 });
        const first = await Flow.start(nodes());
        if (gets) helper.getNode('out').on('close', (done: () => void) => void setTimeout(done, 50));
        await until('documents', () => records(first).length > 20);
        const doc = helper.getNode('doc');
        const send = doc.send.bind(doc);
        let stop: Promise<void> | undefined;
        let pending: unknown[] = [];
        doc.send = (message) => {
          send(message);
          if (pending.length > 0) return;
          pending = (message as { payload: unknown[] }).payload;
          // After the handler of doc, before the delivery.
          process.nextTick(() => (stop = helper.clearFlows()));
        };
        await until('the stop', () => stop !== undefined);
        await stop;
        should(first.at('out').some(({ payload }) => payload === pending)).equal(gets);
        await helper.unload();
        plc.command('stop-producer');
        const second = await Flow.start(nodes());
        const all = (): string[] => [...records(first), ...records(second)].map(identity);
        await until('the rest', () => new Set(all()).size >= produced().size);
        await settled();
        should(all().length - new Set(all()).size).equal(0);
        should(new Set(all())).eql(produced());
      }
    );
  }

  it('obeys its commands', async () => {
    await startPlc();
    const running = await Flow.start(nodes({ mode: 'trigger' }));
    running.send(readerId(), { topic: 'read' });
    await until('documents', () => records(running).length > 0);
    await until('rest', () =>
      running.at('status').some(({ payload }) => (payload as { state: string }).state === 'idle')
    );
    const before = records(running).length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    should(records(running).length).equal(before);
    running.send(readerId(), { topic: 'read' });
    await until('more documents', () => records(running).length > before);
    running.send(readerId(), { topic: 'pause' });
    running.send(readerId(), { topic: 'resume' });
    running.send(readerId(), { topic: 'forget' });
    running.send(readerId(), { topic: 'dance' });
    running.send(readerId(), {});
    await until('the errors', () => running.caught.length === 2);
    should(running.caught.map(({ code }) => code)).eql(['OPENOT_READER_COMMAND', 'OPENOT_READER_COMMAND']);
    await until(
      'completions',
      () =>
        running
          .at('completed')
          .filter(({ complete }) => (complete as { source: { id: string } }).source.id === readerId()).length === 5
    );
  });

  it('goes where seek says, and refuses what is no position', async () => {
    await startPlc();
    const running = await Flow.start(nodes());
    await until('documents', () => records(running).length > 20);
    plc.command('stop-producer');
    await until('the rest', () => new Set(records(running).map(identity)).size >= produced().size);
    running.send(readerId(), { topic: 'seek', payload: 'oldest' });
    await until('everything again', () => records(running).length >= 2 * produced().size);
    const before = records(running).length;
    running.send(readerId(), { topic: 'seek', payload: 'newest' });
    running.send(readerId(), { topic: 'seek', payload: '999999999' });
    running.send(readerId(), { topic: 'seek', payload: 'somewhere' });
    await until('the errors', () => running.caught.length === 2);
    should(running.caught[1].code).match(/^OPENOT_(SEEK_OUTSIDE|READER_SEEK)$/);
    should(running.caught.map(({ code }) => code)).containEql('OPENOT_READER_SEEK');
    await settled();
    should(records(running).length).equal(before);
  });

  it(
    'hands on no more than maxInFlight batches while nothing is acknowledged, and says so after its ' + 'time-out',
    async () => {
      await startPlc({ rate: 500 });
      const running = await Flow.start(
        nodes({ commit: 'onAck', maxInFlight: '3', ackTimeout: '1000', maxRecords: '10' })
      );
      await until('the time-out', () => running.caught.length > 0);
      should(running.caught.map(({ code }) => code)).eql(['OPENOT_ACK_TIMEOUT']);
      should(running.caught[0].message).match(/put an openot-ack at the end of the wires where there is none/);
      should(running.at('batches').length).equal(3);
      should(running.at('status').at(-1)!.payload).match({ state: 'waiting', code: 'OPENOT_ACK_TIMEOUT', inFlight: 3 });
      await until('a red status', () => statusesOf(readerId()).at(-1)?.fill === 'red');
    }
  );

  it('does not start afresh when its state cannot be read, and does so when told to forget it', async () => {
    await startPlc();
    const first = await Flow.start(nodes());
    await until('documents', () => records(first).length > 10);
    await helper.unload();
    writeFileSync(stateFile(), readFileSync(stateFile()).fill(7, 10, 20));
    const running = await Flow.start(nodes());
    await until('the error', () => running.caught.length > 0);
    should(running.caught[0].code).match(/^OPENOT_STATE/);
    await until('a red status', () => statusesOf(readerId()).at(-1)?.fill === 'red');
    should(records(running)).eql([]);
    running.send(readerId(), { topic: 'forget' });
    await until('documents again', () => records(running).length > 10);
  });

  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
  const expectTrouble = async (running: Flow, code: RegExp): Promise<void> => {
    await until('the error', () => running.caught.length > 0);
    should(running.caught[0].code).match(code);
    should(running.caught[0].message).startWith(running.caught[0].code!);
    await until('a red status', () => statusesOf(readerId()).at(-1)?.fill === 'red');
    should(records(running)).eql([]);
  };

  it('reports an endpoint that refuses, and goes on trying', async () => {
    await startPlc();
    await expectTrouble(
      await Flow.start(nodes({}, { endpoint: `opc.tcp://127.0.0.1:${await freePort()}` })),
      /^OPENOT_OPCUA_/
    );
  });

  for (const [name, reader] of [
    ['that does not exist', () => ({ controlNode: 'ns=1;s=Nowhere' })],
    ['of an unknown namespace', () => ({ controlNode: 'nsu=urn:nowhere;s=Control' })],
    ['of a scalar', () => ({ controlNode: plc.server!.scalarNodeId })],
    ['of a structure', () => ({ ringNode: 'i=2256' })],
    ['that is none', () => ({ controlNode: 'hello' })],
    ['that is no GUID', () => ({ controlNode: 'g=hello' })],
    ['beyond 32 bits', () => ({ ringNode: 'ns=1;i=9999999999' })],
    ['that is no base64', () => ({ ringNode: 'ns=1;b=%%%' })],
    ['of a namespace beyond 16 bits', () => ({ controlNode: 'ns=70000;s=x' })]
  ] as Array<[string, () => Record<string, unknown>]>) {
    it(`reports a NodeId ${name}`, async () => {
      await startPlc();
      await expectTrouble(await Flow.start(nodes(reader())), /^OPENOT_/);
    });
  }

  it('tells once, at Catch too, of a second reader of the same ring under the same stream name', async () => {
    await startPlc();
    const twice = (stream: string): FlowNode[] => [
      ...nodes(),
      { ...nodes().find(({ id }) => id === readerId())!, id: 'second-reader', stream }
    ];
    const toldOf = (running: Flow): string[] => running.caught.map(({ message }) => message);
    const apart = await Flow.start(twice('line 2'));
    await settled();
    should(toldOf(apart)).eql([]);
    await helper.unload();
    const running = await Flow.start(twice('line 1'));
    await until('the error', () => running.caught.length > 0);
    should(toldOf(running)).match([/^OPENOT_READER_TWICE: the reader '.+' \(.+\) reads the same ring/]);
    await helper.setFlows(
      running.nodes.filter(({ id }) => id !== 'second-reader'),
      'nodes'
    );
    await helper.setFlows(
      running.nodes
        .filter(({ id }) => id !== 'second-reader')
        .map((node) => (node.id === readerId() ? { ...node, name: 'changed' } : node)),
      'nodes'
    );
    await settled();
    should(toldOf(running)).have.length(1);
  });

  it('begins when a later deploy puts its endpoint back', async () => {
    await startPlc();
    const running = await Flow.start(nodes());
    await until('documents', () => records(running).length > 10);
    await helper.setFlows(
      running.nodes.filter(({ id }) => id !== 'opcua'),
      'nodes'
    );
    await until('no endpoint', () => statusesOf(readerId()).at(-1)?.text === 'no OPC UA endpoint');
    const before = records(running).length;
    await helper.setFlows(running.nodes, 'nodes');
    await until('documents again', () => records(running).length > before + 10);
    running.send(readerId(), { topic: 'read' });
    await settled();
    should(running.caught.filter(({ code }) => code !== 'OPENOT_CONFIG')).eql([]);
  });

  it('closes long before any time-out while its server is silent, and then shows and saves nothing more', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    await startPlc();
    const running = await Flow.start(
      nodes({}, { endpoint: `opc.tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, requestTimeout: '120000' })
    );
    await until('the attempt', () => sockets.size > 0);
    let closed = false;
    const closing = helper.clearFlows().then(() => (closed = true));
    await until('the close', () => closed);
    await closing;
    const shown = statusesOf(readerId()).length;
    const sent = running.at('status').length;
    for (const socket of sockets) socket.destroy();
    server.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    should(statusesOf(readerId()).length).equal(shown);
    should(running.at('status').length).equal(sent);
    should(helper.log().args.filter(([{ msg }]) => /OPENOT_CLOSE_TIMEOUT/.test(String(msg)))).eql([]);
  });

  it('an endpoint with a user name and a password in it is refused, and shows neither', async () => {
    await startPlc();
    const running = await Flow.start(nodes({}, { endpoint: 'opc.tcp://operator:S3cret!@plc1:4840' }));
    await until('the error', () => running.caught.length > 0);
    should(JSON.stringify(running.caught)).match(/opc\.tcp:\/\/plc1:4840/);
    should(JSON.stringify(running.caught)).not.match(/S3cret|operator/);
  });

  it('logs in with user name and password; a wrong one is refused, and appears nowhere', async () => {
    await startPlc({ allowAnonymous: false, users: { operator: 'right-secret' } });
    const opcua = { securityMode: 'SignAndEncrypt', trust: 'acceptFirst', authentication: 'password' };
    const good = await Flow.start(nodes({}, opcua), { opcua: { user: 'operator', password: 'right-secret' } });
    await until('documents', () => records(good).length > 10);
    await helper.unload();
    readers++;
    const bad = await Flow.start(nodes({}, opcua), { opcua: { user: 'operator', password: 'wrong-secret' } });
    await expectTrouble(bad, /^OPENOT_OPCUA_/);
    should(JSON.stringify([bad.caught, bad.at('status'), statusesOf(readerId())])).not.containEql('wrong-secret');
  });

  for (const [name, reader, opcua, text] of [
    ['without an endpoint', { opcua: '' }, {}, 'no OPC UA endpoint'],
    ['without a NodeId of the ring', { ringNode: ' \n ' }, {}, 'wrong settings: Ring'],
    ['with an interval of 5 ms', { interval: '5' }, {}, 'wrong settings: Interval'],
    ['with a transport that is none', { transport: 'pigeon' }, {}, 'wrong settings: Reached by'],
    ['at an endpoint that is none', {}, { endpoint: 'http://127.0.0.1' }, 'endpoint: wrong settings'],
    ['at an endpoint without the user name it needs', {}, { authentication: 'password' }, 'endpoint: wrong settings']
  ] as Array<[string, Record<string, unknown>, Record<string, unknown>, string]>) {
    it(`does not begin ${name}, and the runtime lives`, async () => {
      await startPlc();
      const running = await Flow.start(nodes(reader, opcua));
      running.send(readerId(), { topic: 'read' });
      await until('the error', () => running.caught.length > 0);
      should(running.caught.at(-1)!.code).equal('OPENOT_CONFIG');
      should(statusesOf(readerId()).at(-1)).match({ fill: 'red', text });
    });
  }
});
