import { BoundedMap } from '../../lib/base';
import type { Away, InFlightBatch } from './in-flight-batch';
import type { Timers } from './timers';
import { MAX_TRANSIT_MS, TransitEstimate } from './transit-estimate';

/** Tokens settled by silence that are remembered, at most. */
const MAX_SILENCED = 64;

/** What is told, once, of a node of others of which nothing came for `MAX_TRANSIT_MS`. */
export function silentText(id: string, node: { readonly name?: string; readonly type: string } | undefined): string {
  const name = node?.name ? `"${node.name}" (${node.type} ${id})` : `${node?.type ?? ''} ${id}`.trim();
  return (
    `OPENOT_DELIVERY_SILENT: of a batch that went to the node ${name} nothing came to the OpenOT nodes ` +
    `behind it for ${MAX_TRANSIT_MS / 1000} s: it counts as delivered. ` +
    'Where that node makes new messages, let it pass on the one it got (msg.openot.commit is needed); ' +
    'where it keeps messages longer, a restart meanwhile loses them'
  );
}

/**
 * Batches that are with nodes of others, whose wires lead back to ours. Such a node reports nothing: the batch comes
 * out again, or a later one that went the same way does (then the node swallowed this one, since nodes keep the order),
 * or nothing happens for as long as that node may be trusted to keep something.
 */
export class Silence {
  private readonly transits = new TransitEstimate();
  /** Settled by silence lately: one that arrives after all teaches how long to wait. */
  private readonly silenced = new BoundedMap<string, readonly Away[]>(MAX_SILENCED);

  constructor(private readonly timers: Timers) {}

  /** Calls back when nothing happened with this batch for long enough. */
  watch(batch: InFlightBatch, onSilent: () => void): void {
    const waitMs =
      batch.expected.size > 0
        ? MAX_TRANSIT_MS
        : Math.max(...[...batch.away.keys()].map((id) => this.transits.waitMsFor(id)));
    batch.cancelTimer = this.timers.after(waitMs, () => {
      for (const [id, { to }] of batch.away)
        if (this.transits.observeSilence(id, to.isUnchanged)) batch.session.onSilent?.(id);
      this.silenced.set(batch.token, [...batch.away.values()]);
      onSilent();
    });
  }

  /** Something happened with it: its silence begins anew. */
  end(batch: InFlightBatch): void {
    batch.cancelTimer?.();
    batch.cancelTimer = undefined;
  }

  /**
   * A node of ours has got what went to it by way of others. Returns the batches before it that went the same way: they
   * come no more.
   */
  cameBack(batch: InFlightBatch, node: string): InFlightBatch[] {
    const nowMs = this.timers.now();
    const overtaken: InFlightBatch[] = [];
    for (const [id, { to, sinceMs }] of batch.away) {
      if (to.reaches !== undefined && !to.reaches.has(node)) continue;
      batch.away.delete(id);
      this.transits.observe(id, nowMs - sinceMs, to.isUnchanged);
      if (to.forks === true) continue;
      for (const earlier of batch.session.open.values()) {
        if (earlier.serial >= batch.serial) break;
        if (earlier.away.delete(id)) overtaken.push(earlier);
      }
    }
    return overtaken;
  }

  /** Something of this batch has come by way of others to a node of ours, and more of it may. */
  cameBackInPart({ away }: InFlightBatch, node: string): void {
    for (const each of away.values())
      if (each.to.reaches === undefined || each.to.reaches.has(node)) each.isBack = true;
  }

  /** A token that was settled by silence has come to a node of ours after all. */
  cameLate(token: string, node: string): void {
    const nowMs = this.timers.now();
    for (const { to, sinceMs } of this.silenced.get(token) ?? []) {
      if (to.reaches === undefined || to.reaches.has(node))
        this.transits.observe(to.id, nowMs - sinceMs, to.isUnchanged);
    }
    this.silenced.delete(token);
  }

  /** A deploy is through. */
  forgetChanged(): void {
    this.transits.forgetChanged();
    this.silenced.clear();
  }
}
