import should from 'should';
import type { EventDocument } from '../../../lib/document';
import { STALL_MS } from '../../../nodes/openot-otel/admission';
import { BackpressureQueue } from '../../../nodes/openot-otel/backpressure-queue';
import type { Token } from '../../../nodes/delivery/token';
import { Bench, MemoryStore, turns } from './support/bench';
import { alarm, eventDocument } from './support/otel';

const open = (changes: Record<string, unknown> = {}, store?: MemoryStore, unsettledSpans = 2): Promise<Bench> =>
  Bench.open({ signals: { logs: true, metrics: false, traces: true }, maxAge: '0', ...changes }, store, {
    unsettledSpans
  });

/** Alarms that begin and end at once, from this number on. */
const pairs = (first: number, count: number): EventDocument[] =>
  Array.from({ length: count }, (_, n) => [
    alarm(2 * (first + n), 'ConditionActive', first + n),
    alarm(2 * (first + n) + 1, 'ConditionCleared', first + n)
  ]).flat();
/** The same of another source: nothing of the first is settled by it. */
const other = (n: number): EventDocument[] =>
  pairs(n, 1).map((document) => ({ ...document, provenance: { ...document.provenance, source: { id: 2 } } }));
const error = (bench: Bench): string[] => bench.errors.map(({ message }) => message);

