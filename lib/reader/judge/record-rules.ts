import { acceptRecords } from './accept-records';
import { judgeBadRecord } from './bad-record';
import { Case } from './case';
import { overwrittenRecords } from './overwritten-records';
import { PollEnd } from './poll-end';
import { RecordSearch, searchFrom, searchStep } from './record-search';
import { longer } from './streak';
import { beyondHead, notReadable, oldBytes } from './troubles';

/*
 * The rules about the records, rows 9 to 15 of the table: the control block is believed, its window lies before them.
 */

/** Row 9: the last record should still stand, and was not asked for. */
export const anchorUnasked = (c: Case): PollEnd | undefined => (c.anchor === 'unasked' ? { kind: 'more' } : undefined);

/**
 * Row 10: the producer overwrote what was not read yet. Where it has overwritten fewer records in all than stood before
 * the cursor, these are not the records that were counted: the ring began anew and overtook the old place. Nothing is
 * waited for: what was overwritten does not come back.
 */
export function overtaken(c: Case): PollEnd | undefined {
  const { base, confirmed } = c.control;
  const { oldestAbs, lostCount } = base.snapshot;
  if (oldestAbs > c.position.cursor) {
    const { written, isWrittenProven } = c.position;
    // A logger that counts nothing says 0 for ever.
    const isFewer = confirmed && isWrittenProven && lostCount > 0 && written !== undefined && lostCount < written;
    if (isFewer) return c.newIncarnation({ control: c.control, reason: 'lostCount', anchor: c.anchor });
    lap(c);
  }
  // An unproven oldest may be too high by a torn byte: it forbids, but it does not move the cursor.
  return c.control.oldestAbs > c.position.cursor ? { kind: 'more' } : undefined;
}

function lap(c: Case): void {
  const { base, confirmed, oldestAbs: seenLater } = c.control;
  const { oldestAbs, lostCount } = base.snapshot;
  const draft = c.position.draft();
  c.follow({
    position: draft,
    search: undefined,
    trust: { kind: 'sinceLap', sinceMs: c.seen.doneMs },
    lappedOutOfSight: c.now.lappedOutOfSight || !c.now.wasAnchored
  });
  // All that was overwritten had been read: between cursor and oldest lies nothing but the gap of a lap's end.
  // Only where a second reading bears the count out: a torn one may be that of before the last record overwritten.
  if (confirmed && draft.isWrittenProven && lostCount > 0 && draft.written === lostCount) {
    draft.cursor = oldestAbs;
    return;
  }
  const further = c.seen.facts?.lookFirst === true ? overwrittenRecords(c.seen.window, base, seenLater) : 0;
  const toAbs = further === 0 ? oldestAbs : seenLater;
  // Before the first record that is ever read nothing can be lost: first contact only comes later.
  if (draft.isAtContact) return draft.beginLater(toAbs, lostCount + further);
  // 0 where the logger counts nothing: then only the gaps in the seqs tell how many are missing.
  const lostCountDelta = Math.max(0, lostCount + further - (draft.written ?? c.lostCountBefore));
  c.note({ kind: 'lap', fromAbs: draft.cursor, toAbs, lostCountDelta }, toAbs);
  draft.passOver(toAbs, lostCount + further, base, confirmed);
}

/** Row 11: everything that was written is read. */
export function atHead(c: Case): PollEnd | undefined {
  const { cursor } = c.position;
  if (cursor < c.bounds.headAbs || c.now.search !== undefined) return undefined;
  return { kind: cursor < c.control.base.snapshot.headAbs ? 'more' : 'idle' };
}

/** Row 12: the next record behind a bad place is being searched. */
export function searchGoesOn(c: Case): PollEnd | undefined {
  const { search } = c.now;
  return search === undefined ? undefined : continueSearch(c, search);
}

