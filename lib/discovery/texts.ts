import type { ControlBlock } from '../ring';
import type { RingCheck } from './ring-check';

/** `64 KiB`, `5.5 KiB`, `700 bytes`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [value, unit] = bytes < 1 << 20 ? [bytes / 1024, 'KiB'] : [bytes / (1 << 20), 'MiB'];
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
}

/** One line for a person who has to choose between rings. */
export function describeRing(where: string, check: RingCheck, capacity: number): string {
  const size = sizeText(capacity);
  switch (check.kind) {
    case 'proved':
      return (
        `${where}: ${size}, buffer ${check.block.bufferId}, ${check.block.headAbs} bytes written since its ` +
        'beginning; its records are whole'
      );
    case 'empty':
      return `${where}: ${size}, buffer ${check.block.bufferId}, nothing written yet, so the ring's place is a guess`;
    default:
      return (
        `${where}: ${size}; the ring's place is a guess: ` +
        `${check.kind === 'restless' ? check.text : 'no record was seen in it'}`
      );
  }
}

/** What a control block says, line by line. */
export function controlLines(block: ControlBlock): string[] {
  return [
    `version ${block.version}, buffer ${block.bufferId}, capabilities 0x${block.caps.toString(16).padStart(2, '0')}`,
    `capacity: ${block.capacity} bytes (${sizeText(block.capacity)})`,
    `head: ${block.headAbs}, oldest: ${block.oldestAbs} (${block.headAbs - block.oldestAbs} bytes in the ring)`,
    `records overwritten since the ring began: ${block.lostCount}`,
    `run: ${block.runId}, epoch: ${block.epochId}, since position ${block.epochFirstAbs}`,
    `definition: ${hashText(block.definitionHash)}, the one before: ${hashText(block.prevDefinitionHash)}`
  ];
}

const hashText = (hash: string): string => (/^0+$/.test(hash) ? 'none' : hash);

/** `40 ms`, `1.2 s`, `30 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
