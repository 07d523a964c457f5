/** Bundles of entries (C2SP tlog-tiles): each entry behind its length as a big-endian u16. */

/** The bytes of a bundle. */
export function bundleOf(entries: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    bytes.writeUInt16BE(entry.length, at);
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** The entries of a bundle, as views of its bytes; undefined where its lengths do not come out even. */
export function entriesOfBundle(given: Uint8Array): Buffer[] | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 2 > bytes.length) return undefined;
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
