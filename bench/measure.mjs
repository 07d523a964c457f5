/*
 * Measures contestants side by side: warm-up, then rounds in which each runs once in turn, so that whatever else the
 * machine does falls on all of them alike. Ratios are taken per round and their median reported: a slow moment spoils a
 * round, not the figure.
 */
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
};

/** Nanoseconds per record of one run of `work`, which handles `records` of them. */
function once(work, records) {
  const begin = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begin) / records;
}

/**
 * `contestants` = {name: () => void}, each handling `records` records per call.
 * Returns {ns: {name: median ns per record}, ratio(a, b): median over rounds of how many times a is as fast as b}.
 */
export function measure(contestants, records, { rounds = 61, warmUp = 15 } = {}) {
  const names = Object.keys(contestants);
  for (let i = 0; i < warmUp; i++) for (const name of names) contestants[name]();
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // A different one begins each round: none always follows the same neighbour's garbage.
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      times[name].push(once(contestants[name], records));
    }
  }
  return {
    ns: Object.fromEntries(names.map((name) => [name, median(times[name])])),
    ratio: (a, b) => median(times[b].map((time, round) => time / times[a][round]))
  };
}
