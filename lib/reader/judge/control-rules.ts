import { checkAnchor } from './anchor';
import { boundsOf } from './bounds';
import { RETRY_PAUSES_MS } from '../settings';
import { Case } from './case';
import { firstContact } from './first-contact';
import { settledHead, withHead } from './head-history';
import { PollEnd } from './poll-end';
import { judgeRestart } from './restart';
import { AnchorDoubt, ANCHORED } from './ring-state';
import { longer } from './streak';
import { anchorMismatch, wentBack, wrongSize } from './troubles';

/* The rules about the control block, rows 0 to 8 of the table: what they do not decide, they have cleared of doubt. */

/** Polls in which another record must stand in the last one's place, before that is believed. */
const MISMATCH_POLLS = 4;

/** Row 0: nothing was seen. Smaller Reads where the failure says that they help, else the failure itself. */
export function readFailed({ observation }: Case): PollEnd | undefined {
  if (observation.kind !== 'unread') return undefined;
  const { error, isSmaller } = observation;
  // An error all the same, though it mends itself: a Read that was given up after a time-out is no sign of health.
  return isSmaller ? { kind: 'soon', ms: RETRY_PAUSES_MS[0], trouble: error } : { kind: 'failed', error };
}

/** Row 4: no control block can be believed this time, or none at all. */
export function notUsable(c: Case): PollEnd | undefined {
  const { control } = c.seen;
  if (control.kind === 'invalid') return { kind: 'refused', error: control.error };
  if (control.kind === 'updating' || control.kind === 'unstable') return control;
  return undefined;
}

/** Row 1: the ring was never seen. First contact, as far as its control block can be used. */
export function unknownRing(c: Case): PollEnd | undefined {
  if (c.state.phase !== 'unknown') return undefined;
  return notUsable(c) ?? sizeDiffers(c) ?? firstContact(c);
}

/**
 * Row 2: the ring began anew, and its former batches may still be on their way. When they are settled it begins with
 * the control block as it is by then, not with the one that gave the restart away: that may be a minute old.
 */
export function endingRing(c: Case): PollEnd | undefined {
  const { state, observation } = c;
  if (state.phase !== 'ending') return undefined;
  if (observation.kind === 'unasked') return c.newIncarnation(state.next);
  const then = notUsable(c) ?? sizeDiffers(c);
  if (then !== undefined) return then;
  const control = c.accepted;
  const { reason } = state.next;
  return c.newIncarnation({ control, reason, anchor: checkAnchor(c.position, c.seen.anchor, control.oldestAbs) });
}

/** Row 3: the control block is the one accepted last and everything up to head was read. */
export function nothingNew(c: Case): PollEnd | undefined {
  if (c.seen.control.kind !== 'same') return undefined;
  const { position } = c;
  c.anchor = checkAnchor(position, c.seen.anchor, position.image.snapshot.oldestAbs);
  proveTrust(c);
  // What looked like another ring in polls before did not last.
  c.doubt({ restart: undefined, anchor: undefined });
  c.hints.push({ kind: 'caughtUp', used: 0 });
  return { kind: 'idle' };
}

/** Row 5: control block and configured ring do not belong together. */
export function sizeDiffers(c: Case): PollEnd | undefined {
  const { control, facts } = c.seen;
  if (control.kind !== 'accepted') return undefined;
  const error = wrongSize(control.base, facts);
  return error === undefined ? undefined : { kind: 'refused', error };
}

/** Row 6: an incarnation after this one had begun before the last stop. */
export function savedNextIncarnation(c: Case): PollEnd | undefined {
  const { position, seen } = c;
  c.control = c.accepted;
  c.anchor = checkAnchor(position, seen.anchor, c.control.oldestAbs);
  // It had begun before the last stop, while batches of this one were unsettled.
  if (position.nextIncarnation <= position.incarnation) return undefined;
  return c.newIncarnation({ control: c.control, reason: 'resumed', anchor: c.anchor });
}

/**
 * Row 7: something in the control block fell that only rises while a ring lives (restart.ts says what and for how
 * long).
 */
export function signOfRestart(c: Case): PollEnd | undefined {
  const { control, anchor, position, seen, limits } = c;
  const at = { ms: seen.askedMs, rereadMs: limits.settings.rereadMs };
  const verdict = judgeRestart(control, position, anchor, c.now.doubts.restart, at);
  c.doubt({ restart: verdict.kind === 'wait' ? verdict.doubt : undefined });
  if (verdict.kind === 'wait') {
    // Should the sign pass, the last record that does not stand any more is not forgotten with it.
    if (anchor === 'differs' && control.confirmed) c.doubt({ anchor: longerMismatch(c) });
    return c.wait(verdict.doubt.streak, wentBack(position, control.base));
  }
  if (verdict.kind === 'restart') return c.newIncarnation({ control, reason: verdict.reason, anchor });
  c.isCorrected = verdict.kind === 'corrected';
  return undefined;
}

