import type { EventDocument } from '../../document';
import { EventType, Key } from '../../wire';
import { fieldOf } from '../field-of';

/** Values of key clockQuality (docs/format.md 5). */
const SYNCED = 2;
const qualities: readonly string[] = ['unknown', 'free running', 'synchronised', 'in holdover'];

/** What the records of one source say about its clock. */
export interface SourceClock {
  readonly id: number;
  name: string | undefined;
  /** Receive time of the latest record with the flag; undefined once that is over. */
  unsyncedNs: bigint | undefined;
  /** What TimeSyncChanged said last, if that was anything but Synced. */
  quality: string | undefined;
}

/** The quality that a TimeSyncChanged tells, or undefined for any other document; `isSynced` when all is well. */
export function qualityOf(document: EventDocument): { readonly text: string; readonly isSynced: boolean } | undefined {
  if (document.eventTypeId !== EventType.TimeSyncChanged) return undefined;
  const field = fieldOf(document, Key.clockQuality);
  if (typeof field?.value !== 'number') return undefined;
  return { text: qualities[field.value] ?? `of quality ${field.value}`, isSynced: field.value === SYNCED };
}

/** Nothing is wrong with it. */
export const isHealthy = ({ unsyncedNs, quality }: SourceClock): boolean =>
  unsyncedNs === undefined && quality === undefined;
