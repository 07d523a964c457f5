import should from 'should';
import { SPAN_LIMITS } from '../../../lib/otel/spans';
import { LockLost } from '../../../lib/reader/ports';
import { MAX_WAITING_BYTES, MAX_WAITING_ITEMS } from '../../../nodes/openot-otel/controller';
import { showOtel } from '../../../nodes/openot-otel/show';
import { Bench, MemoryStore, turns } from './support/bench';
import { alarm, eventDocument } from './support/otel';

/** Without metrics: every batch of documents has some about the clock. */
const open = (changes: Record<string, unknown>, store?: MemoryStore): Promise<Bench> => Bench.open({ signals: { logs: true, metrics: false, traces: true }, ...changes }, store);

describe('the mapper', () => {
  it('collects over messages until the oldest is old enough, and lets all tokens go with the last logs request', async () => {
    const bench = await open({ maxAge: '100' });
    const first = bench.input([eventDocument(1)], ['r/b/1']);
    await bench.pass(60);
    const second = bench.input([eventDocument(2)], ['r/b/2']);
    await turns();
    should([first.state, second.state, bench.sent.length]).eql(['waits', 'waits', 0]);
    await bench.pass(40);
    should([first.state, second.state]).eql(['left', 'left']);
    should(bench.uids).eql(['line 1/0/1/1/1', 'line 1/0/1/1/2']);
    should(bench.tokens).eql(['r/b/1', 'r/b/2']);
    should(bench.sent.length).equal(1);
    should(bench.sent[0]).not.have.property('parts');
  });

  it('sends at once when a request is full, split by items, the tokens on the last part alone', async () => {
    const bench = await open({ maxItems: '2' });
    bench.input([1, 2, 3, 4, 5].map((seq) => eventDocument(seq)), ['r/b/1']);
    await turns();
    should(bench.logs.map(({ resourceLogs }) => resourceLogs[0].scopeLogs[0].logRecords.length)).eql([2, 2, 1]);
    should(bench.sent.map(({ openot }) => openot?.commit)).eql([undefined, undefined, ['r/b/1']]);
    should(bench.sent.map(({ parts }) => [parts!.index, parts!.count])).eql([[0, 3], [1, 3], [2, 3]]);
  });

  it('splits by bytes, and sends an item above the limit alone', async () => {
    const bench = await open({ maxBytes: '4096' });
    bench.input([eventDocument(1), eventDocument(2, { text: 'x'.repeat(5000) }), eventDocument(3)], ['r/b/1']);
    await turns();
    should(bench.logs.map(({ resourceLogs }) => resourceLogs[0].scopeLogs[0].logRecords.length)).eql([1, 1, 1]);
  });

  it('sends each message at once where nothing may wait', async () => {
    const bench = await open({ maxAge: '0' });
    bench.input([eventDocument(1)], ['r/b/1']);
    bench.input([eventDocument(2)], ['r/b/2']);
    await turns();
    should(bench.tokens).eql(['r/b/1', 'r/b/2']);
    should(bench.sent.length).equal(2);
  });

  it('keeps what no token covers out of the sequence of the tokens, whose last part is never such a one', async () => {
    const bench = await open({ maxItems: '100' });
    bench.input([eventDocument(1)], ['r/b/1'], { openot: { stream: 'a', commit: ['r/b/1'] } });
    bench.input([eventDocument(1)], undefined, { openot: { stream: 'mqtt' } });
    await bench.pass(1000);
    should(bench.sent.map(({ openot, parts }) => [openot?.stream, openot?.commit, parts])).eql([['mqtt', undefined, undefined], ['a', ['r/b/1'], undefined]]);
    bench.input([], ['r/b/2'], { openot: { stream: 'a', commit: ['r/b/2'] } });
    bench.input([eventDocument(2)], undefined, { openot: { stream: 'mqtt' } });
    await bench.pass(1000);
    should(bench.sent.slice(2).map(({ openot, parts, payload }) => [openot?.commit, parts, (payload as { resourceLogs: unknown[] }).resourceLogs.length])).eql([[undefined, undefined, 1], [['r/b/2'], undefined, 0]]);
  });

  it('names the stream of the tokens on an empty request that carries them, whatever came last', async () => {
    const bench = await open({ signals: { logs: false, metrics: false, traces: true }, maxItems: '100' });
    bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], ['r/b/1']);
    bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], undefined, { openot: { stream: 'mqtt' } });
    await bench.pass(1000);
    should(bench.sent.map(({ topic, openot }) => [topic, openot])).eql([['traces', { stream: 'mqtt' }], ['traces', { stream: 'line 1' }], ['logs', { stream: 'line 1', commit: ['r/b/1'] }]]);
  });

  it('keeps a request open for each resource, and lets no token go before the items of an earlier message', async () => {
    const bench = await open({ maxItems: '3' });
    bench.input([eventDocument(1)], ['r/b/1'], { openot: { stream: 'a', commit: ['r/b/1'] } });
    bench.input([eventDocument(1), eventDocument(2)], ['r/b/2'], { openot: { stream: 'b', commit: ['r/b/2'] } });
    bench.input([eventDocument(2)], ['r/b/3'], { openot: { stream: 'a', commit: ['r/b/3'] } });
    await bench.pass(1000);
    should(bench.logs.map(({ resourceLogs }) => resourceLogs[0].resource.attributes[1].value.stringValue)).eql(['a', 'b']);
    should(bench.sent.map(({ openot }) => [openot?.stream, openot?.commit])).eql([['a', undefined], ['b', ['r/b/1', 'r/b/2', 'r/b/3']]]);
  });

  it('lets nothing that a token is bound to wait longer than a second, whatever the age', async () => {
    const bench = await open({ maxAge: '60000' });
    bench.input([eventDocument(1)]);
    await bench.pass(5000);
    should(bench.sent).eql([]);
    bench.input([eventDocument(2)], ['r/b/1']);
    await bench.pass(999);
    should(bench.sent).eql([]);
    await bench.pass(1);
    should(bench.uids.length).equal(2);
    bench.input([eventDocument(3)]);
    await bench.pass(59_999);
    should(bench.sent.length).equal(1);
    await bench.pass(1);
    should(bench.sent.length).equal(2);
  });

  it('passes the tokens of an empty batch on, and of one whose signals are all off', async () => {
    const bench = await open({ maxAge: '0' });
    bench.input([], ['r/b/1']);
    await turns();
    const quiet = await open({ maxAge: '0', signals: { logs: false, metrics: false, traces: false } });
    quiet.input([eventDocument(1)], ['r/b/1']);
    await turns();
    for (const { sent } of [bench, quiet]) {
      should(sent.length).equal(1);
      should(sent[0]).match({ topic: 'logs', payload: { resourceLogs: [] }, openot: { commit: ['r/b/1'] } });
    }
    should(bench.input([]).state).equal('waits');
    await turns();
    should(bench.sent.length).equal(1);
  });

  it('reports a document that is none, and sends its neighbours and the tokens', async () => {
    const bench = await open({ maxAge: '0' });
    const taken = bench.input([eventDocument(1), { kind: 'event' }, eventDocument(2)], ['r/b/1']);
    const error = (await taken.outcome) as Error & { code: string };
    should(error.code).equal('OPENOT_OTEL_NOT_A_DOCUMENT');
    should(error.message).match(/^OPENOT_OTEL_NOT_A_DOCUMENT: 1 of 3 documents/);
    should(bench.uids).eql(['line 1/0/1/1/1', 'line 1/0/1/1/2']);
    should(bench.tokens).eql(['r/b/1']);
    should(bench.controller.totals.refused).equal(1);
  });

  it('refuses what is the wrong kind altogether with its token, counts it, and says what to change', async () => {
    const strict = eventDocument(1);
    delete strict.text;
    delete strict.provenance.time;
    const record = { kind: 'record', seq: 1, payload: {} };
    const cases: Array<[unknown, string, number]> = [
      [[strict], 'STRICT_DOCUMENT', 1],
      [strict, 'STRICT_DOCUMENT', 1],
      [[strict, strict], 'STRICT_DOCUMENT', 2],
      [[record, record, record], 'NOT_A_DOCUMENT', 3],
      [record, 'NOT_A_DOCUMENT', 1],
      [[null, 5], 'NOT_A_DOCUMENT', 2],
      ['[]', 'TEXT', 1],
      [Buffer.from('x'), 'PAYLOAD', 1],
      [5, 'PAYLOAD', 1],
      [undefined, 'PAYLOAD', 1]
    ];
    for (const [payload, code, refused] of cases) {
      const bench = await open({ maxAge: '0' });
      const error = (await bench.input(payload, ['r/b/1']).outcome) as Error & { code: string };
      should(error.code).equal(`OPENOT_OTEL_${code}`);
      should(error.message).not.match(/others went on/);
      if (refused > 1) should(error.message).match(new RegExp(`none of ${refused} documents could be mapped: the message was refused, and its commit token with it`));
      should(bench.sent).eql([]);
      should(bench.controller.totals.refused).equal(refused);
      should(bench.controller.refusing).equal(error.code);
      should(showOtel(bench.controller)).match({ fill: 'red', text: new RegExp(`^${error.code}: .*${refused} refused`) });
    }
  });

  it('shows what was refused whole until documents are mapped again: a status in between changes nothing', async () => {
    const bench = await Bench.open({ maxAge: '0' });
    const status = { state: 'idle', totals: { records: 1, bytes: 40, lost: 0, indeterminate: 0, laps: 0, skipped: 0, incarnations: 0 } };
    await bench.input('[]', ['r/b/1']).outcome;
    await bench.input(status).outcome;
    await bench.input([], ['r/b/2']).outcome;
    should(showOtel(bench.controller)).match({ fill: 'red', text: /^OPENOT_OTEL_TEXT/ });
    await bench.input([eventDocument(1), { kind: 'event' }], ['r/b/3']).outcome;
    should(showOtel(bench.controller)).match({ fill: 'yellow', text: /2 refused/ });
    await bench.input(status).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'yellow');
    await bench.input([eventDocument(2)], ['r/b/4']).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'green');
    // The other way round.
    await bench.input({ state: 'idle', totals: { records: 'x' } }).outcome;
    await bench.input([eventDocument(3)], ['r/b/5']).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'red');
    await bench.input(status).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'green');
  });

  it('lets the tokens of documents go that are broken for good', async () => {
    const bench = await open({ maxAge: '0' });
    const broken = { ...eventDocument(1), seq: 'x' };
    should(((await bench.input([broken, broken], ['r/b/1']).outcome) as Error).message).match(/^OPENOT_OTEL_NOT_A_DOCUMENT: none of 2 documents could be mapped\. The first/);
    should(bench.tokens).eql(['r/b/1']);
  });

  it('says when all signals are off', async () => {
    const bench = await open({ maxAge: '0', signals: { logs: false, metrics: false, traces: false } });
    should(showOtel(bench.controller).fill).equal('green');
    await bench.input([eventDocument(1)], ['r/b/1']).outcome;
    should(showOtel(bench.controller)).match({ fill: 'yellow', text: /all signals are off/ });
  });

  it('makes what cannot be sent an error of its messages, and keeps their tokens', async () => {
    const bench = await open({ maxAge: '10' });
    bench.failure = new Error('no more');
    const taken = bench.input([eventDocument(1)], ['r/b/1']);
    await bench.pass(100);
    should(((await taken.outcome) as Error & { code: string }).code).equal('OPENOT_INTERNAL');
    bench.failure = undefined;
    bench.input([eventDocument(2)], ['r/b/2']);
    await bench.pass(100);
    should(bench.tokens).eql(['r/b/2']);
  });

  it('takes the status of a reader by its shape', async () => {
    const bench = await Bench.open({ maxAge: '0' });
    const totals = { records: 10, bytes: 400, lost: 2, indeterminate: 1, laps: 1, skipped: 0, incarnations: 0 };
    await bench.input({ state: 'reading', detail: '', cursorAbs: 5, lag: 100, capacity: 65536, clockSkewMs: 12, sinceNs: '1780000000000000000', totals, looks: {}, inFlight: 0, about: [] }).outcome;
    should(bench.sent.length).equal(1);
    should(bench.sent[0].topic).equal('metrics');
    should(JSON.stringify(bench.sent[0].payload)).containEql('"openot.records.delivered"');
  });
});

