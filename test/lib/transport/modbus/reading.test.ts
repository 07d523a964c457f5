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
        should(facts.about.join('\n').includes('the setting says big: set byteOrder to little')).equal(quirks.byteOrder === 'little');
        const wanted = bench.plc.writer.bytes;
        for (const [offset, length] of [[0, 4096], [1, 1], [3, 250], [4095, 1], [4093, 3], [249, 502], [2, 2]]) {
          const read = await transport.read([LOOK, ring(offset, length)]);
          if (!read.ok) throw new Error(read.message);
          should(Buffer.from(read.parts[0]).equals(Buffer.from(bench.plc.controlBytes()))).be.true();
          should(Buffer.from(read.parts[1]).equals(Buffer.from(wanted.subarray(offset, offset + length)))).be.true(`${offset}+${length}`);
        }
        should(new Set(bench.requests.map(({ functionCode }) => functionCode))).eql(new Set([registerType === 'holding' ? 3 : 4]));
      });
    }
  }
});
