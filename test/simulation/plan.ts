import { ReaderSettings } from '../../lib/reader';
import { Chance } from './chance';
import { DiskPlan } from './ports/disk';
import { LinkPlan } from './ports/link';
import { SinkPlan } from './ports/sink';
import { Incident, ProgramPlan } from './world/program';

export interface OperatorPlan {
  /** Milliseconds between two things that the operator does, on average; Infinity = nothing. */
  readonly everyMs: number;
  readonly does: readonly Deed[];
  /** Milliseconds until a reader that was ended is started again, at most. */
  readonly downMs: number;
  /** Started again under the same process id, as in a container. */
  readonly samePid: boolean;
}

/**
 * kill: the process, at any await. crash: the machine, and with it what the disk had not flushed. redeploy: stop and
 * start
 * in order. double: another runtime on the same state file. rollback: the state file of some time ago is put back.
 * overtake: a kill and a power cycle, and the ring is beyond the old place when it is seen again. cutTwice: a power
 * cycle; when it was noticed while batches of the former life are unsettled, a kill and another power cycle.
 */
export type Deed =
  'kill' | 'crash' | 'redeploy' | 'double' | 'pause' | 'read' | 'breakLink' | 'rollback' | 'overtake' | 'cutTwice';

/** Everything that one seed decides, but for the moments at which it happens. */
export interface Plan {
  readonly capacity: number;
  readonly startAbs: number;
  readonly runId: bigint;
  readonly program: ProgramPlan;
  readonly link: LinkPlan;
  readonly disk: DiskPlan;
  readonly sink: SinkPlan;
  readonly operator: OperatorPlan;
  readonly settings: Partial<ReaderSettings>;
  /** Chance that a definition is there when it comes into force; otherwise later. */
  readonly definitionReady: number;
  readonly wallJumps: boolean;
  /**
   * Bytes may come from copies of some time ago: then the ring must not lap the reader (docs/reader.md, How large a
   * ring must be).
   */
  readonly isOld: boolean;
  /** Names of what was switched on, for people. */
  readonly faults: readonly string[];
}

/** What a part of the plan looks like when nothing is wrong with it. */
export const CALM_LINK: LinkPlan = {
  latency: [1, 4],
  midUpdate: 0,
  order: 'given',
  missedCopy: 0,
  old: 0,
  oldMs: 0,
  short: 0,
  long: 0,
  shifted: 0,
  swapped: 0,
  duplicated: 0,
  retry: 0,
  lost: 0,
  refused: 0,
  timeOut: 0,
  timeOutMs: 0,
  outage: 0,
  outageMs: 0,
  connectFails: 0,
  tellsSize: true,
  granularity: 1,
  tellsLoss: true,
  lookFirst: false
};
/** A disk that keeps what it is given. */
export const CALM_DISK: DiskPlan = { stepMs: 2, fails: 0, full: 0, fullMs: 0 };
const CALM_SINK: SinkPlan = { kind: 'direct', workMs: 0, ackMs: 0, rejects: 0, losesAcks: 0 };

/** Nothing in the settings slows what a special history tells. */
const QUICK = { mode: 'poll', startFrom: 'oldest', saveIntervalMs: 1_000 } as const;

type Draft = { -readonly [K in keyof Plan]: Plan[K] } & { faults: string[] };

