import should from 'should';
import { decodeControlBlock } from '../../../lib/ring';
import {
  createSimulator,
  ElementType,
  elementTypes,
  Producer,
  Quirks,
  SimulatorOpcuaServer,
  startLogger,
  startOpcuaServer
} from '../../../lib/simulator';
import { loadNodeOpcua } from '../../../lib/simulator/opcua/load';
import { Key, text, udint } from '../../../lib/simulator/slots';
import { EventType } from '../../../lib/wire';
import { START_NS } from './support/clocked';
import { bytesOf, connect, temporaryFolder, TestClient } from './support/opcua-client';
import { until } from '../../support/until';

const RING = 4096;

function producerOf(stepped = false): Producer {
  let now = START_NS;
  const producer = new Producer({ ringBytes: RING, clock: () => now++, definitionHash: '00112233445566aa' });
  startLogger(producer, [{ sourceId: 7, path: ['A'] }]);
  producer.stepped = stepped;
  return producer;
}

function log(producer: Producer, count: number): void {
  for (let i = 0; i < count; i++)
    producer.emit({
      sourceId: 7,
      eventTypeId: EventType.Message,
      slots: [udint(Key.messageTemplateId, 1), text(Key.arg, 'text')]
    });
}

describe('the OPC UA server of the simulator', function () {
  const pki = temporaryFolder();
  let producer: Producer;
  let server: SimulatorOpcuaServer;
  let client: TestClient;
  let clock = 0;
  const quirks: Quirks = {};

  before(async () => {
    producer = producerOf();
    log(producer, 100);
    server = await startOpcuaServer({
      producer,
      port: 0,
      pkiFolder: `${pki.path}/server`,
      quirks,
      now: () => clock,
      users: { reader: 'secret' }
    });
    client = await connect(server, pki.path);
  });
  after(async () => {
    await client?.close();
    await server?.stop();
    pki.remove();
  });
  afterEach(() => {
    for (const key of Object.keys(quirks) as (keyof Quirks)[]) delete quirks[key];
    producer.stepped = false;
    producer.flush();
  });

  it('shows the control block and the ring as arrays of UInt32, byte for byte', async () => {
    const [control, ring] = await client.read(server.controlNodeId, server.ringNodeIds[0]);
    bytesOf(control).equals(Buffer.from(producer.control)).should.be.true();
    bytesOf(ring).equals(Buffer.from(producer.ring)).should.be.true();
    control.value.value.should.be.instanceof(Uint32Array).and.have.length(22);
    decodeControlBlock(bytesOf(control)).ok.should.be.true();
  });

  it('answers an IndexRange with those elements, one element, or fewer at the end', async () => {
    const [ring] = server.ringNodeIds;
    const image = Buffer.from(producer.ring);
    const [middle, one, tail, beyond] = await client.read(
      [ring, '10:19'],
      [ring, '5'],
      [ring, '1020:1100'],
      [ring, '1024:1030']
    );
    bytesOf(middle).equals(image.subarray(40, 80)).should.be.true();
    bytesOf(one).equals(image.subarray(20, 24)).should.be.true();
    bytesOf(tail).equals(image.subarray(4080)).should.be.true();
    beyond.statusCode.name.should.equal('BadIndexRangeNoData');
  });

  it('counts what it is asked', async () => {
    const before = server.counters();
    await client.read(server.controlNodeId, server.ringNodeIds[0]);
    await client.read(server.controlNodeId);
    await client.read('i=2258');
    const after = server.counters();
    (after.services.Read - before.services.Read).should.equal(3);
    (after.memoryReads - before.memoryReads).should.equal(2);
    (after.controlValues - before.controlValues).should.equal(2);
    (after.ringValues - before.ringValues).should.equal(1);
    server.sessions().should.equal(1);
    server.connections().should.equal(1);
  });

  it('gives subscribers of the control block every change that they have time for', async () => {
    const opcua = await loadNodeOpcua();
    const subscription = await client.session.createSubscription2({
      requestedPublishingInterval: 50,
      requestedLifetimeCount: 100,
      requestedMaxKeepAliveCount: 10,
      maxNotificationsPerPublish: 10,
      publishingEnabled: true,
      priority: 1
    });
    const index = (await client.session.readNamespaceArray()).indexOf('urn:openot:simulator');
    const item = await subscription.monitor(
      { nodeId: `ns=${index};s=OpenOT.Control`, attributeId: opcua.AttributeIds.Value },
      { samplingInterval: 50, queueSize: 1, discardOldest: true },
      opcua.TimestampsToReturn.Neither
    );
    const heads = new Set<number>();
    await new Promise<void>((resolve) => {
      item.on('changed', (value) => {
        const block = decodeControlBlock(bytesOf(value));
        if (block.ok) heads.add(Number(block.headAbs));
        if (heads.size === 3) resolve();
        else log(producer, 1);
      });
    });
    heads.has(producer.headAbs).should.be.true();
    await subscription.terminate();
  });

  it('lets users in by name and password, and nobody with a wrong one', async () => {
    const opcua = await loadNodeOpcua();
    const secure = {
      securityMode: opcua.MessageSecurityMode.SignAndEncrypt,
      securityPolicy: opcua.SecurityPolicy.Basic256Sha256
    };
    const known = await connect(server, pki.path, secure, {
      type: opcua.UserTokenType.UserName,
      userName: 'reader',
      password: 'secret'
    });
    (await known.read(server.controlNodeId))[0].statusCode.name.should.equal('Good');
    await known.close();
    await connect(server, pki.path, secure, {
      type: opcua.UserTokenType.UserName,
      userName: 'reader',
      password: 'wrong'
    }).should.be.rejectedWith(/BadUserAccessDenied|BadIdentityTokenRejected/);
    await connect(server, pki.path, secure, {
      type: opcua.UserTokenType.UserName,
      userName: 'toString',
      password: 'x'
    }).should.be.rejected();
  });

  it('tears its copies: pieces of one image from before and after stores of the program', async () => {
    quirks.torn = { granularity: 4, updateProbability: 0.2 };
    let torn = 0;
    for (let i = 0; i < 60; i++) {
      producer.stepped = true;
      log(producer, 5);
      const before = Buffer.from(producer.control);
      const [control] = await client.read(server.controlNodeId);
      const copy = bytesOf(control);
      producer.flush();
      if (!copy.equals(before) && !copy.equals(Buffer.from(producer.control))) torn++;
    }
    torn.should.be.above(20);
    server.counters().copies.cut.should.be.above(20);
    server.counters().copies.steps.should.be.above(server.counters().copies.cut);
  });

  it('comes in the middle of an update when asked to, and finds the seqlock odd', async () => {
    quirks.midUpdate = 1;
    producer.stepped = true;
    log(producer, 10);
    const [control] = await client.read(server.controlNodeId);
    decodeControlBlock(bytesOf(control)).should.have.property('kind', 'updating');
  });

  for (const [stale, name] of [
    ['staleControl', 'control block'],
    ['staleRing', 'ring']
  ] as const) {
    it(`serves a stale ${name} beside fresh data until its cache is due`, async () => {
      quirks[stale] = 250;
      const nodes = [server.controlNodeId, server.ringNodeIds[0]];
      clock += 1000;
      await client.read(...nodes);
      const old = { staleControl: Buffer.from(producer.control), staleRing: Buffer.from(producer.ring) }[stale];
      log(producer, 3);
      const images = [producer.control, producer.ring].map((image) => Buffer.from(image));
      const look = async (): Promise<Buffer[]> => (await client.read(...nodes)).map(bytesOf);
      const index = stale === 'staleControl' ? 0 : 1;
      clock += 249;
      const early = await look();
      early[index].equals(old).should.be.true();
      early[1 - index].equals(images[1 - index]).should.be.true();
      clock += 1;
      (await look())[index].equals(images[index]).should.be.true();
    });
  }

  it('ignores, refuses, shortens or shifts an IndexRange when asked to', async () => {
    const [ring] = server.ringNodeIds;
    const image = Buffer.from(producer.ring);
    quirks.indexRange = 'ignored';
    bytesOf((await client.read([ring, '10:19']))[0])
      .equals(image)
      .should.be.true();
    quirks.indexRange = 'refused';
    (await client.read([ring, '10:19']))[0].statusCode.name.should.equal('BadIndexRangeInvalid');
    (await client.read(ring))[0].statusCode.name.should.equal('Good');
    quirks.indexRange = 'short';
    bytesOf((await client.read([ring, '10:19']))[0])
      .equals(image.subarray(40, 76))
      .should.be.true();
    quirks.indexRange = 'shifted';
    bytesOf((await client.read([ring, '10:19']))[0])
      .equals(image.subarray(44, 84))
      .should.be.true();
  });

  for (const status of [
    'BadResponseTooLarge',
    'BadEncodingLimitsExceeded',
    'BadOutOfMemory',
    'BadTimeout',
    'BadTooManyOperations'
  ] as const) {
    it(`answers Reads with ${status} as often as asked to, then behaves again`, async () => {
      quirks.fault = { status, times: 2, delay: 5 };
      for (let i = 0; i < 2; i++) await client.read(server.controlNodeId).should.be.rejectedWith(new RegExp(status));
      (await client.read(server.controlNodeId))[0].statusCode.name.should.equal('Good');
    });
  }

  it('refuses only what asks for too many bytes, where the fault has a limit', async () => {
    quirks.fault = { status: 'BadResponseTooLarge', aboveBytes: 1024 };
    const [ring] = server.ringNodeIds;
    const [large, small] = await client.read([ring, '0:256'], [ring, '0:255']);
    large.statusCode.name.should.equal('BadResponseTooLarge');
    small.statusCode.name.should.equal('Good');
  });

  it('takes its time when asked to, but only for its memory', async () => {
    quirks.delay = 80;
    const order: string[] = [];
    await Promise.all([
      client.read(server.controlNodeId).then(() => order.push('memory')),
      client.read('i=2258').then(() => order.push('time'))
    ]);
    order.should.deepEqual(['time', 'memory']);
  });
});

