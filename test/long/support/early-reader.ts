import { appendFileSync } from 'node:fs';
import { systemClock, systemRandom } from '../../../lib/base/system';
import { Batch, createReader, ReaderSettings } from '../../../lib/reader';
import { itemsOfBatch } from '../../../lib/stream';
import { fileStore } from '../../../lib/state/files';
import { createOpcuaConnection, createOpcuaTransport } from '../../../lib/transport/opcua';

/** What the parent gives this process, as JSON in its first argument. */
export interface EarlyReaderOrder {
  readonly endpoint: string;
  readonly controlNode: string;
  readonly ringNodes: readonly string[];
  readonly pkiFolder: string;
  readonly statePath: string;
  /** Where everything that is handed on is written, a line a batch, before the batch is settled. */
  readonly outPath: string;
  /** Milliseconds that each batch takes. */
  readonly workMs: number;
  readonly settings: Partial<ReaderSettings>;
}

/** One line of what was handed on. */
export interface EarlyLine {
  readonly records: readonly { readonly runId: string; readonly sourceId: number; readonly seq: number; abs: number }[];
  readonly losses: readonly {
    readonly runId: string;
    readonly sourceId: number;
    readonly firstSeq: number;
    readonly lastSeq: number;
    readonly class: 'lost' | 'indeterminate' | 'before-contact';
  }[];
}

/* A process that reads a ring with the library and settles each batch when it is written. It ends by being killed. */
const order = JSON.parse(process.argv[2]) as EarlyReaderOrder;
const { endpoint, controlNode, ringNodes, pkiFolder, statePath, outPath, workMs, settings } = order;
const connection = createOpcuaConnection({ endpoint, pkiFolder });
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const reader = createReader({
  transport: createOpcuaTransport(connection, { controlNode, ringNodes }),
  store: fileStore(statePath),
  clock: systemClock(),
  random: systemRandom(),
  settings: { stream: 'early', ...settings },
  sink: async (batch) => {
    if (workMs > 0) await sleep(workMs);
    appendFileSync(outPath, `${JSON.stringify(lineOf(batch))}\n`);
    reader.settle(batch.serial);
  },
  onStatus: ({ state, cursorAbs, lag }) => console.log(JSON.stringify({ state, cursorAbs, lag })),
  onError: ({ code }) => console.log(JSON.stringify({ code }))
});
reader.start();

function lineOf({ payload, facts }: Batch): EarlyLine {
  const { items, error } = itemsOfBatch(payload, facts);
  if (error !== undefined) throw new Error(error.message);
  return {
    records: items.flatMap((item) =>
      item.kind === 'record'
        ? [{ runId: String(item.runId), sourceId: item.sourceId, seq: item.seq, abs: item.abs ?? -1 }]
        : []
    ),
    losses: items.flatMap((item) => (item.kind === 'loss' && item.upgrade !== true ? [item] : []))
  };
}
