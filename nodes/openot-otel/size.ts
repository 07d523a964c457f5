/** Characters up to which a text is taken for ASCII. */
const SHORT = 40;

/**
 * About how many bytes a value takes as JSON: texts without their escapes, numbers as they are mostly written. Near
 * enough for a limit that has room above it, at a fraction of what writing it costs.
 */
export function estimatedBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      // Names, numbers and ids are mostly ASCII, and counting their bytes would cost more than all the rest.
      return (value.length < SHORT ? value.length : Buffer.byteLength(value)) + 2;
    case 'number':
      return 12;
    case 'object': {
      if (value === null) return 4;
      let bytes = 2;
      if (Array.isArray(value)) {
        for (const entry of value) bytes += estimatedBytes(entry) + 1;
        return bytes;
      }
      for (const key in value) bytes += key.length + 4 + estimatedBytes((value as Record<string, unknown>)[key]);
      return bytes;
    }
    default:
      return 5;
  }
}
