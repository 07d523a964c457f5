import should from 'should';
import type { EventDocument } from '../../../lib/document';
import type { SpanLimits } from '../../../lib/telemetry/spans';
import { MAX_WAITING_BYTES } from '../../../nodes/openot-otel/admission';
import { Bench, MemoryStore, turns } from './support/bench';
import { alarm, eventDocument } from './support/otel';

const open = (
  changes: Record<string, unknown> = {},
  store?: MemoryStore,
  limits: Partial<SpanLimits> = {}
): Promise<Bench> =>
  Bench.open({ signals: { logs: true, metrics: false, traces: true }, maxAge: '0', ...changes }, store, limits);

/** A batch, one document in a message, as split and "document per message" give it; a token on the last one. */
function inputParts(
  bench: Bench,
  documents: readonly EventDocument[],
  stream: string,
  token?: string,
  count = documents.length
): ReturnType<Bench['input']>[] {
  return documents.map((document, index) =>
    bench.input(document, undefined, {
      parts: { id: 'p', index, count },
      openot: { stream, ...(token !== undefined && index === count - 1 ? { commit: [token] } : {}) }
    })
  );
}

const ofSource = (document: EventDocument, id: number): EventDocument => ({
  ...document,
  provenance: { ...document.provenance, source: { id } }
});
/** An alarm that begins and ends, of a source that is never the last in its sequence. */
const round = (n: number): EventDocument[] => [
  ofSource(alarm(2 * n, 'ConditionActive', n), 22),
  ofSource(alarm(2 * n + 1, 'ConditionCleared', n), 22),
  ofSource(eventDocument(n), 11)
];
const status = {
  state: 'idle',
  totals: { records: 1, bytes: 40, lost: 0, indeterminate: 0, laps: 0, skipped: 0, incarnations: 0 }
};

async function killed(bench: Bench): Promise<Bench> {
  await bench.pass(3000);
  const store = new MemoryStore();
  store.bytes = bench.store!.bytes!.slice();
  return open({}, store);
}

describe('parts of a sequence to which no token of this process belongs', () => {
  it('are through when they have left, those of the first sequence when it ended, and take no room', async () => {
    const bench = await open({}, undefined, { unsettledSpans: 10, keptSpans: 20 });
    for (let n = 0; n < 40; n++) inputParts(bench, round(n), 'mqtt');
    await bench.pass(3000);
    should(bench.spans.length).equal(40);
    should(bench.errors.map(({ message }) => message)).eql([]);
    const taken = Array.from({ length: 8 }, (_, n) => bench.input([eventDocument(n + 1)], [`r/b/${n + 1}`]));
    await turns();
    should(taken.map(({ state }) => state)).eql(Array<string>(8).fill('left'));
    should(bench.controller.held).equal(0);
    // Also after a kill nobody waits for them.
    const again = await killed(bench);
    inputParts(again, [0, 1, 39].flatMap(round), 'mqtt');
    await turns();
    should([again.uids.length, again.spans.length]).eql([9, 0]);
  });

  it('are through also where only one sequence ever came', async () => {
    const bench = await open();
    inputParts(bench, round(0), 'mqtt');
    await turns();
    const again = await killed(bench);
    inputParts(again, round(0), 'mqtt');
    await turns();
    should([bench.spans.length, again.spans.length]).eql([1, 0]);
  });

  it('are told when they wait at the end', async () => {
    const bench = await open({ maxAge: '60000' });
    inputParts(
      bench,
      [1, 2, 3].map((seq) => eventDocument(seq)),
      'http'
    );
    await bench.pass(60_000);
    inputParts(
      bench,
      [4, 5].map((seq) => eventDocument(seq)),
      'http',
      undefined,
      3
    );
    should(bench.controller.waiting).eql({ messages: 2, withoutToken: 2 });
    inputParts(
      bench,
      [1, 2].map((seq) => eventDocument(seq)),
      'line 1',
      'r/b/1'
    );
    inputParts(
      bench,
      [3, 4].map((seq) => eventDocument(seq)),
      'line 1',
      undefined,
      3
    );
    should(bench.controller.waiting).eql({ messages: 6, withoutToken: 2 });
  });

  it('stay out of the sequence of a token, from the batch on in which the first one ends', async () => {
    const bench = await open({ maxAge: '200' });
    inputParts(
      bench,
      [1, 2, 3].map((seq) => eventDocument(seq)),
      'http'
    );
    bench.input([eventDocument(1)], ['r/b/1']);
    await bench.pass(1000);
    inputParts(
      bench,
      [4, 5].map((seq) => eventDocument(seq)),
      'http',
      undefined,
      3
    );
    bench.input([eventDocument(2)], ['r/b/2']);
    await bench.pass(1000);
    should(bench.sent.map(({ openot, parts }) => [openot!.stream, openot!.commit, parts])).eql([
      ['http', undefined, undefined],
      ['line 1', ['r/b/1'], undefined],
      ['http', undefined, undefined],
      ['line 1', ['r/b/2'], undefined]
    ]);
  });
});

