/** The time that recording and replaying go by; what a reader is given fits. */
export type { Clock as CaptureClock } from '../base';