/** Draws the plan of a seed: a random subset of all faults, each at a strength of its own. */
export function planOf(chance: Chance, records: number): Plan {
  const faults: string[] = [];
  const on = (name: string, probability: number): boolean => {
    const is = chance.does(probability);
    if (is) faults.push(name);
    return is;
  };
  const oneSize = on('records of one size', 0.25);
  const payload = chance.pick([0, 12, 40, 100, 200]);
  const link = {
    ...CALM_LINK,
    latency: [0.5, chance.magnitude(1, 60)] as [number, number],
    granularity: chance.pick([1, 2, 4, 8]),
    tellsSize: chance.does(0.8),
    tellsLoss: chance.does(0.5)
  };
  const isOld = drawCopies(chance, on, link);
  drawLink(chance, on, link);
  const intervalMs = Math.round(chance.magnitude(20, 500));
  const size = recordSize(payload, oneSize);
  let capacity = drawCapacity(chance, isOld);
  if (oneSize && chance.does(0.6)) capacity = Math.max(1, Math.round(capacity / size / 2)) * 2 * size;
  capacity -= capacity % 8;
  const ageMs = Math.max(link.controlCopyMs ?? 0, link.ringCopyMs ?? 0, link.oldMs) * 2;
  // the sizing rule of docs/reader.md where copies may be old; otherwise the ring may well be overrun.
  const settings = drawSettings(chance, on, intervalMs);
  const sink = drawSink(chance, on, intervalMs);
  // sameCall is for servers that look at the items in order.
  if (link.order !== 'given') settings.verify = 'extraCall';
  const wanted = isOld
    ? capacity / chance.magnitude(5, 20) / (intervalMs + 4 * link.latency[1] + ageMs)
    : (capacity * chance.magnitude(0.04, on('overruns', 0.2) ? 1.5 : 0.25)) / intervalMs;
  const perMs = on('more than the sink takes', 0.15) ? wanted : Math.min(wanted, carried(link, sink, settings, size));
  const plan: Draft = {
    capacity,
    startAbs: on('positions near 2^32', 0.2) ? 0xffffff00 - (0xffffff00 % 8) : 0,
    runId: chance.does(0.1) ? 0xffff_fffen : 1n,
    program: drawProgram(chance, on, { records, oneSize, payload, rate: perMs / size, isOld, capacity, size }),
    link,
    disk: drawDisk(chance, on),
    sink,
    operator: drawOperator(chance, on, intervalMs, isOld),
    settings,
    definitionReady: on('definitions come late', 0.3) ? 0.3 : 1,
    wallJumps: on('the wall clock jumps', 0.2),
    isOld,
    faults
  };
  for (const { name, isOld: needsOld, probability, become } of SPECIAL)
    if (isOld === needsOld && on(name, probability)) {
      // What it tells of is seen only where nothing else is wrong.
      Object.assign(plan, { link: { ...CALM_LINK }, disk: { ...CALM_DISK }, sink: { ...CALM_SINK }, startAbs: 0 });
      plan.faults = [name];
      plan.program = { ...plan.program, incidents: [], before: 0 };
      become(plan, chance, size);
      break;
    }
  return plan;
}

/** Histories that chance alone would hardly make; each takes the place of all that was drawn. */
const SPECIAL: readonly {
  readonly name: string;
  /** For seeds in which bytes may be of some time ago. */
  readonly isOld: boolean;
  readonly probability: number;
  readonly become: (plan: Draft, chance: Chance, size: number) => void;
}[] = [
  { name: 'overtaken restarts', isOld: false, probability: 0.1, become: overtake },
  { name: 'a restart in the shadow of another', isOld: false, probability: 0.06, become: cutTwice },
  { name: 'the lap before where reading begins', isOld: true, probability: 0.1, become: beginInOldCopy }
];

/**
 * A restart that nothing but the last record gives away, while that record's place is overwritten soon: told only where
 * the ring can be seen, so link, disk and sink are as they should be, and nothing else befalls the controller.
 */
function overtake(plan: Draft, chance: Chance, size: number): void {
  plan.capacity = chance.pick([16_384, 32_768, 65_536]);
  const lapMs = chance.magnitude(2_500, 12_000);
  plan.link = { ...plan.link, latency: [0.5, chance.magnitude(1, 20)], lookFirst: chance.does(0.4) };
  plan.program = { ...plan.program, rate: plan.capacity / size / lapMs };
  plan.operator = { ...plan.operator, does: ['overtake'], everyMs: 8_000 + chance.magnitude(1, 10_000) };
  plan.settings = { ...plan.settings, ...QUICK, intervalMs: Math.round(chance.magnitude(20, 300)) };
}

/**
 * A restart whose former batches are never settled, and another one while the reader that numbered it is away: what the
 * saved state goes on from is two lives back.
 */
