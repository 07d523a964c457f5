import {
  contentOf,
  keyOf,
  type LogGap,
  type LogPosition,
  logUid,
  type NewRecord,
  positionOf,
  runPoll,
  savedPosition,
  ticksOfMs,
  type CollectSettings,
  type LogPort
} from '../../../lib/logobject';
import { SeededRandom } from '../../../lib/simulator/random';
import { type Habits, World } from './world';

/** A rule of reading that is taken away, to see that its absence is found. */
export type Sabotage = 'overlap' | 'multiset' | 'anchor' | 'server-end' | 'first-again';

/** What a seed came to. */
export interface SeedResult {
  readonly seed: number;
  readonly records: number;
  readonly handed: number;
  /** Distinct by uid. */
  readonly distinct: number;
  readonly missing: number;
  readonly gaps: Readonly<Record<string, number>>;
  /** Reported although nothing of that span was missing. */
  readonly gapsWithoutLoss: number;
  readonly restarts: number;
  readonly kills: number;
  readonly steps: number;
  readonly evicted: number;
  readonly polls: number;
  /** What broke a promise; undefined: nothing. */
  readonly violation?: string;
}

export const OVERLAP_MS = 10_000;

/** How one seed is played. */
export interface Plan {
  readonly habits: Habits;
  readonly intervalMs: number;
  readonly pageSize: number;
  readonly takeAfter: number;
  readonly restart: number;
  readonly kill: number;
  readonly step: number;
  readonly settingsChange: number;
}

/** The plan of a seed. `calm`: nothing that could lose a record. */
export function planOf(random: SeededRandom, calm = false): Plan {
  const rate = random.pick([5, 20, 50, 100]);
  const intervalMs = random.pick([300, 1000, 3000]);
  const perPoll = (rate * intervalMs) / 1000;
  const maxRecords = calm ? 1_000_000 : Math.ceil(random.pick([0.8, 1.5, 3, 10, 50]) * perPoll + 20);
  const habits: Habits = {
    maxRecords,
    tellsLimits: random.chance(0.6),
    maxStorageMs: !calm && random.chance(0.2) ? random.pick([5_000, 30_000]) : undefined,
    pageLimit: random.pick([3, 7, 50, 500]),
    keepsLog: calm || random.chance(0.5),
    unsorted: random.chance(0.3),
    lateMs: random.chance(0.4) ? random.pick([200, 2_000]) : 0,
    sameTime: random.pick([0, 0.3, 0.9]),
    twins: random.pick([0, 0, 0.02, 0.2]),
    flat: random.chance(0.2),
    noFields: random.chance(0.2),
    clockOffMs: random.pick([0, 5_000, -90_000, 3_600_000]),
    clockStepMs: random.pick([1, 1, 16, 1000]),
    forgets: random.pick([0, 0, 0.05]),
    rate,
    bursts: calm ? 0 : random.pick([0, 0.01, 0.05])
  };
  return {
    habits,
    intervalMs,
    pageSize: random.pick([5, 100, 500]),
    takeAfter: random.pick([20, 200, 10_000]),
    restart: random.pick([0, 0.005, 0.02]),
    kill: random.pick([0, 0.02, 0.1]),
    step: calm ? 0 : random.pick([0, 0, 0.01]),
    settingsChange: random.pick([0, 0, 0.003])
  };
}

/** Plays one seed with at least so many records and looks whether every promise was kept. */
export async function playSeed(
  seed: number,
  records: number,
  { sabotage, calm = false }: { sabotage?: Sabotage; calm?: boolean } = {}
): Promise<SeedResult> {
  const random = new SeededRandom(seed);
  const plan = planOf(random, calm);
  const world = new World(plan.habits, random, records);
  const log = sabotage === 'server-end' ? byOwnClock(world) : world;
  let settings: CollectSettings = {
    overlapMs: sabotage === 'overlap' ? 0 : OVERLAP_MS,
    startFrom: 'oldest',
    minimumSeverity: 1,
    pageSize: plan.pageSize,
    user: 'u0',
    takeAfter: plan.takeAfter
  };
  const handed: NewRecord[] = [];
  const gaps: LogGap[] = [];
  let saved: string | undefined;
  let position: LogPosition | undefined;
  let kills = 0;
  let polls = 0;
  /** How many records were gone when the first page of the first contact was made. */
  let contact: number | undefined;
  let goneAtFirstPage: number | undefined;
  const watched: LogPort = {
    facts: () => {
      if (contact === undefined) goneAtFirstPage = undefined;
      return log.facts();
    },
    release: (point) => log.release(point),
    getRecords: async (request) => {
      const page = await log.getRecords(request);
      if (page.ok) goneAtFirstPage ??= world.counts.evicted;
      return page;
    }
  };
  const accept = (part: { records: readonly NewRecord[]; gaps: readonly LogGap[]; position: LogPosition }): void => {
    contact ??= goneAtFirstPage;
    handed.push(...(sabotage === 'multiset' ? part.records.filter(({ number }) => number === 0) : part.records));
    for (const gap of part.gaps) {
      if (sabotage === 'anchor' && gap.verdict !== 'overflow-while-reading') continue;
      if (sabotage === 'first-again' && gap.verdict === 'overflow-while-reading') continue;
      gaps.push(gap);
    }
    position = part.position;
    // An acknowledgement may be late: what was not acknowledged is read again after a kill.
    if (random.chance(0.7)) saved = savedPosition(part.position);
  };
  world.pass(random.between(0, 5_000));
  for (let still = 0; still < 8;) {
    world.pass(plan.intervalMs * random.between(0.5, 1.5));
    if (random.chance(plan.restart)) world.restart(random.between(100, 5_000));
    if (random.chance(plan.step)) world.stepClock(random.pick([-90_000, -20_000, -3_000, 4_000, 60_000]));
    if (random.chance(plan.settingsChange)) settings = { ...settings, user: `u${random.below(100)}` };
    const killAt = random.chance(plan.kill) ? random.below(4) : undefined;
    let parts = 0;
    const killed = new AbortController();
    const run = await runPoll(
      watched,
      position,
      settings,
      async (part) => {
        if (killed.signal.aborted) return;
        accept(part);
        if (parts++ === killAt) killed.abort();
      },
      killed.signal
    );
    polls++;
    if (killed.signal.aborted || (killAt !== undefined && parts <= killAt)) {
      // Nothing that the poll found at its end was handed on.
      kills++;
      world.dropPoints();
      position = saved === undefined ? undefined : positionOf(saved);
      if (position === undefined) contact = undefined;
      world.pass(random.between(100, 4_000));
      continue;
    }
    if (run.ok) accept(run.outcome);
    if (world.isFull && run.ok) still++;
    // A clock that was set back has to get to what it had shown before.
    if (world.isFull && still === 7) world.pass(100_000);
  }
  return judge(seed, world, plan, handed, gaps, contact ?? 0, { kills, polls, records });
}

