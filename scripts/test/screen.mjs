// What `npm test` prints while it runs: lines as they come, and where it stands. A terminal shows that in its last
// line, anything else (a file, the log of a CI) gets it as a line every 15 s.
const LINE_MS = 15_000;
const TERMINAL_MS = 500;

const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** What each group that runs has behind it, and the file it is in. */
const standing = (groups) =>
  groups
    .filter(({ begunMs, tookMs }) => begunMs > 0 && tookMs === 0)
    .map(({ name, passed, failed, running }) => {
      const file = running === '' ? '' : ` (${running.split('/').slice(1).join('/')})`;
      return `${name} ${passed} passed, ${failed} failed${file}`;
    })
    .join(' | ');

export function createScreen(output = process.stdout) {
  const begunMs = performance.now();
  const isTerminal = output.isTTY === true;
  let last = '';
  let timer;

  const clear = () => {
    if (last !== '') output.write('\r\x1b[K');
    last = '';
  };
  return {
    /** Prints lines that stay. */
    show(text) {
      if (isTerminal) clear();
      output.write(`${clock(performance.now() - begunMs)} ${text}\n`);
    },
    /** Prints where the groups stand, again and again. */
    follow(groups) {
      const line = () => `${clock(performance.now() - begunMs)} ${standing(groups)}`;
      timer = setInterval(
        () => {
          if (!isTerminal) return void output.write(line() + '\n');
          clear();
          last = line().slice(0, output.columns - 1);
          output.write(last);
        },
        isTerminal ? TERMINAL_MS : LINE_MS
      );
    },
    end() {
      clearInterval(timer);
      if (isTerminal) clear();
    }
  };
}
