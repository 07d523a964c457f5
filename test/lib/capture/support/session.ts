import { createReader, Reader, ReaderError, ReaderSettings } from '../../../../lib/reader';
import { Item, itemsOfBatch } from '../../../../lib/stream';
import { CaptureClock } from '../../../../lib/capture';
import { Transport } from '../../../../lib/transport/transport';
import { half, MemoryStore } from '../../reader/fake-ports';

/** A reader, and all that it hands on. */
export interface Session {
  readonly reader: Reader;
  /** Items with the incarnation they came in and when. */
  readonly items: { readonly incarnation: number; readonly receiveTimeNs: string; readonly item: Item }[];
  readonly errors: ReaderError[];
}

export function startSession(
  transport: Transport,
  clock: CaptureClock,
  settings: Partial<ReaderSettings> = {}
): Session {
  const items: Session['items'] = [];
  const errors: ReaderError[] = [];
  const reader = createReader({
    transport,
    store: new MemoryStore(),
    clock,
    random: half,
    settings: { host: 'plc', ...settings },
    sink: (batch) => {
      const decoded = itemsOfBatch(batch.payload, batch.facts);
      if (decoded.error !== undefined) throw new Error(decoded.error.message);
      for (const item of decoded.items)
        items.push({ incarnation: batch.facts.incarnation, receiveTimeNs: String(batch.facts.receiveTimeNs), item });
      reader.settle(batch.serial);
    },
    onError: (error) => errors.push(error)
  });
  reader.start();
  return { reader, items, errors };
}

/** What was handed on, as text: for comparing. */
export function told({ items }: Session): string[] {
  return items.map(
    ({ incarnation, item }) =>
      `${incarnation} ` +
      `${JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value))}`
  );
}
