import { hexText } from '../wire/hex';
import { canonicalJson, prettyJson } from './canonical';
import { Definition } from './model';

type Sha256 = (message: Uint8Array) => Uint8Array;
let loading: Promise<Sha256> | undefined;

/** The library is ESM only: the import must stay a dynamic one after compilation to CommonJS. */
function loadSha256(): Promise<Sha256> {
  loading ??= import('@noble/hashes/sha2.js').then((library) => library.sha256);
  return loading;
}

/** The two forms of a definition's hash. */
export interface DefinitionHash {
  /** SHA-256 of the canonical model, 64 lowercase hex digits. */
  readonly contentHash: string;
  /** Its first 8 bytes in digest order, 16 lowercase hex digits: what control blocks advertise. */
  readonly carriageHash: string;
}

/** The hashes of a definition (docs/format.md 12). The hash that the file itself names plays no part. */
export async function definitionHash(definition: Definition): Promise<DefinitionHash> {
  const sha256 = await loadSha256();
  const digest = sha256(new TextEncoder().encode(canonicalJson(definition)));
  const contentHash = hexText(digest, 0, digest.length);
  return { contentHash, carriageHash: contentHash.slice(0, 16) };
}

/**
 * The definition as the text of a file, with its own content hash filled in: for whoever writes definition files
 * (docs/format.md 12).
 */
export async function writeDefinition(definition: Definition): Promise<string> {
  const { contentHash } = await definitionHash(definition);
  return prettyJson({ ...definition, header: { ...definition.header, contentHash } });
}
