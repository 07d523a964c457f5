/** Where a command writes to; colours and progress are for terminals alone. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** What is being done, of how much; shown on a terminal only. */
  progress(what: string, done: number, of: number): void;
  endProgress(): void;
  readonly colours: Colours;
}

/** Marks text; as it is where nobody sees colours. */
export interface Colours {
  good(text: string): string;
  bad(text: string): string;
  weak(text: string): string;
}

const plain: Colours = { good: (text) => text, bad: (text) => text, weak: (text) => text };
const ansi: Colours = {
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  weak: (text) => `\u001b[2m${text}\u001b[22m`
};

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 200;

/** Standard output and standard error of this process. */
export function systemTerminal(): Terminal {
  const { stdout, stderr } = process;
  // A reader that ends early (`| head`) is no error of ours.
  stdout.on('error', () => process.exit(0));
  let shownMs = 0;
  let isShown = false;
  const endProgress = (): void => {
    if (isShown) stderr.write('\r\u001b[K');
    isShown = false;
  };
  return {
    out: (text) => {
      endProgress();
      stdout.write(text);
    },
    error: (text) => {
      endProgress();
      stderr.write(text);
    },
    progress: (what, done, of) => {
      if (stderr.isTTY !== true || performance.now() - shownMs < PROGRESS_MS) return;
      shownMs = performance.now();
      isShown = true;
      const percent = of === 0 ? 100 : Math.floor((done / of) * 100);
      stderr.write(`\r\u001b[K${what} ${done.toLocaleString('en')} of ${of.toLocaleString('en')} (${percent} %)`);
    },
    endProgress,
    colours: stdout.isTTY === true && process.env.NO_COLOR === undefined ? ansi : plain
  };
}
