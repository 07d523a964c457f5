import { md5, sha256 } from '../../base/hashes';
import type { NetworkChecksum } from './settings';
import { hexOf } from './uuid';

const utf8 = new TextEncoder();
const hashOf = { md5, sha256 };

/** Upper-case hex over the UTF-8 bytes of the items' JSON as sent; undefined for `none` (docs/format.md 24). */
export function checksumOf(itemsJson: string, algorithm: NetworkChecksum): string | undefined {
  if (algorithm === 'none') return undefined;
  return hexOf(hashOf[algorithm](utf8.encode(itemsJson))).toUpperCase();
}
