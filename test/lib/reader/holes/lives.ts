import { itemsOfBatch, LossItem, NoticeItem } from '../../../../lib/stream';
import { FakePlc } from '../fake-plc';
import { Rig } from '../rig';

/** What was said of one incarnation of a ring, by all readers that read it. */
export interface Life {
  /** `run/source/seq`, each once. */
  readonly delivered: ReadonlySet<string>;
  /** The same of seqs that were reported lost. */
  readonly lost: ReadonlySet<string>;
  readonly notices: readonly NoticeItem[];
}

/** Everything that these readers handed on, by incarnation. */
export function livesOf(...rigs: readonly Rig[]): ReadonlyMap<number, Life> {
  const lives = new Map<number, { delivered: Set<string>; lost: Set<string>; notices: NoticeItem[] }>();
  for (const { payload, facts } of rigs.flatMap(({ batches }) => batches)) {
    const { incarnation } = facts;
    const life = lives.get(incarnation) ?? { delivered: new Set(), lost: new Set(), notices: [] };
    lives.set(incarnation, life);
    for (const item of itemsOfBatch(payload, facts).items) {
      if (item.kind === 'record') life.delivered.add(`${item.runId}/${item.sourceId}/${item.seq}`);
      else life.notices.push(item);
      if (item.kind === 'loss') for (const id of idsOf(item)) life.lost.add(id);
    }
  }
  return lives;
}

/**
 * Records that a ring wrote in its present life, and that were neither handed on nor reported lost under this
 * incarnation: silently lost, when everything was read.
 */
export function silent(plc: FakePlc, sources: readonly number[], life: Life | undefined): string[] {
  const written = sources.flatMap((source) =>
    Array.from({ length: plc.nextSeq(source) }, (_, seq) => `${plc.runId}/${source}/${seq}`)
  );
  return written.filter((id) => life?.delivered.has(id) !== true && life?.lost.has(id) !== true);
}

/** Why each new incarnation began, in order. */
export const restartsOf = (...rigs: readonly Rig[]): string[] =>
  rigs.flatMap(({ notices }) =>
    notices.flatMap((notice) => (notice.kind === 'incarnation' ? [`${notice.from} to ${notice.to}`] : []))
  );

const idsOf = ({ runId, sourceId, firstSeq, lastSeq }: LossItem): string[] =>
  Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => `${runId}/${sourceId}/${firstSeq + i}`);
