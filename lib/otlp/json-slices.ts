/*
 * A walk over JSON text that is known to be valid (made by JSON.stringify, or read once by JSON.parse): what is sent on
 * is
 * cut out of the text, so that it goes to the collector byte for byte as it came (docs/format.md 25).
 */

/** Position of the first character at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}

/** End of the string that begins at `at`. */
function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** End of the value that begins at `at`. */
export function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first !== '{' && first !== '[') {
    const end = /[,\]}\s]/g;
    end.lastIndex = at;
    return end.exec(text)?.index ?? text.length;
  }
  const mark = /["{}[\]]/g;
  mark.lastIndex = at;
  for (let depth = 0; ;) {
    const { index } = mark.exec(text)!;
    const found = text[index];
    if (found === '"') mark.lastIndex = skipString(text, index);
    else if (found === '{' || found === '[') depth++;
    else if (--depth === 0) return index + 1;
  }
}

/**
 * Walks over the object at `at`. `member` gets each key and where its value begins, and returns where it ends. Returns
 * the
 * end of the object.
 */
export function walkObject(text: string, at: number, member: (key: string, valueAt: number) => number): number {
  for (at = skipSpace(text, at + 1); text[at] !== '}'; at = skipSpace(text, at)) {
    if (text[at] === ',') at = skipSpace(text, at + 1);
    const keyEnd = skipString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    at = member(key, skipSpace(text, skipSpace(text, keyEnd) + 1));
  }
  return at + 1;
}

/**
 * Walks over the array at `at`. `element` gets where each one begins, and returns where it ends. Returns the end of the
 * array.
 */
export function walkArray(text: string, at: number, element: (valueAt: number) => number): number {
  for (at = skipSpace(text, at + 1); text[at] !== ']'; at = skipSpace(text, at)) {
    if (text[at] === ',') at = skipSpace(text, at + 1);
    at = element(at);
  }
  return at + 1;
}
