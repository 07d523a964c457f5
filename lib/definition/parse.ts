import { DefinitionError, errorAt, errorIn } from './error';
import { readJson } from './json-reader';
import { Definition } from './model';
import { typedDefinition } from './typed';
import { decodeUtf8 } from './utf8';

/** How large a definition file may be (docs/format.md 11.1). */
export interface DefinitionLimits {
  /** Size of the file in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Objects and arrays inside one another; the outermost object counts as one. */
  readonly maxDepth: number;
}

/** 16 MiB, 64 deep. */
export const DEFAULT_DEFINITION_LIMITS: DefinitionLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 };

/** The model of a file that breaks no rule of docs/format.md 11. */
export type ParsedDefinition = { readonly ok: true; readonly definition: Definition };

/**
 * The typed model of a definition file (docs/format.md 11). A breach of any rule refuses the file as a whole;
 * what parses may still be wrong in itself: see `validateDefinition`. Never throws; time is linear in the size.
 *
 * @param text the file's text, or its bytes, which must be UTF-8
 */
export function parseDefinition(
  text: string | Uint8Array,
  limits: Partial<DefinitionLimits> = {}
): ParsedDefinition | DefinitionError {
  const { maxBytes, maxDepth } = { ...DEFAULT_DEFINITION_LIMITS, ...limits };
  // A string has at least as many bytes as units: the long ones are refused without counting.
  const size = typeof text !== 'string' ? text.length : text.length > maxBytes ? text.length : Buffer.byteLength(text);
  if (size > maxBytes) {
    const what = `the file has ${size} bytes or more, at most ${maxBytes} are read: raise the limit if that is meant`;
    return errorAt({ code: 'OPENOT_DEFINITION_TOO_LARGE', what, path: [] }, 1, 1);
  }
  let decoded: string;
  if (typeof text === 'string') decoded = text;
  else {
    const result = decodeUtf8(text);
    if (!result.ok) {
      const what = `byte ${result.offset} is not UTF-8: save the file as UTF-8`;
      return errorAt({ code: 'OPENOT_DEFINITION_INVALID_UTF8', what, path: [] }, result.line, result.column);
    }
    decoded = result.text;
  }
  if (decoded.charCodeAt(0) === 0xfeff) {
    const what = 'the file begins with a byte order mark: save it as UTF-8 without one';
    return errorAt({ code: 'OPENOT_DEFINITION_BYTE_ORDER_MARK', what, path: [] }, 1, 1);
  }
  const json = readJson(decoded, maxDepth);
  if (!json.ok) return errorIn(decoded, json);
  const typed = typedDefinition(json.tape);
  return typed.ok ? typed : errorIn(decoded, typed);
}