function judge(
  seed: number,
  world: World,
  { habits }: Plan,
  handed: readonly NewRecord[],
  gaps: readonly LogGap[],
  contact: number,
  counted: { kills: number; polls: number; records: number }
): SeedResult {
  const real = new Map<string, number>();
  const lost: { ticks: bigint; text: string }[] = [];
  const numbers = new Map<string, Set<number>>();
  const uids = new Set<string>();
  let violation: string | undefined;
  const keys = world.all.map(({ record }) => keyOf(contentOf(record, [])));
  for (const key of keys) real.set(key, (real.get(key) ?? 0) + 1);
  for (const { key, number, content } of handed) {
    const of = numbers.get(key) ?? new Set();
    numbers.set(key, of.add(number));
    uids.add(logUid('urn:server', 'log', key, number));
    if (!real.has(key)) violation ??= `invented: ${JSON.stringify(content)}`;
    else if (number >= (real.get(key) as number)) violation ??= `one twin too many: ${JSON.stringify(content)}`;
  }
  // An entry may be late by lateMs; a clock of steps shows an older time; one that was set back by less than half the
  // overlap is not told from a late entry.
  const slack = ticksOfMs(habits.lateMs + habits.clockStepMs + (world.counts.steps > 0 ? OVERLAP_MS / 2 : 0) + 1);
  const within = (ticks: bigint, { after, before }: LogGap): boolean =>
    ticks > after - slack && ticks <= before + slack;
  const judged = new Set<string>();
  /** Of each key, what was there at first contact or came later. */
  const expected = new Map<string, number>();
  for (const key of keys.slice(contact)) expected.set(key, (expected.get(key) ?? 0) + 1);
  let unreported: string | undefined;
  let missing = 0;
  world.all.slice(contact).forEach((one, i) => {
    const key = keys[contact + i];
    if (judged.has(key)) return;
    judged.add(key);
    const since = expected.get(key) as number;
    const absent = since - (numbers.get(key)?.size ?? 0);
    if (absent <= 0) return;
    missing += absent;
    lost.push({ ticks: one.record.ticks, text: one.record.message.text ?? '' });
    if (!gaps.some((gap) => within(one.record.ticks, gap)))
      unreported ??= `missing and not reported: ${one.record.message.text} (${one.record.ticks})`;
  });
  violation ??= unreported;
  if (world.counts.evicted === 0 && gaps.length > 0)
    violation ??= `a gap (${gaps[0].verdict}) in a log that never lost a record`;
  const verdicts: Record<string, number> = {};
  for (const { verdict } of gaps) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const gapsWithoutLoss = gaps.filter((gap) => !lost.some(({ ticks }) => within(ticks, gap))).length;
  return {
    seed,
    records: world.all.length,
    handed: handed.length,
    distinct: uids.size,
    missing,
    gaps: verdicts,
    gapsWithoutLoss,
    restarts: world.counts.restarts,
    kills: counted.kills,
    steps: world.counts.steps,
    evicted: world.counts.evicted,
    polls: counted.polls,
    ...(violation === undefined ? {} : { violation })
  };
}

/** The client's clock in place of the server's. */
function byOwnClock(world: World): LogPort {
  return {
    facts: async () => {
      const facts = await world.facts();
      return facts.ok ? { ...facts, deviceTicks: facts.deviceTicks - ticksOfMs(world.habits.clockOffMs) } : facts;
    },
    getRecords: (request) => world.getRecords(request),
    release: () => world.release()
  };
}

export type { Habits };
