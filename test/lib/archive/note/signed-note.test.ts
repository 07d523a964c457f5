import {
  formatProof,
  keyIdOf,
  NoteVerifier,
  openCheckpoint,
  openNote,
  parseCheckpointText,
  parseNote,
  parseProof,
  parseVkey,
  signCheckpoint,
  signNote,
  vkeyOf
} from '../../../../lib/archive';
import { keyOf, keyText, newKey, parseKey } from '../../../../lib/archive/files';

const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE =
  'This is an example message.\n\n— example.com/foo ' +
  'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

function verifierOf(text: string): NoteVerifier {
  const parsed = parseVkey(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.verifier;
}

describe('A signed note', () => {
  it("opens with the standard's own example", () => {
    const opened = openNote(NOTE, [verifierOf(VKEY)]);
    opened.ok.should.be.true();
    if (opened.ok) opened.text.should.equal('This is an example message.\n');
    vkeyOf(verifierOf(VKEY)).should.equal(VKEY);
  });

  it('is refused when any byte of it was changed', () => {
    const bytes = Buffer.from(NOTE, 'utf8');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 1;
      openNote(changed, [verifierOf(VKEY)]).ok.should.be.false(`byte ${at}`);
    }
  });

  it('is opened by its own key, refused by a key of the same name, and says which key signed', () => {
    const mine = keyOf(Buffer.alloc(32, 1)).signer('plant.example/line 1'.replace(' ', '-'));
    const other = keyOf(Buffer.alloc(32, 2)).signer(mine.name);
    const note = signNote('hello\n', mine);
    openNote(note, [mine]).ok.should.be.true();
    const refused = openNote(note, [other]);
    refused.ok.should.be.false();
    if (!refused.ok) refused.message.should.match(/no known key signed it: expected .+, found .+/);
  });

  it('ignores signatures of unknown keys, tells them, and is refused where one of a known key fails', () => {
    const [mine, other] = [1, 2].map((seed) => keyOf(Buffer.alloc(32, seed)).signer(`k${seed}`));
    const line = signNote('hello\n', other).split('\n').at(-2) as string;
    const both = `${signNote('hello\n', mine)}${line}\n`;
    const opened = openNote(both, [mine]);
    opened.ok.should.be.true();
    if (opened.ok) opened.unchecked.map(({ name }) => name).should.eql(['k2']);
    openNote(both.replace('hello', 'hallo'), [mine]).ok.should.be.false();
    const forged = `${signNote('hello\n', mine)}${signNote('other\n', other).split('\n').at(-2)}\n`;
    openNote(forged, [mine, other]).ok.should.be.false();
  });

  it('is taken apart only in the form of the standard', () => {
    for (const bad of [
      '',
      'text\n',
      'text\n\n',
      'text\n\nno line\n',
      'a\rb\n\n— k AAAAAAAA\n',
      'text\n\n— k AAAAAA=A\n'
    ])
      parseNote(bad).ok.should.be.false(JSON.stringify(bad));
    for (const bad of ['', 'name', 'a b+00000000+AQ', `${VKEY}x`, VKEY.replace('530d903a', '530d903b')])
      parseVkey(bad).ok.should.be.false(bad);
  });
});

describe('A checkpoint', () => {
  const signer = keyOf(Buffer.alloc(32, 3)).signer('plant.example/archive');
  const root = Buffer.alloc(32, 5);

  it('says name, size and root, and is opened by the key of its log alone', () => {
    const note = signCheckpoint({ origin: signer.name, size: 70_000, root }, signer);
    const opened = openCheckpoint(note, [signer]);
    opened.ok.should.be.true();
    if (opened.ok) opened.checkpoint.should.eql({ origin: signer.name, size: 70_000, root });
    const foreign = signCheckpoint({ origin: 'another.example', size: 1, root }, signer);
    openCheckpoint(foreign, [signer]).ok.should.be.false();
  });

  it('is no text with another size, root or end', () => {
    const text = `o\n12\n${root.toString('base64')}\n`;
    parseCheckpointText(text).ok.should.be.true();
    for (const bad of [
      text.replace('12', '012'),
      text.replace('12', '-1'),
      text.slice(0, -1),
      text.replace('=', ''),
      `\n${text}`
    ])
      parseCheckpointText(bad).ok.should.be.false(JSON.stringify(bad));
  });
});

describe('A proof file', () => {
  it('comes back as it was written', () => {
    const proof = {
      index: 17,
      path: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
      checkpoint: 'o\n20\nAA==\n\n— k AA\n'
    };
    const text = formatProof(proof);
    text.should.startWith('c2sp.org/tlog-proof@v1\nindex 17\n');
    const parsed = parseProof(text);
    parsed.should.eql({ ok: true, proof });
    const extra = parseProof(text.replace('index', 'extra aGFsbG8=\nindex'));
    extra.should.eql({ ok: true, proof: { ...proof, extra: 'aGFsbG8=' } });
    for (const bad of [text.replace('v1', 'v2'), text.replace('index 17', 'index 017'), text.replace('AQEB', 'AQ*B')])
      parseProof(bad).ok.should.be.false();
  });
});

describe('A key file', () => {
  it('comes back as it was written, and does not when a letter is wrong', () => {
    const { seed, key } = newKey();
    const text = keyText(seed, 'plant.example/a');
    const parsed = parseKey(text);
    parsed.ok.should.be.true();
    if (parsed.ok) vkeyOf(parsed.key.signer('x')).should.equal(vkeyOf(key.signer('x')));
    const wrong = parseKey(text.replace(/.\n$/, text.endsWith('A\n') ? 'B\n' : 'A\n'));
    if (!wrong.ok) wrong.message.should.not.containEql(seed.toString('base64').slice(0, 8));
    keyIdOf('x', key.signer('x').publicKey).should.equal(key.signer('x').keyId);
  });
});
