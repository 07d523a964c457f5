import should from 'should';
import { RingWriter, walkWindow } from '../../../lib/ring';
import { Item, itemsOfBatch, itemsOfConcatenation, LossItem, Notice, RecordItem, Segment } from '../../../lib/stream';
import { decodeRecord, RecordView, TlvType } from '../../../lib/wire';
import { flatWindow } from '../../support/flat-window';
import { encoded, messageSlots, TestRecord } from '../../support/records';
import { seeded } from '../../support/seeded';

const payloadOf = (...records: TestRecord[]): Buffer => Buffer.concat(records.map(encoded));
const loss = (beforeAbs: number, firstSeq: number): Notice => ({
  kind: 'loss',
  runId: '1',
  sourceId: 1,
  firstSeq,
  lastSeq: firstSeq,
  count: 1,
  basis: 'inferred',
  class: 'lost',
  beforeAbs
});
const lap = (beforeAbs: number): Notice => ({
  kind: 'lap',
  fromAbs: 0,
  toAbs: beforeAbs,
  lostCountDelta: 3,
  beforeAbs
});

/** `seq@abs` of records, the kind of notices. */
const brief = (items: readonly Item[]): string[] =>
  items.map((item) =>
    item.kind === 'record' ? `${item.seq}@${item.abs}` : item.kind === 'loss' ? `loss ${item.firstSeq}` : item.kind
  );

function plain(value: unknown): void {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value) || Buffer.isBuffer(value)) return;
  if (typeof value !== 'object') throw new Error(`a ${typeof value} in an item`);
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== Array.prototype) throw new Error('a class in an item');
  for (const inner of Object.values(value as object)) plain(inner);
}

