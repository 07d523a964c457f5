/** Signed notes (C2SP signed-note): a text, and below it the signatures of those who vouch for it. */
import { failure, Failure } from '../../base';
import { sha256, signatureHolds } from '../tree/digest';

/** The one kind of key that is used here: Ed25519. */
const ED25519 = 0x01;
const DASH = '\u2014';
const MAX_NOTE_BYTES = 1_000_000;

/** Who may sign, as others know it. */
export interface NoteVerifier {
  readonly name: string;
  /** First four bytes of SHA-256(name, 0x0A, 0x01, public key). */
  readonly keyId: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Who signs. The key itself does not leave it. */
export interface NoteSigner extends NoteVerifier {
  /** The 64 bytes of the Ed25519 signature. */
  sign(message: Uint8Array): Uint8Array;
}

/** One line of signature, as it stands in a note. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly bytes: Buffer;
}

/** A note taken apart; nothing is believed yet. */
export interface Note {
  /** Ends with a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** What went wrong with a note or a key. */
export type NoteFailure = Failure<'OPENOT_ARCHIVE_NOTE'>;
const refused = (message: string): NoteFailure => failure('OPENOT_ARCHIVE_NOTE', message);

/** Is this the name of a key: not empty, without spaces and without `+`? */
export const isKeyName = (name: string): boolean => name !== '' && !/[\s+]/u.test(name);

/** The four bytes by which a key is known in notes. */
export const keyIdOf = (name: string, publicKey: Uint8Array): number =>
  sha256(Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.from([ED25519]), publicKey])).readUInt32BE(0);

const hex8 = (id: number): string => id.toString(16).padStart(8, '0');

/** The verifier key as text: `name+id+base64`. */
export const vkeyOf = ({ name, keyId, publicKey }: NoteVerifier): string =>
  `${name}+${hex8(keyId)}+${Buffer.concat([Buffer.from([ED25519]), publicKey]).toString('base64')}`;

/**
 * A verifier key out of its text.
 *
 * @example parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
 */
export function parseVkey(text: string): { readonly ok: true; readonly verifier: NoteVerifier } | NoteFailure {
  const [name, id, ...rest] = text.trim().split('+');
  const key = decodeBase64(rest.join('+'));
  const expected = 'a verifier key is name+key id+base64 in one line, as the node openot-archive shows it';
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(id ?? '') || key === undefined)
    return refused(`${expected}; found ${JSON.stringify(text.slice(0, 100))}`);
  if (key[0] !== ED25519 || key.length !== 33)
    return refused(`the verifier key of ${name} is of type ${key[0] ?? 'none'}: only Ed25519 (1) can be checked here`);
  const publicKey = key.subarray(1);
  if (keyIdOf(name, publicKey) !== parseInt(id, 16))
    return refused(`the verifier key of ${name} was mistyped: its id ${id} does not belong to its key`);
  return { ok: true, verifier: { name, keyId: parseInt(id, 16), publicKey } };
}

/** The note of this text with one signature. The text ends with a line feed. */
export function signNote(text: string, signer: NoteSigner): string {
  const signature = signer.sign(Buffer.from(text, 'utf8'));
  const id = Buffer.alloc(4);
  id.writeUInt32BE(signer.keyId);
  return `${text}\n${DASH} ${signer.name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/** Takes a note apart, or says what about its form is wrong. */
export function parseNote(note: string | Uint8Array): { readonly ok: true; readonly note: Note } | NoteFailure {
  const whole = typeof note === 'string' ? note : utf8Of(note);
  if (whole === undefined || whole.length > MAX_NOTE_BYTES) return refused('a signed note is UTF-8 text, and short');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) return refused('a signed note has no control characters');
  const end = whole.lastIndexOf('\n\n');
  if (end < 0 || !whole.endsWith('\n')) return refused('a signed note is a text, an empty line and signatures');
  const lines = whole.slice(end + 2, -1).split('\n');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [dash, name, base64, ...more] = line.split(' ');
    const bytes = decodeBase64(base64 ?? '');
    if (dash !== DASH || !isKeyName(name ?? '') || bytes === undefined || bytes.length < 5 || more.length > 0)
      return refused(`this is no line of signature: ${JSON.stringify(line.slice(0, 100))}`);
    signatures.push({ name, keyId: bytes.readUInt32BE(0), bytes: bytes.subarray(4) });
  }
  return { ok: true, note: { text: whole.slice(0, end + 1), signatures } };
}

/** A note that a known key has signed. */
export interface OpenedNote extends Note {
  readonly ok: true;
  readonly by: readonly NoteVerifier[];
  /** Signatures of keys that were not given, or of a kind that cannot be checked here: nothing is known of them. */
  readonly unchecked: readonly NoteSignature[];
}

/**
 * Opens a note: at least one of these keys signed it, and no signature of one of them fails. Others are ignored, and
 * told.
 */
export function openNote(given: string | Uint8Array, verifiers: readonly NoteVerifier[]): OpenedNote | NoteFailure {
  const parsed = parseNote(given);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.note;
  const message = Buffer.from(text, 'utf8');
  const by: NoteVerifier[] = [];
  const unchecked: NoteSignature[] = [];
  for (const signature of signatures) {
    const known = verifiers.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    if (known === undefined) unchecked.push(signature);
    else if (!signatureHolds(known.publicKey, message, signature.bytes))
      return refused(`the signature of ${known.name} does not hold: the text was changed, or the signature was`);
    else if (!by.includes(known)) by.push(known);
  }
  if (by.length > 0) return { ok: true, text, signatures, by, unchecked };
  const found = signatures.map(({ name, keyId }) => `${name}+${hex8(keyId)}`).join(', ');
  const expected = verifiers.map(({ name, keyId }) => `${name}+${hex8(keyId)}`).join(' or ') || 'none';
  return refused(`no known key signed it: expected ${expected}, found ${found}`);
}

function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node skips over what is no base64: text that comes back otherwise was not.
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

function utf8Of(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}
