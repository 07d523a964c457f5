/*
 * The reporter of `npm test`: one JSON line for each thing that happens, written to the pipe that the parent opened as
 * file descriptor 3 (scripts/test/groups.mjs reads it). What the tests print themselves stays on stdout.
 */
const { writeSync } = require('node:fs');
const { relative } = require('node:path');
const { format } = require('node:util');
const { reporters, Runner } = require('mocha');

const PIPE = 3;
const { EVENT_HOOK_END, EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PENDING } =
  Runner.constants;

const tell = (event) => writeSync(PIPE, JSON.stringify(event) + '\n');
const fileOf = ({ file, parent }) => relative(process.cwd(), file ?? parent?.file ?? '');

/** What mocha's own list says of one failure: its titles, its message with the difference, its stack. */
function failureText(test, error) {
  const { consoleLog } = reporters.Base;
  let text = '';
  reporters.Base.consoleLog = (...values) => (text += format(...values) + '\n');
  try {
    reporters.Base.list([Object.assign(test, { err: error })]);
  } finally {
    reporters.Base.consoleLog = consoleLog;
  }
  return text.trim().replace(/^1\) /, '');
}

module.exports = class PipeReporter {
  constructor(runner) {
    const about = (test) => ({ title: test.fullTitle(), file: fileOf(test), ms: test.duration ?? 0 });
    runner.on(EVENT_TEST_BEGIN, (test) => tell({ kind: 'begin', ...about(test) }));
    runner.on(EVENT_TEST_END, (test) => {
      if (test.state === 'passed') tell({ kind: 'passed', ...about(test) });
    });
    runner.on(EVENT_HOOK_END, (hook) => tell({ kind: 'hook', ...about(hook) }));
    runner.on(EVENT_TEST_PENDING, (test) => tell({ kind: 'skipped', ...about(test) }));
    runner.on(EVENT_TEST_FAIL, (test, error) =>
      tell({ kind: 'failed', ...about(test), text: failureText(test, error) })
    );
    runner.on(EVENT_RUN_END, () => {
      const waits = globalThis[Symbol.for('openot.waits')] ?? [];
      tell({ kind: 'end', waits: [...waits].sort((a, b) => b.ms - a.ms).slice(0, 10) });
    });
  }
};
