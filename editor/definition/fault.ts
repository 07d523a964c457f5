import { readJson } from '../../lib/definition/json-reader';
import type { Fault } from '../shared/validators';

/** Deeper than any definition is nested; the runtime has its own limit. */
const MAX_DEPTH = 64;

/** What is wrong with the text of a definition as JSON, and where; a trailing comma is called by its name. */
export function definitionFault(text: string): Fault {
  if (text.trim() === '') return 'empty';
  const read = readJson(text, MAX_DEPTH);
  if (read.ok) return text.trim().startsWith('{') ? undefined : 'noObject';
  const before = text.slice(0, read.at).split('\n');
  const place = { line: before.length, column: before[before.length - 1].length + 1 };
  if (text.slice(read.at).trim() === '') return ['cutOff', place];
  return [/^,\s*[}\]]/.test(text.slice(read.at)) ? 'trailingComma' : 'json', place];
}
