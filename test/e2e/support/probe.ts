import { appendFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, WAIT_MS } from '../../support/until';
import { Runtime } from './runtime';

/** What a runtime holds at one moment, as it says itself. */
export interface Holdings {
  readonly pid: number;
  /** By kind: `Timeout`, `TCPSocketWrap`, `FSReqPromise`, … */
  readonly resources: Record<string, number>;
  /** Of Node-RED's own events, by name. */
  readonly listeners: Record<string, number>;
  /** Of the process itself. */
  readonly processListeners: number;
  readonly rss: number;
  readonly heapUsed: number;
  /** Processor time of the process, all its threads, in milliseconds. */
  readonly cpuMs: number;
}

/**
 * A route `/probe` of the editor's server, put into the settings of a user directory. The collector runs first where it
 * can.
 */
export function addProbe(userDir: string): void {
  appendFileSync(
    join(userDir, 'settings.js'),
    `
const counted = (names) => names.reduce((counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }), {});
module.exports.httpAdminMiddleware = (request, response, next) => {
  if (request.path !== '/probe') return next();
  const { events } = require(require.resolve('@node-red/util', { paths: [require.main.filename] }));
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  response.json({
    pid: process.pid,
    resources: counted(process.getActiveResourcesInfo()),
    listeners: Object.fromEntries(events.eventNames().map((name) => [String(name), events.listenerCount(name)])),
    processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    rss,
    heapUsed,
    cpuMs: (user + system) / 1000
  });
};
`
  );
}

/** Asks a runtime whose user directory has the route. */
export const probe = (runtime: Runtime): Promise<Holdings> => runtime.json<Holdings>('/probe');

/** Sockets that a process has open, as the kernel counts them; undefined on a system that does not show it. */
export function socketsOf(pid: number): number | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).filter((fd) => {
      try {
        return readlinkSync(join(folder, fd)).startsWith('socket:');
      } catch {
        return false;
      }
    }).length;
  } catch {
    return undefined;
  }
}

/** What a runtime holds, with its sockets as the kernel counts them. */
export type Held = Holdings & { readonly sockets: number | undefined };

export async function heldBy(runtime: Runtime): Promise<Held> {
  const holdings = await probe(runtime);
  return { ...holdings, sockets: socketsOf(holdings.pid) };
}

/**
 * The most of each kind that a quiet runtime holds within a second or two: timers come and go by themselves (a
 * throttled status, a
 * wait between two polls), and one look may meet few of them.
 */
export async function mostHeldBy(runtime: Runtime, looks = 6): Promise<Held> {
  let most = await heldBy(runtime);
  for (let look = 1; look < looks; look++) {
    await sleep(270);
    const next = await heldBy(runtime);
    const resources = { ...most.resources };
    for (const [kind, count] of Object.entries(next.resources)) resources[kind] = Math.max(count, resources[kind] ?? 0);
    most = { ...next, resources };
  }
  return most;
}

/** Of what a runtime holds, that of which there is more than before. */
export function differences(before: Held, after: Held): string[] {
  const found: string[] = [];
  const compare = (what: string, earlier: number | undefined, later: number | undefined): void => {
    if ((later ?? 0) > (earlier ?? 0)) found.push(`${what}: ${earlier ?? 0}, later ${later ?? 0}`);
  };
  compare('sockets', before.sockets, after.sockets);
  compare('process listeners', before.processListeners, after.processListeners);
  for (const kind of Object.keys(after.resources)) compare(kind, before.resources[kind], after.resources[kind]);
  for (const name of Object.keys(after.listeners))
    compare(`listeners of ${name}`, before.listeners[name], after.listeners[name]);
  return found;
}

/** Asks until there is no more than before, or until the limit of a wait; what there is then. */
export async function settledAt(before: Held, runtime: Runtime): Promise<Held> {
  for (const end = Date.now() + WAIT_MS; ;) {
    const after = await heldBy(runtime);
    if (differences(before, after).length === 0 || Date.now() > end) return after;
    await sleep(500);
  }
}

/** For the log. */
export const heldLine = ({ sockets, resources, listeners, heapUsed }: Held): string =>
  `sockets ${sockets}, timers ${resources.Timeout ?? 0}, listeners ` +
  `${Object.values(listeners).reduce((total, count) => total + count, 0)}, heap ${(heapUsed / 1e6).toFixed(0)} MB`;
