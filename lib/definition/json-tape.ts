import { Scanned, ScalarBreach, scanInteger, scanString } from './json-scalars';

/** Kinds of JSON values; numbers are integers, no others are read (docs/format.md 11.2). */
export type JsonKind = 'null' | 'boolean' | 'integer' | 'string' | 'array' | 'object';

/**
 * JSON that was read and found right, as a list of offsets: entry 0 is the root, an object's entries are its
 * keys and values in turn, an array's its items, each followed by what it contains. Values are decoded from
 * the text when asked for. A tree of objects instead would take a hundred bytes of heap for three bytes of a
 * hostile file, and most of the time would go to collecting it.
 */
export class JsonTape {
  /** Entries so far. */
  count = 0;
  private offsets = new Uint32Array(256);
  private ends = new Uint32Array(256);

  constructor(readonly text: string) {}

  /** Adds the value or key at this offset and returns its entry. */
  add(offset: number): number {
    const entry = this.count++;
    if (entry === this.offsets.length) {
      this.offsets = grown(this.offsets);
      this.ends = grown(this.ends);
    }
    this.offsets[entry] = offset;
    this.ends[entry] = entry + 1;
    return entry;
  }

  /** Says that everything added since belongs into this container. */
  close(entry: number): void {
    this.ends[entry] = this.count;
  }

  /** Offset in the text. */
  at(entry: number): number {
    return this.offsets[entry];
  }

  /** The entry after this one and all that it contains. */
  next(entry: number): number {
    return this.ends[entry];
  }

  kind(entry: number): JsonKind {
    switch (this.text.charAt(this.offsets[entry])) {
      case '{':
        return 'object';
      case '[':
        return 'array';
      case '"':
        return 'string';
      case 'n':
        return 'null';
      case 't':
      case 'f':
        return 'boolean';
      default:
        return 'integer';
    }
  }

  /** The text of a string or key. */
  string(entry: number): string {
    return verified(scanString(this.text, this.offsets[entry]));
  }

  /** Between -2^63 and 2^64-1; a bigint only where a number would not be exact. */
  integer(entry: number): number | bigint {
    return verified(scanInteger(this.text, this.offsets[entry]));
  }

  boolean(entry: number): boolean {
    return this.text.charAt(this.offsets[entry]) === 't';
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** The value of a scalar that was scanned before, when the file was read. */
function verified<T>(scanned: Scanned<T> | ScalarBreach): T {
  if (!scanned.ok) throw new Error(`the text changed under its tape at offset ${scanned.at}`);
  return scanned.value;
}
