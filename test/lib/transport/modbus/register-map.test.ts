import should from 'should';
import { bytesInOrder, Layout, layoutAt } from '../../../../lib/transport/modbus/layout';
import { planOf } from '../../../../lib/transport/modbus/register-map';
import { seeded } from '../../../support/seeded';

const BIG = layoutAt(Buffer.from('OOT2')) as Layout;
const SWAPPED = layoutAt(Buffer.from('T2OO')) as Layout;
const ring = (offset: number, length: number) => ({ kind: 'ring', offset, length }) as const;
const spans = (parts: ReturnType<typeof ring>[], layout = BIG, limit = 125): string[] =>
  planOf(parts, layout, limit).spans.map(({ first, end }) => `${first}-${end}`);

describe('Modbus: parts of a ring as registers', () => {
  it('rounds outward to registers, and to pairs of them where words are exchanged', () => {
    should(spans([ring(4, 8)])).eql(['2-6']);
    should(spans([ring(5, 6)])).eql(['2-6']);
    should(spans([ring(5, 1)])).eql(['2-3']);
    should(spans([ring(5, 1)], SWAPPED)).eql(['2-4']);
    should(spans([ring(6, 4)], SWAPPED)).eql(['2-6']);
  });

  it('joins what follows', () => {
    should(spans([ring(0, 1000), ring(1000, 24)])).eql(['0-512']);
    should(spans([ring(3, 4), ring(7, 5)])).eql(['1-6']);
  });

  it('joins what lies near where that costs no request, and not where it does', () => {
    should(spans([ring(0, 4), ring(100, 4)])).eql(['0-52']);
    should(spans([ring(0, 4), ring(246, 4)])).eql(['0-125']);
    should(spans([ring(0, 4), ring(1000, 4)])).eql(['0-2', '500-502']);
    // One request for the first, two for the second, and two are needed from the first to the end of the second.
    should(spans([ring(0, 4), ring(240, 260)])).eql(['0-250']);
  });

  it('keeps the order: the end of the ring before its beginning', () => {
    should(spans([ring(4000, 96), ring(0, 50)])).eql(['2000-2048', '0-25']);
  });

  it('every part is found again, whatever the parts, with no more requests than one by one', () => {
    const random = seeded(7);
    const image = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 131 + (i >> 8)) & 255));
    for (let round = 0; round < 2000; round++) {
      const layout = random.below(2) === 0 ? BIG : SWAPPED;
      const limit = [125, 120, 64, 16][random.below(4)];
      const parts = Array.from({ length: 1 + random.below(4) }, () => {
        const offset = random.below(4000);
        return ring(offset, 1 + random.below(Math.min(600, 4096 - offset)));
      });
      const plan = planOf(parts, layout, limit);
      const requests = (registers: number): number => Math.ceil(registers / limit);
      const joined = plan.spans.reduce((sum, { first, end }) => sum + requests(end - first), 0);
      const alone = parts.reduce(
        (sum, part) =>
          sum + planOf([part], layout, limit).spans.reduce((all, { first, end }) => all + requests(end - first), 0),
        0
      );
      should(joined).be.belowOrEqual(alone);
      plan.places.forEach(({ span, from, to }, i) => {
        const block = image.subarray(plan.spans[span].first * 2, plan.spans[span].end * 2);
        should(
          block.subarray(from, to).equals(image.subarray(parts[i].offset, parts[i].offset + parts[i].length))
        ).be.true();
      });
    }
  });

  it('puts bytes into their order', () => {
    for (const [wire, name] of [
      ['OOT2abcd', 'big'],
      ['OO2Tbadc', 'little'],
      ['T2OOcdab', 'big, words swapped'],
      ['2TOOdcba', 'little, words swapped']
    ]) {
      const layout = layoutAt(Buffer.from(wire)) as Layout;
      should(layout.name).equal(name);
      should(Buffer.from(bytesInOrder(new Uint8Array(Buffer.from(wire)), layout)).toString()).equal('OOT2abcd');
    }
    should(layoutAt(Buffer.from('OTO2'))).be.undefined();
    should(layoutAt(Buffer.from('OOT'))).be.undefined();
  });
});
