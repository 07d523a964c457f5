import { EventType, Key, readU64, RecordView } from '../../../lib/wire';

interface Boundary {
  readonly startAbs: bigint;
  readonly epochId: bigint;
}

/**
 * The epoch of a record as the lifecycle records retained in a ring tell it (docs/format.md 10). Documents do not use
 * it: where a DefinitionChanged was overwritten it falls back to the initial epoch, which would resolve records with
 * the wrong definition. It stands here for conformance with captured rings.
 */
export class EpochResolver {
  private readonly defaults = new Map<bigint, bigint>();
  private readonly boundaries = new Map<bigint, Boundary[]>();
  private pending: bigint | undefined;

  constructor(
    readonly bufferId: number,
    initialRunId: bigint,
    initialEpochId: bigint
  ) {
    this.defaults.set(initialRunId, initialEpochId);
  }

  /** Takes the next retained record. Records of another buffer are ignored. */
  observe(bufferId: number, startAbs: bigint, record: RecordView): void {
    if (bufferId !== this.bufferId) return;
    if (record.eventTypeId === EventType.DefinitionChanged) {
      const at = record.lastPayloadOf(Key.epochId, 8);
      this.pending = at < 0 ? undefined : readU64(record.bytes, at);
    } else if (record.eventTypeId === EventType.LoggerStarted && this.pending !== undefined) {
      const epochId = this.pending;
      this.pending = undefined;
      const coldAt = record.payloadOf(Key.coldStart, 1);
      if (coldAt >= 0 && record.bytes[coldAt] !== 0) this.defaults.set(record.runId, epochId);
      const ofRun = [...(this.boundaries.get(record.runId) ?? []), { startAbs, epochId }];
      this.boundaries.set(
        record.runId,
        ofRun.sort((a, b) => (a.startAbs < b.startAbs ? -1 : a.startAbs > b.startAbs ? 1 : 0))
      );
    }
  }

  /** The epoch id of a record, or undefined when nothing is known. Ask after all records were observed. */
  resolve(bufferId: number, runId: bigint, startAbs: bigint): bigint | undefined {
    if (bufferId !== this.bufferId) return undefined;
    let epochId = this.defaults.get(runId);
    for (const boundary of this.boundaries.get(runId) ?? []) {
      if (boundary.startAbs <= startAbs) epochId = boundary.epochId;
    }
    return epochId;
  }
}
