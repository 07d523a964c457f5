// Every event of a controller into a file, one line of JSON each, until Ctrl+C. Started again, it goes on where it was:
// what is in the file is not read again, what the controller overwrote meanwhile is a line of kind "loss".
//
//   node read-a-ring.js <definition file> <endpoint> <NodeId of the control block> <NodeId of the ring> <output>

import { appendFileSync, readFileSync } from 'node:fs';
import { createDocumenter } from '@openot/node-red/documents';
import { openReader } from '@openot/node-red/reader';
import { opcua } from '@openot/node-red/transport/opcua';

async function main([definition, endpoint, control, ring, output]: string[]): Promise<void> {
  const documents = createDocumenter({ definitions: [readFileSync(definition)] });
  const reader = openReader({
    transport: opcua({ endpoint, control, ring, pkiFolder: `${output}.pki` }),
    stateFile: `${output}.state`,
    onError: ({ code, message }) => console.error(`${code}: ${message}`)
  });
  process.once('SIGINT', () => void reader.close());
  process.once('SIGTERM', () => void reader.close());

  for await (const batch of reader) {
    const lines = documents.of(batch).map((document) => JSON.stringify(document) + '\n');
    appendFileSync(output, lines.join(''), { flush: true });
    batch.settle(); // Only now: what is not in the file yet would come again.
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