describe('room for spans that are not settled', () => {
  it('full: what has a token waits in order, and goes on as the tokens before it are settled', async () => {
    const bench = await open();
    const taken = [1, 2, 3, 4, 5].map((n) => bench.input(pairs(n, 1), [`r/b/${n}`]));
    await bench.pass(5000);
    should(taken.map(({ state }) => state)).eql(['left', 'left', 'waits', 'waits', 'waits']);
    should([bench.spans.length, bench.controller.held]).eql([2, 3]);
    for (let n = 1; n <= 5; n++) {
      bench.settledUpTo.set('r/b', n);
      await bench.pass(100);
      should(bench.tokens.length).equal(Math.min(5, n + 2));
    }
    should(bench.tokens).eql([1, 2, 3, 4, 5].map((n) => `r/b/${n}`));
    should([bench.spans.length, bench.controller.held]).eql([5, 0]);
    should(error(bench)).eql([]);
  });

  it('loses no span of a reader with 16 batches out while nobody accepts anything, through a restart', async () => {
    const store = new MemoryStore();
    const first = await open({}, store, 1000);
    const batches = Array.from({ length: 16 }, (_, n) => pairs(1 + 500 * n, 500));
    batches.forEach((documents, n) => first.input(documents, [`r/b/${n + 1}`]));
    await first.pass(3000);
    should(first.spans.length).equal(1000);
    const killed = new MemoryStore();
    killed.bytes = store.bytes!.slice();
    const again = await open({}, killed, 1000);
    batches.forEach((documents, n) => again.input(documents, [`r/c/${n + 1}`]));
    for (let n = 0; again.tokens.length < 16; n++) {
      should(n).be.below(100);
      again.settledUpTo.set('r/c', again.tokens.length);
      await again.pass(100);
    }
    should(new Set(again.spans.map(({ spanId }) => spanId)).size).equal(8000);
    should(again.uids.length).equal(16_000);
    should([...error(first), ...error(again)]).eql([]);
  });

  it('counts bytes, too', async () => {
    const bench = await Bench.open({ maxAge: '0' }, undefined, { imageBytes: 20_000 });
    const large = pairs(1, 12).map((document) => ({ ...document, text: 'x'.repeat(500) }));
    bench.input(large, ['r/b/1']);
    bench.input(pairs(20, 1), ['r/b/2']);
    await bench.pass(2000);
    should([bench.tokens.length, bench.controller.held]).eql([1, 1]);
    bench.settledUpTo.set('r/b', 1);
    await bench.pass(100);
    should(bench.tokens.length).equal(2);
  });

  it('does not wait for what is out of an earlier process and not read again', async () => {
    const store = new MemoryStore();
    const before = await open({}, store);
    before.input(pairs(1, 2), ['r/b/1']);
    await turns();
    const killed = new MemoryStore();
    killed.bytes = store.bytes!.slice();
    const after = await open({}, killed);
    for (let n = 1; n < 10; n++) {
      after.input(other(10 + n), [`r/c/${n}`]);
      after.settledUpTo.set('r/c', n - 1);
      await after.pass(100);
    }
    should(after.tokens.length).equal(9);
  });

  it('does not wait for a reader that ended', async () => {
    const bench = await open();
    bench.input(pairs(1, 2), ['r/b/1']);
    bench.input(pairs(3, 2), ['r/b/2']);
    await bench.pass(1000);
    should(bench.controller.held).equal(1);
    bench.standings.set('r/b', 'unknown');
    await bench.pass(100);
    should(bench.controller.held).equal(0);
    // It begins anew, and reads all of it again.
    bench.input(pairs(1, 2), ['r/c/1']);
    bench.settledUpTo.set('r/c', 1);
    await bench.pass(100);
    should(bench.spans.length).equal(6);
  });

  it(
    'lets one message go when nothing was settled for ten seconds: a join may want it before it ' + 'acknowledges any',
    async () => {
      const bench = await open();
      const taken = [1, 2, 3, 4].map((n) => bench.input(pairs(n, 1), [`r/b/${n}`]));
      const left = (): number => taken.filter(({ state }) => state === 'left').length;
      await bench.pass(STALL_MS - 100);
      should(left()).equal(2);
      await bench.pass(200);
      should(left()).equal(3);
      await bench.pass(STALL_MS - 200);
      should(left()).equal(3);
      // The three of them are acknowledged together.
      bench.settledUpTo.set('r/b', 3);
      await bench.pass(100);
      should([left(), bench.controller.held]).eql([4, 0]);
      should(error(bench)).eql([]);
    }
  );

  it('lets none go while others are settled', async () => {
    const bench = await open();
    for (let n = 1; n <= 3; n++)
      bench.input([eventDocument(n)], [`r/a/${n}`], { openot: { stream: 'slow', commit: [`r/a/${n}`] } });
    bench.input(pairs(1, 2), ['r/b/1']);
    bench.input(pairs(3, 1), ['r/b/2']);
    for (let n = 1; n <= 3; n++) {
      await bench.pass(STALL_MS - 2000);
      bench.settledUpTo.set('r/a', n);
    }
    await bench.pass(STALL_MS - 2000);
    should(bench.controller.held).equal(1);
    await bench.pass(2100);
    should(bench.controller.held).equal(0);
  });

  it('takes no room for what a reader that ended left behind', async () => {
    const bench = await open();
    bench.input(pairs(1, 2), ['r/b/1']);
    await turns();
    bench.standings.set('r/b', 'unknown');
    await bench.pass(1000);
    for (const n of [1, 2, 3]) bench.input(other(10 + n), [`r/c/${n}`]);
    await bench.pass(100);
    should([bench.tokens.length, bench.controller.held]).eql([3, 1]);
  });

  it('does not wait for what waits itself: a token that comes by two ways', async () => {
    const bench = await open();
    bench.input(pairs(1, 2), ['r/b/1']);
    await bench.pass(100);
    // The other half of the same batch, by another wire: an acknowledgement needs both.
    const half = bench.input(pairs(3, 1), ['r/b/1']);
    await bench.pass(200);
    should(half.state).equal('left');
    should(bench.controller.held).equal(0);
  });

  it('does not wait for a token that is still to come: parts of one batch', async () => {
    const bench = await open();
    for (let index = 0; index < 9; index++)
      bench.input(pairs(1 + index, 1), index === 8 ? ['r/b/1'] : undefined, { parts: { id: 'p', index, count: 9 } });
    await bench.pass(200);
    should([bench.spans.length, bench.tokens.length, bench.controller.held]).eql([9, 1, 0]);
    bench.input(pairs(10, 1), ['r/b/2']);
    await bench.pass(200);
    should(bench.controller.held).equal(1);
    bench.settledUpTo.set('r/b', 1);
    await bench.pass(200);
    should(bench.controller.held).equal(0);
  });

  it('does not wait for tokens of another process, and keeps no span for them', async () => {
    const bench = await open();
    bench.standings.set('other/boot', 'unknown');
    for (let n = 1; n < 20; n++) bench.input(pairs(n, 1), [`other/boot/${n}`]);
    await bench.pass(2000);
    should([bench.spans.length, bench.controller.held]).eql([19, 0]);
    should(error(bench)).eql([]);
    // They were settled as they left: read again, they give none.
    bench.input(pairs(1, 19), ['r/b/1']);
    await turns();
    should(bench.spans.length).equal(19);
  });

  it('keeps documents without a token behind what waits, and lets a status pass', async () => {
    const bench = await open();
    bench.input(pairs(1, 2), ['r/b/1']);
    bench.input(pairs(3, 1), ['r/b/2']);
    const bare = bench.input([eventDocument(100)]);
    const status = bench.input({
      state: 'idle',
      totals: { records: 1, bytes: 40, lost: 0, indeterminate: 0, laps: 0, skipped: 0, incarnations: 0 }
    });
    await bench.pass(500);
    should([bare.state, status.state, bench.controller.held]).eql(['waits', 'left', 2]);
    bench.settledUpTo.set('r/b', 1);
    await bench.pass(100);
    should(bare.state).equal('left');
  });
});

