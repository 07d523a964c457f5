import { appendFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
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
}

/** A route `/probe` of the editor's server, put into the settings of a user directory. The collector runs first where it can. */
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
  response.json({
    pid: process.pid,
    resources: counted(process.getActiveResourcesInfo()),
    listeners: Object.fromEntries(events.eventNames().map((name) => [String(name), events.listenerCount(name)])),
    processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    rss,
    heapUsed
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
