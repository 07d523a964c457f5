import { counted } from '../base';
import { CompiledDefinition } from '../definition';
import { LossClass, LossItem } from '../stream/items';
import { EventType } from '../wire';
import { LineFacts, oneLine } from './line';
import { messageLine } from './message-text';
import { phrases } from './phrases';
import { Provenance } from './provenance';
import { describeReason, PlaceholderReason } from './reason';
import { RecordHead, Resolution } from './resolution';

/** The readable lines of enriched documents (docs/format.md 18). */

const sourceName = (provenance: Provenance, sourceId: number): string =>
  provenance.source(sourceId)?.name ?? `source ${sourceId}`;

/** The line of an event: a phrase of its own for each canonical one, name and fields for any other. */
export function eventLine(
  provenance: Provenance,
  compiled: CompiledDefinition,
  resolution: Resolution,
  head: RecordHead
): string {
  const facts = new LineFacts(resolution, compiled, sourceName(provenance, head.sourceId));
  if (head.eventTypeId === EventType.Message) return oneLine(messageLine(facts, resolution, compiled));
  const phrase = phrases.get(head.eventTypeId);
  if (phrase !== undefined) return oneLine(phrase(facts));
  const name = compiled.eventTypes.get(head.eventTypeId)?.name ?? String(head.eventTypeId);
  const fields = facts.everything();
  return oneLine(`${facts.source}: ${name}${fields === '' ? '' : ' ' + fields}`);
}

/** The line of a placeholder. */
export function placeholderLine(provenance: Provenance, head: RecordHead, reason: PlaceholderReason): string {
  return oneLine(
    `Event ${head.eventTypeId} of ${sourceName(provenance, head.sourceId)} (seq ${head.seq}) is not resolved: ` +
      `${describeReason(reason)}`
  );
}

const fates: Readonly<Record<LossClass, string>> = {
  lost: 'lost',
  indeterminate: 'may or may not have been delivered',
  'before-contact': 'overwritten before first contact'
};

/** The line of a loss. */
export function lossLine(provenance: Provenance, loss: LossItem): string {
  const records = counted(loss.count, 'record');
  const range = loss.count === 1 ? `seq ${loss.firstSeq}` : `seq ${loss.firstSeq} to ${loss.lastSeq}`;
  const fate = fates[loss.class];
  return oneLine(`${records} of ${sourceName(provenance, loss.sourceId)} ${fate} (${range})`);
}
