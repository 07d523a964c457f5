import { CONTROL_BLOCK_LENGTH, ControlOffset, encodeControlBlock } from '../ring';
import { writeU32, writeU64 } from '../wire';
import { writeHex } from '../wire/hex';

/** What a control block advertises besides positions. */
export interface Advertised {
  runId: bigint;
  epochId: bigint;
  epochFirstAbs: number;
  /** 16 lowercase hex digits. */
  definitionHash: string;
  prevDefinitionHash: string;
}

/**
 * The live 88 bytes, changed field by field as a program does it: a 64-bit position is two stores of 32 bits,
 * and a reader may see the one without the other (docs/format.md 7).
 */
export class ControlImage {
  readonly bytes = new Uint8Array(CONTROL_BLOCK_LENGTH);
  private seqlock = 0;

  /** Writes the whole block anew, as at a restart of the controller. */
  reset(bufferId: number, capacity: number, startAbs: number, advertised: Advertised): void {
    const position = BigInt(startAbs);
    this.seqlock = 0;
    const { runId, epochId, epochFirstAbs, definitionHash, prevDefinitionHash } = advertised;
    this.bytes.set(
      encodeControlBlock({
        version: 2,
        caps: 0,
        bufferId,
        capacity,
        seqlock: 0,
        headAbs: position,
        oldestAbs: position,
        lostCount: 0n,
        runId,
        epochId,
        epochFirstAbs: BigInt(epochFirstAbs),
        definitionHash,
        prevDefinitionHash
      })
    );
  }

  /** Even to odd at the beginning of an update, odd to even at its end. */
  tick(): void {
    this.seqlock = (this.seqlock + 1) >>> 0;
    writeU32(this.bytes, ControlOffset.seqlock, this.seqlock);
  }

  /** The low or the high half of a position. */
  position(field: 'headAbs' | 'oldestAbs' | 'lostCount', half: 'low' | 'high', value: number): void {
    if (half === 'low') writeU32(this.bytes, ControlOffset[field], value % 0x1_0000_0000);
    else writeU32(this.bytes, ControlOffset[field] + 4, Math.floor(value / 0x1_0000_0000));
  }

  /** One 64-bit field of what is advertised. */
  advertise(field: 'runId' | 'epochId' | 'epochFirstAbs', value: bigint): void {
    writeU64(this.bytes, ControlOffset[field], value);
  }

  hash(field: 'definitionHash' | 'prevDefinitionHash', hex: string): void {
    writeHex(this.bytes, ControlOffset[field], hex);
  }
}