function continueSearch(c: Case, search: RecordSearch): PollEnd {
  const { bounds, seen, position, limits } = c;
  const step = searchStep(search, position, seen.window, Math.min(bounds.headAbs, bounds.trustedHead));
  if (step.kind === 'on') {
    c.hints.push({ kind: 'needs', bytes: limits.settings.maxChunk });
    c.follow({ search: step.search });
  } else if (step.kind === 'elsewhere') c.follow({ search });
  else {
    const draft = position.draft();
    c.note(step.notice, step.notice.toAbs);
    c.errors.push(step.error);
    draft.passOver(step.notice.toAbs, undefined, c.control.base);
    c.follow({ position: draft, search: undefined });
  }
  return { kind: 'more' };
}

/** Row 13: the cursor moved out of the window that was read. */
export function windowElsewhere(c: Case): PollEnd | undefined {
  const { cursor } = c.position;
  const { window } = c.seen;
  return cursor < window.fromAbs || cursor >= window.endAbs ? { kind: 'more' } : undefined;
}

/** Row 14: hands on every record that can be believed, in order. */
export function takeRecords(c: Case): PollEnd | undefined {
  const { bounds, seen, limits, gathering } = c;
  const { base } = c.control;
  const before = c.position.cursor;
  const draft = c.position.draft();
  const end = acceptRecords(draft, seen.window, bounds, gathering, limits.settings, () => gathering.close(draft, base));
  c.follow({ position: draft });
  if (draft.cursor !== before) c.doubt({ place: undefined });
  switch (end.kind) {
    case 'full':
      return { kind: 'full' };
    case 'held':
      return { kind: 'more' };
    case 'doubt': {
      const streak = longer(c.now.doubts.place, seen.doneMs);
      c.doubt({ place: streak });
      return c.wait(streak, oldBytes(draft, end.abs));
    }
    case 'bad':
      c.bad = end.place;
      return undefined;
    case 'end':
      return allTaken(c, end.needed);
  }
}

/** Everything up to head, or to the end of the window, was taken. */
function allTaken(c: Case, needed: number | undefined): PollEnd | undefined {
  const { bounds, hints } = c;
  const { window } = c.seen;
  const { cursor } = c.position;
  const head = c.control.base.snapshot.headAbs;
  // The window begins with the four bytes of the anchor.
  if (needed !== undefined) hints.push({ kind: 'needs', bytes: needed + 4 });
  if (window.endAbs < head) hints.push({ kind: 'behind' });
  else hints.push({ kind: 'caughtUp', used: Math.max(0, head - window.fromAbs) });
  if (cursor >= head) return { kind: 'idle' };
  const endsBefore = needed === undefined && window.endAbs >= bounds.headAbs && cursor < bounds.trustedHead;
  if (!endsBefore) return { kind: 'more' };
  c.bad = beyondHead(cursor);
  return undefined;
}

/**
 * Row 15: a place that does not check: torn or old bytes pass when read again; what stays is passed over, once and
 * aloud.
 */
export function badPlace(c: Case): PollEnd | undefined {
  const { bad: place, position, anchor, bounds, seen, limits } = c;
  if (place === undefined) return undefined;
  const { maxRereads, maxChunk } = limits.settings;
  const { doubts, learnt, trust } = c.now;
  c.isReread = true;
  const streak = longer(doubts.place, seen.doneMs);
  const reading = { position, window: seen.window, bounds, place, anchor, streak, learnt };
  const judged = judgeBadRecord(reading, limits.settings);
  c.follow({ learnt: judged.learnt });
  if (judged.verdict === 'wait') {
    c.doubt({ place: streak });
    // What lies further on may show whether these bytes are old ones.
    if (streak.times === maxRereads) c.hints.push({ kind: 'needs', bytes: maxChunk });
    return c.wait(streak, notReadable(position, place));
  }
  c.doubt({ place: undefined });
  // Records that were handed on since a lap may have been of another one: no word against those that follow them.
  const isWord = !(anchor === 'stands' && trust.kind === 'sinceLap');
  if (judged.verdict === 'newIncarnation' && isWord)
    return c.newIncarnation({ control: c.control, reason: 'seq', anchor });
  return continueSearch(c, searchFrom(position.cursor, place));
}