function cutTwice(plan: Draft, chance: Chance, size: number): void {
  plan.capacity = chance.pick([16_384, 32_768]);
  plan.program = { ...plan.program, rate: plan.capacity / size / chance.magnitude(30_000, 90_000) };
  plan.operator = { ...plan.operator, does: ['cutTwice'], everyMs: 8_000 + chance.magnitude(1, 20_000) };
  plan.sink = { ...plan.sink, kind: 'queue', workMs: 5, losesAcks: 0.2 };
  plan.settings = { ...plan.settings, ...QUICK, intervalMs: Math.round(chance.magnitude(20, 300)), commit: 'onAck' };
  Object.assign(plan.settings, { ackTimeoutMs: 2_000, maxInFlight: 16, maxRecords: 5 });
}

/**
 * Reading begins at the newest record, and what the link shows behind it is a copy of the lap before: records of one
 * size stand where those stood that follow, whole and with right CRCs.
 */
function beginInOldCopy(plan: Draft, chance: Chance): void {
  plan.capacity = 200 * recordSize(plan.program.payload, true);
  plan.link = { ...plan.link, ringCopyMs: chance.pick([500, 1_000]), latency: [0.5, chance.magnitude(1, 20)] };
  plan.program = { ...plan.program, oneSize: true, rate: 200 / chance.magnitude(20_000, 60_000), before: 500 };
  plan.operator = { ...plan.operator, does: [], everyMs: Infinity };
  plan.settings = {
    ...plan.settings,
    ...QUICK,
    intervalMs: Math.round(chance.magnitude(20, 200)),
    startFrom: 'newest'
  };
}

/** Bytes in a millisecond that link and sink carry, about half of what they could. */
function carried(link: LinkPlan, sink: SinkPlan, settings: Partial<ReaderSettings>, size: number): number {
  const { maxRecords = 1, maxInFlight = 1, maxBytes = 1 } = settings;
  const batch = Math.min(maxRecords * size, maxBytes);
  const perSink = (batch * (sink.workMs > 10_000 ? 1_000 : 1)) / (sink.workMs + (sink.ackMs + 1) / maxInFlight + 0.1);
  const perLink = (Math.min(link.largest ?? 4_096, 4_096) * 0.4) / (3 * link.latency[1]);
  return 0.5 * Math.min(perSink, perLink, (batch * maxInFlight) / (6 * link.latency[1]));
}

type On = (name: string, probability: number) => boolean;

const recordSize = (payload: number, oneSize: boolean): number =>
  44 + 8 + 8 + (payload === 0 ? 0 : 4 + (oneSize ? (payload + 3) & ~3 : payload / 2));

function drawCapacity(chance: Chance, isOld: boolean): number {
  return chance.pick(isOld ? [16_384, 32_768, 65_536] : [2_048, 4_096, 8_192, 16_384, 32_768, 65_536]);
}

/** True where bytes may come from a copy of some time ago. */
function drawCopies(chance: Chance, on: On, link: { -readonly [K in keyof LinkPlan]: LinkPlan[K] }): boolean {
  let isOld = false;
  if (on('control block from a copy', 0.15)) {
    link.controlCopyMs = chance.pick([100, 250, 1_000]);
    isOld = true;
  }
  if (on('ring from a copy', 0.15)) {
    link.ringCopyMs = chance.pick([100, 250, 1_000]);
    isOld = true;
  }
  if (isOld && on('copies that are not renewed', 0.3)) link.missedCopy = 0.2;
  if (on('answers from some time ago', 0.12)) {
    link.old = chance.magnitude(0.003, 0.1);
    link.oldMs = chance.magnitude(50, 1_000);
    isOld = true;
  }
  if (on('duplicated answers', 0.1)) {
    link.duplicated = chance.magnitude(0.003, 0.1);
    link.oldMs = Math.max(link.oldMs, 1_000);
    isOld = true;
  }
  return isOld;
}

