import should from 'should';
import {
  checkCapturePreamble,
  decodeCapture,
  decodeFrame,
  encodeCapturePreamble,
  encodeFrame,
  frameLength,
  FRAME_HEAD_LENGTH,
  FrameContent,
  isCapture,
  MAX_CAPTURE_TEXT,
  MAX_FRAME_PAYLOAD,
  readFrameLength,
  WritableContent
} from '../../../../lib/capture';
import { crc32c, writeU32 } from '../../../../lib/wire';
import { SeededRandom } from '../../../../lib/simulator/random';

const contents: WritableContent[] = [
  {
    type: 'header',
    software: 'openot 0.2.0',
    transport: 'opcua',
    stream: 'line 1',
    ring: 'ns=2;s=Ring ü',
    session: 2n ** 63n + 5n,
    part: 3
  },
  { type: 'connect', again: false, outcome: { ok: false, code: 'OPENOT_X', message: 'no way', remedy: 'refused' } },
  { type: 'connect', again: true, outcome: { ok: true, ringBytes: undefined, granularity: 4, about: ['one', ''] } },
  { type: 'connect', again: false, outcome: { ok: true, ringBytes: 65536, granularity: 2, about: [] } },
  { type: 'image', before: Uint8Array.of(1, 2), ring: new Uint8Array(300).fill(7), after: new Uint8Array(0) },
  {
    type: 'read',
    tookUs: 1234,
    parts: [{ kind: 'control' }, { kind: 'ring', offset: 4_000_000_000, length: 3 }],
    outcome: { ok: true, parts: [new Uint8Array(88).fill(9), Uint8Array.of(1, 2, 3)] }
  },
  { type: 'read', tookUs: 0, parts: [{ kind: 'control' }], outcome: { ok: true, parts: [] } },
  { type: 'read', tookUs: 5, parts: [], outcome: { ok: false, code: 'OPENOT_Y', message: 'late', remedy: 'smaller' } },
  { type: 'lost', trouble: { ok: false, code: 'OPENOT_Z', message: 'gone', remedy: 'reconnect' } },
  { type: 'gap', reason: 'disk', frames: 17, bytes: 2 ** 40 },
  { type: 'gap', reason: 'slow', frames: 0, bytes: 0 },
  { type: 'end', reason: 'rotated' }
];

const joined = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));
const frames = (of: readonly WritableContent[]): Uint8Array[] =>
  of.map(
    (content, i) => encodeFrame(content, { monotonicUs: i * 1000, wallNs: BigInt(i) * 10n ** 18n }, i) as Uint8Array
  );
const file = (of: readonly WritableContent[] = contents): Uint8Array =>
  joined([encodeCapturePreamble(), ...frames(of)]);

function decoded(bytes: Uint8Array): { contents: FrameContent[]; stop: string | undefined; goodBytes: number } {
  const capture = decodeCapture(bytes);
  if (!capture.ok) throw new Error(capture.message);
  return {
    contents: capture.frames.map(({ content }) => content),
    stop: capture.stop?.kind,
    goodBytes: capture.goodBytes
  };
}

/** A frame with a head and payload of the test's own, and the CRC that fits. */
function forged(type: number, payload: Uint8Array, ordinal = 1, says = payload.length): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_LENGTH + payload.length + 4);
  bytes[0] = type;
  writeU32(bytes, 4, says);
  writeU32(bytes, 8, ordinal);
  bytes.set(payload, FRAME_HEAD_LENGTH);
  writeU32(bytes, bytes.length - 4, crc32c(bytes, 0, bytes.length - 4));
  return bytes;
}

const behindHeader = (...more: Uint8Array[]): Uint8Array =>
  joined([encodeCapturePreamble(), frames(contents)[0], ...more]);

