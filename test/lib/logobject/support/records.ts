import { type LogContent, type LogPosition, type PollFacts, type Seen, ticksOfMs } from '../../../../lib/logobject';

/** Times of these tests are seconds from here. */
const BEGIN_MS = 13_000_000_000_000;

/** Ticks of a second of the test. */
export const ticksAt = (second: number): bigint => ticksOfMs(BEGIN_MS + second * 1000);

/** A record of that second. */
export const recordAt = (second: number, text = `at ${second}`): LogContent => ({
  ticks: ticksAt(second).toString(),
  severity: 100,
  message: { text }
});

/** A record of every second, both included. */
export const recordsFrom = (from: number, to: number): LogContent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => recordAt(from + i));

/** What is known when a poll begins at that second, by a fine clock that is not off. */
export const factsAt = (second: number, more: Partial<PollFacts> = {}): PollFacts => ({
  deviceTicks: ticksAt(second),
  hostMs: second * 1000,
  clock: { offsetMs: 0, errorMs: 1, stepMs: 1 },
  fingerprint: '',
  fields: 31,
  ...more
});

/** What a complete poll of that second left behind. */
export const positionAt = (second: number, more: Partial<LogPosition> = {}): LogPosition => ({
  fingerprint: '',
  watermark: ticksAt(second - 1),
  seen: new Map<string, Seen>(),
  deviceTicks: ticksAt(second),
  completeTo: ticksAt(second),
  hostMs: second * 1000,
  serverStart: undefined,
  fields: 31,
  lateBy: 0n,
  ...more
});
