/**
 * JSON text of OTLP requests: what JSON.stringify writes, character for character, but that a double of -0 keeps its
 * sign. As bytes it is written nearly twice as fast as JSON.stringify and an encoder do it, since requests are mostly
 * attributes, and their keys come again and again (`npm run bench`). What is not known here is left to JSON.stringify.
 */

import { createNameTexts, JsonTexts, NameTexts } from './json-texts';

type Own = Record<string, unknown>;

/**
 * Objects made in this process by a literal: their enumerable properties are their own. Others go to JSON.stringify.
 */
const isOwn = (value: unknown): value is Own =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** What is nested deeper is left to JSON.stringify, which knows what to say of an object that holds itself. */
const MAX_DEPTH = 32;
/** Bytes that a writer begins with, and that it keeps from one request to the next at most. */
const FIRST_ROOM = 1 << 14;
const KEPT_ROOM = 1 << 20;

/** Writes export requests, or parts of them, as JSON. Whoever writes many keeps one: it remembers their keys. */
export interface OtlpJsonWriter {
  /**
   * JSON text; `null` for what JSON has no text for. Throws what JSON.stringify throws (a BigInt, an object that holds
   * itself).
   */
  text(value: unknown): string;
  /** The same as UTF-8, in a Buffer of its own. */
  bytes(value: unknown): Buffer;
}

/** A writer that remembers nothing yet. */
export function createOtlpJsonWriter(): OtlpJsonWriter {
  const texts = createNameTexts();
  let spare: Buffer | undefined;
  const written = <T>(value: unknown, result: (writer: Writer) => T): T => {
    const writer = new Writer(texts, spare ?? Buffer.allocUnsafe(FIRST_ROOM));
    // Whoever writes meanwhile (a toJSON that is called) has room of his own.
    spare = undefined;
    if (!writer.write(value, 0)) writer.write(null, 0);
    const made = result(writer);
    if (writer.room.length <= KEPT_ROOM) spare = writer.room;
    return made;
  };
  return {
    text: (value) => written(value, (writer) => writer.text()),
    bytes: (value) => written(value, (writer) => writer.bytes())
  };
}

/** As `OtlpJsonWriter.text`, for one value. */
export const otlpJson = (value: unknown): string => createOtlpJsonWriter().text(value);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE = 0x7d;

/**
 * Writes one value, into memory and not into texts: a request is some hundred thousand pieces, and texts put together
 * from them would be walked by the garbage collector again and again before they are laid out.
 */
class Writer {
  private at = 0;
  private isAscii = true;

  constructor(
    private readonly texts: NameTexts,
    public room: Buffer
  ) {}

  text(): string {
    return this.room.toString(this.isAscii ? 'latin1' : 'utf8', 0, this.at);
  }

  bytes(): Buffer {
    return Buffer.from(this.room.subarray(0, this.at));
  }

  /** False, and nothing is written, for what JSON leaves out. */
  write(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        this.string(value);
        return true;
      case 'number':
        this.ascii(numberText(value));
        return true;
      case 'boolean':
        this.ascii(value ? 'true' : 'false');
        return true;
      case 'object':
        if (depth < MAX_DEPTH) {
          if (Array.isArray(value)) {
            this.array(value, depth);
            return true;
          }
          if (isOwn(value) && typeof value.toJSON !== 'function') {
            this.object(value, depth);
            return true;
          }
        }
    }
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return false;
    this.any(text);
    return true;
  }

  private array(values: readonly unknown[], depth: number): void {
    this.ascii('[');
    for (let i = 0; i < values.length; i++) {
      if (i > 0) this.byte(COMMA);
      const value = values[i];
      if (!this.attribute(value, depth + 1) && !this.write(value, depth + 1)) this.ascii('null');
    }
    this.ascii(']');
  }

  private object(object: Own, depth: number): void {
    this.ascii('{');
    let isFirst = true;
    for (const name in object) {
      const before = this.at;
      if (!isFirst) this.byte(COMMA);
      this.name(name);
      if (this.write(object[name], depth + 1)) isFirst = false;
      else this.at = before;
    }
    this.ascii('}');
  }

  private name(name: string): void {
    const text = this.texts.name.of(name);
    if (text !== undefined) return this.prefix(text);
    this.any(JSON.stringify(name));
    this.byte(COLON);
  }

  /**
   * An attribute, `{key, value: {stringValue}}` and the like. False, and nothing is written, when it is anything else.
   */
  private attribute(entry: unknown, depth: number): boolean {
    if (!isOwn(entry)) return false;
    let names = 0;
    for (const name in entry) {
      if (name !== (names === 0 ? 'key' : 'value')) return false;
      names++;
    }
    const { key, value } = entry;
    if (names !== 2 || typeof key !== 'string' || !isOwn(value)) return false;
    let type = '';
    for (const name in value) {
      if (type !== '') return false;
      type = name;
    }
    const inner = value[type];
    switch (type) {
      case 'stringValue':
        if (typeof inner !== 'string' || !this.begin(this.texts.string, key)) return false;
        this.string(inner);
        break;
      case 'intValue':
        if (typeof inner !== 'string' || !this.begin(this.texts.int, key)) return false;
        this.string(inner);
        break;
      case 'boolValue':
        return typeof inner === 'boolean' && this.begin(inner ? this.texts.yes : this.texts.no, key);
      case 'doubleValue':
        if (typeof inner !== 'number' || !this.begin(this.texts.double, key)) return false;
        this.ascii(numberText(inner));
        break;
      default:
        if (typeof value.toJSON === 'function' || !this.begin(this.texts.open, key)) return false;
        this.object(value, depth + 1);
        this.byte(CLOSE);
        return true;
    }
    this.byte(CLOSE);
    this.byte(CLOSE);
    return true;
  }

  /** The beginning of an attribute. False, and nothing is written, where its key is more than ASCII. */
  private begin(texts: JsonTexts, key: string): boolean {
    const text = texts.of(key);
    if (text !== undefined) this.prefix(text);
    return text !== undefined;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.room.length) return;
    const wider = Buffer.allocUnsafe(Math.max(2 * this.room.length, this.at + bytes));
    wider.set(this.room.subarray(0, this.at));
    this.room = wider;
  }

  private byte(code: number): void {
    this.reserve(1);
    this.room[this.at++] = code;
  }

  /** Text of ASCII characters that need no escape. */
  private ascii(text: string): void {
    this.reserve(text.length);
    const { room } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) room[at++] = text.charCodeAt(i);
    this.at = at;
  }

  private prefix(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.room.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Any text, quoted. */
  private string(text: string): void {
    this.reserve(text.length + 2);
    const { room } = this;
    let { at } = this;
    room[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === 0x5c) return this.any(JSON.stringify(text));
      room[at++] = code;
    }
    room[at++] = QUOTE;
    this.at = at;
  }

  /** Any text as it is. */
  private any(text: string): void {
    this.reserve(3 * text.length);
    this.at += this.room.write(text, this.at);
    this.isAscii = false;
  }
}

const numberText = (value: number): string =>
  value === 0 ? (Object.is(value, -0) ? '-0' : '0') : Number.isFinite(value) ? '' + value : 'null';
