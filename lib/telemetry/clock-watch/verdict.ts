import { isoTime } from '../../document/iso-time';
import type { ClockLimits, ClockReason } from './api';
import { durationText } from './duration';
import { ClockHint, implausibleHint, PLAUSIBLE_AHEAD, PLAUSIBLE_FROM, zoneHint } from './hint';
import type { OffsetBounds } from './offset-window';

/** What is wrong with a clock: `text` as in "it is …", with what it looks like. */
export interface Verdict {
  readonly reason: Extract<ClockReason, 'ahead' | 'behind' | 'implausible'>;
  readonly text: string;
  readonly hint: ClockHint | undefined;
}

/** What the bounds prove, or undefined where they prove nothing wrong. `before` is what was found last. */
export function verdictOf(
  { offsetNs, behindNs, latest }: OffsetBounds,
  before: Verdict | undefined,
  limits: ClockLimits
): Verdict | undefined {
  // No record can have waited in a ring since then: the latest read alone shows a clock that began anew.
  const impossible =
    latest.sourceNs < PLAUSIBLE_FROM
      ? latest.sourceNs
      : -offsetNs > PLAUSIBLE_AHEAD
        ? latest.receiveNs - offsetNs
        : undefined;
  if (impossible !== undefined)
    return {
      reason: 'implausible',
      text: `at ${isoTime(String(impossible < 0n ? 0n : impossible))}`,
      hint: implausibleHint(impossible, latest.receiveNs)
    };
  const limitNs = (reason: Verdict['reason']): bigint =>
    BigInt(before?.reason === reason ? limits.limitMs / 2 : limits.limitMs) * 1_000_000n;
  if (-offsetNs > limitNs('ahead'))
    return { reason: 'ahead', text: `${durationText(offsetNs)} ahead`, hint: zoneHint(-offsetNs) };
  if (behindNs !== undefined && behindNs > limitNs('behind'))
    return { reason: 'behind', text: `at least ${durationText(behindNs)} behind`, hint: zoneHint(-offsetNs) };
  // Nothing new is known while records come late: a clock that was behind stays so until some show that it is not.
  if (before?.reason === 'behind' && behindNs === undefined && offsetNs > limitNs('behind')) return before;
  return undefined;
}

/** Whether a verdict has to be told after that one. A hint that is only missing now is no news. */
export function isNews(verdict: Verdict | undefined, before: Verdict | undefined): boolean {
  if (verdict?.reason !== before?.reason) return true;
  return (
    verdict?.hint !== undefined && (verdict.hint.kind !== before?.hint?.kind || verdict.hint.zone !== before.hint.zone)
  );
}

/** A verdict in words. Of two clocks either may be the wrong one. */
export const says = ({ reason, text }: Verdict): string =>
  reason === 'implausible'
    ? `cannot be right, it stands ${text}`
    : `is ${text}${reason === 'ahead' ? ' of' : ''} this computer's`;
