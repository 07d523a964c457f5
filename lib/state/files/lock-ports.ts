import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { systemTimers } from '../../base/system';
import { LockHolder, LockPorts } from './file-lock';

/** This machine and this process, as a lock needs them. */
export function systemLockPorts(): Omit<LockPorts, 'files'> {
  return {
    self: holder(),
    isAlive,
    startedOf: (pid) => statOf(pid)?.started,
    wallMs: () => Date.now(),
    bootedMs: () => Date.now() - uptime() * 1_000,
    monotonicMs: () => performance.now(),
    every: systemTimers({ unref: true }).every
  };
}

/** What is not known (there is no /proc but on Linux) is left out. */
function holder(): LockHolder {
  const known = {
    boot: unlessFailed(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    space: unlessFailed(() => readlinkSync('/proc/self/ns/pid')),
    started: statOf(process.pid)?.started
  };
  return {
    pid: process.pid,
    host: hostname(),
    owner: randomUUID(),
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined && value !== ''))
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // One that ended and that its parent did not ask after can still be sent signals.
  return !/^[ZX]$/.test(statOf(pid)?.state ?? '');
}

/** State and time of start of a process: fields 3 and 22 of its line, after a name that may hold anything. */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  const line = unlessFailed(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields.length < 20 ? undefined : { state: fields[0], started: fields[19] };
}

function unlessFailed<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