/**
 * Row 8: another record stands where the last one should: an old copy for as long as one may be old, then another ring.
 * Images that were not confirmed do not count.
 */
export function anchorDiffers(c: Case): PollEnd | undefined {
  const { control, anchor, position, limits } = c;
  const { doubts, trust } = c.now;
  if (anchor !== 'differs') return mismatchIsOver(c);
  const doubt = control.confirmed ? longerMismatch(c) : doubts.anchor;
  const { times, ms } = doubt?.streak ?? { times: 0, ms: 0 };
  if (times >= MISMATCH_POLLS && ms >= limits.settings.rereadMs) {
    if (trust.kind === 'anchored') return c.newIncarnation({ control, reason: 'fingerprint', anchor });
    // It may never have stood there, but in an old copy of another lap: then it says nothing of a new ring.
    const draft = position.draft();
    draft.fingerprint = undefined;
    c.follow({ position: draft });
    c.doubt({ anchor: undefined });
    return { kind: 'more' };
  }
  c.doubt({ anchor: doubt });
  c.isReread = true;
  return c.wait(doubt?.streak, anchorMismatch(position));
}

/**
 * The mismatch does not show any more. Where its place was overwritten meanwhile, what could have told an old copy from
 * another ring is gone: one that an old control block cannot explain decides then, since going on as if nothing had
 * been seen would lose records of the other ring without a word.
 */
function mismatchIsOver(c: Case): PollEnd | undefined {
  const { control, anchor } = c;
  const { doubts, trust } = c.now;
  if (anchor === 'overwritten' && doubts.anchor?.isUnexplained === true && trust.kind === 'anchored')
    return c.newIncarnation({ control, reason: 'fingerprint', anchor });
  if (anchor === 'stands') c.follow({ wasAnchored: true });
  c.doubt({ anchor: undefined });
  return undefined;
}

/**
 * One more proven control block under which the anchor differs. A ring that is read before its control block shows what
 * stood in it can explain that, but only until the next control block, and by the sizing rule of docs/reader.md only
 * while head is more than half a ring ahead. And it cannot be excluded that a ring that was out of sight is another
 * one, until the last record was seen in it again.
 */
function longerMismatch({ control: { base }, now, position, seen }: Case): AnchorDoubt {
  const { doubts, wasAnchored } = now;
  const before = doubts.anchor;
  const isNear = base.snapshot.headAbs - position.cursor < position.capacity / 2;
  const hasMoved = before !== undefined && before.seqlock !== base.seqlock;
  // One answer may be garbled.
  const isAgain = before !== undefined;
  const isUnexplained = before?.isUnexplained === true || (isAgain && !wasAnchored) || (isNear && hasMoved);
  return { streak: longer(before?.streak, seen.askedMs), seqlock: base.seqlock, isUnexplained };
}

/** The last record still stands: after as long as a copy may be old that proves it, also where nothing new comes. */
function proveTrust(c: Case): void {
  const { trust } = c.now;
  if (c.anchor !== 'stands' || trust.kind !== 'sinceLap') return;
  if (c.seen.askedMs >= trust.sinceMs + c.limits.settings.rereadMs) c.follow({ trust: ANCHORED });
}

/** No rule stood against the control block: from here on it is what the ring is known by. */
export function believe(c: Case): void {
  const { control, isCorrected, seen, limits } = c;
  const { base, confirmed } = control;
  const { rereadMs } = limits.settings;
  proveTrust(c);
  const before = c.now;
  // Where the older image was wrong, nothing it said may be trusted.
  const trustedHead = isCorrected ? before.position.cursor : before.last.snapshot.headAbs;
  c.bounds = {
    ...boundsOf(seen.first, control, trustedHead),
    settledHead: settledHead(before.heads, rereadMs, seen.askedMs),
    tailFreshUntil: seen.tailFreshUntil
  };
  const position = before.position.draft();
  if (confirmed || isCorrected) {
    position.image = base;
    // What lies beyond head was never written, so never handed on; an old copy may show a head from before the stop.
    if (seen.askedMs >= before.resumedMs + rereadMs)
      position.maybeDeliveredBelow = Math.min(position.maybeDeliveredBelow, base.snapshot.headAbs);
  }
  if (confirmed) position.epochs.observeSnapshot(base.snapshot);
  c.lostCountBefore = before.last.snapshot.lostCount;
  c.follow({
    position,
    last: base,
    heads: withHead(before.heads, rereadMs, base.snapshot.headAbs, seen.doneMs),
    evicted: seen.first.snapshot === undefined ? 0 : Math.max(0, control.oldestAbs - seen.first.snapshot.oldestAbs)
  });
}