describe('what waits for room costs no more the more of it waits', () => {
  it('a message that joins the others asks the tracker nothing', async () => {
    const bench = await open();
    bench.input(pairs(1, 2), ['r/b/1']);
    bench.input(pairs(3, 1), ['r/b/2']);
    await turns();
    const before = bench.asked;
    const joined = Array.from({ length: 100 }, (_, n) =>
      bench.input([eventDocument(n)], undefined, { openot: { stream: 'mqtt' } })
    );
    await turns();
    should([bench.asked - before, bench.controller.held]).eql([0, 101]);
    bench.settledUpTo.set('r/b', 1);
    await bench.pass(100);
    should(joined.every(({ state }) => state === 'left')).be.true();
  });

  it('a look reads the tokens of those that have some, and of no other', () => {
    const room = new BackpressureQueue();
    let reads = 0;
    const none: Token[] = [];
    none.forEach = () => void reads++;
    const add = (serial?: number): void =>
      room.add({
        message: { _msgid: 'm', payload: [] },
        stream: '',
        tokens: serial === undefined ? none : [{ text: '', session: 'r/b', serial }],
        isLoose: serial === undefined,
        run: () => undefined
      });
    for (const serial of [undefined, 3, undefined, 2, undefined, 4]) add(serial);
    should([...room.held([])]).eql([['r/b', 2]]);
    should([...room.held([{ text: '', session: 'r/b', serial: 1 }])]).eql([['r/b', 1]]);
    for (let n = 0; n < 4; n++) room.take();
    should([...room.held([])]).eql([['r/b', 4]]);
    for (let n = 0; n < 2; n++) room.take();
    should([...room.held([])]).eql([]);
    should([reads, room.length]).eql([0, 0]);
  });
});

describe('records that are settled', () => {
  it('are never those that were mapped while the batch before was being saved', async () => {
    const bench = await open({}, undefined, 1000);
    bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await turns();
    let end = (): void => undefined;
    bench.store!.gate = new Promise((resolve) => (end = resolve));
    bench.input([alarm(2, 'ConditionActive', 2)], ['r/b/2']);
    await turns();
    bench.input([alarm(3, 'ConditionCleared')], ['r/b/3']);
    await turns();
    bench.store!.gate = undefined;
    end();
    await turns();
    should([bench.tokens.length, bench.spans.length]).eql([3, 1]);
    bench.settledUpTo.set('r/b', 2);
    await bench.pass(3000);
    const killed = new MemoryStore();
    killed.bytes = bench.store!.bytes!.slice();
    const again = await open({}, killed);
    again.input([alarm(3, 'ConditionCleared')], ['r/c/1']);
    await turns();
    should(again.spans).eql(bench.spans);
  });

  it('are not those of a stream with tokens when a batch of another without any leaves', async () => {
    const bench = await open({}, undefined, 1000);
    let end = (): void => undefined;
    bench.store!.gate = new Promise((resolve) => (end = resolve));
    await bench.pass(0);
    bench.input([alarm(1, 'ConditionActive')], undefined, { openot: { stream: 'mqtt' } });
    bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], ['r/b/1']);
    bench.input([alarm(2, 'ConditionCleared')], undefined, { openot: { stream: 'mqtt' } });
    await turns();
    bench.store!.gate = undefined;
    end();
    await bench.pass(1500);
    const killed = new MemoryStore();
    killed.bytes = bench.store!.bytes!.slice();
    const again = await open({}, killed);
    again.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], ['r/c/1']);
    await turns();
    should(again.spans.length).equal(1);
  });
});
