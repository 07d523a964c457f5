/** The two hash functions of the mapping, once loaded. */
export interface Hashes {
  /** 32 bytes. */
  sha256(message: Uint8Array): Uint8Array;
  /** 16 bytes. For the checksum of docs/format.md 24 only, which is no protection against anybody. */
  md5(message: Uint8Array): Uint8Array;
}

let loading: Promise<Hashes> | undefined;

/** Loads them: the library is ESM only, the import must stay a dynamic one after compilation to CommonJS. */
export function loadHashes(): Promise<Hashes> {
  loading ??= Promise.all([import('@noble/hashes/sha2.js'), import('@noble/hashes/legacy.js')]).then(
    ([{ sha256 }, { md5 }]) => ({ sha256, md5 })
  );
  return loading;
}
