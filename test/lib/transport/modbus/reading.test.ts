import should from 'should';
import { ReadPart, RingFacts } from '../../../../lib/transport/transport';
import { Bench } from './bench';

const LOOK: ReadPart = { kind: 'control' };
const ring = (offset: number, length: number): ReadPart => ({ kind: 'ring', offset, length });
const ORDERS = [
  { byteOrder: 'big', name: 'big' },
  { byteOrder: 'little', name: 'little' },
  { byteOrder: 'big', wordsSwapped: true, name: 'big, words swapped' },
  { byteOrder: 'little', wordsSwapped: true, name: 'little, words swapped' }
] as const;

describe('Modbus transport: reading', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(4096);
    for (let i = 0; i < 100; i++) bench.plc.append(1 + (i % 3));
  });
  afterEach(() => bench.end());

  for (const { name, ...quirks } of ORDERS) {
    for (const registerType of ['holding', 'input'] as const) {
      it(`brings the bytes of every range, odd ones too: ${name}, ${registerType} registers`, async () => {
        await bench.serve(quirks);
        // The setting is wrong for half of them: what the sync shows counts.
        const transport = bench.transport({}, { registerType, byteOrder: 'big' });
        const facts = (await transport.connect()) as RingFacts;
        should(facts.ok).be.true();
        should(facts.about.join('\n')).containEql(`byte order: ${name}, found from the sync`);
        should(facts.about.join('\n').includes('the setting says big: set byteOrder to little')).equal(
          quirks.byteOrder === 'little'
        );
        const wanted = bench.plc.writer.bytes;
        for (const [offset, length] of [
          [0, 4096],
          [1, 1],
          [3, 250],
          [4095, 1],
          [4093, 3],
          [249, 502],
          [2, 2]
        ]) {
          const read = await transport.read([LOOK, ring(offset, length)]);
          if (!read.ok) throw new Error(read.message);
          should(Buffer.from(read.parts[0]).equals(Buffer.from(bench.plc.controlBytes()))).be.true();
          should(Buffer.from(read.parts[1]).equals(Buffer.from(wanted.subarray(offset, offset + length)))).be.true(
            `${offset}+${length}`
          );
        }
        should(new Set(bench.requests.map(({ functionCode }) => functionCode))).eql(
          new Set([registerType === 'holding' ? 3 : 4])
        );
      });
    }
  }

  it(
    'a look is never in flight together with the ring: the one before it is answered first, the one ' +
      'after it asked last',
    async () => {
      const open = new Set<number>();
      const together: string[] = [];
      const kind = (address: number): string => (address < 44 ? 'look' : 'ring');
      await bench.serve(
        { delay: 3 },
        {
          onRequest: (request) => {
            together.push([...open].map(kind).concat(kind(request.address)).join('+'));
            open.add(request.address);
            setTimeout(() => open.delete(request.address), 3);
          }
        }
      );
      const transport = bench.transport({ pipeline: 4 });
      await transport.connect();
      together.length = 0;
      should((await transport.read([LOOK, ring(0, 2000), LOOK])).ok).be.true();
      should(together.filter((names) => names.includes('look') && names.includes('ring'))).eql([]);
      should(together[0]).equal('look');
      should(together[together.length - 1]).equal('look');
      should(together).containEql('ring+ring+ring+ring');
    }
  );

  it('parts that lie together are asked for together', async () => {
    await bench.serve();
    const transport = bench.transport();
    await transport.connect();
    bench.taken();
    should((await transport.read([LOOK, ring(96, 4), ring(120, 100), ring(220, 20), LOOK])).ok).be.true();
    should(bench.taken()).eql(['0+44', '148+72', '0+44']);
    should((await transport.read([ring(4000, 96), ring(0, 404)])).ok).be.true();
    should(bench.taken()).eql(['2100+48', '100+125', '225+77']);
  });

  it('a control block in another order than before is looked at anew', async () => {
    await bench.serve();
    const transport = bench.transport();
    await transport.connect();
    bench.quirks.byteOrder = 'little';
    should(await transport.read([LOOK])).have.properties({
      ok: false,
      code: 'OPENOT_MODBUS_ORDER_CHANGED',
      remedy: 'reconnect'
    });
    should(((await transport.connect()) as RingFacts).about.join()).containEql('byte order: little');
    const read = await transport.read([LOOK]);
    should(read.ok && Buffer.from(read.parts[0]).equals(Buffer.from(bench.plc.controlBytes()))).be.true();
  });

  it('registers that were cleared are shown as they are: what they are is for the reader to say', async () => {
    await bench.serve();
    const transport = bench.transport();
    await transport.connect();
    bench.quirks.zeroed = true;
    const read = await transport.read([LOOK, ring(0, 10)]);
    should(read.ok && read.parts.every((part) => part.every((byte) => byte === 0))).be.true();
  });
});
