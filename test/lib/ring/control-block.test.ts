import 'should';
import {
  CONTROL_BLOCK_LENGTH,
  ControlBlock,
  ControlBlockFields,
  controlBlockErrorCode,
  ControlOffset,
  decodeControlBlock,
  describeControlBlockError,
  encodeControlBlock,
  isConsistent,
  readSeqlock,
  snapshotOf
} from '../../../lib/ring';
import { describeVectors, JsonObject, wireBytes, WireVector, wireVectors } from '../../support/vectors';

const FIELDS: ControlBlockFields = {
  version: 2,
  caps: 0xa5,
  bufferId: 0xfffffff1,
  capacity: 65536,
  seqlock: 4,
  headAbs: 0x1_0000_0010n,
  oldestAbs: 0xffff_ff00n,
  lostCount: 0xffff_ffff_ffff_ffffn,
  runId: 0x8000_0000_0000_0001n,
  epochId: 9n,
  epochFirstAbs: 0xffff_ff40n,
  definitionHash: '0123456789abcdef',
  prevDefinitionHash: 'fedcba9876543210'
};

const good = (): Uint8Array => encodeControlBlock(FIELDS);
const decoded = (bytes: Uint8Array): ControlBlock => {
  const block = decodeControlBlock(bytes);
  if (!block.ok) throw new Error(block.kind);
  return block;
};

