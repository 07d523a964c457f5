/**
 * The hash functions of the formats, by a library and not by `node:crypto`, which has no MD5 where it runs in FIPS
 * mode. Not in the index of this room: whoever needs no hash does not load the library.
 */
import { md5 as libraryMd5 } from '@noble/hashes/legacy.js';
import { sha256 as librarySha256 } from '@noble/hashes/sha2.js';

/** SHA-256 of bytes: 32 bytes. */
export const sha256 = (message: Uint8Array): Uint8Array => librarySha256(message);

/** MD5 of bytes: 16 bytes. For the checksum of docs/format.md 24 only, which is no protection against anybody. */
export const md5 = (message: Uint8Array): Uint8Array => libraryMd5(message);
