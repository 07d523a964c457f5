import { Binding, BoundRelation } from '../definition';
import { LooseFacts } from '../stream/stream-facts';
import { parseSafeU64, parseU64 } from '../wire';
import { Provenance } from './provenance';

/** What a batch's documents need to know beside its items. Made once per batch; `formatter.context` makes it. */
export class DocumentContext {
  private last: BoundRelation | undefined;
  private lastProvenance: Provenance | undefined;
  private readonly receiveTimeNs: string;

  constructor(
    private readonly facts: LooseFacts,
    private readonly binding: Binding,
    private readonly enriched: boolean
  ) {
    this.receiveTimeNs = String(parseU64(facts.receiveTimeNs) ?? 0n);
  }

  /** Provenance of the record that starts at absolute position `abs`. */
  at(abs: number): Provenance {
    const relation = this.binding.relationOf(abs);
    if (relation === this.last && this.lastProvenance !== undefined) return this.lastProvenance;
    this.last = relation;
    return (this.lastProvenance = this.provenance(relation));
  }

  /** Provenance of what no record stands for: the current epoch. */
  current(): Provenance {
    return this.at(Number.MAX_SAFE_INTEGER);
  }

  private provenance({ relation, bound, epochId }: BoundRelation): Provenance {
    const { facts } = this;
    return new Provenance(
      {
        bufferId: parseSafeU64(facts.bufferId) ?? 0,
        epochId: parseSafeU64(facts.snapshot?.epochId) ?? 0,
        relation,
        definitionHash: bound.advertised,
        semanticVersion: bound.ok ? bound.compiled.semanticVersion : undefined,
        receiveTimeNs: this.receiveTimeNs,
        bound,
        priorId: relation === 'prior' ? epochId : undefined,
        incarnation: parseSafeU64(facts.incarnation) ?? 0
      },
      this.enriched
    );
  }
}
