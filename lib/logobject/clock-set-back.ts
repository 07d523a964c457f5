import { ticksOfMs } from './time';
import type { LogPosition } from './position';
import type { PollFacts } from './poll-types';

/** What a clock that was set back has shown and may show again, in ticks. */
export interface SetBack {
  /** The lowest and the highest time that it can have shown since the last poll. */
  readonly lowest: bigint;
  readonly highest: bigint;
  /** So much less than the host's clock it advanced: what is entered after that is late by as much. */
  readonly by: bigint;
  /** By more than half the overlap: Times do not tell what was entered first then. */
  readonly isFar: boolean;
}

/**
 * How far the device's clock was set back since the last poll: it did not advance as the host's did (docs/format.md
 * 29.2). Undefined where it was not, or by no more than the two readings of it may be off.
 */
export function clockSetBack(
  { deviceTicks, hostMs }: Pick<LogPosition, 'deviceTicks' | 'hostMs'>,
  { deviceTicks: now, hostMs: hostNow, clock }: Pick<PollFacts, 'deviceTicks' | 'hostMs' | 'clock'>,
  overlap: bigint
): SetBack | undefined {
  const since = ticksOfMs(Math.max(0, hostNow - hostMs));
  const lowest = now - since;
  const by = deviceTicks - lowest;
  // What was shown then may have been behind what records were stamped with, by a step of that clock.
  const untold = ticksOfMs(2 * clock.errorMs + clock.stepMs);
  if (by <= untold) return undefined;
  const highest = deviceTicks + since + untold;
  return { lowest, highest: highest > now ? highest : now, by, isFar: by > overlap / 2n };
}
