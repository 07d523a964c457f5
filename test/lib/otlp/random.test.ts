import should from 'should';
import { seeded } from '../../support/seeded';
import { answer, cut, FakeSender, Got, Reply } from './support/fake-sender';
import { itemsOf, logsRequest, records, signalOf, span, tracesRequest, uidsOf } from './support/requests';
import { rounds } from '../../support/rounds';

const SEEDS = Number(process.env.OPENOT_SEED ? 1 : rounds(50, 150));
const FIRST = Number(process.env.OPENOT_SEED ?? 1);

/** A collector that does anything at random, for a while, and a sender that gets messages at random times. */
async function run(seed: number): Promise<void> {
  const random = seeded(seed);
  const limits = {
    maxItems: 1 + random.below(60),
    maxBytes: 1500 + random.below(20_000),
    maxInFlight: 1 + random.below(5)
  };
  const badOneIn = [200, 200, 10, 2][random.below(4)];
  const whenAway = random.below(3) === 0 ? 'bestEffort' : 'wait';
  const awayItems = 200 + random.below(2000);
  const fake = new FakeSender({ ...limits, whenAway, awayItems });
  const stored = new Map<string, number>();
  const bad = new Set<string>();
  const lost = new Set<string>();
  const beyond: string[] = [];
  let untilMs = fake.nowMs + random.below(200_000);
  let active = 0;
  const store = (got: Got): void => {
    if (signalOf(got.body) === 'logs') for (const uid of uidsOf(got.body)) stored.set(uid, (stored.get(uid) ?? 0) + 1);
  };
  const decide = (got: Got): Reply => {
    const uids = signalOf(got.body) === 'logs' ? uidsOf(got.body) : [];
    if (uids.some((uid) => bad.has(uid))) return answer(random.below(8) === 0 ? 413 : 400);
    const kind = got.atMs > untilMs ? 99 : random.below(14);
    switch (kind) {
      case 0:
        return cut;
      case 1:
        store(got);
        return cut;
      case 2:
        return answer(
          [429, 502, 503, 504][random.below(4)],
          'busy',
          random.below(2) === 0 ? { retryAfter: String(random.below(40)) } : {}
        );
      case 3: {
        const [first] = uids;
        if (first === undefined || stored.has(first)) break;
        store(got);
        stored.delete(first);
        lost.add(first);
        return answer(200, { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'one' } });
      }
      case 4:
        if (random.below(4) !== 0) break;
        // Of spans that are not taken the first are told, and later ones counted.
        return answer([401, 403, uids.length === 0 ? 302 : 404, 500, 302][random.below(5)], '<html>');
    }
    store(got);
    return answer(200, ['', '{}', '{"partialSuccess":null}'][random.below(3)]);
  };
  fake.reply = async (got) => {
    if (++active > limits.maxInFlight) beyond.push(`${active} requests`);
    if (Buffer.byteLength(got.text) > limits.maxBytes || itemsOf(got.body).length > limits.maxItems)
      beyond.push(`${got.text.length} bytes, ${itemsOf(got.body).length} items`);
    const reply = decide(got);
    for (let turn = random.below(4); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
    active--;
    return reply;
  };
  const names: string[] = [];
  const produced: string[] = [];
  for (let i = 0; i < 60; i++) {
    fake.random = random.next();
    if (random.below(3) > 0) {
      names.push(`m${i}`);
      const arrival = { hasToken: random.below(2) === 0, stream: 's', sequence: `${i >> 2}` };
      if (random.below(10) === 0) fake.offer(`m${i}`, tracesRequest([span(i + 1)]), arrival);
      else {
        const items = records(
          produced.length,
          random.below(80),
          random.below(40) === 0 ? 'x'.repeat(30_000) : 'a line'
        );
        for (const uid of uidsOf(logsRequest(items))) {
          if (random.below(badOneIn) === 0) bad.add(uid);
          produced.push(uid);
        }
        fake.offer(`m${i}`, logsRequest(items, `line ${random.below(3)}`), arrival);
      }
    }
    await fake.pass(random.below(4000));
  }
  untilMs = 0;
  for (let i = 0; i < 4000 && fake.sender.status().pending > 0; i++) await fake.pass(1000);
  const { taken, accepted, rejected, dropped, pending, kept, messages, bytes } = fake.sender.status();
  const where = `seed ${seed}`;
  should([pending, kept, messages, bytes, fake.waiting, active]).eql([0, 0, 0, 0, 0, 0], where);
  should(beyond).eql([], where);
  should(accepted + rejected + dropped).equal(taken, where);
  should(fake.left.map(({ name }) => name)).eql(names, where);
  for (const { counts } of fake.left)
    should(counts.accepted + counts.partial + counts.rejected + counts.dropped + counts.kept).equal(
      counts.items,
      where
    );
  if (whenAway === 'wait') should(fake.left.filter(({ counts }) => counts.kept > 0)).eql([], where);
  should(fake.rejected.reduce((sum, { count }) => sum + count, 0)).equal(rejected, where);
  // Every record is with the collector, or was reported with its uid.
  const reported = new Set(fake.rejected.flatMap(({ uids }) => uids));
  const gone = produced.filter((uid) => !stored.has(uid) && !reported.has(uid));
  if (whenAway === 'wait') should([gone, dropped]).eql([[], 0], where);
  else should(gone.length).be.belowOrEqual(dropped, where);
  should([...lost].filter((uid) => !reported.has(uid))).eql([], where);
  should([...bad].filter((uid) => stored.has(uid))).eql([], where);
}

describe('the OTLP sender with a collector that does anything', () => {
  it(`accounts for every record, in order, within its limits (${SEEDS} runs; OPENOT_SEED repeats one)`, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) await run(seed);
  });
});
