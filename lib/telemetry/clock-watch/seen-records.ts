import type { DocumentObject } from '../../document';
import { BoundedMap, dropOldest } from '../../base';

/**
 * Lives of one stream whose records are known when they come again; beyond it the one that was read longest ago is
 * forgotten.
 */
const MAX_LIVES = 8;

/** A run of an incarnation, and the highest seq of each of its sources. */
interface Life {
  readonly runId: string;
  readonly incarnation: number;
  readonly seqs: Map<number, number>;
}

/**
 * Which records of a stream came before: those of a source up to its highest seq, in each run of each incarnation. A
 * restart
 * of the ring numbers from 0 again though the run may have the same id: those records are others.
 */
export class SeenRecords {
  private readonly lives = new BoundedMap<string, Life>(MAX_LIVES);
  private current: Life | undefined;

  /** At most `sources` of each life are remembered, the one first seen is forgotten first. */
  constructor(private readonly sources: number) {}

  /** `again`: it came before. `newLife`: it is of another run or incarnation than the new one before it. */
  take({ provenance, seq }: Exclude<DocumentObject, { kind: 'loss' }>): 'again' | 'new' | 'newLife' {
    const { current } = this;
    const { runId, incarnation = 0, source } = provenance;
    if (current?.runId === runId && current.incarnation === incarnation)
      return this.mark(current, source.id, seq) ? 'new' : 'again';
    const life = this.lives.use(`${incarnation}/${runId}`, () => ({
      runId,
      incarnation,
      seqs: new Map<number, number>()
    }));
    if (!this.mark(life, source.id, seq)) return 'again';
    this.current = life;
    return current === undefined ? 'new' : 'newLife';
  }

  /** False where it came before. */
  private mark({ seqs }: Life, sourceId: number, seq: number): boolean {
    const last = seqs.get(sourceId);
    if (last !== undefined && seq <= last) return false;
    if (last === undefined && seqs.size >= this.sources) dropOldest(seqs);
    seqs.set(sourceId, seq);
    return true;
  }
}
