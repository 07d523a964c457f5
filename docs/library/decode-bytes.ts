// Records that came some other way than out of a ring: bytes in a file, a message, a row of a database.
//
//   node decode-bytes.js [<file with whole records, one behind the other>]

import { readFileSync } from 'node:fs';
import { itemsOfConcatenation } from '@openot/node-red/stream';
import { decodeRecord, describeWireError, encodeRecord, EventType, Key, TlvType } from '@openot/node-red/wire';

/** Two records, for a try without a file. */
function sample(): Buffer {
  const record = (seq: bigint): Uint8Array => {
    const bytes = encodeRecord({
      flags: 0,
      sourceTimeNs: 1_795_157_663_368_917_247n,
      runId: 1n,
      seq,
      sourceId: 10,
      eventTypeId: EventType.Message,
      slots: [{ key: Key.messageTemplateId, type: TlvType.UDInt, payload: Uint8Array.of(3, 0, 0, 0) }]
    });
    if ('ok' in bytes) throw new RangeError(describeWireError(bytes));
    return bytes;
  };
  return Buffer.concat([record(1n), record(2n)]);
}

function main(file?: string): void {
  const bytes = file === undefined ? sample() : readFileSync(file);

  // One record: a view of the bytes, or what is wrong with them. Nothing is copied, nothing is thrown.
  const first = decodeRecord(bytes, 0, bytes.length);
  if (first.ok) console.log(`the first record has ${first.length} bytes and the event type ${first.eventTypeId}`);
  else console.log(`no record: ${describeWireError(first)}`);

  // All of them, as plain objects. What is whole before a damaged place is given too.
  const { items, error } = itemsOfConcatenation(bytes);
  for (const item of items) if (item.kind === 'record') console.log(JSON.stringify(item));
  if (error !== undefined) {
    console.error(`${error.code}: ${error.message}`);
    process.exitCode = 1;
  }
}

main(process.argv[2]);
