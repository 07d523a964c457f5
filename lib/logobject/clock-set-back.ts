import type { PollFacts } from './poll-types';
import type { LogPosition } from './position';
import { ticksOfMs } from './time';

/**
 * The lowest and the highest time that the device's clock can have shown since the last poll, where it was set back by
 * more than half the overlap: it did not advance as the host's did (docs/format.md 29.2). Undefined where it was not.
 */
export function clockSetBack(
  { deviceTicks, hostMs }: Pick<LogPosition, 'deviceTicks' | 'hostMs'>,
  facts: Pick<PollFacts, 'deviceTicks' | 'hostMs' | 'clock'>,
  overlap: bigint
): { readonly lowest: bigint; readonly highest: bigint } | undefined {
  const now = facts.deviceTicks;
  const since = ticksOfMs(Math.max(0, facts.hostMs - hostMs));
  const lowest = now - since;
  if (lowest >= deviceTicks - overlap / 2n) return undefined;
  // What was shown then may have been behind what records were stamped with, by a step of that clock.
  const highest = deviceTicks + since + ticksOfMs(2 * facts.clock.errorMs + facts.clock.stepMs);
  return { lowest, highest: highest > now ? highest : now };
}
