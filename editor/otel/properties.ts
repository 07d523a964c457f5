import { elsewhere } from '../shared/typed-rows';
import { Check, isText, oneOf, wholeNumber } from '../shared/validators';

export const signals = ['logs', 'metrics', 'traces'] as const;

export const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [
  name,
  ...[2, 3, 4].map((grade) => `${name}${grade}`)
]);

/** What the first type of each typed property is; of a choice, what may be chosen; and what is checked of it. */
export interface TypedField {
  readonly own: 'choice' | 'str' | 'bool' | 'num';
  readonly choices?: readonly string[];
  readonly check?: Check;
}

const choice = (...choices: readonly string[]): TypedField => ({ own: 'choice', choices, check: oneOf(...choices) });

export const typedFields: Readonly<Record<string, TypedField>> = {
  profile: choice('otlp', 'network'),
  encoding: choice('otlp', 'literal'),
  producer: { own: 'str', check: neededByNetwork },
  domain: { own: 'str', check: neededByNetwork },
  scopeName: { own: 'str' },
  scopeVersion: { own: 'str' },
  checksum: choice('md5', 'sha256', 'none'),
  scopeUuid: { own: 'bool' },
  count: { own: 'bool' },
  schemaUrl: { own: 'str' },
  senderId: { own: 'str' },
  recipientId: { own: 'str' },
  recordSpans: { own: 'bool' },
  stateSpans: { own: 'bool' },
  boolMetrics: { own: 'bool' },
  maxItems: { own: 'num', check: wholeNumber(1, 100000) },
  maxBytes: { own: 'num', check: wholeNumber(1024, 67108864) },
  maxAge: { own: 'num', check: wholeNumber(0, 60000) }
};

/** What comes with a message or from the environment needs a name; what is fixed is checked. */
export const typed =
  (name: string): Check =>
  (value, node) => {
    if (isElsewhere(node, name)) return isText(value) ? undefined : 'empty';
    return typedFields[name].check?.(value, node);
  };

/** The open networks' envelope requires it. Which profile it is is not known where that comes from elsewhere. */
function neededByNetwork(value: unknown, node: EditorNode): 'empty' | undefined {
  const isNeeded = !isElsewhere(node, 'profile') && valueOf(node, 'profile') === 'network';
  return isNeeded && !isText(value) ? 'empty' : undefined;
}

export const areSignals: Check = (value, node) => {
  if (isElsewhere(node, 'signals')) return isText(value) ? undefined : 'empty';
  if (value === undefined) return undefined;
  const given = value as Record<string, unknown> | null;
  if (typeof given !== 'object' || given === null || signals.some((name) => typeof given[name] !== 'boolean'))
    return ['choice', { choices: signals.join(', ') }];
  return signals.some((name) => given[name]) ? undefined : 'noSignal';
};

type Row = Readonly<Record<string, unknown>>;

/** Rows of which each has a name of its own and a value of its type. */
const rows =
  (key: string, isRight: (row: Row) => boolean): Check =>
  (value) => {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return 'rows';
    const list = value as Row[];
    const wrong = list.findIndex((row) => !isText(row[key]) || !isRight(row));
    if (wrong !== -1) return ['row', { row: wrong + 1 }];
    const twice = list.findIndex((row, at) => list.findIndex((other) => other[key] === row[key]) !== at);
    return twice === -1 ? undefined : ['twice', { row: twice + 1 }];
  };

const isNamed = ({ type }: Row): boolean => elsewhere.some((name) => name === type);

export const severityRows = rows('event', (row) =>
  isNamed(row) ? isText(row.severity) : severities.includes(String(row.severity))
);

export const attributeRows = rows('key', (row) => {
  if (row.type === 'num') return isText(row.value) && Number.isFinite(Number(row.value));
  return row.type === 'str' || row.type === 'bool' || isText(row.value);
});

/** The type in an open dialog counts. */
const typeField = (name: string): JQuery => $(`#node-input-${name}Type.openot-otel-type`);

function isElsewhere(node: EditorNode, name: string): boolean {
  const field = typeField(name);
  const type = field.length > 0 ? field.val() : node[`${name}Type`];
  return elsewhere.some((each) => each === type);
}

function valueOf(node: EditorNode, name: string): unknown {
  return typeField(name).length > 0 ? $(`#node-input-${name}`).typedInput('value') : node[name];
}
