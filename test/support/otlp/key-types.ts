/** Which types each attribute key has, in whatever was made for a store. */

/** Types of attributes by key, with one place where each was found. */
export type KeyTypes = Map<string, Map<string, string>>;

type Value = Record<string, unknown>;

/** `intValue`, `arrayValue of stringValue`; a list of several types has several. */
function typesOf(value: Value): string[] {
  const [property, ...more] = Object.keys(value);
  if (property === undefined || more.length > 0) return [`no value: ${JSON.stringify(value)}`];
  if (property !== 'arrayValue') return [property];
  const { values } = value[property] as { values: Value[] };
  return values.length === 0 ? [] : [...new Set(values.flatMap(typesOf))].map((type) => `arrayValue of ${type}`);
}

const isAttributes = (value: unknown): value is { key: string; value: Value }[] =>
  Array.isArray(value) && value.every((one) => typeof (one as { key?: unknown })?.key === 'string');

/** Adds every attribute of a request, wherever it stands in it. Throws where one list has a key twice. */
export function addKeyTypes(types: KeyTypes, found: unknown, at = ''): void {
  if (typeof found !== 'object' || found === null) return;
  for (const [property, inner] of Object.entries(found)) {
    if (!isAttributes(inner)) {
      addKeyTypes(types, inner, `${at}.${property}`);
      continue;
    }
    const keys = inner.map(({ key }) => key);
    if (new Set(keys).size < keys.length) throw new Error(`a key twice: ${keys.sort().join(', ')}`);
    for (const { key, value } of inner) {
      const own = types.get(key) ?? new Map<string, string>();
      types.set(key, own);
      for (const type of typesOf(value)) if (!own.has(type)) own.set(type, `${at}.${property}`);
      if ('kvlistValue' in value) addKeyTypes(types, value.kvlistValue, `${at}.${key}`);
    }
  }
}

/** Keys with more than one type, as a person reads them. */
export const severalTypes = (types: KeyTypes): string[] =>
  [...types]
    .filter(([, own]) => own.size > 1)
    .map(([key, own]) => `${key}: ${[...own].map(([type, at]) => `${type} (${at})`).join(', ')}`);

/** Keys that others begin with, up to a dot: in a store that makes objects of dots, value and object at once. */
export function keysAsObjects(types: KeyTypes): string[] {
  const keys = [...types.keys()];
  return keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`)));
}

/** Adds under each metric's name how its points are written: of which kind it is, and the type of their values. */
export function addMetricTypes(types: KeyTypes, found: unknown, at = ''): void {
  if (typeof found !== 'object' || found === null) return;
  for (const kind of ['gauge', 'sum']) {
    const { name, [kind]: data } = found as { name?: string; [kind: string]: unknown };
    for (const point of (data as { dataPoints?: object[] } | undefined)?.dataPoints ?? []) {
      const own = types.get(name!) ?? new Map<string, string>();
      types.set(name!, own);
      const type = `${kind} ${Object.keys(point)
        .filter((key) => /^as[A-Z]/.test(key))
        .join(' and ')}`;
      if (!own.has(type)) own.set(type, at);
    }
  }
  for (const [property, inner] of Object.entries(found)) addMetricTypes(types, inner, `${at}.${property}`);
}
