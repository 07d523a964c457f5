import should from 'should';
import { cutInto, Outgoing } from '../../../lib/otlp/outgoing';
import { MAX_SEARCH_REQUESTS, probePlaces, Search } from '../../../lib/otlp/search';
import { split } from '../../../lib/otlp/split';
import type { Refusal } from '../../../lib/otlp/verdict';

const refusal: Refusal = { reason: 'refused', code: 'OPENOT_OTLP_REFUSED', status: 400, message: 'no' };
const request = (items: number): Outgoing => ({
  serial: 1,
  entries: Array.from({ length: items }, (_, i) => ({ item: { text: String(i) }, of: {} }) as never)
});
const sizesOf = (parts: readonly Outgoing[]): number[] => parts.map(({ entries }) => entries.length);
const partsOf = (outgoing: Outgoing): Outgoing[] => {
  const result = split(outgoing, refusal);
  return result.kind === 'parts' ? result.parts : [];
};

describe('a refused request made smaller', () => {
  it('is cut into even parts with every item once, in order', () => {
    for (const items of [2, 3, 16, 17, 500]) {
      const parts = cutInto(request(items), Math.min(16, items));
      should(parts.flatMap(({ entries }) => entries.map(({ item }) => Number(item.text)))).eql(
        Array.from({ length: items }, (_, i) => i)
      );
      should(Math.max(...sizesOf(parts)) - Math.min(...sizesOf(parts))).be.belowOrEqual(1);
    }
  });

  it('is cut into its items where these are few, else into 16 parts, and a part into its items', () => {
    should(sizesOf(partsOf(request(16)))).eql(Array<number>(16).fill(1));
    const parts = partsOf(request(500));
    should(parts.length).equal(16);
    parts[0].search!.decided(parts[0], true);
    should(sizesOf(partsOf(parts[1]))).eql(Array<number>(parts[1].entries.length).fill(1));
  });

  it('is given up where one item is left', () => {
    should(split(request(1), refusal)).eql({ kind: 'givenUp' });
  });

  it('is held until all parts have answered, then single items are asked, then all is given up', () => {
    const parts = partsOf(request(500));
    for (const part of parts.slice(0, -1)) should(split(part, refusal)).eql({ kind: 'held' });
    const probes = partsOf(parts[15]);
    should(sizesOf(probes)).eql(Array<number>(16).fill(1));
    const held = probes.flatMap((probe) => probe.search!.decided(probe, false));
    should(held.reduce((sum, { outgoing }) => sum + outgoing.entries.length, 0)).equal(500 - 16);
    for (const { outgoing } of held) should(split(outgoing, refusal)).eql({ kind: 'givenUp' });
  });

  it('is looked into further as soon as one part is accepted', () => {
    const parts = partsOf(request(500));
    for (const part of parts.slice(0, 3)) split(part, refusal);
    const held = parts[3].search!.decided(parts[3], true);
    should(held.length).equal(3);
    for (const { outgoing } of held)
      should(sizesOf(partsOf(outgoing))).eql(Array<number>(outgoing.entries.length).fill(1));
  });

  it('costs a bounded number of requests', () => {
    const search = new Search<object, object>(true);
    let sent = 0;
    for (let next = search.next({}, 64); next.kind === 'cut'; next = search.next({}, 64)) {
      search.sent(Array.from({ length: next.parts }, () => ({})));
      sent += next.parts;
    }
    should(sent).be.within(MAX_SEARCH_REQUESTS - 64, MAX_SEARCH_REQUESTS);
  });

  it('is probed all over, not at the same place of each stretch', () => {
    for (const count of [1, 5, 16, 17, 500]) {
      const places = probePlaces(count);
      should(new Set(places).size).equal(places.length);
      should(places.every((place) => place >= 0 && place < count)).be.true();
      should(places.length).be.within(Math.min(count, 12), 16);
    }
  });
});