describe('items of a batch', () => {
  it('a record becomes an item with every field, 64-bit ones as text', () => {
    const slots = [...messageSlots(7), { key: 0x15, type: TlvType.String, payload: Buffer.from('öl') }];
    const payload = payloadOf({
      seq: 3,
      runId: 2n ** 64n - 1n,
      timeNs: 1780000000000000003n,
      sourceId: 42,
      eventTypeId: 3,
      flags: 9,
      slots
    });
    const { items, error } = itemsOfBatch(payload, { segments: [{ offset: 0, abs: 5000 }], notices: [] });
    should(error).be.undefined();
    should(items).eql([
      {
        kind: 'record',
        abs: 5000,
        flags: 9,
        sourceTimeNs: '1780000000000000003',
        runId: '18446744073709551615',
        seq: 3,
        sourceId: 42,
        eventTypeId: 3,
        slots: [
          { key: 0x14, type: 5, payload: Buffer.from([7, 0, 0, 0]) },
          { key: 0x15, type: 12, payload: Buffer.from('öl') }
        ]
      }
    ]);
  });

  it('holds nothing but plain values and Buffers, and the Buffers share the payload', () => {
    const payload = payloadOf({ seq: 0, slots: messageSlots(1) }, { seq: 1, slots: messageSlots(2) });
    const { items } = itemsOfBatch(payload, { segments: [{ offset: 0, abs: 0 }], notices: [loss(0, 9)] });
    items.length.should.equal(3);
    plain(items);
    const { payload: slot } = (items[2] as RecordItem).slots[0];
    Buffer.isBuffer(slot).should.be.true();
    slot.buffer.should.equal(payload.buffer);
    payload[52 + 44] = 99;
    slot[0].should.equal(99);
  });

  it('tells runs apart that differ in either half of their id', () => {
    const runs = [0n, 5n, 2n ** 32n, 2n ** 32n + 5n, 5n, 2n ** 63n];
    const { items } = itemsOfConcatenation(payloadOf(...runs.map((runId) => ({ runId }))));
    items.map((item) => (item as RecordItem).runId).should.eql(runs.map(String));
  });

  it('positions follow the segments', () => {
    const payload = payloadOf({ seq: 0 }, { seq: 1 }, { seq: 2 }, { seq: 3 });
    const segments = [
      { offset: 0, abs: 100 },
      { offset: 88, abs: 256 },
      { offset: 132, abs: 4096 }
    ];
    brief(itemsOfBatch(payload, { segments, notices: [] }).items).should.eql(['0@100', '1@144', '2@256', '3@4096']);
  });

  it('a notice stands before the first record at or after its position', () => {
    const payload = payloadOf({ seq: 0 }, { seq: 1 }, { seq: 2 });
    const place = (...notices: Notice[]): string[] =>
      brief(itemsOfBatch(payload, { segments: [{ offset: 0, abs: 100 }], notices }).items);
    place(loss(144, 9)).should.eql(['0@100', 'loss 9', '1@144', '2@188']);
    place(loss(143, 9)).should.eql(['0@100', 'loss 9', '1@144', '2@188']);
    place(loss(145, 9)).should.eql(['0@100', '1@144', 'loss 9', '2@188']);
    place(lap(0), loss(100, 8), loss(100, 7), loss(188, 6), loss(232, 5)).should.eql([
      'lap',
      'loss 8',
      'loss 7',
      '0@100',
      '1@144',
      'loss 6',
      '2@188',
      'loss 5'
    ]);
  });

  it('a notice comes out as it went in, without its position', () => {
    const { items } = itemsOfBatch(Buffer.alloc(0), {
      segments: [],
      notices: [
        loss(7, 3),
        { kind: 'incarnation', from: 1, to: 2, reason: 'runId', beforeAbs: 0 },
        { kind: 'skipped', fromAbs: 4, toAbs: 8, reason: 'crc', beforeAbs: 8 }
      ]
    });
    const item: LossItem = {
      kind: 'loss',
      runId: '1',
      sourceId: 1,
      firstSeq: 3,
      lastSeq: 3,
      count: 1,
      basis: 'inferred',
      class: 'lost'
    };
    should(items).eql([
      item,
      { kind: 'incarnation', from: 1, to: 2, reason: 'runId' },
      { kind: 'skipped', fromAbs: 4, toAbs: 8, reason: 'crc' }
    ]);
  });

  it('changes nothing of what it was given', () => {
    const payload = payloadOf({ seq: 0 });
    const facts = Object.freeze({
      segments: Object.freeze([Object.freeze({ offset: 0, abs: 0 })]) as Segment[],
      notices: Object.freeze([Object.freeze(loss(0, 3))]) as Notice[]
    });
    const before = payload.toString('hex');
    itemsOfBatch(payload, facts).items.length.should.equal(2);
    payload.toString('hex').should.equal(before);
  });

  it('what a ring held comes out whole, at its positions, across wraps: 200 random rings', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const capacity = 300 + random.below(700);
      const writer = new RingWriter(capacity, { startAbs: random.below(3) * 0xffffff00 });
      const expected: string[] = [];
      while (writer.lostCount === 0) {
        const bytes = encoded({
          seq: expected.length,
          slots: random.below(2) === 0 ? [] : [{ key: 1, type: 0x0d, payload: random.bytes(random.below(40)) }]
        });
        const written = writer.append(bytes, { runId: 1n, sourceId: 1, seq: BigInt(expected.length) });
        if (!written.ok) throw new Error(written.kind);
        expected.push(`${expected.length}@${written.abs}`);
      }
      const { oldestAbs, headAbs } = writer;
      const walk = walkWindow({
        bytes: flatWindow(writer.bytes, oldestAbs, headAbs),
        fromAbs: oldestAbs,
        headAbs,
        capacity
      });
      const segments: Segment[] = [];
      let offset = 0;
      let next = -1;
      const parts = walk.records.map(({ abs, record }) => {
        if (abs !== next) segments.push({ offset, abs });
        offset += record.length;
        next = abs + record.length;
        return record.bytes.subarray(record.start, record.start + record.length);
      });
      const { items, error } = itemsOfBatch(Buffer.concat(parts), { segments, notices: [] });
      should(error).be.undefined();
      brief(items).should.eql(expected.slice(writer.lostCount));
    }
  });
});

