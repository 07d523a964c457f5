import { Breach, DefinitionErrorCode, quoted } from './error';
import { JsonArray, JsonNode, JsonObject } from './json-node';
import { scanInteger, scanString } from './json-scalars';

/** A container that is still open, and the key under which its next value will stand. */
interface Frame {
  readonly node: JsonArray | JsonObject;
  key: string;
  keyAt: number;
}

export type JsonResult = { readonly ok: true; readonly root: JsonNode } | ({ readonly ok: false } & Breach);

/**
 * Reads one JSON value, strictly (docs/format.md 11.1 to 11.3): positions kept, integers exact, no duplicate
 * keys, no floats, no lone surrogates. The open containers stand in an array, not on the call stack: no
 * nesting can overflow it, whatever `maxDepth` says. Time is linear in the text.
 */
export function readJson(text: string, maxDepth: number): JsonResult {
  const reader = new JsonReader(text, maxDepth);
  const root = reader.read();
  return root === undefined ? { ok: false, ...reader.breach! } : { ok: true, root };
}

class JsonReader {
  breach: Breach | undefined;
  private at = 0;
  private readonly frames: Frame[] = [];

  constructor(
    private readonly text: string,
    private readonly maxDepth: number
  ) {}

  /** The value, or undefined when `breach` says why not. */
  read(): JsonNode | undefined {
    for (;;) {
      const begun = this.begin();
      if (begun === undefined) return undefined;
      if (begun === 'opened') continue;
      const closed = this.place(begun);
      if (closed !== 'more') return closed;
    }
  }

  /** At the place of a value: a whole scalar or empty container, or `opened` when a container was entered. */
  private begin(): JsonNode | 'opened' | undefined {
    this.skipSpace();
    const at = this.at;
    switch (this.text.charAt(at)) {
      case '{':
        return this.open({ kind: 'object', at, members: new Map() }, '}');
      case '[':
        return this.open({ kind: 'array', at, items: [] }, ']');
      case '"': {
        const scanned = scanString(this.text, at);
        if (!scanned.ok) return this.fail(scanned.code, scanned.what, scanned.at);
        this.at = scanned.end;
        return { kind: 'string', at, value: scanned.value };
      }
      case 't':
        return this.word('true', { kind: 'boolean', at, value: true });
      case 'f':
        return this.word('false', { kind: 'boolean', at, value: false });
      case 'n':
        return this.word('null', { kind: 'null', at });
      default:
        return this.number();
    }
  }

  private number(): JsonNode | undefined {
    const at = this.at;
    const first = this.text.charAt(at);
    if (first !== '-' && !(first >= '0' && first <= '9')) return this.unexpected('a value');
    const scanned = scanInteger(this.text, at);
    if (!scanned.ok) return this.fail(scanned.code, scanned.what, scanned.at);
    this.at = scanned.end;
    return { kind: 'integer', at, value: scanned.value };
  }

  private word(word: string, node: JsonNode): JsonNode | undefined {
    if (!this.text.startsWith(word, this.at)) return this.unexpected('a value');
    this.at += word.length;
    return node;
  }

  private open(node: JsonArray | JsonObject, close: string): JsonNode | 'opened' | undefined {
    if (this.frames.length >= this.maxDepth) {
      return this.fail('OPENOT_DEFINITION_TOO_DEEP', `objects and arrays are nested deeper than ${this.maxDepth}`, this.at);
    }
    this.at++;
    this.skipSpace();
    if (this.text.charAt(this.at) === close) {
      this.at++;
      return node;
    }
    this.frames.push({ node, key: '', keyAt: this.at });
    return node.kind === 'array' || this.readKey() ? 'opened' : undefined;
  }

  /** Puts a whole value where it belongs and closes what ends there: the root when all is read, `more` when a value is due. */
  private place(value: JsonNode): JsonNode | 'more' | undefined {
    for (;;) {
      this.skipSpace();
      const frame = this.frames.at(-1);
      if (frame === undefined) return this.at === this.text.length ? value : this.unexpected('the end of the file');
      const { node } = frame;
      const isObject = node.kind === 'object';
      const next = this.text.charAt(this.at);
      if (next !== ',' && next !== (isObject ? '}' : ']')) return this.unexpected(isObject ? '"," or "}"' : '"," or "]"');
      if (isObject) node.members.set(frame.key, { keyAt: frame.keyAt, value });
      else node.items.push(value);
      this.at++;
      if (next === ',') return isObject && !this.readKey() ? undefined : 'more';
      this.frames.pop();
      value = node;
    }
  }

  /** Reads a key and its colon into the innermost frame; false when `breach` says why not. */
  private readKey(): boolean {
    this.skipSpace();
    const frame = this.frames[this.frames.length - 1];
    frame.key = '';
    if (this.text.charAt(this.at) !== '"') return this.unexpected('a key in double quotes', this.enclosingPath()) !== undefined;
    const scanned = scanString(this.text, this.at);
    if (!scanned.ok) return this.fail(scanned.code, scanned.what, scanned.at, this.enclosingPath()) !== undefined;
    frame.key = scanned.value;
    frame.keyAt = this.at;
    // Compared after unescaping: "a" and "\u0061" are the same key.
    if ((frame.node as JsonObject).members.has(frame.key)) {
      return this.fail('OPENOT_DEFINITION_DUPLICATE_KEY', `duplicate key ${quoted(frame.key)}: keep one of the two`, this.at) !== undefined;
    }
    this.at = scanned.end;
    this.skipSpace();
    if (this.text.charAt(this.at) !== ':') return this.unexpected('":" after a key') !== undefined;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  private unexpected(expected: string, path?: (string | number)[]): undefined {
    const point = this.text.codePointAt(this.at);
    const found = point === undefined ? 'the end of the file' : quoted(String.fromCodePoint(point));
    return this.fail('OPENOT_DEFINITION_SYNTAX', `expected ${expected}, found ${found}`, this.at, path);
  }

  private fail(code: DefinitionErrorCode, what: string, at: number, path = this.path()): undefined {
    this.breach = { code, what, at, path };
    return undefined;
  }

  /** The way to the value that is being read. */
  private path(): (string | number)[] {
    return this.frames.map(({ node, key }) => (node.kind === 'array' ? node.items.length : key));
  }

  /** The way to the innermost open object. */
  private enclosingPath(): (string | number)[] {
    return this.path().slice(0, -1);
  }
}
