import type { Batch } from '../../../lib/reader/batch';
import type { NoticeItem } from '../../../lib/stream';
import { seeded } from '../seeded';
import { Archived, archivedOf, Line, linesOf, recorded, Recording } from './simulated';

/** What one seed came to. */
export interface Completeness {
  /** What should not be: a finding in an honest archive, or a gap that a verification let pass. */
  readonly wrong: readonly string[];
  /** `begin-stream` entries of all archives, by cause. */
  readonly causes: Readonly<Record<string, number>>;
  readonly records: number;
  /** Losses that were kept from an archive, so that seqs are missing in it without a word; all were found. */
  readonly hidden: number;
  /** Archives that missed batches, and said so by where counting began. */
  readonly missed: number;
}

/** What somebody does, by seed. */
const DEEDS = ['seek', 'none', 'counters', 'none'] as const;

/** Batches without one notice, wherever it came. */
function without(batches: readonly Batch[], notice: NoticeItem): Batch[] {
  const text = JSON.stringify(notice);
  return batches.map((batch) => ({
    ...batch,
    facts: { ...batch.facts, notices: batch.facts.notices.filter((one) => JSON.stringify(one) !== text) }
  }));
}

/**
 * One seed of the fault simulator with an archive behind its readers. An honest archive verifies, and what it lacks of
 * what was produced it declares. One that was not told a loss is found out wherever seqs are missing for that. One that
 * was not there for a while says that it was not.
 */
export async function completenessOf(seed: number, records: number): Promise<Completeness> {
  const random = seeded(seed);
  const wrong: string[] = [];
  const causes: Record<string, number> = {};
  const recording = await recorded(seed, records, DEEDS[seed % 4]);
  const { batches } = recording;
  const judged = async (of: readonly Batch[], what: string): Promise<{ archived: Archived; lines: Line[] }> => {
    const archived = await archivedOf(of);
    const lines = linesOf(archived.entries, recording.truth);
    for (const entry of archived.entries)
      if (entry.kind === 'begin-stream') causes[entry.cause] = (causes[entry.cause] ?? 0) + 1;
    const silent = lines.filter((line) => line.silent.length > 0);
    if (archived.report.ok)
      for (const { chain, silent: seqs } of silent)
        wrong.push(`seed ${seed}, ${what}: ${chain.toString()} lacks seq ${seqs.join()}, and the archive verifies`);
    return { archived, lines };
  };

  const honest = await judged(batches, 'honest');
  for (const { kind, message } of honest.archived.report.findings) wrong.push(`seed ${seed}: ${kind}: ${message}`);
  wrong.push(
    ...honest.lines.flatMap((line) => unfounded(line, honest.lines, recording)).map((one) => `seed ${seed}: ${one}`)
  );

  const losses = batches.flatMap(({ facts }) => facts.notices.filter(({ kind }) => kind === 'loss'));
  let hidden = 0;
  for (let i = 0; i < 3 && losses.length > 0; i++) {
    const loss = losses[random.below(losses.length)];
    const { archived, lines } = await judged(without(batches, loss), `without ${JSON.stringify(loss)}`);
    if (lines.every(({ silent }) => silent.length === 0)) continue;
    hidden++;
    if (!archived.report.findings.some(({ kind }) => kind === 'gap-without-notice'))
      wrong.push(`seed ${seed}: a loss was left out, and no gap was found: ${JSON.stringify(loss)}`);
  }

  let missed = 0;
  if (batches.length > 4) {
    const from = random.below(2) * random.below(batches.length - 2);
    const { lines } = await judged([...batches.slice(0, from), ...batches.slice(from + 2)], 'two batches missed');
    if (lines.some(({ before }) => before.has('archive-added'))) missed++;
  }
  return { wrong, causes, records: honest.lines.reduce((sum, { stored }) => sum + stored.size, 0), hidden, missed };
}

/** Begins of counting that excuse what nothing excuses. */
function unfounded({ incarnation, chain, before }: Line, lines: readonly Line[], recording: Recording): string[] {
  const where = `incarnation ${incarnation}, ${chain.toString()}`;
  return [...before].flatMap(([cause, seqs]) => {
    if (cause === 'seek' && recording.deeds === 'seek') return [];
    if (cause === 'newest' && recording.startsNewest) return [];
    // What went on was counted in the lives before, but for what began in the middle there.
    if (cause === 'resumed' && (recording.deeds === 'seek' || recording.startsNewest)) return [];
    if (cause === 'resumed') {
      const of = lines.filter((one) => one.incarnation < incarnation && one.chain === chain);
      const isCounted = (seq: number): boolean =>
        of.some(
          ({ stored, lost, begins }) => stored.has(seq) || lost.has(seq) || begins.some(({ next }) => seq < next)
        );
      const left = seqs.filter((seq) => !isCounted(seq));
      return left.length === 0 ? [] : [`${where}: resumed behind seq ${left.join()}, which were never counted`];
    }
    return [`${where}: counting began by ${cause} behind seq ${seqs.join()}`];
  });
}
