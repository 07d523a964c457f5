/** The bands of Part 26, which are not those of alarms: the highest Severity of each, its OTLP number and its name. */
const BANDS: ReadonlyArray<readonly [highest: number, number: number, name: string]> = [
  [50, 5, 'Debug'],
  [100, 9, 'Information'],
  [150, 10, 'Notice'],
  [200, 13, 'Warning'],
  [250, 17, 'Error'],
  [300, 18, 'Critical'],
  [400, 19, 'Alert'],
  [1000, 21, 'Emergency']
];

/** The band of a Severity of OPC UA's logs, or undefined outside 1 to 1000 (docs/format.md 21, 29). */
export function logSeverity(severity: number): { readonly number: number; readonly text: string } | undefined {
  if (severity < 1) return undefined;
  const band = BANDS.find(([highest]) => severity <= highest);
  return band === undefined ? undefined : { number: band[1], text: band[2] };
}
