/** Devices whose clocks are wrong (docs/format.md 22). */
export type { ClockItems, ClockLimits, ClockReason, ClockState, ClockStatus, ClockSuspect, ClockWatch } from './api';
export { clockLimits } from './api';
export { createClockWatch } from './watch';
