import { RingWriter } from '../../../lib/ring';
import { EventType, Slot } from '../../../lib/wire';
import { changedSlots, encoded, highWaterSlots, messageSlots, startedSlots } from '../records';
import { ExpectedRecord } from './oracles';

const FIRST_TIME = 1780000000000000000n;

/** The logger that left the captured rings: messages, checkpoints and changes of definition (docs/format.md 10). */
export class ReferenceLogger {
  readonly writer: RingWriter;
  /** Every record written, in order. */
  readonly written: ExpectedRecord[] = [];
  runId = 1n;
  epochId = 1;
  epochFirstAbs = 0;
  hash = 'oldhash1';
  previousHash = '';
  private readonly seqs = new Map<number, bigint>();
  private time = FIRST_TIME;

  constructor(capacity: number) {
    this.writer = new RingWriter(capacity);
  }

  /** One Message with template 0, 52 bytes. */
  message(sourceId: number): void {
    this.write(sourceId, EventType.Message, messageSlots(0));
  }

  /** One SourceHighWater per known source but the logger's own, ascending, each under its source's next seq. */
  checkpointAll(): void {
    for (const sourceId of [...this.seqs.keys()].filter((id) => id !== 0).sort((a, b) => a - b)) {
      this.write(sourceId, EventType.SourceHighWater, highWaterSlots(this.seqs.get(sourceId) ?? 0n));
    }
  }

  /** A new definition: the run goes on when warm, and begins anew when cold. */
  changeDefinition(newHash: string, cold = false): void {
    this.write(0, EventType.LoggerStopped, []);
    this.checkpointAll();
    this.epochId++;
    this.write(0, EventType.DefinitionChanged, changedSlots(this.hash, newHash, this.epochId));
    this.previousHash = this.hash;
    this.hash = newHash;
    if (cold) {
      this.runId++;
      this.seqs.clear();
    }
    this.epochFirstAbs = this.write(0, EventType.LoggerStarted, startedSlots(cold));
  }

  private write(sourceId: number, eventTypeId: number, slots: readonly Slot[]): number {
    const seq = this.seqs.get(sourceId) ?? 0n;
    const bytes = encoded({ sourceId, seq, runId: this.runId, timeNs: this.time++, eventTypeId, slots });
    const result = this.writer.append(bytes, { runId: this.runId, sourceId, seq });
    if (!result.ok) throw new Error(result.kind);
    this.seqs.set(sourceId, seq + 1n);
    this.written.push({ runId: this.runId, sourceId, seq, eventTypeId, length: bytes.length });
    return result.abs;
  }
}
