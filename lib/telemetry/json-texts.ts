/** Names are few and short, but a request may bring any. */
const MAX_KEPT = 2048;
const MAX_LENGTH = 256;

/** JSON that begins with a name, as ASCII, made once for each name: names come again and again. */
export class JsonTexts {
  private readonly kept = new Map<string, Uint8Array>();

  /** `make`: the JSON of a name that is quoted already. */
  constructor(private readonly make: (quoted: string) => string) {}

  /** Undefined for a name beyond ASCII. */
  of(name: string): Uint8Array | undefined {
    return this.kept.get(name) ?? this.made(name);
  }

  private made(name: string): Uint8Array | undefined {
    if (!/^[\x20-\x7e]*$/.test(name)) return undefined;
    const text = Buffer.from(this.make(JSON.stringify(name)), 'latin1');
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    if (name.length <= MAX_LENGTH) this.kept.set(name, text);
    return text;
  }
}

/** The name of a property with its colon, and attributes up to the value of their type: a Boolean's are whole. */
export interface NameTexts {
  readonly name: JsonTexts;
  readonly open: JsonTexts;
  readonly string: JsonTexts;
  readonly int: JsonTexts;
  readonly double: JsonTexts;
  readonly yes: JsonTexts;
  readonly no: JsonTexts;
}

/** Texts of which none is made yet. */
export const createNameTexts = (): NameTexts => ({
  name: new JsonTexts((name) => `${name}:`),
  open: new JsonTexts((key) => `{"key":${key},"value":`),
  string: new JsonTexts((key) => `{"key":${key},"value":{"stringValue":`),
  int: new JsonTexts((key) => `{"key":${key},"value":{"intValue":`),
  double: new JsonTexts((key) => `{"key":${key},"value":{"doubleValue":`),
  yes: new JsonTexts((key) => `{"key":${key},"value":{"boolValue":true}}`),
  no: new JsonTexts((key) => `{"key":${key},"value":{"boolValue":false}}`)
});
