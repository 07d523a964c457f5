/* What a benchmark prints, a line each: a name and a rate, or a name and a ratio with its goal. */
export const rate = (name, ns, unit = 'records/s') =>
  `${name.padEnd(58)}${Math.round(1e9 / ns)
    .toLocaleString('en-US')
    .padStart(12)} ${unit}`;

export const ratio = (name, value, goal) =>
  `${name.padEnd(58)}${value.toFixed(2).padStart(6)}` +
  (goal === undefined ? '' : `   goal ${goal.toFixed(1)}: ${value >= goal ? 'reached' : 'MISSED'}`);
