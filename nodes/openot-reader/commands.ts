import { isU64Text, shownValue } from '../../lib/base';
import type { CommandOutcome } from '../../lib/reader';
import { parseSafeU64 } from '../../lib/wire';
import { CodedError } from '../runtime/coded-error';

export const commands = ['read', 'pause', 'resume', 'seek', 'skip', 'forget'] as const;

/** Where `seek` goes: a position of the ring, or one of its ends. Throws OPENOT_READER_SEEK. */
export function seekTarget(payload: unknown): number | 'oldest' | 'newest' {
  if (payload === 'oldest' || payload === 'newest') return payload;
  const position =
    typeof payload === 'number' || typeof payload === 'bigint' || isU64Text(payload)
      ? parseSafeU64(payload)
      : undefined;
  if (position === undefined)
    throw new CodedError(
      'OPENOT_READER_SEEK',
      'msg.payload of the command seek must be "oldest", "newest" or a position (a whole number from 0 to ' +
        `2^53-1), found ${shownValue(payload)}`
    );
  return position;
}

/** A command that could not be done is an error of its message. */
export function done(outcome: CommandOutcome): void {
  if (!outcome.ok) throw new CodedError(outcome.code, outcome.message);
}
