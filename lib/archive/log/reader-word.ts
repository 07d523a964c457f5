/** What the notices and facts of a reader say of where it reads. */
import type { BatchFacts, LossItem, NoticeItem } from '../../stream';

/** Where reading goes on behind these notices. */
export const passedOver = (notices: readonly NoticeItem[], from: number): number =>
  notices.reduce((end, notice) => ('toAbs' in notice ? Math.max(end, notice.toAbs) : end), from);

/** The seek that these facts tell of, as text; undefined where counting began otherwise. */
export const seekOf = ({ began }: BatchFacts): string | undefined =>
  began?.cause === 'seek' ? `${began.incarnation}/${began.abs}/${began.runId}` : undefined;

/** Seqs that are missing, told for the first time. */
export const isGap = (notice: NoticeItem): notice is LossItem => notice.kind === 'loss' && notice.upgrade !== true;

/** The reader was told to pass this over. */
export const isSeek = (notice: NoticeItem): boolean => notice.kind === 'skipped' && notice.reason === 'OPENOT_SEEK';
