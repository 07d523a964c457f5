/** The enumerations the registry knows (docs/format.md 5). Value = index, unless said otherwise. */

/** Labels of key `category`. */
export const categories: readonly string[] = ['ProcessState', 'Mode', 'Procedural'];
/** Labels of key `authResult`. */
export const authResults: readonly string[] = ['Granted', 'Denied', 'NotRequired', 'Pending', 'Expired'];
/** Labels of key `signatureMeaning`. */
export const signatureMeanings: readonly string[] = [
  'Authored',
  'Reviewed',
  'Approved',
  'Verified',
  'Performed',
  'Witnessed'
];

/* The following sets are not applied by strict documents; enriched ones use them. */

/** Labels of key `conditionClass`. */
export const conditionClasses: readonly string[] = ['Alarm', 'Interlock'];
/** Labels of key `quality`. */
export const qualities: readonly string[] = ['Good', 'Uncertain', 'Bad', 'Unknown'];
/** Labels of key `semanticRole`. */
export const semanticRoles: readonly string[] = ['Actual', 'Setpoint', 'Command', 'Count', 'Position', 'Status'];
/** Labels of key `clockQuality`. */
export const clockQualities: readonly string[] = ['Unknown', 'FreeRunning', 'Synced', 'Holdover'];
/** No key uses this set yet. */
export const timeSyncStates: readonly string[] = ['Unsynced', 'Synced', 'SteppedForward', 'SteppedBackward'];
/** Labels of key `newState` in a BatchEvent. */
export const batchStates: readonly string[] = ['Started', 'Completed', 'Held', 'Resumed', 'Aborted', 'Paused'];

/** A label for the severities `min` to `max`, both included. */
export interface SeverityBand {
  readonly label: string;
  readonly min: number;
  readonly max: number;
}

/** The fixed bands of key `severity`; 0 and values above 1000 have none. */
export const severityBands: readonly SeverityBand[] = [
  { label: 'Low', min: 1, max: 332 },
  { label: 'Medium', min: 333, max: 666 },
  { label: 'High', min: 667, max: 1000 }
];

/** Symbols of the unit registry by unit id. An authoring aid: resolving uses the definition's own units. */
export const unitSymbols: Readonly<Record<number, string>> = {
  1: '1',
  2: 'L',
  3: 'degC',
  4: 'bar',
  5: 'rpm',
  6: 's',
  7: 'ms',
  8: 'kg',
  9: 'm',
  10: '%'
};
