import { NEVER_MS, ReaderCore } from './core';

/** As many batches as allowed are on their way: waits until one is settled, or something else wakes the loop. */
export async function waitForSettling(core: ReaderCore): Promise<void> {
  const { life, checkpoints, settings, acks, pacer } = core;
  // A link that was lost meanwhile stays to be seen.
  if (life.isUp)
    core.well('waiting', `${checkpoints.inFlight} batches are not settled yet (maxInFlight ${settings.maxInFlight})`);
  life.now('full');
  // At the time-out the status has to say so.
  await pacer.wait(Math.min(NEVER_MS, acks.due(core.nowMs())));
  life.now('goOn');
}

/** The ring began anew: what was handed on of its former life is waited for, but not for ever. */
export async function drain(core: ReaderCore): Promise<void> {
  const { life, checkpoints, settings, commands, pacer } = core;
  const until = core.nowMs() + settings.ackTimeoutMs;
  life.now('drain');
  while (checkpoints.inFlight > 0 && !life.isStopped && !commands.waiting) {
    const left = until - core.nowMs();
    if (left <= 0) break;
    core.well(
      'waiting',
      `the ring began anew; the ${checkpoints.inFlight} batches of its former life are not settled yet`
    );
    await pacer.wait(left);
  }
  life.now('goOn');
  if (!commands.waiting) core.ring.goOnDrained();
}
