import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { Absence, overtake, OvertakenSums, Overtaking } from './support/overtaken';

const TIMES = Number(process.env.OPENOT_LONG_TIMES ?? 10);
const SEED = Number(process.env.OPENOT_SEED ?? 1);
/** Controllers that are played at the same time. */
const AT_ONCE = 8;

/** Records of about 100 bytes, 50 of them a second: the ring of the sizing rule could be a quarter of these. */
const RINGS = [
  { ringBytes: 32 << 10, rate: 50 },
  { ringBytes: 64 << 10, rate: 100 }
];
const ABSENCES: readonly Absence[] = ['stop', 'kill', 'closed', 'pulled'];
const TEXT: Record<Absence, string> = {
  stop: 'the reader was stopped, and started again',
  kill: 'the reader was killed, and started again',
  closed: 'the server was gone, and came back on its port',
  pulled: 'the link was down'
};

interface Variant extends Omit<Overtaking, 'seed'> {
  readonly outcomes: { readonly seed: number; readonly outcome: OvertakenSums[] | Error }[];
}

/** Works through all of it, so many at a time, the cases of one variant spread over the whole time. */
async function play(variants: readonly Variant[], pkiFolder: string): Promise<void> {
  const cases = Array.from({ length: TIMES }, (_, time) =>
    variants.map((variant) => ({ variant, seed: SEED + time }))
  ).flat();
  const work = async (): Promise<void> => {
    for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
      const { variant, seed } = next;
      const outcome = await overtake({ ...variant, seed }, pkiFolder).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error))
      );
      variant.outcomes.push({ seed, outcome });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** What must not be, each as a line. */
function faultsOf(sums: OvertakenSums): string[] {
  const { before, produced, delivered, lost, lapped, silent, misnumbered, duplicates, invented, incarnations } = sums;
  const faults: string[] = [];
  if (before.delivered !== before.produced) faults.push(`${before.delivered} of ${before.produced} before the cut`);
  if (silent.length > 0)
    faults.push(`${silent.length} of ${produced} neither delivered nor reported: ${silent.slice(0, 5).join(' ')}`);
  if (delivered + lost !== produced) faults.push(`${delivered} delivered and ${lost} lost are not ${produced}`);
  if (lapped !== lost) faults.push(`laps count ${lapped}, losses ${lost}`);
  if (delivered === 0) faults.push('nothing was delivered');
  if (incarnations.length !== 1 || !incarnations[0].startsWith('0 to 1'))
    faults.push(`incarnations: ${incarnations.join(', ') || 'none'}`);
  if (misnumbered > 0) faults.push(`${misnumbered} items under the number of the life before`);
  if (duplicates > 0 || invented.length > 0)
    faults.push(`${duplicates} twice, invented ${invented.slice(0, 5).join(' ')}`);
  return faults;
}

/*
 * Red when written: where the ring overtook the place at which reading had ended, and overwrites it before `rereadMs`
 * has passed, the restart is seen and forgotten (test/lib/reader/holes/forgotten-restart.test.ts).
 */
describe(
  'a controller that is power-cycled while nobody reads, keeps its run id and overtakes the old place, ' +
    `${TIMES} times each`,
  function () {
    this.timeout(1_800_000);
    const variants: Variant[] = RINGS.flatMap((ring) =>
      ABSENCES.map((absence) => ({ ...ring, absence, outcomes: [] }))
    );

    before(async () => {
      const pkiFolder = mkdtempSync(join(tmpdir(), 'openot-pki-'));
      try {
        await play(variants, pkiFolder);
      } finally {
        rmSync(pkiFolder, { recursive: true, force: true });
      }
    });

    for (const { ringBytes, rate, absence, outcomes } of variants)
      it(
        `ring of ${ringBytes >> 10} KiB, ${rate} records/s, ${TEXT[absence]}: what the new life produced is ` +
          'delivered or reported',
        () => {
          const faults: string[] = [];
          const lostBy: Record<string, number> = {};
          for (const { seed, outcome } of outcomes) {
            if (outcome instanceof Error) {
              faults.push(`seed ${seed}: ${outcome.message}`);
              continue;
            }
            for (const sums of outcome) {
              const { name, produced, delivered, lost, incarnations, errors } = sums;
              console.log(
                `      ${name}, seed ${seed}: produced ${produced}, delivered ${delivered}, lost ${lost}, silent ` +
                  `${sums.silent.length}, incarnations ${incarnations.join(', ') || 'none'}; ${errors.join(' ')}`
              );
              lostBy[name] = (lostBy[name] ?? 0) + lost;
              for (const fault of faultsOf(sums)) faults.push(`${name}, seed ${seed}: ${fault}`);
            }
          }
          // A reader that is quick may read all of it once; if it did each time, the ring was never overtaken.
          for (const [name, lost] of Object.entries(lostBy))
            if (lost === 0) faults.push(`${name}: never anything lost`);
          should(outcomes).have.length(TIMES);
          should(faults).eql([]);
        }
      );
  }
);
