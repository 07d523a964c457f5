import type { OpenotCode } from '../base/codes';
import { errorText, shownValue } from '../base';

/** Why one document, or one status message, gave nothing. Its neighbours are mapped all the same. */
export interface MappingProblem {
  /**
   * `OPENOT_OTEL_STRICT_DOCUMENT`, `OPENOT_OTEL_NOT_A_DOCUMENT`, `OPENOT_OTEL_NOT_AN_API_DOCUMENT` or
   * `OPENOT_OTEL_NOT_A_STATUS`.
   */
  readonly code: OpenotCode;
  /** Begins with the code; says what was expected, found, where, and what to do. */
  readonly message: string;
  /** Place of the document in the payload; 0 where there is only one. */
  readonly index: number;
  /** The property that is wrong, for example `fields[2].value`; empty where it is the whole. */
  readonly path: string;
}

/** What is thrown inside the reading of one document, and becomes a problem at its end. */
export class DocumentError {
  constructor(
    readonly code: OpenotCode,
    readonly path: string,
    readonly text: string,
    readonly remedy: string
  ) {}
}

const WIRE_IT = 'wire this node behind openot-doc, its Profile set to enriched and its Format to object';

/** A property that is not what documents have there. */
export function notA(path: string, expected: string, found: unknown, remedy = WIRE_IT): DocumentError {
  const shown = typeof found === 'number' && !Number.isFinite(found) ? String(found) : shownValue(found);
  return new DocumentError('OPENOT_OTEL_NOT_A_DOCUMENT', path, `must be ${expected}, found ${shown}`, remedy);
}

/** A document without what only enriched ones have. */
export function strictDocument(path: string): DocumentError {
  return new DocumentError(
    'OPENOT_OTEL_STRICT_DOCUMENT',
    path,
    'is missing: this is a strict document, the mapping needs an enriched one',
    'set Profile of openot-doc to enriched'
  );
}

/** The problem that a document had; `isAlone` = the payload is no array. */
export function problemOf(thrown: unknown, index: number, isAlone: boolean): MappingProblem {
  const error =
    thrown instanceof DocumentError
      ? thrown
      : new DocumentError('OPENOT_OTEL_NOT_A_DOCUMENT', '', `could not be read: ${errorText(thrown)}`, WIRE_IT);
  const { code, path, text, remedy } = error;
  const place = (isAlone ? 'msg.payload' : `msg.payload[${index}]`) + (path === '' ? '' : '.' + path);
  return { code, message: `${code}: ${place} ${text}: ${remedy}`, index, path };
}
