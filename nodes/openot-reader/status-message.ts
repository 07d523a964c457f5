import type { NodeMessage } from 'node-red';
import type { ReaderStatus, StatusFacts } from '../../lib/reader';
import type { WaitsForFacts } from '../runtime/held-back';

/** The message of output 2: what is not known yet is null in the payload, and absent in the facts. */
export function statusMessage(
  status: ReaderStatus,
  facts: StatusFacts,
  waitsFor?: WaitsForFacts
): NodeMessage & { openot: object } {
  const payload = Object.fromEntries(
    Object.entries({ ...status, about: [...status.about], waitsFor }).map(([key, value]) => [key, value ?? null])
  );
  const openot = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return { topic: facts.stream ?? '', payload, openot };
}
