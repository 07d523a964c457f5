/** Which records of an archive are asked for. */
import type { CompiledDefinition } from '../../lib/definition';
import { Flag, RecordView } from '../../lib/wire';
import { Given, Options, UsageError } from '../usage';

/** What a record has beside its bytes. */
export interface Place {
  readonly stream: string;
  readonly received: string;
  readonly definition: CompiledDefinition | undefined;
}

/** The options that select, and their help. */
export const selectionOptions: Options = {
  stream: { type: 'string', many: true },
  source: { type: 'string', many: true },
  run: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' }
};

/** Lines of help for `selectionOptions`. */
export const selectionHelp = `  --stream      only this stream; may be given again
  --source      only this source: its number, or its name in the definition; may be given again
  --run         only this run
  --from, --to  only records made from the one time on and before the other, such as 2026-05-28T20:00:00+02:00; by the
                source time, or where the controller says that its clock was not set, by the time of reading`;

/** What was selected on the command line. */
export class Selection {
  private readonly from: bigint | undefined;
  private readonly to: bigint | undefined;
  private readonly streams: ReadonlySet<string>;
  private readonly sources: ReadonlySet<string>;
  private readonly run: string | undefined;

  constructor(given: Given) {
    this.from = timeOf(given, 'from');
    this.to = timeOf(given, 'to');
    this.streams = new Set(given.all('stream'));
    this.sources = new Set(given.all('source'));
    this.run = given.text('run');
  }

  /** Is this stream asked for? */
  hasStream(stream: string): boolean {
    return this.streams.size === 0 || this.streams.has(stream);
  }

  /** Is this source of this run asked for? */
  hasSource(runId: string, sourceId: number, definition: CompiledDefinition | undefined): boolean {
    if (this.run !== undefined && this.run !== runId) return false;
    if (this.sources.size === 0 || this.sources.has(String(sourceId))) return true;
    const name = definition?.sources.get(sourceId)?.name;
    return name !== undefined && this.sources.has(name);
  }

  /** Does the record lie in the time that is asked for? */
  hasTime(record: RecordView, received: string): boolean {
    if (this.from === undefined && this.to === undefined) return true;
    return this.hasNs((record.flags & Flag.TimeUnsynced) !== 0 ? BigInt(received) : record.sourceTimeNs);
  }

  /** Does this time, in nanoseconds since the Unix epoch, lie in what is asked for? */
  hasNs(ns: bigint): boolean {
    return (this.from === undefined || ns >= this.from) && (this.to === undefined || ns < this.to);
  }

  /** Is the record asked for? */
  hasRecord(record: RecordView, { stream, received, definition }: Place): boolean {
    return (
      this.hasStream(stream) &&
      this.hasSource(record.runId.toString(), record.sourceId, definition) &&
      this.hasTime(record, received)
    );
  }
}

/** A time with its offset, in nanoseconds since the Unix epoch. */
function timeOf(given: Given, name: string): bigint | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || !/T.*(Z|[+-][0-9]{2}:?[0-9]{2})$/i.test(text))
    throw new UsageError(
      `--${name} must be a time with its offset, such as 2026-05-28T20:00:00+02:00 or 2026-05-28T18:00:00Z, found ` +
        JSON.stringify(text)
    );
  return BigInt(ms) * 1_000_000n;
}
