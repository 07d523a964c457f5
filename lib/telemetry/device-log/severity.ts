/** The bands of Part 26, which are not those of alarms: the highest Severity of each, its OTLP number and its name. */
const BANDS: ReadonlyArray<readonly [highest: number, number: number, text: string]> = [
  [50, 5, 'Debug'],
  [100, 9, 'Information'],
  [150, 10, 'Notice'],
  [200, 13, 'Warning'],
  [250, 17, 'Error'],
  [300, 18, 'Critical'],
  [400, 19, 'Alert'],
  [1000, 21, 'Emergency']
];

/** Number and name of a Severity of Part 26 (docs/format.md 21); outside of 1 to 1000 it is 0, without a name. */
export function severityOfLog(severity: number): { readonly number: number; readonly text?: string } {
  const band = severity < 1 ? undefined : BANDS.find(([highest]) => severity <= highest);
  return band === undefined ? { number: 0 } : { number: band[1], text: band[2] };
}
