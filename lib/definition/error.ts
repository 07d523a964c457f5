import { shortened as shortenedTo } from '../base';

/** Which rule of docs/format.md 11 a definition file breaks; `rules` below has the numbers. */
export type DefinitionErrorCode =
  | 'OPENOT_DEFINITION_TOO_LARGE'
  | 'OPENOT_DEFINITION_INVALID_UTF8'
  | 'OPENOT_DEFINITION_BYTE_ORDER_MARK'
  | 'OPENOT_DEFINITION_SYNTAX'
  | 'OPENOT_DEFINITION_TOO_DEEP'
  | 'OPENOT_DEFINITION_DUPLICATE_KEY'
  | 'OPENOT_DEFINITION_LONE_SURROGATE'
  | 'OPENOT_DEFINITION_FLOAT'
  | 'OPENOT_DEFINITION_INTEGER_RANGE'
  | 'OPENOT_DEFINITION_UNKNOWN_KEY'
  | 'OPENOT_DEFINITION_MISSING_KEY'
  | 'OPENOT_DEFINITION_WRONG_TYPE'
  | 'OPENOT_DEFINITION_WRONG_VALUE';

/** Why a definition file is refused as a whole (docs/format.md 11): a value, never an exception. */
export interface DefinitionError {
  readonly ok: false;
  readonly code: DefinitionErrorCode;
  /** One sentence for a person: what was expected, what was found, where, what to do. */
  readonly message: string;
  /** JSON pointer (RFC 6901) of the value or key at fault; empty for the whole file. */
  readonly pointer: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** The rule that was broken, as `docs/format.md N.M`. */
  readonly rule: string;
}

/** A breach found while reading: what, and at which offset. The caller turns it into an error. */
export interface Breach {
  readonly code: DefinitionErrorCode;
  readonly what: string;
  /** Offset in the text, in UTF-16 units. */
  readonly at: number;
  /** The way to the value, outermost first. */
  readonly path: readonly (string | number)[];
}

/** Where the rule behind each code is written down. */
const rules: Readonly<Record<DefinitionErrorCode, string>> = {
  OPENOT_DEFINITION_TOO_LARGE: 'docs/format.md 11.1',
  OPENOT_DEFINITION_INVALID_UTF8: 'docs/format.md 11.1',
  OPENOT_DEFINITION_BYTE_ORDER_MARK: 'docs/format.md 11.1',
  OPENOT_DEFINITION_SYNTAX: 'docs/format.md 11.1',
  OPENOT_DEFINITION_TOO_DEEP: 'docs/format.md 11.1',
  OPENOT_DEFINITION_LONE_SURROGATE: 'docs/format.md 11.1',
  OPENOT_DEFINITION_FLOAT: 'docs/format.md 11.2',
  OPENOT_DEFINITION_INTEGER_RANGE: 'docs/format.md 11.2',
  OPENOT_DEFINITION_DUPLICATE_KEY: 'docs/format.md 11.3',
  OPENOT_DEFINITION_UNKNOWN_KEY: 'docs/format.md 11.3',
  OPENOT_DEFINITION_MISSING_KEY: 'docs/format.md 11.4',
  OPENOT_DEFINITION_WRONG_TYPE: 'docs/format.md 11.4',
  OPENOT_DEFINITION_WRONG_VALUE: 'docs/format.md 11.4'
};

/** The error for a breach at a known line and column. */
export function errorAt(breach: Omit<Breach, 'at'>, line: number, column: number): DefinitionError {
  const pointer = breach.path.map((step) => '/' + String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('');
  const where = pointer === '' ? '' : ` (${shortened(pointer)})`;
  return {
    ok: false,
    code: breach.code,
    message: `invalid definition JSON: ${breach.what} at line ${line} column ${column}${where}`,
    pointer,
    line,
    column,
    rule: rules[breach.code]
  };
}

/** The error for a breach in `text`. */
export function errorIn(text: string, breach: Breach): DefinitionError {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < breach.at; next = text.indexOf('\n', next + 1)) {
    line++;
    lineStart = next + 1;
  }
  return errorAt(breach, line, breach.at - lineStart + 1);
}

const MAX_QUOTED = 60;

/** A piece of the file fit for a message: never longer than a line, however long the piece. */
export function shortened(text: string): string {
  return shortenedTo(text, MAX_QUOTED);
}

/** As `shortened`, in quotes, with control characters escaped. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}
