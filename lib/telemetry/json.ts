/**
 * JSON text of OTLP requests: what JSON.stringify writes, character for character, but that a double of -0 keeps its
 * sign;
 * faster on what requests are mostly made of, attributes. What is not known here is left to JSON.stringify.
 */

import { attributeTexts, nameText } from './json-texts';

type Own = Record<string, unknown>;

/**
 * Objects made in this process by a literal: their enumerable properties are their own. Others go to JSON.stringify.
 */
const isOwn = (value: unknown): value is Own =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** What is nested deeper is left to JSON.stringify, which knows what to say of an object that holds itself. */
const MAX_DEPTH = 32;
/** Bytes that a writer begins with, and that are kept from one request to the next. */
const ROOM = 1 << 20;

/**
 * JSON text of an export request, or of a part of one; `null` for what JSON has no text for. Throws what JSON.stringify
 * throws (a BigInt, an object that holds itself).
 */
export function otlpJson(value: unknown): string {
  return written(value).text();
}

/** The same as UTF-8. */
export function otlpJsonBytes(value: unknown): Buffer {
  return written(value).bytes();
}

function written(value: unknown): JsonWriter {
  const writer = new JsonWriter();
  if (!writer.write(value, 0)) writer.write(null, 0);
  return writer;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE = 0x7d;

/** The room of the last writer that was done with it: a new one for every request would be most of the work. */
let spare: Buffer | undefined;

/**
 * Writes into memory and not into texts: a request is some hundred thousand pieces, and texts put together from them
 * would
 * be walked by the garbage collector again and again before they are laid out.
 */
class JsonWriter {
  private out: Buffer;
  private at = 0;
  private isAscii = true;

  constructor() {
    this.out = spare ?? Buffer.allocUnsafe(ROOM);
    // Whoever writes meanwhile (a toJSON that is called) has room of his own.
    spare = undefined;
  }

  text(): string {
    const text = this.out.toString(this.isAscii ? 'latin1' : 'utf8', 0, this.at);
    this.done();
    return text;
  }

  bytes(): Buffer {
    const bytes = Buffer.from(this.out.subarray(0, this.at));
    this.done();
    return bytes;
  }

  private done(): void {
    if (this.out.length === ROOM) spare = this.out;
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
    const text = nameText(name);
    if (text.isAscii) return this.prefix(text.bytes);
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
    const texts = attributeTexts(key);
    if (!texts.isAscii) return false;
    const inner = value[type];
    switch (type) {
      case 'stringValue':
        if (typeof inner !== 'string') return false;
        this.prefix(texts.string);
        this.string(inner);
        break;
      case 'intValue':
        if (typeof inner !== 'string') return false;
        this.prefix(texts.int);
        this.string(inner);
        break;
      case 'boolValue':
        if (typeof inner !== 'boolean') return false;
        this.prefix(inner ? texts.yes : texts.no);
        return true;
      case 'doubleValue':
        if (typeof inner !== 'number') return false;
        this.prefix(texts.double);
        this.ascii(numberText(inner));
        break;
      default:
        if (typeof value.toJSON === 'function') return false;
        this.prefix(texts.open);
        this.object(value, depth + 1);
        this.byte(CLOSE);
        return true;
    }
    this.byte(CLOSE);
    this.byte(CLOSE);
    return true;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.out.length) return;
    const wider = Buffer.allocUnsafe(Math.max(2 * this.out.length, this.at + bytes));
    wider.set(this.out.subarray(0, this.at));
    this.out = wider;
  }

  private byte(code: number): void {
    this.room(1);
    this.out[this.at++] = code;
  }

  /** Text of ASCII characters that need no escape. */
  private ascii(text: string): void {
    this.room(text.length);
    const { out } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
    this.at = at;
  }

  private prefix(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.out.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Any text, quoted. */
  private string(text: string): void {
    this.room(text.length + 2);
    const { out } = this;
    let { at } = this;
    out[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === 0x5c) return this.any(JSON.stringify(text));
      out[at++] = code;
    }
    out[at++] = QUOTE;
    this.at = at;
  }

  /** Any text as it is. */
  private any(text: string): void {
    this.room(3 * text.length);
    this.at += this.out.write(text, this.at);
    this.isAscii = false;
  }
}

const numberText = (value: number): string =>
  value === 0 ? (Object.is(value, -0) ? '-0' : '0') : Number.isFinite(value) ? '' + value : 'null';