describe('capture format', () => {
  it('gives back every frame as it was written', () => {
    const capture = decodeCapture(file());
    if (!capture.ok) throw new Error(capture.message);
    should(capture.stop).be.undefined();
    should(capture.frames.map(({ content }) => content)).eql(contents);
    should(capture.frames.map(({ ordinal, monotonicUs, wallNs }) => [ordinal, monotonicUs, wallNs])).eql(
      contents.map((_, i) => [i, i * 1000, BigInt(i) * 10n ** 18n])
    );
  });

  it('keeps its bytes: a file of this version must stay readable', () => {
    Buffer.from(file([contents[0], contents[11]]))
      .toString('hex')
      .should.equal(
        '8f4f4f54430d0a1a01000000e27262ab' +
          '010000004100000000000000000000000000000000000000000000000c0000006f70656e6f7420302e322e30050000006f70637561060000006c696e6520310e0000006e733d323b733d52696e6720c3bc05000000000000800300000071f14b3c' +
          '070000000100000001000000e803000000000000000064a7b3b6e00d019268f521'
      );
  });

  it('is readable up to the last whole frame, wherever it was cut, and says so', () => {
    const bytes = file();
    const ends = [16];
    for (const frame of frames(contents)) ends.push(ends[ends.length - 1] + frame.length);
    for (let cut = 16; cut <= bytes.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length - 1;
      const { contents: found, stop, goodBytes } = decoded(bytes.slice(0, cut));
      should(found).eql(contents.slice(0, whole));
      should(goodBytes).equal(ends[whole]);
      should(stop).equal(ends.includes(cut) ? undefined : 'cut');
    }
  });

  it('that was cut inside its first 16 bytes is none', () => {
    for (let cut = 0; cut < 16; cut++) {
      const result = decodeCapture(file().slice(0, cut));
      should(result.ok).be.false();
      if (!result.ok) should(result.code).equal(cut === 0 ? 'OPENOT_CAPTURE_MAGIC' : 'OPENOT_CAPTURE_CUT');
    }
  });

  it('finds every changed byte, and gives what stands before it', () => {
    const bytes = file();
    const whole = decoded(bytes).contents;
    for (let at = 16; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] ^= 0x41;
      const { contents: found, stop } = decoded(changed);
      should(['cut', 'damaged']).containEql(stop);
      should(found).eql(whole.slice(0, found.length));
      should(found.length).be.below(whole.length);
    }
  });

  it('finds a frame that is missing or there twice', () => {
    const all = frames(contents);
    decoded(joined([encodeCapturePreamble(), ...all.slice(0, 3), ...all.slice(4)])).should.have.properties({
      stop: 'damaged'
    });
    decoded(joined([encodeCapturePreamble(), ...all.slice(0, 3), ...all.slice(2)])).should.have.properties({
      stop: 'damaged'
    });
  });

  it('says what is no capture, and which version it cannot read', () => {
    const code = (bytes: Uint8Array): string => {
      const result = checkCapturePreamble(bytes);
      return result.ok ? 'ok' : result.code;
    };
    const later = encodeCapturePreamble();
    later[8] = 2;
    writeU32(later, 12, crc32c(later, 0, 12));
    const broken = encodeCapturePreamble();
    broken[8] = 2;
    code(Buffer.from('{"headAbs": 4}')).should.equal('OPENOT_CAPTURE_MAGIC');
    code(later).should.equal('OPENOT_CAPTURE_VERSION');
    code(broken).should.equal('OPENOT_CAPTURE_DAMAGED');
    code(encodeCapturePreamble()).should.equal('ok');
    isCapture(file()).should.be.true();
    isCapture(Buffer.from('OOT2')).should.be.false();
  });

  it('passes over frames of types that it does not know, and bytes behind what it knows', () => {
    const { contents: found, stop } = decoded(
      behindHeader(forged(200, Uint8Array.of(1, 2, 3)), forged(7, Uint8Array.of(0, 55, 55), 2))
    );
    should(stop).be.undefined();
    should(found.slice(1)).eql([
      { type: 'unknown', number: 200 },
      { type: 'end', reason: 'closed' }
    ]);
  });

  it('believes no length that the file cannot hold, and none above the limit', () => {
    const head = new Uint8Array(FRAME_HEAD_LENGTH);
    writeU32(head, 4, MAX_FRAME_PAYLOAD + 1);
    should(frameLength(head, 0, 16, Number.MAX_SAFE_INTEGER)).have.properties({ kind: 'damaged' });
    writeU32(head, 4, MAX_FRAME_PAYLOAD);
    should(frameLength(head, 0, 16, 1000)).have.properties({
      kind: 'cut',
      needed: MAX_FRAME_PAYLOAD + 32,
      available: 1000
    });
    should(frameLength(head, 0, 16, MAX_FRAME_PAYLOAD + 32)).equal(MAX_FRAME_PAYLOAD + 32);
  });

  it('refuses contents whose counts and lengths do not fit, with a CRC that does', () => {
    const u32 = (...values: number[]): number[] =>
      values.flatMap((value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255]);
    const hostile: [number, number[]][] = [
      [4, [...u32(0), 0xff, 0xff, 1]],
      [4, [...u32(0), 0x00, 0x10, 1, 0]],
      [4, [...u32(0), 1, 0, 1, 2]],
      [4, [...u32(0), 1, 0, 1, 0, 0xff, 0xff]],
      [4, [...u32(0), 1, 0, 1, 0, 1, 0, ...u32(0xffffffff)]],
      [3, u32(0xffffffff)],
      [3, [...u32(65537), ...new Array<number>(65537).fill(0), ...u32(0), ...u32(0)]],
      [2, [0, 1, 1, ...u32(0, 0xffffffff), ...u32(1), 0, 0]],
      [2, [0, 1, 1, ...u32(0, 0), ...u32(1), 0xff, 0xff]],
      [2, [0, 0, ...u32(0), 4, ...u32(0)]],
      [2, [0, 0, ...u32(MAX_CAPTURE_TEXT + 1), ...new Array<number>(MAX_CAPTURE_TEXT + 1).fill(65), 0, ...u32(0)]],
      [5, []],
      [6, [2, ...u32(0), ...u32(0, 0)]],
      [7, [9]]
    ];
    for (const [type, payload] of hostile) {
      const { contents: found, stop } = decoded(behindHeader(forged(type, Uint8Array.from(payload))));
      should({ type, frames: found.length, stop }).eql({ type, frames: 1, stop: 'damaged' });
    }
  });

  it('wants its header first and only there', () => {
    const [header, connect] = frames(contents);
    decoded(
      joined([
        encodeCapturePreamble(),
        encodeFrame(contents[1], { monotonicUs: 0, wallNs: 0n }, 0) as Uint8Array,
        connect
      ])
    ).should.have.properties({ stop: 'damaged', goodBytes: 16 });
    decoded(
      joined([
        encodeCapturePreamble(),
        header,
        encodeFrame(contents[0], { monotonicUs: 0, wallNs: 0n }, 1) as Uint8Array
      ])
    ).contents.length.should.equal(1);
  });

  it('survives random bytes, alone and behind a good beginning', () => {
    const random = new SeededRandom(5);
    for (let round = 0; round < 3000; round++) {
      const noise = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
      should(decodeCapture(noise).ok).be.false();
      should(decoded(behindHeader(noise)).contents.length).equal(1);
      // With a CRC that fits: the payload alone is random.
      const type = random.below(9);
      const one = decodeFrame(forged(type, noise), 0, 1);
      if (one.ok) should(one.ordinal).equal(1);
      else should(one.kind).equal('damaged');
    }
  });

  it('cuts texts that are too long, and does not write what cannot be read back', () => {
    const long = 'ü'.repeat(MAX_CAPTURE_TEXT);
    const [frame] = frames([
      { type: 'header', software: long, transport: '', stream: '', ring: '', session: 0n, part: 0 }
    ]);
    const back = decodeFrame(frame, 0, 0);
    if (!back.ok || back.content.type !== 'header') throw new Error('no header');
    back.content.software.should.equal('ü'.repeat(MAX_CAPTURE_TEXT / 2));
    should(
      encodeFrame(
        { type: 'read', tookUs: 0, parts: new Array(5000).fill({ kind: 'control' }), outcome: { ok: true, parts: [] } },
        { monotonicUs: 0, wallNs: 0n },
        0
      )
    ).be.undefined();
  });

  it('knows before a Read how long its frame will be', () => {
    const read = contents[5] as Extract<WritableContent, { type: 'read' }>;
    readFrameLength(read.parts).should.equal(frames(contents)[5].length);
  });
});
