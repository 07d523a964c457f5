/** The bytes of absolute positions [fromAbs, toAbs), at most one capacity, out of a ring's memory, laid out flat. */
export function flatWindow(image: Uint8Array, fromAbs: number, toAbs: number): Uint8Array {
  const bytes = new Uint8Array(toAbs - fromAbs);
  const phys = fromAbs % image.length;
  const first = Math.min(bytes.length, image.length - phys);
  bytes.set(image.subarray(phys, phys + first));
  bytes.set(image.subarray(0, bytes.length - first), first);
  return bytes;
}
