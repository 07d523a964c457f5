import { sabotage } from './sabotage';
import { SABOTAGES } from './sabotages';

/* `npm run sabotage`: each thing taken out, one at a time; the simulator must find every one. */
async function main(): Promise<void> {
  let missed = 0;
  for (const one of SABOTAGES.filter(({ name }) => name.includes(process.argv[2] ?? ''))) {
    const since = performance.now();
    const { seeds, result } = await sabotage(one, 400, 4_000);
    const seconds = ((performance.now() - since) / 1_000).toFixed(1);
    if (result?.violation === undefined) missed++;
    console.log(
      result?.violation === undefined
        ? `NOT FOUND  ${one.name} (${seeds} seeds, ${seconds} s)`
        : `found      ${one.name}: seed ${result.seed}, checker ${result.violation.checker} (${seconds} s)\n           ${result.violation.message.slice(0, 220)}`
    );
  }
  process.exitCode = missed > 0 ? 1 : 0;
}

void main();
