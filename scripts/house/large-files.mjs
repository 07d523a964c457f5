/** Lines that a file may have; more only with a reason here. The lint and `npm run house` hold it. */
export const MOST_LINES = 250;
/** Columns that a line of code may have. */
export const MOST_COLUMNS = 120;
/**
 * Lines that may be longer, because cutting them would change what they are or hide it: the title of a test or a suite,
 * and data without a space to cut at.
 */
export const UNCUT = /^\s*(?:(?:it|describe)(?:\.\w+)?\(|\S{100,}$)/;

/** Files of lib, nodes and editor that are larger, and why each is one file all the same. */
export const LARGE_FILES = {
  'lib/wire/registry/events.ts': 'a table: one row for each event type of docs/format.md 4',
  'lib/simulator/scenarios/events.ts': 'a table: one maker for each event type that the scenarios write',
  'lib/simulator/definitions/packaging.ts': 'data: the definition of one plant',
  'lib/simulator/definitions/reactor.ts': 'data: the definition of one plant'
};