function drawLink(chance: Chance, on: On, link: { -readonly [K in keyof LinkPlan]: LinkPlan[K] }): void {
  if (on('torn copies', 0.5))
    link.tearing = { granularity: chance.pick([1, 2, 4, 8, 512]), probability: chance.magnitude(0.001, 0.2) };
  if (on('copies in the middle of an update', 0.3)) link.midUpdate = chance.magnitude(0.02, 0.5);
  if (on('items looked at in another order', 0.3)) link.order = chance.pick(['reversed', 'shuffled'] as const);
  if (on('blocks', 0.25)) link.block = chance.pick([32, 120, 250]);
  if (on('a look before the window', 0.25)) link.lookFirst = true;
  const small = (): number => chance.magnitude(0.001, 0.03);
  if (on('short reads', 0.2)) link.short = small();
  if (on('long reads', 0.15)) link.long = small();
  if (on('shifted reads', 0.15)) link.shifted = small();
  if (on('swapped bytes', 0.15)) link.swapped = small();
  if (on('errors to retry', 0.2)) link.retry = small();
  if (on('lost sessions', 0.25)) {
    link.lost = small();
    if (on('outages', 0.5)) {
      link.outage = 0.3;
      link.outageMs = chance.magnitude(500, 60_000);
    }
  }
  if (on('refusals', 0.1)) link.refused = chance.magnitude(0.0005, 0.003);
  if (on('time-outs', 0.2)) {
    link.timeOut = chance.magnitude(0.001, 0.01);
    link.timeOutMs = chance.pick([3_000, 10_000]);
  }
  if (on('reads too large', 0.2)) link.largest = chance.pick([300, 520, 1_100, 5_000]);
  if (on('connecting fails', 0.2)) link.connectFails = chance.magnitude(0.1, 0.7);
}

function drawProgram(
  chance: Chance,
  on: On,
  facts: {
    records: number;
    oneSize: boolean;
    payload: number;
    rate: number;
    isOld: boolean;
    capacity: number;
    size: number;
  }
): ProgramPlan {
  const { records, oneSize, payload, rate, isOld, capacity, size } = facts;
  const incidents: { at: number; incident: Incident }[] = [];
  const times = (name: string, probability: number, most: number, make: () => Incident): void => {
    if (!on(name, probability)) return;
    for (let n = 1 + chance.below(most); n > 0; n--) incidents.push({ at: chance.below(records), incident: make() });
  };
  times('cold starts', 0.25, 4, () => ({ kind: 'coldStart' }));
  times('definition changes', 0.35, 4, () => ({ kind: 'definition', cold: chance.does(0.3) }));
  if (on('definition changes one upon the other', 0.15)) {
    for (let n = chance.within(2, 4), at = chance.below(records); n > 0; n--)
      incidents.push({
        at: (at += 1 + chance.below(Math.ceil(capacity / size / 3))),
        incident: { kind: 'definition', cold: chance.does(0.2) }
      });
  }
  times('power cycles', 0.2, 3, () => ({
    kind: 'powerCycle',
    newRun: chance.does(0.4),
    isCleared: chance.does(0.7),
    blankMs: chance.does(0.5) ? chance.magnitude(10, 5_000) : 0
  }));
  times('the ring is resized', 0.1, 2, () => ({
    kind: 'powerCycle',
    newRun: chance.does(0.5),
    isCleared: true,
    blankMs: 0,
    capacity: chance.pick([capacity * 2, Math.max(2_048, (capacity >> 1) & ~7)])
  }));
  times('the controller stops', 0.2, 4, () => ({ kind: 'freeze', ms: chance.magnitude(10, 40_000) }));
  // Source times tell records of an old copy from new ones (docs/reader.md): there they must not go back.
  times('clock jumps', 0.25, 6, () => ({
    kind: 'clock',
    byMs: (!isOld && chance.does(0.5) ? -1 : 1) * chance.magnitude(10, 3_600_000)
  }));
  times('unsynced', 0.15, 4, () => ({ kind: 'synced', synced: chance.does(0.5) }));
  times('dropped events', 0.35, 20, () => ({
    kind: 'drop',
    count: 1 + chance.below(20),
    names: chance.does(0.7),
    more: chance.does(0.4) ? chance.below(100) : 0
  }));
  times('high water', 0.4, 10, () => ({ kind: 'highWater' }));
  times('broken records', 0.2, 8, () => ({ kind: 'spoil' }));
  if (!isOld)
    times('bursts', 0.25, 8, () => ({ kind: 'burst', count: Math.ceil((capacity / size) * chance.magnitude(0.2, 3)) }));
  times('silence', 0.25, 4, () => ({ kind: 'silence', ms: chance.magnitude(100, 60_000) }));
  incidents.sort((a, b) => a.at - b.at);
  const clocks = [
    1_700_000_000_000_000_000n,
    0n,
    1_700_000_000_000_000n,
    -11_644_473_600_000_000_000n,
    1_700_003_600_000_000_000n
  ];
  const clockNs = on('a wrong clock', 0.2) ? chance.pick(clocks) : clocks[0];
  const before = on('written around before', 0.4)
    ? chance.below(Math.min(records / 4, (3 * capacity) / size))
    : chance.below(20);
  return { sources: 1 + chance.below(12), payload, oneSize, rate, records, before, incidents, clockNs };
}