describe('the layouts of the simulated server', function () {
  const pki = temporaryFolder();
  after(() => pki.remove());

  async function withServer(
    quirks: Quirks,
    use: (server: SimulatorOpcuaServer, producer: Producer) => Promise<void>,
    options: Partial<Parameters<typeof startOpcuaServer>[0]> = {}
  ): Promise<void> {
    const producer = producerOf();
    log(producer, 100);
    const server = await startOpcuaServer({ producer, port: 0, pkiFolder: `${pki.path}/server`, quirks, ...options });
    try {
      await use(server, producer);
    } finally {
      await server.stop();
    }
  }

  for (const type of elementTypes) {
    it(`shows the same bytes as ${type}`, async () => {
      const widths: Record<ElementType, number> = {
        Byte: 1,
        SByte: 1,
        UInt16: 2,
        Int16: 2,
        UInt32: 4,
        Int32: 4,
        UInt64: 8,
        Int64: 8,
        ByteString: 1
      };
      await withServer({ controlType: type, ringType: type, dimensionsZero: true }, async (server, producer) => {
        const opcua = await loadNodeOpcua();
        const client = await connect(server, pki.path);
        const [control, ring, part] = await client.read(server.controlNodeId, server.ringNodeIds[0], [
          server.ringNodeIds[0],
          '2:5'
        ]);
        bytesOf(control).equals(Buffer.from(producer.control)).should.be.true();
        bytesOf(ring).equals(Buffer.from(producer.ring)).should.be.true();
        const width = widths[type];
        bytesOf(part)
          .equals(Buffer.from(producer.ring).subarray(2 * width, 6 * width))
          .should.be.true();
        control.value.dataType.should.equal(opcua.DataType[type]);
        const index = (await client.session.readNamespaceArray()).indexOf('urn:openot:simulator');
        const dimensions = await client.session.read({
          nodeId: `ns=${index};s=OpenOT.Ring`,
          attributeId: opcua.AttributeIds.ArrayDimensions
        });
        if (type !== 'ByteString') Array.from(dimensions.value.value as Uint32Array).should.deepEqual([0]);
        await client.close();
      });
    });
  }

  it('cuts the ring into several nodes, in order', async () => {
    await withServer({ ringNodes: 4 }, async (server, producer) => {
      server.ringNodeIds.length.should.equal(4);
      const client = await connect(server, pki.path);
      const parts = await client.read(...server.ringNodeIds);
      Buffer.concat(parts.map(bytesOf)).equals(Buffer.from(producer.ring)).should.be.true();
      await client.close();
    });
    await withServer({ ringNodes: 3 }, async () => undefined).should.be.rejectedWith(/does not divide into 3 nodes/);
  });

  it('has small limits when asked to: operations in a Read, sessions', async () => {
    await withServer({ maxNodesPerRead: 2, maxSessions: 1 }, async (server) => {
      const client = await connect(server, pki.path);
      (await client.read(server.controlNodeId, server.ringNodeIds[0])).length.should.equal(2);
      await client
        .read(server.controlNodeId, server.ringNodeIds[0], server.controlNodeId)
        .should.be.rejectedWith(/BadTooManyOperations/);
      await connect(server, pki.path).should.be.rejectedWith(/BadTooManySessions/);
      await client.close();
    });
  });

  it('turns away a client that nobody trusts, until somebody does', async () => {
    await withServer(
      {},
      async (server) => {
        const opcua = await loadNodeOpcua();
        const secure = {
          securityMode: opcua.MessageSecurityMode.Sign,
          securityPolicy: opcua.SecurityPolicy.Basic256Sha256
        };
        const open = await connect(server, pki.path);
        const certificate = open.client.getCertificate();
        await open.close();
        await connect(server, pki.path, secure).should.be.rejected();
        await server.trustClient(certificate);
        const trusted = await connect(server, pki.path, secure);
        (await trusted.read(server.controlNodeId))[0].statusCode.name.should.equal('Good');
        await trusted.close();
      },
      { acceptUnknownCertificates: false, pkiFolder: `${pki.path}/strict` }
    );
  });

  it('turns away anonymous clients when asked to', async () => {
    await withServer(
      {},
      (server) =>
        connect(server, pki.path)
          .should.be.rejected()
          .then(() => undefined),
      { allowAnonymous: false }
    );
  });

  it('stops at once with clients connected, and frees its port', async () => {
    const producer = producerOf();
    const first = await startOpcuaServer({ producer, port: 0, pkiFolder: `${pki.path}/server` });
    const client = await connect(first, pki.path);
    await first.stop();
    const second = await startOpcuaServer({ producer, port: first.port, pkiFolder: `${pki.path}/server` });
    await startOpcuaServer({ producer, port: first.port, pkiFolder: `${pki.path}/server` }).should.be.rejected();
    should(second.port).equal(first.port);
    await second.stop();
    await client.client.disconnect();
  });
});

