/** JSON that comes again and again, made once per name: only bytes are kept, which nobody is handed. */

/** A property's name with its colon. */
export interface NameText {
  /** False: `bytes` are not used, since a writer has to know where its text is more than ASCII. */
  readonly isAscii: boolean;
  readonly bytes: Uint8Array;
}

/** The text of an attribute up to its value, by the type of the value; `yes` and `no` are whole. */
export interface AttributeTexts {
  /** As above. */
  readonly isAscii: boolean;
  /** Up to the AnyValue. */
  readonly open: Uint8Array;
  readonly string: Uint8Array;
  readonly int: Uint8Array;
  readonly double: Uint8Array;
  readonly yes: Uint8Array;
  readonly no: Uint8Array;
}

/** Names are few and short, but a request may bring any. */
const MAX_KEPT = 2048;
const MAX_LENGTH = 256;
const names = new Map<string, NameText>();
const attributes = new Map<string, AttributeTexts>();

/** The text of a property's name. */
export const nameText = (name: string): NameText => names.get(name) ?? keep(names, name, makeName(name));

/** The texts of an attribute's key. */
export const attributeTexts = (key: string): AttributeTexts =>
  attributes.get(key) ?? keep(attributes, key, makeAttribute(key));

function keep<T>(texts: Map<string, T>, name: string, text: T): T {
  if (name.length > MAX_LENGTH) return text;
  if (texts.size >= MAX_KEPT) texts.clear();
  texts.set(name, text);
  return text;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

const makeName = (name: string): NameText => ({
  isAscii: isAscii(name),
  bytes: Buffer.from(JSON.stringify(name) + ':')
});

function makeAttribute(key: string): AttributeTexts {
  const open = `{"key":${JSON.stringify(key)},"value":`;
  const text = (more: string): Uint8Array => Buffer.from(open + more);
  return {
    isAscii: isAscii(key),
    open: text(''),
    string: text('{"stringValue":'),
    int: text('{"intValue":'),
    double: text('{"doubleValue":'),
    yes: text('{"boolValue":true}}'),
    no: text('{"boolValue":false}}')
  };
}
