import { sha256 } from '../base/hashes';
import { hexText } from '../wire/hex';
import { canonicalJson, prettyJson } from './canonical';
import { Definition } from './model';

/** The two forms of a definition's hash. */
export interface DefinitionHash {
  /** SHA-256 of the canonical model, 64 lowercase hex digits. */
  readonly contentHash: string;
  /** Its first 8 bytes in digest order, 16 lowercase hex digits: what control blocks advertise. */
  readonly carriageHash: string;
}

/** The hashes of a definition (docs/format.md 12). The hash that the file itself names plays no part. */
export function definitionHash(definition: Definition): DefinitionHash {
  const digest = sha256(new TextEncoder().encode(canonicalJson(definition)));
  const contentHash = hexText(digest, 0, digest.length);
  return { contentHash, carriageHash: contentHash.slice(0, 16) };
}

/**
 * The definition as the text of a file, with its own content hash filled in: for whoever writes definition files
 * (docs/format.md 12).
 */
export function writeDefinition(definition: Definition): string {
  const { contentHash } = definitionHash(definition);
  return prettyJson({ ...definition, header: { ...definition.header, contentHash } });
}
