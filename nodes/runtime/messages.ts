import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { LooseFacts } from '../../lib/stream';

/** A message made from another: every other property is kept, the given one is not changed. */
export function derive(message: NodeMessage, changes: NodeMessage): NodeMessage {
  return { ...message, ...changes };
}

/** The facts without their commit tokens: for every message of a batch but the last, and for side outputs. */
export function withoutCommit<T extends LooseFacts>(facts: T): Omit<T, 'commit'> {
  const rest = { ...facts };
  delete rest.commit;
  return rest;
}

/**
 * One message for each payload, in order, with `msg.parts` as the split node sets it (so that join puts them
 * together again) and the commit tokens on the last one only: a token and an item travel once.
 */
export function splitMessages(
  message: NodeMessageInFlow,
  payloads: readonly unknown[],
  facts: LooseFacts,
  id: string
): NodeMessage[] {
  const last = payloads.length - 1;
  const bare = withoutCommit(facts);
  return payloads.map((payload, index) =>
    derive(message, {
      payload,
      openot: index === last ? facts : { ...bare },
      parts: {
        id,
        type: 'array',
        index,
        count: payloads.length,
        len: 1,
        ...(message.parts === undefined ? {} : { parts: message.parts })
      }
    })
  );
}

/** What `msg.parts` says, as far as a sequence has an end; a split of a stream has none. */
type Part = NodeMessage & { parts?: { index?: unknown; count?: unknown } | null };

/** Parts that still come behind this one; undefined where it is no part, or nobody knows. */
function following({ parts }: Part): number | undefined {
  return typeof parts?.index === 'number' && typeof parts.count === 'number'
    ? parts.count - 1 - parts.index
    : undefined;
}

/** Is it a part of a sequence, and not its last one? Then a token that stands for it is still to come. */
export function isFollowed(message: Part): boolean {
  return (following(message) ?? 0) > 0;
}

/** Is it the part with which a sequence ends? */
export function isLastPart(message: Part): boolean {
  return (following(message) ?? 1) <= 0;
}
