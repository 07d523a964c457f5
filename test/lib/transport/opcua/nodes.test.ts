import should from 'should';
import { elementTypes, IndexRangeMode } from '../../../../lib/simulator';
import { createOpcuaTransport } from '../../../../lib/transport/opcua';
import { ReadPart, Transport, TransportError } from '../../../../lib/transport/transport';
import { Bench } from './bench';

const CONTROL: ReadPart = { kind: 'control' };
const ring = (offset: number, length: number): ReadPart => ({ kind: 'ring', offset, length });

describe('OPC UA transport: nodes and values', function () {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench(4096);
    for (let i = 0; i < 4096; i++) bench.plc.writer.bytes[i] = (i * 7 + (i >> 8)) & 0xff;
  });
  afterEach(() => bench.end());

  /** Reads and compares with the controller's memory. */
  async function same(transport: Transport, parts: readonly ReadPart[]): Promise<void> {
    const read = await transport.read(parts);
    if (!read.ok) throw new Error(`${read.code}: ${read.message}`);
    parts.forEach((part, i) => {
      const expected =
        part.kind === 'control' ? bench.plc.controlBytes() : bench.plc.ringBytes(part.offset, part.length);
      should(Buffer.from(read.parts[i]).toString('hex')).equal(Buffer.from(expected).toString('hex'));
    });
  }

  for (const type of elementTypes) {
    it(`brings the bytes of ${type}, in ranges that no element boundary limits`, async () => {
      await bench.serve({ controlType: type, ringType: type });
      const transport = bench.transport();
      const facts = await transport.connect();
      should(facts).have.properties({ ok: true, ringBytes: 4096 });
      await same(transport, [CONTROL, ring(0, 4096)]);
      await same(transport, [CONTROL, ring(13, 77), CONTROL]);
      await same(transport, [ring(40, 1)]);
      await same(transport, [ring(4000, 96), ring(0, 50)]);
    });
  }

  for (const mode of ['normal', 'ignored', 'refused'] as IndexRangeMode[]) {
    it(`reads the same bytes from a server whose ranges are ${mode}`, async () => {
      const server = await bench.serve({ indexRange: mode });
      const transport = bench.transport();
      await transport.connect();
      await same(transport, [CONTROL, ring(100, 200)]);
      const before = server.counters().memoryReads;
      await same(transport, [CONTROL, ring(4000, 96), ring(0, 10)]);
      // A refusal is remembered: from then on it is one Read again.
      should(server.counters().memoryReads - before).equal(1);
    });
  }

  it('fewer elements than asked for are an error, never bytes', async () => {
    await bench.serve({ indexRange: 'short' });
    const transport = bench.transport();
    await transport.connect();
    const read = await transport.read([CONTROL, ring(100, 200)]);
    should(read).have.properties({ ok: false, code: 'OPENOT_OPCUA_SHORT', remedy: 'retry' });
  });

  it("control block and ring in each other's place are told as that", async () => {
    const server = await bench.serve();
    const transport = createOpcuaTransport(bench.connection(), {
      controlNode: server.ringNodeIds[0],
      ringNodes: [server.controlNodeId]
    });
    should(await transport.connect()).have.properties({
      ok: false,
      code: 'OPENOT_OPCUA_NODES_EXCHANGED',
      remedy: 'refused'
    });
    await transport.close();
  });

  it('a ring of several nodes is one ring, in the order of the list', async () => {
    await bench.serve({ ringNodes: 4 });
    const transport = bench.transport();
    should(await transport.connect()).have.properties({ ok: true, ringBytes: 4096, granularity: 4 });
    await same(transport, [CONTROL, ring(1000, 100)]);
    await same(transport, [ring(0, 4096)]);
    await same(transport, [ring(1020, 8), ring(2047, 2), CONTROL]);
  });

  for (const limit of [1, 2]) {
    it(`a limit of ${limit} nodes in one Read is kept, in order`, async () => {
      const server = await bench.serve({ maxNodesPerRead: limit, ringNodes: 2 });
      const transport = bench.transport();
      should(await transport.connect()).have.property('ok', true);
      await same(transport, [CONTROL, ring(2000, 100), CONTROL]);
      const before = server.counters().memoryReads;
      await same(transport, [CONTROL, ring(2000, 100), CONTROL]);
      should(server.counters().memoryReads - before).equal(Math.ceil(4 / limit));
    });
  }

  it('a limit that the server does not tell beforehand is learned', async () => {
    const server = await bench.serve({ ringNodes: 2 });
    const transport = bench.transport();
    await transport.connect();
    server.quirks.fault = { status: 'BadTooManyOperations', times: 1 };
    await same(transport, [CONTROL, ring(2000, 100), CONTROL]);
    const before = server.counters().memoryReads;
    await same(transport, [CONTROL, ring(2000, 100), CONTROL]);
    should(server.counters().memoryReads - before).equal(2);
  });

  for (const status of ['BadResponseTooLarge', 'BadEncodingLimitsExceeded', 'BadOutOfMemory'] as const) {
    it(`${status} asks for smaller Reads, and smaller ones pass`, async () => {
      await bench.serve({ fault: { status, aboveBytes: 1024 } });
      const transport = bench.transport();
      should(await transport.connect()).have.property('ok', true);
      should(await transport.read([CONTROL, ring(0, 2048)])).have.properties({ ok: false, remedy: 'smaller' });
      await same(transport, [CONTROL, ring(0, 512)]);
    });
  }

  it('a length that the server does not tell is found out', async () => {
    await bench.serve({ dimensionsZero: true });
    const transport = bench.transport();
    should(await transport.connect()).have.property('ringBytes', 4096);
    await same(transport, [CONTROL, ring(100, 200)]);
  });

  it('says what the server says of itself', async () => {
    await bench.serve({ maxNodesPerRead: 10 });
    const facts = await bench.transport().connect();
    if (!facts.ok) throw new Error(facts.message);
    should(facts.about.join('\n')).match(
      /control block: .*OpenOT\.Control, UInt32\[\], 88 bytes\nring: .*UInt32\[\], 4096 bytes\nservice level: 255 of 255\nnodes per Read: at most 10/
    );
  });

  const wrong: [
    string,
    string,
    TransportError['remedy'],
    (ids: { control: string; ring: string; scalar: string }) => [string, string[]]
  ][] = [
    [
      'a NodeId that does not exist',
      'OPENOT_OPCUA_NODE_UNKNOWN',
      'refused',
      ({ ring }) => ['nsu=urn:openot:simulator;s=Nothing', [ring]]
    ],
    [
      'a ring that does not exist',
      'OPENOT_OPCUA_NODE_UNKNOWN',
      'refused',
      ({ control }) => [control, ['nsu=urn:openot:simulator;s=Nothing']]
    ],
    ['a scalar', 'OPENOT_OPCUA_NODE_SCALAR', 'refused', ({ scalar, ring }) => [scalar, [ring]]],
    ['a structure', 'OPENOT_OPCUA_NODE_STRUCTURE', 'refused', ({ control }) => [control, ['i=2256']]],
    ['an array of texts', 'OPENOT_OPCUA_NODE_TYPE', 'refused', ({ ring }) => ['i=2255', [ring]]],
    ['an object', 'OPENOT_OPCUA_NODE_NOT_VARIABLE', 'refused', ({ ring }) => ['i=85', [ring]]],
    [
      'a namespace that the server does not have',
      'OPENOT_OPCUA_NAMESPACE_UNKNOWN',
      'refused',
      ({ ring }) => ['nsu=urn:nobody;s=x', [ring]]
    ],
    [
      'a namespace index that the server does not have',
      'OPENOT_OPCUA_NAMESPACE_UNKNOWN',
      'refused',
      ({ ring }) => ['ns=77;s=x', [ring]]
    ],
    ['text that is no NodeId', 'OPENOT_OPCUA_NODE_INVALID', 'refused', ({ ring }) => ['Ring.Control', [ring]]],
    ['no ring at all', 'OPENOT_OPCUA_NODE_INVALID', 'refused', ({ control }) => [control, []]]
  ];
  it('names each mistake in a NodeId by a code of its own, and says what to do', async () => {
    const server = await bench.serve();
    const ids = { control: server.controlNodeId, ring: server.ringNodeIds[0], scalar: server.scalarNodeId };
    const connection = bench.connection();
    for (const [what, code, remedy, nodesOf] of wrong) {
      const [controlNode, ringNodes] = nodesOf(ids);
      const outcome = await createOpcuaTransport(connection, { controlNode, ringNodes }).connect();
      should(outcome).have.properties({ ok: false, code, remedy });
      if (!outcome.ok) should(outcome.message.length).be.above(30, what);
    }
    const scalar = await createOpcuaTransport(connection, { controlNode: ids.scalar, ringNodes: [ids.ring] }).connect();
    should(scalar.ok === false && scalar.message).match(/OpenOT\.Running is a single Boolean/);
  });
});
