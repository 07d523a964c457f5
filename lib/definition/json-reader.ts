import { Breach, DefinitionErrorCode, quoted } from './error';
import { scanInteger, scanString } from './json-scalars';
import { JsonTape } from './json-tape';

/** A container that is open, or was: frames are used again at the same depth. */
interface Frame {
  entry: number;
  isObject: boolean;
  /** Values that are complete. */
  count: number;
  /** The key under which the next value stands. */
  key: string;
  /** Keys of this object so far; only objects have it. */
  keys: Set<string> | undefined;
}

/** The JSON of a whole file, or the first breach in it. */
export type JsonResult = { readonly ok: true; readonly tape: JsonTape } | ({ readonly ok: false } & Breach);

/**
 * Reads one JSON value, strictly (docs/format.md 11.1 to 11.3): positions kept, integers exact, no duplicate
 * keys, no floats, no lone surrogates. The open containers stand in an array, not on the call stack: no
 * nesting can overflow it, whatever `maxDepth` says. Time and space are linear in the text.
 */
export function readJson(text: string, maxDepth: number): JsonResult {
  const reader = new JsonReader(text, maxDepth);
  reader.read();
  return reader.breach === undefined ? { ok: true, tape: reader.tape } : { ok: false, ...reader.breach };
}

/**
 * What stands at the place of a value: a whole scalar or empty container, a container that was entered, or a breach.
 */
type Begun = 'whole' | 'opened' | 'refused';

class JsonReader {
  breach: Breach | undefined;
  readonly tape: JsonTape;
  private at = 0;
  private depth = 0;
  private readonly frames: Frame[] = [];

  constructor(
    private readonly text: string,
    private readonly maxDepth: number
  ) {
    this.tape = new JsonTape(text);
  }

  /** Reads everything onto the tape, or sets `breach`. */
  read(): void {
    for (;;) {
      const begun = this.begin();
      if (begun === 'refused') return;
      if (begun === 'whole' && !this.follow()) return;
    }
  }

  private begin(): Begun {
    this.skipSpace();
    switch (this.text.charAt(this.at)) {
      case '{':
        return this.open(true, '}');
      case '[':
        return this.open(false, ']');
      case '"': {
        const scanned = scanString(this.text, this.at);
        return scanned.ok ? this.whole(scanned.end) : this.fail(scanned.code, scanned.what, scanned.at);
      }
      case 't':
        return this.word('true');
      case 'f':
        return this.word('false');
      case 'n':
        return this.word('null');
      default:
        return this.number();
    }
  }

  private number(): Begun {
    const first = this.text.charAt(this.at);
    if (first !== '-' && !(first >= '0' && first <= '9')) return this.unexpected('a value');
    const scanned = scanInteger(this.text, this.at);
    return scanned.ok ? this.whole(scanned.end) : this.fail(scanned.code, scanned.what, scanned.at);
  }

  private word(word: string): Begun {
    return this.text.startsWith(word, this.at) ? this.whole(this.at + word.length) : this.unexpected('a value');
  }

  private whole(end: number): Begun {
    this.tape.add(this.at);
    this.at = end;
    return 'whole';
  }

  private open(isObject: boolean, close: string): Begun {
    if (this.depth >= this.maxDepth) {
      return this.fail(
        'OPENOT_DEFINITION_TOO_DEEP',
        `objects and arrays are nested deeper than ${this.maxDepth}`,
        this.at
      );
    }
    const entry = this.tape.add(this.at);
    this.at++;
    this.skipSpace();
    if (this.text.charAt(this.at) === close) {
      this.at++;
      return 'whole';
    }
    this.enter(entry, isObject);
    return isObject && !this.readKey() ? 'refused' : 'opened';
  }

  private enter(entry: number, isObject: boolean): void {
    const frame = (this.frames[this.depth++] ??= { entry, isObject, count: 0, key: '', keys: undefined });
    frame.entry = entry;
    frame.isObject = isObject;
    frame.count = 0;
    if (isObject) (frame.keys ??= new Set()).clear();
  }

  /**
   * After a whole value: closes what ends there. True when another value is due; false at the end of the file or at a
   * breach.
   */
  private follow(): boolean {
    for (;;) {
      this.skipSpace();
      if (this.depth === 0) {
        if (this.at < this.text.length) this.unexpected('the end of the file');
        return false;
      }
      const frame = this.frames[this.depth - 1];
      const next = this.text.charAt(this.at);
      if (next !== ',' && next !== (frame.isObject ? '}' : ']')) {
        this.unexpected(frame.isObject ? '"," or "}"' : '"," or "]"');
        return false;
      }
      this.at++;
      frame.count++;
      if (next === ',') return !frame.isObject || this.readKey();
      this.tape.close(frame.entry);
      this.depth--;
    }
  }

  /** Reads a key and its colon into the innermost frame; false at a breach. */
  private readKey(): boolean {
    this.skipSpace();
    const frame = this.frames[this.depth - 1];
    if (this.text.charAt(this.at) !== '"') return this.refusedKey(this.unexpected('a key in double quotes'));
    const scanned = scanString(this.text, this.at);
    if (!scanned.ok) return this.refusedKey(this.fail(scanned.code, scanned.what, scanned.at));
    frame.key = scanned.value;
    // Compared after unescaping: "a" and "\u0061" are the same key.
    if (frame.keys!.has(frame.key)) {
      this.fail('OPENOT_DEFINITION_DUPLICATE_KEY', `duplicate key ${quoted(frame.key)}: keep one of the two`, this.at);
      return false;
    }
    frame.keys!.add(frame.key);
    this.whole(scanned.end);
    this.skipSpace();
    if (this.text.charAt(this.at) === ':') {
      this.at++;
      return true;
    }
    this.unexpected('":" after a key');
    return false;
  }

  /** Where there is no key, the breach is the enclosing object's. */
  private refusedKey(_refused: 'refused'): false {
    this.breach = { ...this.breach!, path: this.path().slice(0, -1) };
    return false;
  }

  private skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  private unexpected(expected: string): 'refused' {
    // The most frequent slip of whoever writes JSON by hand: it is called by its name, and shown where it stands.
    const comma = this.trailingComma();
    if (comma !== -1)
      return this.fail('OPENOT_DEFINITION_SYNTAX', 'a trailing comma, which must be taken away,', comma);
    const point = this.text.codePointAt(this.at);
    const found = point === undefined ? 'the end of the file' : quoted(String.fromCodePoint(point));
    return this.fail('OPENOT_DEFINITION_SYNTAX', `expected ${expected}, found ${found}`, this.at);
  }

  /** Where a comma stands right before the bracket that was found, or -1. */
  private trailingComma(): number {
    const found = this.text.charAt(this.at);
    if (found !== '}' && found !== ']') return -1;
    const before = this.text.slice(0, this.at).trimEnd();
    return before.endsWith(',') ? before.length - 1 : -1;
  }

  private fail(code: DefinitionErrorCode, what: string, at: number): 'refused' {
    this.breach = { code, what, at, path: this.path() };
    return 'refused';
  }

  /** The way to the value that is being read. */
  private path(): (string | number)[] {
    return this.frames.slice(0, this.depth).map(({ isObject, count, key }) => (isObject ? key : count));
  }
}
