import type { DocumentObject } from '../../document';
import { touch } from '../metrics/series';

/** Lives of one stream whose records are known when they come again; beyond it the one that was read longest ago is forgotten. */
const MAX_LIVES = 8;

/**
 * Which records of a stream came before: those of a source up to its highest seq, in each run of each incarnation. A restart
 * of the ring numbers from 0 again though the run may have the same id: those records are others.
 */
export class SeenRecords {
  private readonly lives = new Map<string, Map<number, number>>();
  private current: string | undefined;

  /** At most `sources` of each life are remembered, the one that was silent longest is forgotten first. */
  constructor(private readonly sources: number) {}

  /** `again`: it came before. `newLife`: it is of another run or incarnation than the new one before it. */
  take({ provenance, seq }: Exclude<DocumentObject, { kind: 'loss' }>): 'again' | 'new' | 'newLife' {
    const life = (provenance.incarnation ?? 0) + '/' + provenance.runId;
    const last = this.lives.get(life)?.get(provenance.source.id);
    if (last !== undefined && seq <= last) return 'again';
    const seen = touch(this.lives, life, MAX_LIVES, () => new Map<number, number>());
    touch(seen, provenance.source.id, this.sources, () => seq);
    seen.set(provenance.source.id, seq);
    const isAnother = this.current !== undefined && life !== this.current;
    this.current = life;
    return isAnother ? 'newLife' : 'new';
  }
}
