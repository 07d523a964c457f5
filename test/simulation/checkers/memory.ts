import { Alarm } from '../violation';

/**
 * What a reader keeps must not grow with what it has read: everything that can be reached from it is counted, without
 * what it was given (its ports). Bytes count by the element.
 */
export function sizeOf(root: object, ports: ReadonlySet<unknown>): { entries: number; bytes: number } {
  const seen = new Set<unknown>(ports);
  const open: unknown[] = [root];
  let entries = 0;
  let bytes = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      bytes += value.byteLength;
      continue;
    }
    if (value instanceof Map) for (const [key, inner] of value) open.push(key, inner);
    else if (value instanceof Set || Array.isArray(value)) open.push(...(value as Iterable<unknown>));
    else open.push(...Object.values(value));
    entries += value instanceof Map || value instanceof Set ? value.size : Array.isArray(value) ? value.length : 0;
  }
  return { entries, bytes };
}

/** Raises the alarm where a reader keeps more than its limits allow. */
export function checkMemory(
  alarm: Alarm,
  root: object,
  ports: ReadonlySet<unknown>,
  limits: { entries: number; bytes: number }
): void {
  const { entries, bytes } = sizeOf(root, ports);
  if (entries > limits.entries)
    alarm.raise('memory', `the reader keeps ${entries} entries, expected at most ${limits.entries}`);
  if (bytes > limits.bytes) alarm.raise('memory', `the reader keeps ${bytes} bytes, expected at most ${limits.bytes}`);
}