describe('parts of a sequence whose last one has a token', () => {
  it(
    'are not through before it is settled, not even the very first of a stream, behind a status and ' +
      'another stream',
    async () => {
      const bench = await open();
      bench.input(status, undefined, { openot: { stream: 'a' } });
      inputParts(bench, round(0), 'b');
      inputParts(bench, round(0), 'a', 'r/b/1');
      await turns();
      should(bench.spans.length).equal(2);
      const again = await killed(bench);
      inputParts(again, round(0), 'a', 'r/c/1');
      await turns();
      should(again.spans).eql(bench.spans.slice(1));
    }
  );

  it('are not through before it has come, and are told as waiting for it', async () => {
    const bench = await open();
    inputParts(bench, round(0), 'a', 'r/b/1', 4);
    await turns();
    const again = await killed(bench);
    inputParts(again, round(0), 'a', 'r/c/1', 4);
    await turns();
    should([bench.spans.length, again.spans.length]).eql([1, 1]);
    const slow = await open({ maxAge: '60000' });
    inputParts(slow, round(0), 'a', 'r/b/1', 4);
    await turns();
    should(slow.controller.waiting).eql({ messages: 3, withoutToken: 0 });
  });

  it('stay in its sequence', async () => {
    const bench = await open({ maxAge: '200' });
    inputParts(bench, round(0), 'a', 'r/b/1', 4);
    bench.input([eventDocument(1)], ['s/b/1'], { openot: { stream: 'b', commit: ['s/b/1'] } });
    await bench.pass(1000);
    should(
      bench.sent.map(({ topic, openot, parts }) => [topic, openot!.stream, openot!.commit, parts!.index, parts!.count])
    ).eql([
      ['traces', 'a', undefined, 0, 3],
      ['logs', 'a', undefined, 1, 3],
      ['logs', 'b', ['s/b/1'], 2, 3]
    ]);
  });

  it('are never refused for what waits, while other messages without a token are', async () => {
    const large = { ...eventDocument(100), filler: 'x'.repeat(MAX_WAITING_BYTES / 4) };
    const documents = Array.from({ length: 9 }, (_, n) => ({ ...large, seq: 100 + n }));
    const code = async (taken: ReturnType<Bench['input']>): Promise<string> =>
      ((await taken.outcome) as Error & { code: string }).code;
    // Before they are mapped: behind what waits for settlements.
    const bench = await open({}, undefined, { unsettledSpans: 1 });
    bench.input(round(0), ['r/b/1']);
    bench.input(round(1), ['r/b/2']);
    await turns();
    const taken = inputParts(bench, documents, 'line 1', 'r/b/3');
    const others = inputParts(bench, documents.slice(0, 5), 'mqtt', undefined, 6);
    should(await code(others[4])).equal('OPENOT_OTEL_FULL');
    bench.settledUpTo.set('r/b', 1);
    await bench.pass(100);
    bench.settledUpTo.set('r/b', 2);
    await bench.pass(100);
    should(taken.map(({ state }) => state)).eql(Array<string>(9).fill('left'));
    should(bench.tokens).eql(['r/b/1', 'r/b/2', 'r/b/3']);
    // After: while the state cannot be saved.
    const stuck = await open();
    stuck.store!.failure = new Error('EIO');
    stuck.input([alarm(1, 'ConditionActive')], ['r/b/1']);
    await turns();
    const mapped = inputParts(
      stuck,
      documents.map((document) => ({ ...document, text: 'x'.repeat(MAX_WAITING_BYTES / 4) })),
      'line 1',
      'r/b/2'
    );
    should(await code(inputParts(stuck, documents.slice(0, 1), 'mqtt', undefined, 2)[0])).equal('OPENOT_OTEL_FULL');
    stuck.store!.failure = undefined;
    await stuck.pass(1000);
    should(mapped.map(({ state }) => state)).eql(Array<string>(9).fill('left'));
  });
});
