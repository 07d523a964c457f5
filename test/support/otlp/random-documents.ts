/**
 * Random documents as openot-doc makes them in profile enriched: every event type, every TLV type at its extremes,
 * placeholders and losses, in the order of a few rings whose conditions and batches begin and end.
 */
import type { CompiledDefinition } from '../../../lib/definition';
import { createFormatter, DocumentObject } from '../../../lib/document';
import type { Item, LossItem } from '../../../lib/stream/items';
import { EventType, Flag, Key, RecordInput, TlvType } from '../../../lib/wire';
import { boundTo, unbound } from '../../lib/document/support/bindings';
import { itemOf } from '../../lib/document/support/items';
import { plant } from '../../lib/document/support/plant';
import { randomRecord } from '../../lib/document/support/random-records';
import { payloadOf } from '../../lib/document/support/slots';
import { seeded, Seeded } from '../seeded';

/** The documents of one message. */
export interface Batch {
  readonly stream: string;
  readonly documents: DocumentObject[];
}

/** A text of 255 bytes, the most a string in a record can have, with characters of one to four. */
export const longText = `${'🏭'.repeat(63)}äb`;

const STREAMS = ['', 'filler-3', 'Abfüllung 🏭', 'a/b c'];
const START = 1_760_000_000_000_000_000n;

/** Batches with `count` documents together; the same seed gives the same ones. */
export function randomBatches(seed: number, count: number): Batch[] {
  const random = seeded(seed);
  const compiled = plant();
  const formatter = createFormatter({ profile: 'enriched' });
  const rings = STREAMS.map((stream) => new RandomRing(random, stream, compiled));
  const batches: Batch[] = [];
  for (let made = 0; made < count;) {
    const ring = rings[random.below(rings.length)]!;
    const items = ring.items(Math.min(1 + random.below(60), count - made));
    made += items.length;
    const binding = random.below(12) === 0 ? unbound({ kind: 'missingCurrentDefinition' }) : boundTo(compiled);
    const facts = {
      bufferId: 4,
      incarnation: random.below(3) === 0 ? undefined : 2,
      receiveTimeNs: String(ring.timeNs + 400_000_007n)
    };
    batches.push({ stream: ring.stream, documents: formatter.objects(items, facts, binding) });
  }
  return batches;
}

/** One ring: runs that follow each other, sources that count, a clock that goes on and now and then lies. */
class RandomRing {
  timeNs: bigint;
  private runId = 1n;
  private readonly seqs = new Map<number, number>();

  constructor(
    private readonly random: Seeded,
    readonly stream: string,
    private readonly compiled: CompiledDefinition
  ) {
    this.timeNs = START + BigInt(random.below(1_000_000_000));
  }

  items(count: number): Item[] {
    if (this.random.below(12) === 0) {
      this.runId =
        this.random.below(2) === 0 ? this.runId + 1n : 18446744073709551615n - BigInt(this.random.below(1000));
      this.seqs.clear();
    }
    return Array.from({ length: count }, () => (this.random.below(25) === 0 ? this.loss() : itemOf(this.record())));
  }

  private loss(): LossItem {
    const { random } = this;
    const sourceId = [1, 2, 3, 0xffffffff][random.below(4)]!;
    const firstSeq = this.next(sourceId);
    const lastSeq = firstSeq + random.below(1000);
    this.seqs.set(sourceId, lastSeq + 1);
    return {
      kind: 'loss',
      runId: String(this.runId),
      sourceId,
      firstSeq,
      lastSeq,
      count: lastSeq - firstSeq + 1,
      basis: random.below(2) === 0 ? 'inferred' : 'authoritative',
      class: random.below(2) === 0 ? 'lost' : 'indeterminate'
    };
  }

  private record(): RecordInput {
    const { random } = this;
    const drawn = randomRecord(random, this.compiled);
    const sourceId = drawn.sourceId;
    this.timeNs += BigInt(random.below(2_000_000_000));
    // Mostly the clock of the ring; else whatever 64 bits can say.
    const sourceTimeNs = random.below(20) === 0 ? drawn.sourceTimeNs : this.timeNs;
    const slots = drawn.slots.map((slot) => {
      if (slot.key === Key.correlationId && random.below(20) > 0)
        return { ...slot, payload: payloadOf(TlvType.UDInt, 1 + random.below(2)) };
      if (slot.type === TlvType.String && random.below(12) === 0)
        return { ...slot, payload: payloadOf(TlvType.String, longText) };
      return slot;
    });
    const batchState = slots.findIndex(({ key }) => key === Key.newState);
    if (drawn.eventTypeId === EventType.BatchEvent && batchState >= 0)
      slots[batchState] = {
        ...slots[batchState]!,
        payload: payloadOf(slots[batchState]!.type as TlvType, [0, 1, 2, 4][random.below(4)]!)
      };
    return {
      ...drawn,
      flags: drawn.flags | Flag.HasCrc,
      runId: this.runId,
      seq: BigInt(this.next(sourceId)),
      sourceTimeNs,
      slots
    };
  }

  private next(sourceId: number): number {
    const seq = this.seqs.get(sourceId) ?? 0;
    this.seqs.set(sourceId, seq + 1);
    return seq;
  }
}
