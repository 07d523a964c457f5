/** What the notices and facts of a reader say of where it reads. */
import type { BatchFacts, LossItem, NoticeItem } from '../../stream';
import type { BeginStreamEntry } from './entry';

/** Where reading goes on behind these notices. */
export const passedOver = (notices: readonly NoticeItem[], from: number): number =>
  notices.reduce((end, notice) => ('toAbs' in notice ? Math.max(end, notice.toAbs) : end), from);

/** Where and why the reader says that its counting began in this incarnation; null where it says nothing of it. */
export function toldOf({ began, incarnation }: BatchFacts): BeginStreamEntry['told'] {
  if (began?.incarnation !== incarnation) return null;
  const { cause, abs, runId } = began;
  return { cause, abs, runId };
}

/** The seek that a reader tells of, as text; undefined where counting began otherwise. */
export const seekOf = (told: BeginStreamEntry['told']): string | undefined =>
  told?.cause === 'seek' ? `${told.abs}/${told.runId}` : undefined;

/** Seqs that are missing, told for the first time. */
export const isGap = (notice: NoticeItem): notice is LossItem => notice.kind === 'loss' && notice.upgrade !== true;

/** The reader was told to pass this over. */
export const isSeek = (notice: NoticeItem): boolean => notice.kind === 'skipped' && notice.reason === 'OPENOT_SEEK';

/** That the reader began to count incarnations anew. */
export const forgottenText = (now: number, before: number): string =>
  `the reader is in incarnation ${now} again, after ${before}: its saved state was removed, or an older one was put ` +
  'back. What follows is counted anew';