describe('control block', () => {
  describe('decoding', () => {
    it('gives back every field that was encoded, 64-bit ones exact', () => {
      decodeControlBlock(good()).should.eql({ ok: true, ...FIELDS });
    });

    it('takes a block from the beginning of a longer buffer and from the middle of another', () => {
      const long = new Uint8Array(200).fill(0xff);
      long.set(good(), 50);
      decodeControlBlock(long.subarray(50)).should.eql({ ok: true, ...FIELDS });
    });

    it('keeps nothing of the bytes it was given', () => {
      const bytes = good();
      const block = decoded(bytes);
      bytes.fill(0);
      block.should.eql({ ok: true, ...FIELDS });
    });

    it('carries all capability bits', () => {
      for (const caps of [0, 3, 0x80, 0xff]) decoded(encodeControlBlock({ ...FIELDS, caps })).caps.should.equal(caps);
    });
  });

  describe('errors', () => {
    it('says truncated for every length below 88', () => {
      for (let length = 0; length < CONTROL_BLOCK_LENGTH; length++) {
        decodeControlBlock(good().subarray(0, length)).should.eql({
          ok: false,
          kind: 'truncated',
          needed: 88,
          available: length
        });
      }
    });

    it('says wrongSync with the bytes found', () => {
      const bytes = good();
      bytes[2] = 0x21;
      decodeControlBlock(bytes).should.eql({ ok: false, kind: 'wrongSync', found: '4f4f2132' });
    });

    it('says wrongSync for 88 bytes of FF, not that the controller is busy', () => {
      decodeControlBlock(new Uint8Array(88).fill(0xff)).should.eql({ ok: false, kind: 'wrongSync', found: 'ffffffff' });
    });

    it('says unsupportedVersion with the version found, before it looks at reserved bytes or the seqlock', () => {
      for (const version of [0, 1, 3, 255]) {
        const bytes = good();
        bytes[ControlOffset.version] = version;
        bytes[ControlOffset.reserved6] = 1;
        bytes[ControlOffset.seqlock] = 3;
        decodeControlBlock(bytes, 9).should.eql({ ok: false, kind: 'unsupportedVersion', version });
      }
    });

    it('says reservedNotZero with the offset of the first such byte, before the seqlock', () => {
      for (const offset of [6, 7, 20, 21, 22, 23]) {
        const bytes = good();
        bytes[offset] = 0x80;
        bytes[23] = 1;
        bytes[ControlOffset.seqlock] = 3;
        decodeControlBlock(bytes, 9).should.eql({ ok: false, kind: 'reservedNotZero', offset });
      }
    });

    it('says updating while the seqlock is odd, before it compares two readings', () => {
      decodeControlBlock(encodeControlBlock({ ...FIELDS, seqlock: 0xffffffff }), 4).should.eql({
        ok: false,
        kind: 'updating',
        seqlock: 0xffffffff
      });
    });

    it('says staleSnapshot when the second reading differs, odd or even', () => {
      for (const second of [5, 6, 0])
        decodeControlBlock(good(), second).should.eql({ ok: false, kind: 'staleSnapshot', first: 4, second });
      decodeControlBlock(good(), 4).ok.should.be.true();
    });

    it('has a stable code and one sentence with the figures for each', () => {
      const cases: [Uint8Array, number | undefined, string, RegExp][] = [
        [new Uint8Array(7), undefined, 'OPENOT_CONTROL_TRUNCATED', /88 bytes, only 7/],
        [new Uint8Array(88).fill(0xff), undefined, 'OPENOT_CONTROL_WRONG_SYNC', /found ffffffff/],
        [
          new Uint8Array([...Buffer.from('OOT!'), ...new Uint8Array(84)]),
          undefined,
          'OPENOT_WIRE_VERSION_1',
          /wire version 1/
        ],
        [encodeControlBlock({ ...FIELDS, version: 7 }), undefined, 'OPENOT_CONTROL_UNSUPPORTED_VERSION', /version 7/],
        [good().fill(1, 22, 23), undefined, 'OPENOT_CONTROL_RESERVED_NOT_ZERO', /byte 22/],
        [encodeControlBlock({ ...FIELDS, seqlock: 3 }), undefined, 'OPENOT_CONTROL_UPDATING', /seqlock 3/],
        [good(), 6, 'OPENOT_CONTROL_STALE_SNAPSHOT', /seqlock 4, then 6/]
      ];
      for (const [bytes, second, code, text] of cases) {
        const error = decodeControlBlock(bytes, second);
        if (error.ok) throw new Error('must be refused');
        controlBlockErrorCode(error).should.equal(code);
        describeControlBlockError(error).should.match(text);
      }
    });
  });

  describe('encoding', () => {
    it('writes 88 bytes, odd seqlocks too', () => {
      const bytes = encodeControlBlock({ ...FIELDS, seqlock: 7 });
      bytes.length.should.equal(88);
      readSeqlock(bytes).should.equal(7);
    });

    it('takes hashes in any case and refuses anything that is not 16 hex digits', () => {
      decoded(encodeControlBlock({ ...FIELDS, definitionHash: 'ABCDEF0123456789' })).definitionHash.should.equal(
        'abcdef0123456789'
      );
      for (const definitionHash of ['', '0123456789abcde', '0123456789abcdef0', '0123456789abcdeg']) {
        (() => encodeControlBlock({ ...FIELDS, definitionHash })).should.throw(RangeError);
      }
    });

    it('gives back random fields after a round trip', () => {
      let state = 7;
      const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
      const big = (): bigint => (BigInt(next()) << 32n) | BigInt(next());
      const hash = (): string => big().toString(16).padStart(16, '0');
      for (let i = 0; i < 500; i++) {
        const fields: ControlBlockFields = {
          version: 2,
          caps: next() & 255,
          bufferId: next(),
          capacity: next(),
          seqlock: (next() & ~1) >>> 0,
          headAbs: big(),
          oldestAbs: big(),
          lostCount: big(),
          runId: big(),
          epochId: big(),
          epochFirstAbs: big(),
          definitionHash: hash(),
          prevDefinitionHash: hash()
        };
        decodeControlBlock(encodeControlBlock(fields)).should.eql({ ok: true, ...fields });
      }
    });
  });

  describe('readSeqlock', () => {
    it('reads the seqlock whatever else is wrong, and gives -1 where it is not there', () => {
      readSeqlock(new Uint8Array(88).fill(0xff)).should.equal(0xffffffff);
      readSeqlock(new Uint8Array(20).fill(1)).should.equal(0x01010101);
      readSeqlock(new Uint8Array(19)).should.equal(-1);
    });
  });

  describe('isConsistent', () => {
    const at = (headAbs: bigint, oldestAbs: bigint, epochFirstAbs: bigint, capacity = 100): boolean =>
      isConsistent({ headAbs, oldestAbs, epochFirstAbs, capacity });

    it('accepts an empty ring, a full ring, and an epoch that begins at head', () => {
      at(0n, 0n, 0n).should.be.true();
      at(150n, 50n, 0n).should.be.true();
      at(150n, 150n, 150n).should.be.true();
    });

    it('refuses oldest beyond head, more than a capacity between them, and an epoch from beyond head', () => {
      at(49n, 50n, 0n).should.be.false();
      at(151n, 50n, 0n).should.be.false();
      at(150n, 100n, 151n).should.be.false();
    });
  });

  describe('snapshotOf', () => {
    const fields: ControlBlockFields = { ...FIELDS, lostCount: 12n, runId: 0xffff_ffff_ffff_ffffn };

    it('gives plain numbers and text', () => {
      snapshotOf(fields).should.eql({
        version: 2,
        caps: 0xa5,
        bufferBytes: 65536,
        headAbs: 0x1_0000_0010,
        oldestAbs: 0xffff_ff00,
        lostCount: 12,
        runId: '18446744073709551615',
        epochId: 9,
        epochFirstAbs: 0xffff_ff40,
        definitionHash: '0123456789abcdef',
        prevDefinitionHash: 'fedcba9876543210'
      });
    });

    it('survives JSON unchanged', () => {
      JSON.parse(JSON.stringify(snapshotOf(fields))).should.eql(snapshotOf(fields));
    });

    it('accepts 2^53-1 and refuses more, naming the field and its exact value', () => {
      for (const field of ['headAbs', 'oldestAbs', 'lostCount', 'epochId', 'epochFirstAbs'] as const) {
        const limit = { ...fields, [field]: 0x1f_ffff_ffff_ffffn };
        ('ok' in snapshotOf(limit)).should.be.false();
        for (const value of [0x20_0000_0000_0000n, 0x20_0000_0000_0001n, 0xffff_ffff_ffff_ffffn]) {
          const error = snapshotOf({ ...fields, [field]: value });
          error.should.eql({ ok: false, kind: 'positionTooLarge', field, value: String(value) });
          if (!('ok' in error)) throw new Error('must be refused');
          controlBlockErrorCode(error).should.equal('OPENOT_CONTROL_POSITION_TOO_LARGE');
          describeControlBlockError(error).should.containEql(`${field} is ${value}`);
        }
      }
    });
  });

  describeVectors('vectors', () => {
    const vectors = wireVectors('control-block');
    const names = vectors.map((vector) => vector.name);
    const kindOf = (vector: WireVector): string => String(vector.json.expectedError ?? 'none');

    it('are the three that are known', () => {
      names.should.eql(['control_block', 'control_block_stale_snapshot', 'control_block_torn_snapshot']);
    });

    it('control_block decodes to its fields and encodes to its bytes', () => {
      const { json, bytes } = vectors[0];
      const block = decoded(bytes);
      const fields = json.fields as JsonObject;
      bytes.length.should.equal(json.byteCount);
      block.seqlock.should.equal(json.seqLock);
      block.bufferId.should.equal(fields.bufferId);
      block.capacity.should.equal(fields.bufferBytes);
      for (const name of ['headAbs', 'oldestAbs', 'lostCount', 'runId', 'epochId', 'epochFirstAbs'] as const)
        block[name].should.equal(BigInt(fields[name] as number));
      for (const name of ['definitionHash', 'prevDefinitionHash'] as const)
        block[name].should.equal(String(fields[name]).toLowerCase());
      isConsistent(block).should.be.true();
      Buffer.from(encodeControlBlock(block)).equals(wireBytes('control_block')).should.be.true();
    });

    it('control_block_stale_snapshot is refused once its second seqlock is known', () => {
      const { json, bytes } = vectors[1];
      kindOf(vectors[1]).should.equal('StaleSnapshot');
      readSeqlock(bytes).should.equal(json.observedSeqLockFirst);
      decodeControlBlock(bytes, json.observedSeqLockSecond as number).should.eql({
        ok: false,
        kind: 'staleSnapshot',
        first: 2,
        second: 4
      });
    });

    it('control_block_torn_snapshot is being updated', () => {
      kindOf(vectors[2]).should.equal('Updating');
      decodeControlBlock(vectors[2].bytes).should.eql({
        ok: false,
        kind: 'updating',
        seqlock: vectors[2].json.observedSeqLock
      });
    });
  });
});
