import { CommandOutcome } from '../api';
import { SeekTarget } from '../judge/seek';
import { STOPPED } from './commands';
import { ReaderCore } from './core';
import { HandingOn } from './handing-on';
import { Link } from './link';
import { afterPoll } from './poll-ends';

/** Between two polls: forgets the saved state and goes on as at first contact. */
export async function forget(core: ReaderCore): Promise<CommandOutcome> {
  core.checkpoints.clear();
  core.acks.moved();
  const failure = await core.keeper.remove();
  // Records that come again are not those that came: their incarnation has another number.
  const { position, firstIncarnation } = core.ring;
  core.ring = core.newRing(
    position === undefined ? firstIncarnation : Math.max(position.incarnation + 1, position.nextIncarnation)
  );
  core.life.link('left');
  core.life.now('freed');
  core.board.isFirstContact = true;
  return failure === undefined ? { ok: true } : { ok: false, ...failure };
}

/** Not running: the state is taken only for as long as it takes to remove it. */
export async function forgetAtRest({ keeper, checkpoints, life }: ReaderCore): Promise<CommandOutcome> {
  const outcome = await keeper.lock();
  if (!outcome.ok) return outcome;
  // Nothing of it may be saved again when the reader is stopped.
  checkpoints.clear();
  const failure = await keeper.remove();
  await keeper.unlock();
  life.now('released');
  return failure === undefined ? { ok: true } : { ok: false, ...failure };
}

/** Between two polls: goes on elsewhere in the ring. Waits for the link, until another command comes. */
export async function seek(
  core: ReaderCore,
  link: Link,
  handing: HandingOn,
  { to, reason }: { readonly to: SeekTarget; readonly reason?: string }
): Promise<CommandOutcome> {
  const { life, commands, board } = core;
  while (!life.isUp && !life.isStopped && !commands.waiting) await link.connect();
  if (life.isStopped) return STOPPED;
  if (!life.isUp) return later('the link is down, and another command came');
  const end = await core.attendance.attended(core.ring.seek(to, reason));
  if (end.kind === 'outside') return { ok: false, ...end.error };
  if (end.kind !== 'more') {
    await afterPoll(core, link, end);
    return later(`the ring could not be seen now, so no position can be gone to (${board.detail || end.kind})`);
  }
  life.now('freed');
  core.acks.moved();
  await handing.all();
  return { ok: true };
}

const later = (why: string): CommandOutcome => ({
  ok: false,
  code: 'OPENOT_SEEK_LATER',
  message: `${why}: nothing was changed, try again`
});
