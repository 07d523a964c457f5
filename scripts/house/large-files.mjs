/** Lines that a file may have; more only with a reason here. The lint and `npm run house` hold it. */
export const MOST_LINES = 250;
/** Columns that a line of code may have. */
export const MOST_COLUMNS = 120;
/**
 * Lines that may be longer, because cutting them would change what they are or hide it: the title of a test or a suite,
 * data without a space to cut at, and what Prettier is told to leave alone. In tests and benchmarks also what stands in
 * a template: tables, and scripts for a browser or a flow.
 */
export const UNCUT = /^\s*(?:(?:it|describe)(?:\.\w+)?\(|\S{90,}(?: \+)?$)|\/\/ prettier-ignore$/;

/** Files of lib, nodes and editor that are larger, and why each is one file all the same. */
export const LARGE_FILES = {
  'lib/wire/registry/events.ts': 'a table: one row for each event type of docs/format.md 4',
  'lib/simulator/scenarios/events.ts': 'a table: one maker for each event type that the scenarios write',
  'lib/simulator/definitions/packaging.ts': 'data: the definition of one plant',
  'lib/simulator/definitions/reactor.ts': 'data: the definition of one plant',
  'lib/capture/record/sink.ts': 'one file that is written: queue, rotation and trouble share one order of writes',
  'lib/capture/replay/replay.ts': 'one replaying transport: frames, clock and asked parts share one place in the file',
  'lib/discovery/find-modbus.ts': 'one search through registers, whose steps share what they have found',
  'lib/loss/accounting.ts': 'the accounting of one stream (docs/format.md 9), a quarter of it comment',
  'lib/reader/judge/ring-position.ts': 'one immutable value and its draft, a fifth of it comment',
  'lib/ring/known-epochs.ts':
    'one rule (docs/format.md 10, 15): which epochs are known, and how two accounts are joined',
  'lib/simulator/producer.ts':
    'the logger of the simulated controller: one record in writing at a time, store by store',
  'lib/simulator/simulator.ts': 'the simulated controller as a whole: commands, servers, timer, statistics'
};
