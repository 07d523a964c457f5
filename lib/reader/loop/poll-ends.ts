import { PollEnd } from '../judge/poll-end';
import { ReaderCore } from './core';
import { Link } from './link';
import { updating } from './look-troubles';
import { drain } from './settling';

type Kind = PollEnd['kind'];
type EndOf<K extends Kind> = Extract<PollEnd, { readonly kind: K }>;

/** What the end of a poll means: what is shown, and how long the next poll waits. */
interface Meaning<K extends Kind> {
  /** The controller was reached: the pauses of an outage begin anew. */
  readonly isReached: boolean;
  /** The ring was seen as it is: the lag is true. */
  readonly countsAsPoll: boolean;
  readonly then: (core: ReaderCore, end: EndOf<K>, link: Link) => Promise<void> | undefined;
}

const goOn = (core: ReaderCore): Promise<void> => {
  core.setHealthy('reading');
  return core.pacer.wait(0);
};

const MEANINGS: { readonly [K in Kind]: Meaning<K> } = {
  more: { isReached: true, countsAsPoll: true, then: goOn },
  full: { isReached: true, countsAsPoll: true, then: goOn },
  soon: {
    isReached: true,
    countsAsPoll: false,
    then: async (core, { trouble, ms }) => {
      if (trouble !== undefined) core.board.trouble('reading', trouble);
      await core.chores();
      return core.pacer.pause(ms);
    }
  },
  drain: { isReached: true, countsAsPoll: false, then: drain },
  idle: {
    isReached: true,
    countsAsPoll: true,
    then: (core, _end, link) => {
      const { life, settings, pacer } = core;
      life.askedToRead = false;
      core.setHealthy('idle');
      if (settings.mode === 'trigger' || life.askedToPause) return undefined;
      const { intervalMs, slowIntervalMs } = settings;
      return pacer.wait(link.isWatched ? Math.max(intervalMs, slowIntervalMs) : intervalMs);
    }
  },
  unstable: {
    isReached: true,
    countsAsPoll: false,
    then: ({ board, pacer, settings }) => {
      board.trouble('reading', {
        code: 'OPENOT_CONTROL_UNSTABLE',
        message: 'the control block changed at every look; it is read again'
      });
      return pacer.wait(settings.intervalMs);
    }
  },
  updating: {
    isReached: true,
    countsAsPoll: false,
    then: ({ board, pacer, settings }, { frozen, seqlock }) => {
      board.trouble('updating', updating(frozen, seqlock));
      return pacer.wait(frozen ? settings.slowIntervalMs : settings.intervalMs);
    }
  },
  refused: {
    isReached: true,
    countsAsPoll: false,
    then: ({ life, board, pacer, settings }, { error }) => {
      // Asked again: a ring that was given another size has other facts in a new session.
      if (error.code === 'OPENOT_RING_SIZE') life.link('refused');
      board.fail('refused', error);
      return pacer.wait(settings.slowIntervalMs);
    }
  },
  failed: { isReached: false, countsAsPoll: false, then: (_core, { error }, link) => link.failed(error) }
};

/** Does what follows from the end of a poll, and waits until the next one is due. */
export async function afterPoll(core: ReaderCore, link: Link, end: PollEnd): Promise<void> {
  // The row of its own kind.
  const { isReached, countsAsPoll, then } = MEANINGS[end.kind] as Meaning<Kind>;
  if (isReached) link.backOff.reset();
  if (countsAsPoll) core.board.looked();
  return then(core, end, link);
}