describe('items of a batch that is not right', () => {
  const two = payloadOf({ seq: 0 }, { seq: 1 });
  const whole = (segments: unknown, notices: unknown = []): ReturnType<typeof itemsOfBatch> =>
    itemsOfBatch(two, { segments, notices } as { segments: Segment[]; notices: Notice[] });

  it('a broken record ends it: what stands before comes out, and every notice', () => {
    const payload = payloadOf({ seq: 0 }, { seq: 1 }, { seq: 2 });
    payload[44 + 30] ^= 1;
    const { items, error } = itemsOfBatch(payload, {
      segments: [{ offset: 0, abs: 1000 }],
      notices: [loss(1000, 9), loss(1088, 8)]
    });
    brief(items).should.eql(['loss 9', '0@1000', 'loss 8']);
    should(error).have.properties({ ok: false, code: 'OPENOT_WIRE_CRC_MISMATCH', offset: 44, abs: 1044 });
    error!.message.should.match(/byte 44 .*position 1044.*CRC.*88 bytes/);
  });

  it('half a record', () => {
    const { items, error } = itemsOfBatch(two.subarray(0, 60), { segments: [{ offset: 0, abs: 0 }], notices: [] });
    brief(items).should.eql(['0@0']);
    should(error).have.properties({ code: 'OPENOT_WIRE_TRUNCATED', offset: 44, abs: 44 });
  });

  it('a record without a CRC has no place in a ring', () => {
    const { items, error } = itemsOfBatch(payloadOf({ seq: 0 }, { seq: 1, flags: 0 }), {
      segments: [{ offset: 0, abs: 0 }],
      notices: []
    });
    brief(items).should.eql(['0@0']);
    should(error).have.properties({ code: 'OPENOT_RING_MISSING_CRC', offset: 44, abs: 44 });
  });

  it('a seq above 2^53-1 is an error, never a rounded number', () => {
    const { items, error } = itemsOfBatch(payloadOf({ seq: 0 }, { seq: 2n ** 53n }, { seq: 1 }), {
      segments: [{ offset: 0, abs: 0 }],
      notices: []
    });
    brief(items).should.eql(['0@0']);
    should(error).have.properties({ code: 'OPENOT_SEQ_TOO_LARGE', offset: 44, abs: 44 });
    error!.message.should.match(/9007199254740992/);
    brief(
      itemsOfBatch(payloadOf({ seq: 2n ** 53n - 1n }), { segments: [{ offset: 0, abs: 0 }], notices: [] }).items
    ).should.eql(['9007199254740991@0']);
  });

  it('a record does not reach over the beginning of a segment', () => {
    const { items, error } = whole([
      { offset: 0, abs: 0 },
      { offset: 40, abs: 400 }
    ]);
    items.should.eql([]);
    should(error).have.properties({ code: 'OPENOT_WIRE_TRUNCATED', offset: 0 });
  });

  it('segments that do not belong to the payload', () => {
    const wrong: unknown[] = [
      undefined,
      null,
      'x',
      {},
      [],
      [null],
      [{}],
      [{ offset: 0 }],
      [{ offset: 4, abs: 0 }],
      [{ offset: 0, abs: -1 }],
      [{ offset: 0, abs: 1.5 }],
      [{ offset: 0, abs: 2 ** 53 }],
      [{ offset: 0, abs: 2 ** 53 - 10 }],
      [
        { offset: 0, abs: 0 },
        { offset: 0, abs: 44 }
      ],
      [
        { offset: 0, abs: 0 },
        { offset: 44, abs: 43 }
      ],
      [
        { offset: 0, abs: 0 },
        { offset: 88, abs: 256 }
      ],
      [
        { offset: 0, abs: 0 },
        { offset: 89, abs: 256 }
      ]
    ];
    for (const segments of wrong) {
      const { items, error } = whole(segments, [loss(0, 9)]);
      brief(items).should.eql(['loss 9']);
      should(error).have.properties({ ok: false, code: 'OPENOT_FACTS_INVALID' });
      error!.message.should.match(/msg\.openot\.segments/);
    }
  });

  it('facts that hold themselves are described, too', () => {
    const round: Record<string, unknown> = { offset: 0 };
    round.self = round;
    whole([round]).error!.message.should.match(/found an object that is no JSON/);
  });

  it('positions may come as numbers, text or bigints', () => {
    for (const abs of [256, '256', 256n])
      brief(whole([{ offset: 0, abs }], [{ ...loss(0, 9), beforeAbs: '300' }]).items).should.eql([
        '0@256',
        'loss 9',
        '1@300'
      ]);
  });

  it('notices that are none', () => {
    const wrong: unknown[] = [
      'x',
      {},
      [null],
      [3],
      [{}],
      [{ ...loss(0, 1), kind: 'record' }],
      [{ ...loss(0, 1), beforeAbs: -1 }],
      [{ ...loss(0, 1), beforeAbs: undefined }]
    ];
    for (const notices of wrong) {
      const { items, error } = whole([{ offset: 0, abs: 0 }], notices);
      items.should.eql([]);
      should(error).have.properties({ code: 'OPENOT_FACTS_INVALID' });
      error!.message.should.match(/msg\.openot\.notices/);
    }
    brief(
      itemsOfBatch(two, { segments: [{ offset: 0, abs: 0 }] } as { segments: Segment[]; notices: Notice[] }).items
    ).should.eql(['0@0', '1@44']);
  });
});

