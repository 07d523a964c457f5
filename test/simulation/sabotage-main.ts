import { sabotage } from './sabotage';
import { MUTANTS, Mutant } from './mutants';

/* `npm run sabotage`: each thing taken out, one at a time; the simulator must find every one. */
async function main(): Promise<void> {
  const queue = MUTANTS.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  const all = queue.length;
  let found = 0;
  const one = async (mutant: Mutant): Promise<void> => {
    const since = performance.now();
    const { seeds, result } = await sabotage(mutant, 400, 4_000);
    const seconds = ((performance.now() - since) / 1_000).toFixed(1);
    if (result?.violation !== undefined) found++;
    console.log(
      result?.violation === undefined
        ? `NOT FOUND  ${mutant.name} (${seeds} seeds, ${seconds} s)`
        : `found      ${mutant.name}: seed ${result.seed}, checker ${result.violation.checker} (${seconds} s)\n    ` +
            `       ${result.violation.message.slice(0, 220)}`
    );
  };
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next);
  };
  await Promise.all([work(), work()]);
  console.log(`${found} of ${all} mutants found`);
  process.exitCode = found < all ? 1 : 0;
}

void main();
