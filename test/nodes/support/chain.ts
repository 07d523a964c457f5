/** What the tests of readers have in common: the nodes behind a reader, and its documents against what was produced. */
import type { DocumentObject } from '../../../lib/document';
import type { Simulator } from '../../../lib/simulator';
import { Flow, FlowNode, sink } from '../../support/node-red';

/** Of an event or placeholder, what says which record it was. */
export type Seen = { kind: string; provenance: { runId: string; source: { id: number } }; seq: number };

/** Decoder and doc, with a definition node, up to the helper nodes `out` and `status`. */
export const behindReader = (definition: string, doc: Record<string, unknown> = {}): FlowNode[] => [
  { id: 'definition', type: 'openot-definition', source: 'json', json: definition, path: '', watch: false },
  { id: 'decoder', type: 'openot-decoder', emit: 'batch', wires: [['doc']] },
  {
    id: 'doc',
    type: 'openot-doc',
    definition: 'definition',
    whenUnadvertised: 'placeholder',
    profile: 'strict',
    format: 'object',
    emit: 'batch',
    outputs: 1,
    wires: [['out']],
    ...doc
  },
  sink('out'),
  sink('status')
];

/** All documents that came to `out`, but losses. */
export const recordsOf = (running: Flow): Seen[] =>
  running
    .at('out')
    .flatMap(({ payload }) => payload as DocumentObject[] as unknown as Seen[])
    .filter(({ kind }) => kind !== 'loss');

/** `run/source/seq` */
export const identity = ({ provenance, seq }: Seen): string => `${provenance.runId}/${provenance.source.id}/${seq}`;

/** The identities of all records that a simulator has written. */
export const producedBy = (plc: Simulator): Set<string> =>
  new Set(plc.truth().map(({ runId, sourceId, seq }) => `${runId}/${sourceId}/${seq}`));