describe('the state of the mapper', () => {
  it('is saved before the tokens of the records that opened a span leave, and an alarm that stays open holds nothing up', async () => {
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
  });

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
    should(after.spans[0]).match({ startTimeUnixNano: '1780000001000000000', endTimeUnixNano: '1780000009000000000', status: { code: 2 } });
    should(after.sent.map(({ topic }) => topic)).eql(['traces', 'logs']);
  });

  it('brings a span again that ended before a kill and was not accepted, with the same ids, and not once it was', async () => {
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
  });

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

  it('counts records without a token as through when they have left, but not parts whose token is still to come', async () => {
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
  });

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
    should(((await bench.input('', undefined, { topic: 'forget' }).outcome) as Error & { code: string }).code).equal('OPENOT_STATE_LOCKED');
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
    should(((await bench.input([eventDocument(1)]).outcome) as Error & { code: string }).code).equal('OPENOT_OTEL_FULL');
    should(bench.input([eventDocument(1)], ['r/b/2']).state).equal('waits');
    should(bench.controller.waiting.messages).equal(12);
    should(bench.controller.waiting.withoutToken).equal(0);
  }).timeout(20_000);

  it('is bounded in items and bytes also before it can be read', async () => {
    const store = new MemoryStore();
    store.isLocked = true;
    const bench = await open({ maxAge: '0' }, store);
    bench.input(Array.from({ length: MAX_WAITING_ITEMS }, (_, seq) => eventDocument(seq)));
    should(((await bench.input([eventDocument(1)]).outcome) as Error & { code: string }).code).equal('OPENOT_OTEL_FULL');
    should(bench.input([eventDocument(1)], ['r/b/1']).state).equal('waits');
    const large = await open({ maxAge: '0' }, store);
    const text = 'x'.repeat(MAX_WAITING_BYTES / 4);
    for (let n = 0; n < 4; n++) large.input([eventDocument(n, { text })]);
    should(((await large.input([eventDocument(4)]).outcome) as Error & { code: string }).code).equal('OPENOT_OTEL_FULL');
  }).timeout(20_000);

  it('holds up no message without a token: nobody reads that again, saved or not', async () => {
    const bench = await open({ maxAge: '0' });
    bench.store!.gate = new Promise(() => undefined);
    bench.input([alarm(1, 'ConditionActive')]);
    await turns();
    should(bench.uids.length).equal(1);
  });

  it('that is large is not written all the time: batches that need it wait and leave together', async () => {
    const bench = await open({ maxAge: '0', maxItems: '5000' });
    const opened = Array.from({ length: 900 }, (_, n) => alarm(n + 1, 'ConditionActive', n + 1, { text: 'x'.repeat(2000) }));
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
    const status = { state: 'idle', totals: { records: 1, bytes: 40, lost: 0, indeterminate: 0, laps: 0, skipped: 0, incarnations: 0 } };
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
    bench.input(Array.from({ length: SPAN_LIMITS.openSpans + 3 }, (_, n) => alarm(n + 1, 'ConditionActive', n + 1)), ['r/b/1']);
    await turns();
    should(bench.controller.openSpans).equal(SPAN_LIMITS.openSpans);
    should(bench.spans.length).equal(3);
    await bench.pass(5000);
    should(bench.errors.map((error) => (error as Error & { code: string }).code)).eql(['OPENOT_OTEL_SPAN_LIMIT']);
    should(bench.errors[0].message).match(/3 open spans were closed as truncated/);
  });
});
