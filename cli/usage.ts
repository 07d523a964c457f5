import { parseArgs } from 'node:util';
import { nearest } from './nearest';

/** Wrong usage, or something that cannot be read: the text is for a person. */
export class UsageError extends Error {}

/** Options of a command: `many` may be given again. */
export type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly many?: boolean }>>;

/** What was given on the command line. */
export class Given {
  constructor(
    readonly positionals: readonly string[],
    private readonly values: Readonly<Record<string, unknown>>
  ) {}

  /** The one thing that the command is about. */
  only(what: string): string {
    if (this.positionals.length !== 1)
      throw new UsageError(
        `expected ${what}, found ${this.positionals.length === 0 ? 'nothing' : this.positionals.join(' ')}`
      );
    return this.positionals[0];
  }

  text(name: string): string | undefined {
    return this.values[name] as string | undefined;
  }

  /** As `text`; it must be there. */
  needed(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    return value;
  }

  all(name: string): readonly string[] {
    return (this.values[name] as string[] | undefined) ?? [];
  }

  has(name: string): boolean {
    return this.values[name] === true;
  }

  /** A whole number, or the fallback. */
  number(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (!/^[0-9]+$/.test(value))
      throw new UsageError(`--${name} must be a whole number, found ${JSON.stringify(value)}`);
    return Number(value);
  }
}

/** Takes a command line apart; throws UsageError at what the command does not know. */
export function parse(args: readonly string[], options: Options): Given {
  try {
    const config = Object.fromEntries(
      Object.entries(options).map(([name, { type, many = false }]) => [name, { type, multiple: many }])
    );
    const { positionals, values } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      strict: true
    });
    return new Given(positionals, values);
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message.split('. ')[0] : String(thrown);
    const [, mistyped] = /^Unknown option '-*([^']+)'/.exec(text) ?? [];
    const meant = mistyped === undefined ? undefined : nearest(mistyped, Object.keys(options));
    throw new UsageError(meant === undefined ? text : `${text}; did you mean --${meant}?`);
  }
}
