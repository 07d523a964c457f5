/*
 * What decoding is measured against: the same checks in the same order (docs/format.md 6) as anyone would write them
 * first, byte by byte over a DataView, with and without the CRC. It gives what such a decoder gives: an object with its
 * slots in an array, payloads as views.
 */
const table = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  table[i] = value >>> 0;
}

function crcOf(view, start, end) {
  let crc = 0xffffffff;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ table[(crc ^ view.getUint8(i)) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

/** The record that begins at byte `start` of a DataView, or `{ok: false, kind}`. */
export function plainDecode(view, start, end, withCrc) {
  const available = end - start;
  if (available < 40) return { ok: false, kind: 'truncated', needed: 40, available };
  if (
    view.getUint8(start) !== 0x4f ||
    view.getUint8(start + 1) !== 0x4f ||
    view.getUint8(start + 2) !== 0x54 ||
    view.getUint8(start + 3) !== 0x32
  )
    return { ok: false, kind: 'wrongSync' };
  const length = view.getUint16(start + 4, true);
  if (length < 40) return { ok: false, kind: 'invalidLength', totalLength: length, available };
  if (length > available) return { ok: false, kind: 'truncated', needed: length, available };
  const flags = view.getUint16(start + 6, true);
  let slotsEnd = start + length;
  if ((flags & 8) !== 0) {
    if (length < 44) return { ok: false, kind: 'invalidLength', totalLength: length, available };
    slotsEnd -= 4;
    if (withCrc) {
      const expected = view.getUint32(slotsEnd, true);
      const actual = crcOf(view, start, slotsEnd);
      if (expected !== actual) return { ok: false, kind: 'crcMismatch', expected, actual };
    }
  }
  const slots = [];
  let at = start + 40;
  while (at < slotsEnd) {
    if (slotsEnd - at < 4) return { ok: false, kind: 'invalidSlot', offset: at - start };
    const key = view.getUint16(at, true);
    const type = view.getUint8(at + 2);
    const size = view.getUint8(at + 3);
    const payloadEnd = at + 4 + size;
    const next = at + 4 + Math.ceil(size / 4) * 4;
    if (next > slotsEnd) return { ok: false, kind: 'invalidSlot', offset: at - start };
    for (let i = payloadEnd; i < next; i++)
      if (view.getUint8(i) !== 0) return { ok: false, kind: 'invalidPadding', offset: i - start };
    slots.push({ key, type, payload: new Uint8Array(view.buffer, view.byteOffset + at + 4, size) });
    at = next;
  }
  return {
    ok: true,
    length,
    flags,
    sourceTimeNs: view.getBigUint64(start + 8, true),
    runId: view.getBigUint64(start + 16, true),
    seq: view.getBigUint64(start + 24, true),
    sourceId: view.getUint32(start + 32, true),
    eventTypeId: view.getUint32(start + 36, true),
    slots
  };
}

/** The same without making anything: only the checks. The leanest thing a DataView decoder can be. */
export function plainCheck(view, start, end, withCrc) {
  const available = end - start;
  if (available < 40) return -1;
  if (
    view.getUint8(start) !== 0x4f ||
    view.getUint8(start + 1) !== 0x4f ||
    view.getUint8(start + 2) !== 0x54 ||
    view.getUint8(start + 3) !== 0x32
  )
    return -1;
  const length = view.getUint16(start + 4, true);
  if (length < 40 || length > available) return -1;
  let slotsEnd = start + length;
  if ((view.getUint16(start + 6, true) & 8) !== 0) {
    if (length < 44) return -1;
    slotsEnd -= 4;
    if (withCrc && view.getUint32(slotsEnd, true) !== crcOf(view, start, slotsEnd)) return -1;
  }
  let at = start + 40;
  while (at < slotsEnd) {
    if (slotsEnd - at < 4) return -1;
    const size = view.getUint8(at + 3);
    const payloadEnd = at + 4 + size;
    const next = at + 4 + Math.ceil(size / 4) * 4;
    if (next > slotsEnd) return -1;
    for (let i = payloadEnd; i < next; i++) if (view.getUint8(i) !== 0) return -1;
    at = next;
  }
  return length;
}