describe('a simulator with a server', function () {
  const pki = temporaryFolder();
  after(() => pki.remove());

  it('shows its ring over OPC UA while it runs, and says so when its port is taken', async () => {
    const simulator = createSimulator({
      scenario: 'reactor',
      rate: 200,
      opcuaPort: 'any',
      pkiFolder: `${pki.path}/server`
    });
    (await simulator.start()).should.deepEqual({ ok: true });
    const { server } = simulator;
    if (server === undefined) throw new Error('no server');
    const taken = createSimulator({ scenario: 'packaging', opcuaPort: server.port, pkiFolder: `${pki.path}/server` });
    const outcome = await taken.start();
    outcome.should.have.property('code', 'OPENOT_SIMULATOR_SERVER');
    if (!outcome.ok) outcome.message.should.containEql(String(server.port));
    await taken.stop();

    const client = await connect(server, pki.path);
    const head = async (): Promise<number> => {
      const [value] = await client.read(server.controlNodeId);
      const block = decodeControlBlock(bytesOf(value));
      if (!block.ok) throw new Error(block.kind);
      return Number(block.headAbs);
    };
    const before = await head();
    await until('the head to move', async () => (await head()) >= before + 1000);
    await client.close();
    await simulator.stop();
    should(simulator.endpointUrl).be.undefined();
  });
});
