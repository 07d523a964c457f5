import { EventType } from '../wire';
import { Producer, ProducerEvent } from './producer';
import { bool, dateTime, hash, Key, text, udint, uint, ulint } from './slots';

/** The logger itself. */
const LOGGER = 0;

/** A source as SourceRegistered names it. */
export interface NamedSource {
  readonly sourceId: number;
  readonly path: readonly string[];
}

/** Values of key clockQuality (docs/format.md 5). */
const FREE_RUNNING = 1;
const SYNCED = 2;

const log = (producer: Producer, eventTypeId: number, ...slots: ProducerEvent['slots']): number =>
  producer.emit({ sourceId: LOGGER, eventTypeId, slots });

/** First start of a controller: LoggerStarted opens the run and the epoch, then every source registers. */
export function startLogger(producer: Producer, sources: readonly NamedSource[]): void {
  openEpoch(producer, true);
  registerSources(producer, sources);
}

/** SourceRegistered for each, in the order given. */
export function registerSources(producer: Producer, sources: readonly NamedSource[]): void {
  for (const { sourceId, path } of sources) {
    producer.introduce(sourceId);
    log(
      producer,
      EventType.SourceRegistered,
      udint(Key.registeredSourceId, sourceId),
      text(Key.sourcePath, path.join('/'))
    );
  }
}

/** Heartbeat of the logger, which says after how many milliseconds the next one follows. */
export function heartbeat(producer: Producer, intervalMs: number): void {
  log(producer, EventType.Heartbeat, udint(Key.intervalMs, intervalMs), ulint(Key.seqBase, producer.nextSeq(LOGGER)));
}

/**
 * SourceHighWater of one source, under its own id: the count of its records so far is at the same time the seq of
 * this one, which is how an accounting recognises a checkpoint (docs/format.md 9).
 */
export function sourceHighWater(producer: Producer, sourceId: number): void {
  producer.emit({
    sourceId,
    eventTypeId: EventType.SourceHighWater,
    slots: [ulint(Key.producedCount, producer.nextSeq(sourceId))]
  });
}

/** A checkpoint of every known source, ascending; the logger itself is not checkpointed. */
export function highWaterAll(producer: Producer): void {
  for (const sourceId of producer.knownSources()) sourceHighWater(producer, sourceId);
}

/**
 * Another definition comes into force (docs/format.md 10): LoggerStopped, checkpoints, DefinitionChanged (still of
 * the old epoch), LoggerStarted, which opens the new one. A cold start raises the run id and restarts all seqs
 * between the last two.
 */
export function changeDefinition(producer: Producer, definitionHash: string, cold: boolean): void {
  log(producer, EventType.LoggerStopped);
  highWaterAll(producer);
  const epochId = producer.epochId + 1n;
  log(
    producer,
    EventType.DefinitionChanged,
    hash(Key.defHashOld, producer.definitionHash),
    hash(Key.defHashNew, definitionHash),
    ulint(Key.epochId, epochId)
  );
  // The records above still count as the old epoch's: they have to be in the ring before the ids change.
  producer.flush();
  producer.prevDefinitionHash = producer.definitionHash;
  producer.definitionHash = definitionHash;
  producer.epochId = epochId;
  if (cold) producer.newRun();
  openEpoch(producer, cold);
}

/** Power fails and all memory is lost: the same run id, positions and seqs from 0 (docs/format.md 10, incarnations). */
export function powerCycle(producer: Producer, sources: readonly NamedSource[]): void {
  producer.loseMemory();
  startLogger(producer, sources);
}

/** The clock lost its reference, or found it again; records carry TimeUnsynced in between. */
export function setClockSynced(producer: Producer, synced: boolean, unsyncedSinceNs?: bigint): void {
  if (producer.clockSynced === synced) return;
  producer.clockSynced = synced;
  const window =
    unsyncedSinceNs === undefined
      ? []
      : [dateTime(Key.windowStart, unsyncedSinceNs), dateTime(Key.windowEnd, producer.now())];
  log(producer, EventType.TimeSyncChanged, uint(Key.clockQuality, synced ? SYNCED : FREE_RUNNING), ...window);
}

/** What a producer had to drop of one source, without a gap. */
export interface DroppedEvents {
  readonly sourceId: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly windowStartNs: bigint;
  readonly windowEndNs: bigint;
}

/** RecordsDropped, under the id of the source that lost them: no slot could name another (docs/format.md 9). */
export function recordsDropped(producer: Producer, dropped: DroppedEvents): void {
  const { sourceId, firstSeq, lastSeq, windowStartNs, windowEndNs } = dropped;
  producer.emit({
    sourceId,
    eventTypeId: EventType.RecordsDropped,
    slots: [
      udint(Key.count, lastSeq - firstSeq + 1),
      ulint(Key.firstLostSeq, firstSeq),
      ulint(Key.lastLostSeq, lastSeq),
      dateTime(Key.windowStart, windowStartNs),
      dateTime(Key.windowEnd, windowEndNs)
    ]
  });
}

function openEpoch(producer: Producer, cold: boolean): void {
  const { runId, epochId, definitionHash, prevDefinitionHash } = producer;
  producer.emit(
    { sourceId: LOGGER, eventTypeId: EventType.LoggerStarted, slots: [bool(Key.coldStart, cold)] },
    { runId, epochId, definitionHash, prevDefinitionHash }
  );
}
