/** Shortest secret that is looked for: a shorter one would be found everywhere. */
const MIN_LENGTH = 4;

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/**
 * Makes a function that takes secrets out of a text: whole values, the words in them (of `Bearer abc`, `abc`), user and
 * password of `Basic …`, and all of these as they may be written in an address, in JSON and in HTML. A collector may
 * well
 * repeat in its answer what it was sent.
 */
export function redactor(secrets: readonly string[]): Redact {
  const whole = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/).slice(1), ...basicOf(secret)]);
  const words = [...new Set(whole.flatMap(spellings))]
    .filter(({ length }) => length >= MIN_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => words.reduce((clean, word) => clean.replaceAll(word, '***'), text);
}

/** What of an address is secret: its query, whole and each value, as it stands there and decoded. */
export function secretsOfUrl({ search, searchParams }: URL): string[] {
  const raw = search
    .slice(1)
    .split('&')
    .flatMap((pair) => (pair.includes('=') ? [pair.slice(pair.indexOf('=') + 1)] : [pair]));
  return [search.slice(1), ...raw, ...searchParams.values()].filter((text) => text !== '');
}

/** What of a proxy's address is secret. */
export function secretsOfProxy({ username, password }: URL): string[] {
  if (password === '') return [];
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return [pass, password, Buffer.from(`${user}:${pass}`).toString('base64')];
}

function basicOf(secret: string): string[] {
  const encoded = /^Basic\s+([\w+/=-]+)$/i.exec(secret)?.[1];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString();
  return [pair, pair.slice(pair.indexOf(':') + 1)];
}

function spellings(text: string): string[] {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    text.replaceAll('/', '\\/'),
    html,
    html.replaceAll('"', '&quot;'),
    html.replaceAll('"', '&#34;').replaceAll("'", '&#39;')
  ];
}
