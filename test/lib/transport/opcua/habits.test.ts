import should from 'should';
import { Quirks } from '../../../../lib/simulator';
import { ReadPart, Transport } from '../../../../lib/transport/transport';
import { Bench } from './bench';

const CONTROL: ReadPart = { kind: 'control' };
const ring = (offset: number, length: number): ReadPart => ({ kind: 'ring', offset, length });

describe('OPC UA transport: habits of servers', function () {
  this.timeout(60_000);
  let bench: Bench;

  beforeEach(() => begin(4096));
  afterEach(() => bench.end());

  function begin(ringBytes: number): void {
    bench = new Bench(ringBytes);
    const { bytes } = bench.plc.writer;
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7 + (i >> 8)) & 0xff;
  }

  /** Reads and compares with the controller's memory. */
  async function same(transport: Transport, parts: readonly ReadPart[]): Promise<void> {
    const read = await transport.read(parts);
    if (!read.ok) throw new Error(`${read.code}: ${read.message}`);
    parts.forEach((part, i) => {
      const expected =
        part.kind === 'control' ? bench.plc.controlBytes() : bench.plc.ringBytes(part.offset, part.length);
      should(Buffer.from(read.parts[i]).equals(Buffer.from(expected))).be.true();
    });
  }

  const good: [string, number][] = [
    ['GoodClamped', 0x0030_0000],
    ['GoodLocalOverride', 0x0096_0000],
    ['GoodOverload', 0x002f_0000],
    ['info bits 0x500', 0x0500],
    ['limit constant', 0x0700],
    ['an overflow', 0x0480],
    ['SemanticsChanged', 0x4000],
    ['StructureChanged', 0x8000]
  ];
  it('a status that is good by its severity is good, whatever remark it bears', async () => {
    const quirks: Quirks = {};
    await bench.serve(quirks);
    for (const [name, status] of good) {
      quirks.valueStatus = status;
      const transport = bench.transport();
      const facts = await transport.connect();
      should(facts.ok ? 'connected' : facts.message).equal('connected', name);
      await same(transport, [CONTROL, ring(100, 300), CONTROL]);
      await transport.close();
    }
  });

  it('a value that is uncertain or bad is none, and its status stands in the text without remarks', async () => {
    const quirks: Quirks = {};
    await bench.serve(quirks);
    const transport = bench.transport();
    await transport.connect();
    for (const [name, status] of [
      ['UncertainLastUsableValue', 0x4090_0000],
      ['BadOutOfService', 0x808d_0500]
    ] as const) {
      quirks.valueStatus = status;
      const read = await transport.read([CONTROL]);
      should(read).have.properties({ ok: false, code: 'OPENOT_OPCUA_NODE_BAD', remedy: 'retry' });
      should(!read.ok && read.message).match(new RegExp(`\\(${name}\\)`));
    }
  });

  for (const rangeStatus of ['BadNotSupported', 'BadInvalidArgument', 'BadInternalError'] as const) {
    it(`a server that refuses ranges with ${rangeStatus} is read whole, in one Read`, async () => {
      const server = await bench.serve({ indexRange: 'refused', rangeStatus });
      const transport = bench.transport();
      should((await transport.connect()).ok).be.true();
      await same(transport, [CONTROL, ring(100, 200)]);
      const before = server.counters().memoryReads;
      await same(transport, [CONTROL, ring(4000, 96), ring(0, 10)]);
      should(server.counters().memoryReads - before).equal(1);
    });
  }

  it('a value that is bad for a while is not taken for a range that is refused', async () => {
    const quirks: Quirks = {};
    const server = await bench.serve(quirks);
    const transport = bench.transport();
    await transport.connect();
    quirks.valueStatus = 0x8002_0000;
    should(await transport.read([ring(100, 200)])).have.properties({ ok: false, code: 'OPENOT_OPCUA_NODE_BAD' });
    quirks.valueStatus = 0;
    const before = server.counters().ringValues;
    await same(transport, [ring(100, 200)]);
    should(server.counters().ringValues - before).equal(1);
  });

  for (const ringNodes of [1, 4]) {
    it(
      `a ByteString ring of ${ringNodes} nodes that is larger than the server's messages is read in ` + 'ranges',
      async () => {
        begin(1 << 20);
        await bench.serve({ ringType: 'ByteString', ringNodes }, { maxMessageSize: 131_072 });
        const transport = bench.transport();
        should(await transport.connect()).have.properties({ ok: true, ringBytes: 1 << 20 });
        await same(transport, [CONTROL, ring(1000, 65_536), ring((1 << 20) - 10, 10)]);
      }
    );
  }

  it('a ring whose length nobody says and that is read in ranges is never read whole', async () => {
    begin(65_536);
    const server = await bench.serve({ ringType: 'UInt32', dimensionsZero: true });
    const transport = bench.transport();
    should(await transport.connect()).have.properties({ ok: true, ringBytes: 65_536 });
    should(server.counters().copies.copies).be.belowOrEqual(4);
    await same(transport, [ring(100, 200)]);
  });

  it(
    'a ring that comes only whole, and is too large for that, is told as that: nothing smaller is ' + 'promised',
    async () => {
      begin(1 << 20);
      await bench.serve({ ringType: 'ByteString', indexRange: 'refused' }, { maxMessageSize: 131_072 });
      const transport = bench.transport();
      let connected = await transport.connect();
      for (let i = 0; i < 3 && !connected.ok && connected.remedy === 'reconnect'; i++)
        connected = await transport.connect();
      should(connected).have.properties({ ok: false, code: 'OPENOT_OPCUA_WHOLE_TOO_LARGE', remedy: 'refused' });
      should(!connected.ok && connected.message)
        .match(/1048576 bytes/)
        .and.match(/several variables, one NodeId a line/)
        .and.not.match(/smaller/);
      await transport.close();
    }
  );

  it('…and the way out that the text names works: the same ring as several variables', async () => {
    begin(1 << 18);
    await bench.serve({ ringType: 'ByteString', ringNodes: 4, indexRange: 'refused' }, { maxMessageSize: 131_072 });
    const transport = bench.transport();
    should(await transport.connect()).have.properties({ ok: true, ringBytes: 1 << 18 });
    await same(transport, [ring(100, 200)]);
  });

  it('a server that gives no subscription: it is told as that, and the session goes on', async () => {
    const server = await bench.serve({ maxSubscriptions: 1 });
    const connection = bench.connection();
    const [first, transport] = [bench.transport({}, connection), bench.transport({}, connection)];
    await first.connect();
    await transport.connect();
    should((await first.watch?.(50, () => undefined))?.ok).be.true();
    const watching = await transport.watch?.(50, () => undefined);
    should(watching).have.properties({ ok: false, code: 'OPENOT_OPCUA_NO_SUBSCRIPTION', remedy: 'retry' });
    should(watching?.ok === false && watching.message)
      .match(/refused a subscription: BadTooManySubscriptions/)
      .and.not.match(/Read/);
    await same(transport, [CONTROL]);
    should(server.sessions()).equal(1);
  });
});
