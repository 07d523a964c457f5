import { shortened } from '../../lib/base';

/** Characters that stand beside a node in the editor without covering its neighbours. */
export const MAX_STATUS = 40;

/** Characters that a name keeps where what is said of it is long, too. */
const LEAST_NAME = 8;

/** The cause, then as many of the parts as there is room for, the most important ones first. */
export function statusText(cause: string, ...parts: readonly string[]): string {
  let text = fitting(cause, MAX_STATUS);
  let mark = cause === '' ? '' : ': ';
  for (const part of parts) {
    if (part === '' || text.length + mark.length + part.length > MAX_STATUS) continue;
    text += mark + part;
    mark = ', ';
  }
  return text;
}

/** A text with a name in it, of which the name gives way where it is too long. */
export function statusNaming(before: string, name: string, after: string): string {
  const room = Math.max(LEAST_NAME, MAX_STATUS - before.length - after.length - 2);
  return fitting(`${before}'${fitting(name, room)}'${after}`, MAX_STATUS);
}

/** A node without a name is known by its type: `decoder`. */
export const shortName = ({ name, type }: { readonly name: string; readonly type: string }): string =>
  name === type ? type.replace(/^openot-/, '') : name;

const fitting = (text: string, room: number): string => (text.length <= room ? text : shortened(text, room - 1));
