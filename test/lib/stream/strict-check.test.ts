import should from 'should';
import { runInNewContext } from 'node:vm';
import { checkFacts, checkItems, Item, itemsOfConcatenation, LooseFacts, RecordItem } from '../../../lib/stream';
import { facts, message, snapshot } from '../../nodes/support/data';
import { shouldBePlain } from '../../support/node-red';

/** What was checked; a failure is thrown as `code: message`. */
function itemsOf(payload: unknown): Item[] {
  const checked = checkItems(payload);
  if (!checked.ok) throw new Error(`${checked.code}: ${checked.message}`);
  return checked.items;
}

/** As `itemsOf`, of facts. */
function factsOf(value: unknown): LooseFacts {
  const checked = checkFacts(value);
  if (!checked.ok) throw new Error(`${checked.code}: ${checked.message}`);
  return checked.facts;
}

describe('facts and items out of a message', () => {
  const { items } = itemsOfConcatenation(Buffer.concat([message(3), message(4)]));

  it('are taken as they are when they are right: nothing is copied', () => {
    should(itemsOf(items)).equal(items);
  });

  it('come back after JSON, with numbers as text or BigInt', () => {
    const there = JSON.parse(JSON.stringify(items)) as Array<Record<string, unknown>>;
    there[0].seq = '3';
    there[1].seq = 4n;
    there[1].runId = 1;
    const back = itemsOf(there);
    should(back).eql(items);
    shouldBePlain(back);
    const given = JSON.parse(JSON.stringify(facts())) as Record<string, unknown>;
    const read = factsOf({
      ...given,
      bufferId: '7',
      receiveTimeNs: 1780000000000000001n,
      snapshot: { ...(given.snapshot as object), headAbs: 5000n }
    });
    should(read).eql(facts());
    shouldBePlain(read);
  });

  it('say where counting began as it was said, or are refused', () => {
    const began = { cause: 'seek', incarnation: 1, abs: 440, runId: '18446744073709551615' };
    should(factsOf({ began: { ...began, abs: '440', runId: 18446744073709551615n } }).began).eql(began);
    const wrong: [unknown, string][] = [
      [null, 'msg.openot.began must be an object'],
      [{ ...began, cause: 'guess' }, 'msg.openot.began.cause must be one of first-contact, newest, seek, resumed'],
      [{ ...began, abs: -1 }, 'msg.openot.began.abs must be a whole number'],
      [{ ...began, incarnation: undefined }, 'msg.openot.began.incarnation must be a whole number'],
      [{ ...began, runId: '01' }, 'msg.openot.began.runId must be a whole number']
    ];
    for (const [value, text] of wrong)
      should(() => factsOf({ began: value })).throw(new RegExp(`OPENOT_FACTS_INVALID: ${text.replaceAll('.', '\\.')}`));
  });

  const loss: Item = {
    kind: 'loss',
    runId: '1',
    sourceId: 1,
    firstSeq: 4,
    lastSeq: 6,
    count: 3,
    basis: 'inferred',
    class: 'lost'
  };
  it('takes every kind of notice, and keeps of it what belongs to it', () => {
    const notices: Item[] = [
      loss,
      { ...loss, basis: 'authoritative', class: 'indeterminate', upgrade: true },
      { kind: 'lap', fromAbs: 1, toAbs: 2, lostCountDelta: 3 },
      { kind: 'incarnation', from: 0, to: 1, reason: 'reset' },
      { kind: 'skipped', fromAbs: 1, toAbs: 2, reason: 'crc' }
    ];
    should(itemsOf(notices)).eql(notices);
    should(itemsOf(notices.map((notice) => ({ ...notice, more: 5n })))).eql(notices);
  });

  for (const [name, change] of [
    ['a basis that is none', { basis: 'guessed' }],
    ['a basis with a quote', { basis: 'inferred"' }],
    ['no basis', { basis: undefined }],
    ['a class that is none', { class: 'x' }],
    ['no class', { class: undefined }],
    ['an upgrade that is none', { upgrade: 'yes' }],
    ['an upgrade that is false', { upgrade: false }],
    ['a range that runs backwards', { lastSeq: 3 }],
    ['a count that is another', { count: 4 }],
    ['a run with leading zeros', { runId: '007' }],
    ['a run beyond 64 bits', { runId: '18446744073709551616' }],
    ['a seq beyond 2^53-1', { lastSeq: 2 ** 53 }]
  ] as Array<[string, object]>) {
    it(`refuses a loss with ${name}`, () =>
      should(() => itemsOf([items[0], { ...loss, ...change }])).throw(/^OPENOT_PAYLOAD_NOT_ITEMS: msg\.payload\[1\]/));
  }

  it('refuses leading zeros, which JSON would not take, and says where', () => {
    should(() => itemsOf([{ ...items[0], runId: '01' }])).throw(/msg\.payload\[0\]\.runId/);
    should(() => itemsOf([{ ...items[0], sourceTimeNs: '00' }])).throw(/sourceTimeNs/);
    should(() => factsOf({ receiveTimeNs: '01' })).throw(/^OPENOT_FACTS_INVALID: msg\.openot\.receiveTimeNs/);
    should(() => factsOf({ snapshot: { ...snapshot(), runId: '01' } })).throw(/snapshot\.runId/);
  });

  it('takes 20 digits within 64 bits as they are', () => {
    const great = [{ ...items[0], runId: '18446744073709551615', sourceTimeNs: '10000000000000000000' }];
    should(itemsOf(great)).equal(great);
    should(() => itemsOf([{ ...items[0], runId: '18446744073709551616' }])).throw(/runId/);
  });

  it('takes the bytes of a function node, which come from another context', () => {
    const there = runInNewContext('new Uint8Array([1, 2, 3])') as Uint8Array;
    const [record] = itemsOf([{ ...items[0], slots: [{ key: 1, type: 2, payload: there }] }]) as RecordItem[];
    should(Buffer.isBuffer(record.slots[0].payload)).be.true();
    should([...record.slots[0].payload]).eql([1, 2, 3]);
  });

  for (const bad of [
    5,
    'text',
    null,
    [5],
    [undefined],
    [{ kind: 'other' }],
    [{ ...items[0], slots: [undefined] }],
    [{ ...items[0], slots: [null] }],
    [{ kind: 'skipped', fromAbs: 0, toAbs: 1, reason: 5 }],
    [{ ...items[0], seq: -1 }],
    [{ ...items[0], slots: [{ key: 1, type: 2, payload: 'x' }] }],
    [{ kind: 'loss', runId: 'x' }]
  ]) {
    it(`refuses items like ${JSON.stringify(bad)?.slice(0, 40)}`, () =>
      should(() => itemsOf(bad)).throw(/^OPENOT_PAYLOAD_NOT_ITEMS/));
  }
});
