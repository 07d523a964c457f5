// Documents to an OpenTelemetry collector: log records, metrics, and spans for alarms, batches and states. It takes the
// file that read-a-ring writes; in a connector of your own the documents come straight from the reader.
//
//   node documents-to-otlp.js <file with a document a line> [<endpoint, default http://localhost:4318>]

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { openSender } from '@openot/node-red/otlp';
import { assembleRequest, createOtelMapper, createSpanStore, defaultMappingSettings } from '@openot/node-red/telemetry';

const envelope = {
  resource: { attributes: [{ key: 'service.name', value: { stringValue: 'line-1' } }] },
  scope: { name: 'documents-to-otlp' }
};

async function main([file, endpoint]: string[]): Promise<void> {
  const sender = openSender({ endpoint });
  // One mapper for as long as documents come: it remembers open spans, and what it has counted.
  const mapper = createOtelMapper({ spanStore: createSpanStore() });

  const send = async (documents: unknown[]): Promise<void> => {
    const mapped = mapper.documents(documents, { stream: 'line-1' }, defaultMappingSettings);
    for (const { message } of mapped.problems) console.error(message);
    const counts = await Promise.all([
      sender.send(assembleRequest('logs', mapped, envelope)),
      sender.send(assembleRequest('metrics', mapped, envelope)),
      sender.send(assembleRequest('traces', mapped, envelope))
    ]);
    for (const { signal, items, accepted } of counts) console.log(`${signal}: ${accepted} of ${items} accepted`);
  };

  const documents: unknown[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    documents.push(JSON.parse(line));
    if (documents.length === 500) await send(documents.splice(0));
  }
  if (documents.length > 0) await send(documents);
  await sender.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
