/** Shortest secret that is looked for: a shorter one would be found everywhere. */
const MIN_LENGTH = 4;

/**
 * Makes a function that takes secrets out of a text: whole header values, and the words in them (of `Bearer abc`, `abc`). A
 * collector may well repeat in its answer what it was sent.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const words = [...new Set(secrets.flatMap((secret) => [secret, ...secret.split(/\s+/).slice(1)]))].filter(({ length }) => length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
  return (text) => words.reduce((clean, word) => clean.replaceAll(word, '***'), text);
}