function drawDisk(chance: Chance, on: On): DiskPlan {
  return {
    ...CALM_DISK,
    stepMs: chance.magnitude(0.1, 20),
    ...(on('the disk fails', 0.15) ? { fails: chance.magnitude(0.002, 0.1) } : {}),
    ...(on('the disk is full', 0.1) ? { full: 0.005, fullMs: chance.magnitude(1_000, 60_000) } : {})
  };
}

function drawSink(chance: Chance, on: On, intervalMs: number): SinkPlan {
  const kind = chance.pick(['direct', 'slow', 'queue', 'queue'] as const);
  return {
    ...CALM_SINK,
    kind,
    workMs: on('a sink slower by 100', 0.08) ? intervalMs * 100 : chance.magnitude(0.1, intervalMs / 2),
    ackMs: chance.does(0.5) ? 0 : chance.magnitude(1, 1_000),
    ...(on('the sink refuses', 0.15) ? { rejects: chance.magnitude(0.002, 0.03) } : {}),
    ...(on('acknowledgements are lost', 0.15) ? { losesAcks: chance.magnitude(0.01, 0.5) } : {})
  };
}

function drawOperator(chance: Chance, on: On, intervalMs: number, isOld: boolean): OperatorPlan {
  const does: Deed[] = [];
  if (on('kills', 0.35)) does.push('kill', 'kill');
  if (on('crashes', 0.2)) does.push('crash');
  if (on('redeploys', 0.3)) does.push('redeploy');
  if (on('two runtimes', 0.12)) does.push('double');
  if (on('pauses', 0.15)) does.push('pause');
  if (on('reads on demand', 0.1)) does.push('read');
  if (on('the link is cut', 0.15)) does.push('breakLink');
  if (!isOld && on('an old state comes back', 0.1)) does.push('rollback');
  return {
    everyMs: does.length === 0 ? Infinity : 2_000 + intervalMs * chance.magnitude(10, 300),
    does,
    downMs: chance.magnitude(1, 20_000),
    samePid: chance.does(0.3)
  };
}

function drawSettings(
  chance: Chance,
  on: On,
  intervalMs: number
): { -readonly [K in keyof ReaderSettings]?: ReaderSettings[K] } {
  return {
    host: 'sim',
    intervalMs,
    mode: on('subscribed', 0.1) ? 'subscribe' : on('triggered', 0.08) ? 'trigger' : 'poll',
    verify: chance.does(0.3) ? 'sameCall' : 'extraCall',
    startFrom: on('from the newest', 0.12) ? 'newest' : 'oldest',
    commit: chance.does(0.5) ? 'onAck' : 'onSend',
    ackTimeoutMs: chance.pick([2_000, 60_000]),
    maxInFlight: chance.pick([1, 2, 4, 16]),
    maxRecords: chance.pick([5, 50, 1_000]),
    maxBytes: chance.pick([500, 8_192, 65_536]),
    saveIntervalMs: chance.pick([0, 1_000, 1_000, 5_000]),
    firstChunk: chance.pick([512, 4_096, 4_096]),
    maxLooks: chance.pick([3, 8])
  };
}
