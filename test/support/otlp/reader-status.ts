/** The status message of a reader that reads, as openot-otel gets it; its counts reach the largest exact number. */
export const READER_STATUS = {
  state: 'reading',
  detail: '',
  cursorAbs: 9000,
  lag: 88,
  capacity: 65536,
  clockSkewMs: 12.5,
  sinceNs: '1780000000000000001',
  totals: { records: 9007199254740991, bytes: 0, lost: 2, indeterminate: 1, laps: 3, skipped: 0, incarnations: 1 }
};
