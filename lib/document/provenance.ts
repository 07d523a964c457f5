import { EpochBinding, Relation, SourceDefinition } from '../definition';
import { DocumentProvenance, DocumentSource } from './document';
import { IsoTimes } from './iso-time';

/** What is the same for every record of one epoch in one batch. */
export interface EpochContext {
  readonly bufferId: number;
  /** The current epoch's id, also for records of the prior one (docs/format.md 17). */
  readonly epochId: number;
  readonly relation: Relation;
  /** 16 hex digits: what the controller advertises for the record's epoch. */
  readonly definitionHash: string;
  readonly semanticVersion: string | undefined;
  /** Decimal text. */
  readonly receiveTimeNs: string;
  readonly bound: EpochBinding;
  /** Enriched: the record's own epoch id where it is not the current one and known. */
  readonly priorId: number | undefined;
  /** Enriched. */
  readonly incarnation: number;
}

type Kind = 'event' | 'loss' | 'placeholder';

/** Writes the provenance of records of one epoch; everything but run, source, times and flags is made once. */
export class Provenance {
  private readonly epochText: string;
  /** By the low three flag bits. */
  private readonly tails: readonly string[];
  private readonly heads: Record<Kind, Map<number, string>> = {
    event: new Map(),
    loss: new Map(),
    placeholder: new Map()
  };
  private readonly incarnationText: string;
  private readonly times = new IsoTimes();

  constructor(
    readonly context: EpochContext,
    private readonly enriched: boolean
  ) {
    this.epochText = `,"epoch":${JSON.stringify(this.epochObject())}`;
    this.tails = FLAG_TEXTS.map((flags) => `,"receiveTimeNs":${context.receiveTimeNs},"flags":${flags}`);
    this.incarnationText = `","incarnation":${context.incarnation}}`;
  }

  /** Opening of a document up to and including its provenance. `sourceTimeNs` is absent for a loss. */
  text(kind: Kind, sourceId: number, runId: string, sourceTimeNs: string | undefined, flags: number): string {
    const head = this.heads[kind].get(sourceId) ?? this.makeHead(kind, sourceId);
    const time = sourceTimeNs === undefined ? '' : ',"sourceTimeNs":' + sourceTimeNs;
    const open = head + runId + this.epochText + time + this.tails[flags & 7];
    return this.enriched
      ? open + ',"time":"' + this.times.of(sourceTimeNs ?? this.context.receiveTimeNs) + this.incarnationText
      : open + '}';
  }

  /** The same as an object. */
  object(
    kind: Kind,
    sourceId: number,
    runId: string,
    sourceTimeNs: string | undefined,
    flags: number
  ): DocumentProvenance {
    const { bufferId, receiveTimeNs, incarnation } = this.context;
    const provenance: DocumentProvenance = {
      bufferId,
      source: this.sourceObject(kind, sourceId),
      runId,
      epoch: this.epochObject(),
      ...(sourceTimeNs === undefined ? {} : { sourceTimeNs }),
      receiveTimeNs,
      flags: flagsObject(flags)
    };
    if (this.enriched) {
      provenance.time = this.times.of(sourceTimeNs ?? receiveTimeNs);
      provenance.incarnation = incarnation;
    }
    return provenance;
  }

  /** The definition's entry of a source, for names in readable lines. */
  source(sourceId: number): SourceDefinition | undefined {
    const { bound } = this.context;
    return bound.ok ? bound.compiled.sources.get(sourceId) : undefined;
  }

  private makeHead(kind: Kind, sourceId: number): string {
    const source = JSON.stringify(this.sourceObject(kind, sourceId));
    const head = `{"kind":"${kind}","provenance":{"bufferId":${this.context.bufferId},"source":${source},"runId":`;
    // Any u32 may come as a source id out of a record: what the definition does not know is not kept.
    if (this.source(sourceId) !== undefined || this.heads[kind].size < 1024) this.heads[kind].set(sourceId, head);
    return head;
  }

  /** Strict placeholders and losses do not consult the definition (docs/format.md 17); enriched ones do. */
  private sourceObject(kind: Kind, sourceId: number): DocumentSource {
    const known = kind === 'event' || this.enriched ? this.source(sourceId) : undefined;
    if (known === undefined) return { id: sourceId };
    const source: DocumentSource = { id: sourceId, name: known.name };
    if (known.path.length > 0) source.path = [...known.path];
    if (known.hierarchy.length > 0) source.hierarchy = [...known.hierarchy];
    source.dynamic = known.dynamic;
    return source;
  }

  private epochObject(): DocumentProvenance['epoch'] {
    const { epochId, relation, definitionHash, semanticVersion, priorId } = this.context;
    const epoch: DocumentProvenance['epoch'] = { id: epochId, relation, definitionHash };
    if (semanticVersion !== undefined) epoch.semanticVersion = semanticVersion;
    if (this.enriched && priorId !== undefined) epoch.priorId = priorId;
    return epoch;
  }
}

/** By the low three flag bits. */
const FLAG_TEXTS: readonly string[] = Array.from({ length: 8 }, (_, flags) => JSON.stringify(flagsObject(flags)));

function flagsObject(flags: number): DocumentProvenance['flags'] {
  return { timeUnsynced: (flags & 1) !== 0, syntheticRecord: (flags & 2) !== 0, partialPayload: (flags & 4) !== 0 };
}
