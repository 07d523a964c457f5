/** Headers that a person wrote, or why they cannot be used. The message never holds a value. */
export type HeadersRead =
  { readonly ok: true; readonly headers: Record<string, string> } | { readonly ok: false; readonly message: string };

/** Of the connection, or of the content: the sender's own (also those that begin with `content-` or `proxy-`). */
const OWN: readonly string[] = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'accept-encoding',
  'host',
  'http2-settings'
];
/** Headers that may be set, at most. */
const MAX_HEADERS = 64;

/** Reads the field of the dialog: lines `name: value`, or a JSON object of texts. Names in lower case. */
export function headersOfText(text: string): HeadersRead {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: true, headers: {} };
  if (!trimmed.startsWith('{')) {
    const lines = trimmed.split(/\r\n|\n|\r/).map((line, index) => ({ line: line.trim(), where: `line ${index + 1}` }));
    const bad = lines.find(({ line }) => line !== '' && line.indexOf(':') < 1);
    if (bad !== undefined) return { ok: false, message: `headers, ${bad.where}: "name: value" was expected` };
    return checked(
      lines
        .filter(({ line }) => line !== '')
        .map(({ line }) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
      'headers'
    );
  }
  let parsed: object;
  try {
    parsed = JSON.parse(trimmed) as object;
  } catch {
    return { ok: false, message: 'headers: begins with { but is no JSON object' };
  }
  return checked(Object.entries(parsed), 'headers');
}

/** Reads `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, values percent-encoded. */
export function headersOfVariable(text: string, variable: string): HeadersRead {
  const pairs: [string, unknown][] = [];
  for (const pair of text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')) {
    const at = pair.indexOf('=');
    if (at < 1) return { ok: false, message: `${variable}: name=value,name=value was expected` };
    const value = pair.slice(at + 1).trim();
    pairs.push([pair.slice(0, at).trim(), decoded(value)]);
  }
  return checked(pairs, variable);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function checked(pairs: readonly [string, unknown][], where: string): HeadersRead {
  const headers = new Map<string, string>();
  if (pairs.length > MAX_HEADERS)
    return { ok: false, message: `${where}: ${pairs.length} headers, at most ${MAX_HEADERS} are allowed` };
  for (const [given, value] of pairs) {
    const name = given.toLowerCase();
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name))
      return { ok: false, message: `${where}: one name is no name of an HTTP header` };
    if (OWN.includes(name) || name.startsWith('content-') || name.startsWith('proxy-'))
      return {
        ok: false,
        message: `${where}: ${name} belongs to the connection or the content, which this node sets itself`
      };
    if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      return {
        ok: false,
        message: `${where}: the value of ${name} must be text of one line without control characters`
      };
    if (headers.has(name)) return { ok: false, message: `${where}: ${name} stands there twice` };
    headers.set(name, value);
  }
  return { ok: true, headers: Object.fromEntries(headers) };
}