describe('items of a concatenation', () => {
  it('stand at their offsets in the payload; a CRC is not needed', () => {
    const { items, error } = itemsOfConcatenation(payloadOf({ seq: 5 }, { seq: 2, flags: 0 }, { seq: 9 }));
    brief(items).should.eql(['5@0', '2@44', '9@84']);
    should(error).be.undefined();
  });

  it('no bytes are no records and no error', () => {
    should(itemsOfConcatenation(Buffer.alloc(0))).eql({ items: [] });
  });

  it('what is whole is delivered, a bad tail is one error', () => {
    const whole = payloadOf({ seq: 0 }, { seq: 1 });
    const tail = (bytes: Buffer): ReturnType<typeof itemsOfConcatenation> =>
      itemsOfConcatenation(Buffer.concat([whole, bytes]));
    for (const [bytes, code] of [
      [Buffer.alloc(3), 'OPENOT_WIRE_TRUNCATED'],
      [Buffer.alloc(64), 'OPENOT_WIRE_WRONG_SYNC'],
      [whole.subarray(0, 43), 'OPENOT_WIRE_TRUNCATED'],
      [Buffer.from('OOT!' + ' '.repeat(60)), 'OPENOT_WIRE_VERSION_1'],
      [Buffer.concat([whole.subarray(0, 20), Buffer.alloc(24, 1)]), 'OPENOT_WIRE_CRC_MISMATCH']
    ] as const) {
      const { items, error } = tail(Buffer.from(bytes));
      brief(items).should.eql(['0@0', '1@44']);
      should(error).have.properties({ ok: false, code, offset: 88 });
      error!.message.should.match(new RegExp(`byte 88 .* ${bytes.length} bytes`));
      should(error).not.have.property('abs');
    }
  });

  it('a seq above 2^53-1 ends it with an error of its own', () => {
    const { items, error } = itemsOfConcatenation(payloadOf({ seq: 1 }, { seq: 2n ** 64n - 1n }, { seq: 2 }));
    brief(items).should.eql(['1@0']);
    should(error).have.properties({ code: 'OPENOT_SEQ_TOO_LARGE', offset: 44 });
    error!.message.should.match(/18446744073709551615.*88 bytes/);
  });

  it('the items say what the records say: 500 random records', () => {
    const random = seeded(500);
    const records = Array.from({ length: 500 }, (_value, seq) =>
      encoded({
        seq,
        sourceId: random.below(2 ** 32),
        slots: Array.from({ length: random.below(5) }, () => ({
          key: random.below(65536),
          type: random.below(256),
          payload: random.bytes(random.below(20))
        }))
      })
    );
    const { items } = itemsOfConcatenation(Buffer.concat(records));
    items.length.should.equal(500);
    items.forEach((item, i) => {
      const view = decodeRecord(records[i]) as RecordView;
      const { sourceId, slots } = item as RecordItem;
      sourceId.should.equal(view.sourceId);
      slots
        .map(({ key, type, payload }) => [key, type, payload.toString('hex')])
        .should.eql(view.slots().map(({ key, type, payload }) => [key, type, Buffer.from(payload).toString('hex')]));
    });
  });
});
