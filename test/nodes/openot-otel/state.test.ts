import should from 'should';
import { SPAN_LIMITS } from '../../../lib/telemetry/spans';
import { LockLost } from '../../../lib/state';
import { MAX_WAITING_BYTES, MAX_WAITING_ITEMS } from '../../../nodes/openot-otel/admission';
import { Bench, MemoryStore, turns, withoutMetrics as open } from './support/bench';
import { alarm, eventDocument } from './support/otel';

describe('the state of the mapper', () => {
  it(
    'is saved before the tokens of the records that opened a span leave, and an alarm that stays open ' +
      'holds nothing up',
    async () => {
      const bench = await open({ maxAge: '0' });
      const { store } = bench;
      let letThrough = (): void => undefined;
      store!.gate = new Promise((resolve) => (letThrough = resolve));
      const taken = bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
      const behind = bench.input([eventDocument(2)], ['r/b/2']);
      await turns();
      should([taken.state, behind.state, bench.sent.length, store!.saves]).eql(['waits', 'waits', 0, 0]);
      letThrough();
      await turns();
      should([taken.state, behind.state]).eql(['left', 'left']);
      should(bench.tokens).eql(['r/b/1', 'r/b/2']);
      should(bench.controller.openSpans).equal(1);
      // What opens and changes no span is not saved for.
      const saves = store!.saves;
      bench.input([eventDocument(3)], ['r/b/3']);
      await turns();
      should(store!.saves).equal(saves);
      should(bench.tokens.length).equal(3);
    }
  );

  it('brings an alarm that was open over a restart to one span', async () => {
    const before = await open({ maxAge: '0' });
    before.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await turns();
    await before.controller.close();
    should(before.store!.unlocked).equal(1);
    const after = await open({ maxAge: '0' }, before.store);
    should(after.controller.openSpans).equal(1);
    after.input([alarm(9, 'ConditionCleared')], ['r/c/1']);
    await turns();
    should(after.spans.length).equal(1);
    should(after.spans[0]).match({
      startTimeUnixNano: '1780000001000000000',
      endTimeUnixNano: '1780000009000000000',
      status: { code: 2 }
    });
    should(after.sent.map(({ topic }) => topic)).eql(['traces', 'logs']);
  });

  it(
    'brings a span again that ended before a kill and was not accepted, with the same ids, and not once ' + 'it was',
    async () => {
      const before = await open({ maxAge: '0' });
      before.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], ['r/b/1']);
      await turns();
      // Killed: no close, the saved bytes alone survive.
      const killed = new MemoryStore();
      killed.bytes = before.store!.bytes!.slice();
      const again = await open({ maxAge: '0' }, killed);
      again.input([alarm(2, 'ConditionCleared')], ['r/c/1']);
      await turns();
      should(again.spans).eql(before.spans);
      should(again.spans.length).equal(1);
      // Acknowledged now: forgotten, also in the file.
      again.settledUpTo.set('r/c', 1);
      await again.pass(2000);
      const later = await open({ maxAge: '0' }, again.store);
      later.input([alarm(2, 'ConditionCleared')], ['r/d/1']);
      await turns();
      should(later.spans).eql([]);
      should(later.tokens).eql(['r/d/1']);
    }
  );

  it('keeps a span whose reader ended before its token was settled', async () => {
    const bench = await open({ maxAge: '0' });
    bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], ['r/b/1']);
    await turns();
    bench.standings.set('r/b', 'unknown');
    bench.settledUpTo.set('r/b', 1);
    await bench.pass(2000);
    bench.input([alarm(2, 'ConditionCleared')], ['r/c/1']);
    await turns();
    should(bench.spans.length).equal(2);
    should(bench.spans[1]).eql(bench.spans[0]);
  });

  it(
    'counts records without a token as through when they have left, but not parts whose token is still ' + 'to come',
    async () => {
      const bench = await open({ maxAge: '0' });
      bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')]);
      await turns();
      bench.input([alarm(2, 'ConditionCleared')]);
      await turns();
      should(bench.spans.length).equal(1);
      bench.input(alarm(3, 'ConditionActive', 2), undefined, { parts: { id: 'p', index: 0, count: 3 } });
      bench.input(alarm(4, 'ConditionCleared', 2), undefined, { parts: { id: 'p', index: 1, count: 3 } });
      await turns();
      bench.input(alarm(4, 'ConditionCleared', 2), ['r/b/1'], { parts: { id: 'p', index: 2, count: 3 } });
      await turns();
      should(bench.spans.length).equal(3);
      bench.settledUpTo.set('r/b', 1);
      await bench.pass(1000);
      bench.input(alarm(4, 'ConditionCleared', 2), ['r/b/2']);
      await turns();
      should(bench.spans.length).equal(3);
    }
  );

  it('holds everything while it cannot be saved, tells it once, and goes on when it can', async () => {
    const bench = await open({ maxAge: '0' });
    bench.store!.failure = new Error('ENOSPC: no space left on device');
    const taken = bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await bench.pass(5000);
    const behind = bench.input([eventDocument(2)], ['r/b/2']);
    await bench.pass(5000);
    should([taken.state, behind.state, bench.sent.length]).eql(['waits', 'waits', 0]);
    should(bench.errors.map((error) => (error as Error & { code: string }).code)).eql(['OPENOT_STATE_NOT_SAVED']);
    should(bench.errors[0].message).containEql('ENOSPC');
    should(bench.controller.trouble).be.ok();
    bench.store!.failure = undefined;
    await bench.pass(1000);
    should([taken.state, behind.state]).eql(['left', 'left']);
    should(bench.tokens).eql(['r/b/1', 'r/b/2']);
    should(bench.controller.trouble).equal(undefined);
  });

  it('that cannot be read holds everything until it is forgotten', async () => {
    const store = new MemoryStore();
    store.bytes = Buffer.from('something else');
    const bench = await open({ maxAge: '0' }, store);
    const taken = bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await bench.pass(5000);
    should(taken.state).equal('waits');
    should(bench.controller.state).equal('failed');
    should(bench.errors.map((error) => (error as Error & { code: string }).code)).eql(['OPENOT_STATE_UNREADABLE']);
    should(bench.errors[0].message).match(/forget/);
    should(Buffer.from(store.bytes).toString()).equal('something else');
    should(await bench.input('', undefined, { topic: 'forget' }).outcome).equal('left');
    await turns();
    should(taken.state).equal('left');
    should(bench.tokens).eql(['r/b/1']);
  });

  it('with one byte changed is not used', async () => {
    const before = await open({ maxAge: '0' });
    before.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await turns();
    for (const at of [0, 9, 14, 60, before.store!.bytes!.length - 1]) {
      const store = new MemoryStore();
      store.bytes = before.store!.bytes!.slice();
      store.bytes[at] ^= 0x10;
      should((await open({}, store)).controller.state).equal('failed', `byte ${at}`);
    }
  });

  it('is forgotten on demand: open spans are gone, and so is the file', async () => {
    const bench = await open({ maxAge: '0' });
    bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await turns();
    should(await bench.input(undefined, undefined, { topic: 'forget' }).outcome).equal('left');
    should(bench.controller.openSpans).equal(0);
    should(bench.store!.bytes).equal(undefined);
    // Documents under that topic are documents.
    bench.input([eventDocument(2)], ['r/b/2'], { topic: 'forget' });
    await turns();
    should(bench.tokens).eql(['r/b/1', 'r/b/2']);
  });

  it('in use by another is asked for again, and what waits goes on in order', async () => {
    const store = new MemoryStore();
    store.isLocked = true;
    const bench = await open({ maxAge: '0' }, store);
    bench.input([eventDocument(1)], ['r/b/1']);
    bench.input([eventDocument(2)], ['r/b/2']);
    await bench.pass(3000);
    should(bench.controller.state).equal('locked');
    should(bench.errors.length).equal(1);
    should(bench.sent).eql([]);
    should(((await bench.input('', undefined, { topic: 'forget' }).outcome) as Error & { code: string }).code).equal(
      'OPENOT_STATE_LOCKED'
    );
    store.isLocked = false;
    await bench.pass(1000);
    should(bench.tokens).eql(['r/b/1', 'r/b/2']);
  });

  it('taken over by another ends the sending', async () => {
    const bench = await open({ maxAge: '0' });
    bench.store!.failure = new LockLost('another process');
    const taken = bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await bench.pass(5000);
    should(taken.state).equal('waits');
    should(bench.controller.state).equal('lost');
    should(bench.errors.map((error) => (error as Error & { code: string }).code)).eql(['OPENOT_STATE_LOCKED']);
  });

  it('is bounded: what has no token is refused when too much waits, what has one never is', async () => {
    const bench = await open({ maxAge: '0' });
    bench.store!.failure = new Error('EIO');
    bench.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await turns();
    const many = Array.from({ length: 10_000 }, (_, seq) => eventDocument(seq + 2));
    for (let sent = 0; sent < MAX_WAITING_ITEMS; sent += many.length) bench.input(many);
    await turns();
    should(((await bench.input([eventDocument(1)]).outcome) as Error & { code: string }).code).equal(
      'OPENOT_OTEL_FULL'
    );
    should(bench.input([eventDocument(1)], ['r/b/2']).state).equal('waits');
    should(bench.controller.waiting.messages).equal(12);
    should(bench.controller.waiting.withoutToken).equal(0);
  });

  it('is bounded in items and bytes also before it can be read', async () => {
    const store = new MemoryStore();
    store.isLocked = true;
    const bench = await open({ maxAge: '0' }, store);
    bench.input(Array.from({ length: MAX_WAITING_ITEMS }, (_, seq) => eventDocument(seq)));
    should(((await bench.input([eventDocument(1)]).outcome) as Error & { code: string }).code).equal(
      'OPENOT_OTEL_FULL'
    );
    should(bench.input([eventDocument(1)], ['r/b/1']).state).equal('waits');
    const large = await open({ maxAge: '0' }, store);
    const text = 'x'.repeat(MAX_WAITING_BYTES / 4);
    for (let n = 0; n < 4; n++) large.input([eventDocument(n, { text })]);
    should(((await large.input([eventDocument(4)]).outcome) as Error & { code: string }).code).equal(
      'OPENOT_OTEL_FULL'
    );
  });

  it('holds up no message without a token: nobody reads that again, saved or not', async () => {
    const bench = await open({ maxAge: '0' });
    bench.store!.gate = new Promise(() => undefined);
    bench.input([alarm(1, 'ConditionActive')]);
    await turns();
    should(bench.uids.length).equal(1);
  });

  it('that is large is not written all the time: batches that need it wait and leave together', async () => {
    const bench = await open({ maxAge: '0', maxItems: '5000' });
    const opened = Array.from({ length: 900 }, (_, n) =>
      alarm(n + 1, 'ConditionActive', n + 1, { text: 'x'.repeat(2000) })
    );
    bench.input(opened, ['r/b/1']);
    await turns();
    should([bench.tokens.length, bench.store!.saves]).eql([1, 1]);
    should(bench.store!.bytes!.length).be.above(1_500_000);
    for (let n = 2; n < 10; n++) bench.input([alarm(1000 + n, 'ConditionCleared', n)], [`r/b/${n}`]);
    await turns();
    should([bench.tokens.length, bench.store!.saves]).eql([1, 1]);
    // What needs no save need not wait for one, but its token must not overtake.
    await bench.pass(1000);
    should([bench.tokens.length, bench.store!.saves]).eql([9, 2]);
    // That streams were read on is saved seldom.
    await bench.pass(20_000);
    const { saves } = bench.store!;
    for (let n = 0; n < 20; n++) {
      bench.input([eventDocument(2000 + n)], [`r/b/${10 + n}`]);
      await bench.pass(1000);
    }
    should(bench.store!.saves - saves).be.within(1, 4);
    should(bench.tokens.length).equal(29);
  });

  it('counts what waits without a token, for the error when the node closes', async () => {
    const bench = await open({ maxAge: '60000' });
    bench.input([eventDocument(1)]);
    bench.input([eventDocument(2)], ['r/b/1']);
    bench.input([eventDocument(3)]);
    bench.input([eventDocument(4)]);
    await turns();
    // A token behind the first makes its reader read both again.
    should(bench.controller.waiting).eql({ messages: 4, withoutToken: 2 });
    // A reader's status is told again anyway.
    const status = {
      state: 'idle',
      totals: { records: 1, bytes: 40, lost: 0, indeterminate: 0, laps: 0, skipped: 0, incarnations: 0 }
    };
    const metered = await Bench.open({ maxAge: '60000' });
    metered.input(status);
    await turns();
    should(metered.controller.waiting).eql({ messages: 1, withoutToken: 0 });
  });

  it('counts what waits without a token by stream, and does not believe tokens of another process', async () => {
    const bench = await open({ maxAge: '60000' });
    bench.standings.set('other/boot', 'unknown');
    bench.input([eventDocument(1)], undefined, { openot: { stream: 'mqtt' } });
    bench.input([eventDocument(1)]);
    bench.input([eventDocument(2)], ['r/b/1']);
    bench.input([eventDocument(2)], undefined, { openot: { stream: 'mqtt', commit: ['other/boot/1'] } });
    await turns();
    should(bench.controller.waiting).eql({ messages: 4, withoutToken: 2 });
    await bench.pass(60_000);
    // They travel on.
    should(bench.tokens).eql(['r/b/1', 'other/boot/1']);
  });

  it('tells once when more alarms are open than it can remember', async () => {
    const bench = await open({ maxAge: '0', maxItems: '5000' });
    bench.input(
      Array.from({ length: SPAN_LIMITS.openSpans + 3 }, (_, n) => alarm(n + 1, 'ConditionActive', n + 1)),
      ['r/b/1']
    );
    await turns();
    should(bench.controller.openSpans).equal(SPAN_LIMITS.openSpans);
    should(bench.spans.length).equal(3);
    await bench.pass(5000);
    should(bench.errors.map((error) => (error as Error & { code: string }).code)).eql(['OPENOT_OTEL_SPAN_LIMIT']);
    should(bench.errors[0].message).match(/3 open spans were closed as truncated/);
  });
});
