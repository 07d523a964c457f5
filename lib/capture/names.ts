import { basename, dirname, join } from 'node:path';

/** What the names of capture files end with. */
export const CAPTURE_EXTENSION = '.ootcap';

/** One file of a series: `<base>-000001.ootcap`. */
export interface SeriesFile {
  readonly path: string;
  readonly base: string;
  readonly number: number;
}

/** The path of a series' file. Its number rises for ever, whatever the machine's clock does. */
export function seriesPath(base: string, number: number): string {
  return `${base}-${String(number).padStart(6, '0')}${CAPTURE_EXTENSION}`;
}

const NAME = /^(.+)-(\d{6,12})\.ootcap$/;

/** The files of all series among the names of a folder: by base, then by number. */
export function seriesIn(folder: string, names: readonly string[]): SeriesFile[] {
  const found: SeriesFile[] = [];
  for (const name of names) {
    const match = NAME.exec(name);
    if (match !== null)
      found.push({ path: join(folder, name), base: join(folder, match[1]), number: Number(match[2]) });
  }
  return found.sort((a, b) => (a.base === b.base ? a.number - b.number : a.base < b.base ? -1 : 1));
}

/** The files of one series, oldest first. `base` is a path without number and extension. */
export function seriesOf(base: string, names: readonly string[]): SeriesFile[] {
  const folder = dirname(base);
  return seriesIn(folder, names).filter((file) => basename(file.base) === basename(base));
}
