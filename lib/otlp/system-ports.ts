import { systemTimers } from '../base/system';
import { createHttpTransport } from './http';
import type { SenderPorts } from './ports';

/** The real clock, chance and network. `connections` per host, at most. */
export function systemSenderPorts(connections: number): SenderPorts {
  return {
    now: () => performance.now(),
    wallMs: () => Date.now(),
    after: systemTimers().after,
    random: Math.random,
    transport: createHttpTransport(connections)
  };
}
