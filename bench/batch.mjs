/* The records of bench/workload.mjs as a batch of a ring, with the definition that they are bound to. */
import { createRequire } from 'node:module';
import { definition, workload } from './workload.mjs';

const require = createRequire(import.meta.url);
const { decodeRecord } = require('../dist/lib/wire');
const { DefinitionStore, bind } = require('../dist/lib/definition');

/** So many records as one batch of a stream, bound to their definition. */
export function boundBatch(records, stream) {
  const { bytes, count, meanBytes } = workload(records);
  const compiled = definition();
  const store = new DefinitionStore();
  store.add(compiled, 'bench');
  const snapshot = {
    version: 2,
    caps: 0,
    bufferBytes: 1 << 20,
    headAbs: bytes.length,
    oldestAbs: 0,
    lostCount: 0,
    runId: '3',
    epochId: 5,
    epochFirstAbs: 0,
    definitionHash: compiled.carriageHash,
    prevDefinitionHash: '0000000000000000'
  };
  const facts = {
    stream,
    incarnation: 0,
    bufferId: 9,
    snapshot,
    epochs: [],
    receiveTimeNs: '1780000001000000000'
  };
  const binding = bind(store, { stream, snapshot, epochs: [], whenUnadvertised: 'placeholder' });
  return { bytes, count, meanBytes, facts, binding };
}

export const { bytes, count, meanBytes, facts, binding } = boundBatch(2000, 'bench');

/** Decodes every record and calls `use` with each and its offset. */
export function eachRecord(use) {
  for (let at = 0; at < bytes.length;) {
    const record = decodeRecord(bytes, at, bytes.length);
    if (!record.ok) throw new Error(record.kind);
    use(record, at);
    at += record.length;
  }
}
