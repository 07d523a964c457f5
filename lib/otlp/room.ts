import type { Signal } from '../telemetry/otlp-types';
import type { Accounts } from './accounts';
import type { SignalQueue } from './queue';
import { AWAY_BYTES, AWAY_ITEMS, SenderSettings, SIGNALS } from './settings';

/** Items that are let go of at once, at most: the next ones may be of another signal. */
const MAX_DROPPED = 100;

/** With `bestEffort`: lets go of the oldest items where more wait than may. What is under way stays. */
export function makeRoom(
  { awayItems = AWAY_ITEMS, awayBytes = AWAY_BYTES }: Pick<SenderSettings, 'awayItems' | 'awayBytes'>,
  accounts: Accounts,
  queues: Readonly<Record<Signal, SignalQueue>>
): void {
  while (accounts.pending > awayItems || accounts.pendingBytes > awayBytes) {
    const [oldest] = SIGNALS.flatMap((signal) => {
      const serial = queues[signal].oldestSerial;
      return serial === undefined ? [] : [{ signal, serial }];
    }).sort((a, b) => a.serial - b.serial);
    if (oldest === undefined) return;
    const tooMany = Math.max(1, Math.min(accounts.pending - awayItems, MAX_DROPPED));
    accounts.drop(queues[oldest.signal].takeOldest(tooMany));
  }
}
