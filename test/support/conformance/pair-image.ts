import { encodeControlBlock } from '../../../lib/ring';
import { Capture } from '../vectors';

/**
 * A captured ring of the conformance data as an image that the product replays: the 88 bytes of its control block, and
 * the ring behind them.
 */
export function pairImage({ control, ring }: Capture): Uint8Array {
  const block = encodeControlBlock({
    version: 2,
    caps: 0,
    bufferId: 1,
    capacity: ring.length,
    seqlock: 0,
    headAbs: BigInt(control.headAbs),
    oldestAbs: BigInt(control.oldestAbs),
    lostCount: BigInt(control.lostCount),
    runId: BigInt(control.runId),
    epochId: BigInt(control.epochId),
    epochFirstAbs: BigInt(control.epochFirstAbs),
    definitionHash: control.definitionHash,
    prevDefinitionHash: control.prevDefinitionHash
  });
  return new Uint8Array(Buffer.concat([block, ring]));
}
