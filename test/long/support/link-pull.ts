import { Plc } from '../../e2e/support/plc';
import { sleep, until } from '../../e2e/support/process';
import { Link, Returns, TcpProxy } from '../../support/tcp-proxy';
import { Carriage, followReader, Seen } from './followed-reader';

/** How the link goes and comes, and what the reader is doing then. */
export interface Pull {
  readonly how: Exclude<Link, 'up'>;
  /** What the controller did with the connections meanwhile. */
  readonly returns: Returns;
  readonly downMs: number;
  readonly when: 'reading' | 'connecting';
  readonly intervalMs?: number;
}

export interface PullOutcome {
  /** Milliseconds from the link's return to the next record. */
  readonly resumedMs: number;
  /** What the reader said while the link was dead. */
  readonly dead: readonly Seen[];
  /** Milliseconds after the link's death until the status told of it. */
  readonly toldMs: number | undefined;
  readonly errors: readonly string[];
}

/** Pulls the link of one reader on a controller that goes on producing, and gives it back. */
export async function pull(
  plc: Plc,
  carriage: Carriage,
  { how, returns, downMs, when, intervalMs = 100 }: Pull
): Promise<PullOutcome> {
  const proxy = await TcpProxy.open(carriage.portOf(plc), downMs);
  if (when === 'connecting') await proxy.down(how);
  const reader = followReader(carriage.open(plc, proxy.port), { intervalMs });
  try {
    if (when === 'reading') {
      await until(
        'the first records',
        () => reader.tally.records > 0,
        () => JSON.stringify(reader.status())
      );
      await proxy.down(how);
    }
    const diedMs = performance.now();
    await sleep(downMs);
    const sinceDeath = (): readonly Seen[] => reader.seen.filter(({ atMs }) => atMs > diedMs);
    await until(
      'a status that tells of the dead link',
      () => sinceDeath().some(isHonest),
      () => statesOf(reader.seen)
    );
    const backMs = performance.now();
    await proxy.up(returns);
    await until(
      `records after the link's return (${carriage.name}, ${how}, ${returns}, ${downMs} ms, ${when})`,
      () => reader.lastRecordMs() > backMs,
      () => statesOf(reader.seen)
    );
    const dead = sinceDeath().filter(({ atMs }) => atMs < backMs);
    const told = dead.find(isHonest);
    return {
      resumedMs: reader.lastRecordMs() - backMs,
      dead,
      toldMs: told === undefined ? undefined : told.atMs - diedMs,
      errors: reader.errors.map(({ code }) => code)
    };
  } finally {
    await reader.stop();
    await proxy.close();
  }
}

/** Of a reader whose link is dead: neither green, nor a lag as if it were seen. */
const isHonest = ({ fill, status }: Seen): boolean => fill !== 'green' && status.lag === undefined;

/** What of a reader's status was a lie after it had told that the link is dead. */
export function lies(dead: readonly Seen[]): string[] {
  const first = dead[0]?.atMs ?? 0;
  return dead
    .slice(dead.findIndex(isHonest))
    .filter((seen) => !isHonest(seen))
    .map(
      ({ atMs, status }) =>
        `${((atMs - first) / 1000).toFixed(1)} s: ${status.state} ${status.code ?? ''} lag ${status.lag}`
    );
}

/** What was said, without repetitions: `idle 0 %`, with the second at which it began. */
export function statesOf(seen: readonly Seen[]): string {
  const first = seen[0]?.atMs ?? 0;
  let last = '';
  const out: string[] = [];
  for (const { atMs, status, fill } of seen) {
    const now = `${fill} ${status.state} ${status.code ?? ''}${status.lag === undefined ? '' : ' with lag'}`;
    if (now !== last) out.push(`${((atMs - first) / 1000).toFixed(1)} s: ${now}`);
    last = now;
  }
  return out.join('\n');
}
