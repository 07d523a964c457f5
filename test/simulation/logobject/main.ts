import { playSeed, type Sabotage } from './run';

/*
 * node --import tsx test/simulation/logobject/main.ts
 * [--from 1] [--seeds 500] [--records 5000] [--calm] [--each]
 * [--sabotage overlap|multiset|anchor|server-end|first-again]
 */

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

async function main(): Promise<void> {
  const from = Number(option('from') ?? 1);
  const seeds = Number(option('seeds') ?? 500);
  const records = Number(option('records') ?? 5_000);
  const sum: Record<string, number> = {};
  let violations = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await playSeed(seed, records, {
      calm: process.argv.includes('--calm'),
      sabotage: option('sabotage') as Sabotage | undefined
    });
    if (process.argv.includes('--each')) console.log(`${seed} ${result.polls} ${result.violation ?? ''}`);
    else if (result.violation !== undefined && violations++ < 10) console.log(JSON.stringify(result));
    for (const [name, value] of Object.entries({ ...result, ...result.gaps }))
      if (typeof value === 'number' && name !== 'seed') sum[name] = (sum[name] ?? 0) + value;
  }
  console.log(JSON.stringify({ seeds, violations, ...sum }));
}

void main();
