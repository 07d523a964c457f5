import { NEVER_MS, ReaderCore } from './core';

/** As many batches as allowed are on their way: waits until one is settled, or something else wakes the loop. */
export async function waitForSettling(core: ReaderCore): Promise<void> {
  const { life, checkpoints, settings, acks, pacer } = core;
  // A link that was lost meanwhile stays to be seen.
  if (life.isUp)
    core.setHealthy(
      'waiting',
      `${checkpoints.inFlight} batches are not settled yet (maxInFlight ${settings.maxInFlight})`
    );
  life.now('full');
  // At the time-out the status has to say so.
  await pacer.wait(Math.min(NEVER_MS, acks.due(core.nowMs())));
  life.now('goOn');
}

/**
 * The ring began anew: what was handed on of its former life is waited for, but not for ever. A command comes first;
 * the wait that goes on after it ends when the first one would have.
 */
export async function drain(core: ReaderCore): Promise<void> {
  const { life, checkpoints, settings, commands, pacer, ring } = core;
  const left = (): number => ring.drainingSince() + settings.ackTimeoutMs - core.nowMs();
  life.now('drain');
  while (checkpoints.inFlight > 0 && !life.isStopped && !commands.waiting && left() > 0) {
    core.setHealthy(
      'waiting',
      `the ring began anew; the ${checkpoints.inFlight} batches of its former life are not settled yet`
    );
    await pacer.wait(left());
  }
  life.now('goOn');
  if (!commands.waiting || left() <= 0) ring.goOnDrained();
}
