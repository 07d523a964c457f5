import { InFlightBatch, isReadAgain } from './in-flight-batch';
import type { SessionState } from './session';

/** The sessions of all readers of this process, and their batches by token. */
export class Sessions {
  private readonly batches = new Map<string, InFlightBatch>();
  private readonly sessions = new Map<string, SessionState>();

  add(session: SessionState): void {
    this.sessions.set(session.id, session);
  }

  /** By `reader/boot`. */
  get(id: string): SessionState | undefined {
    return this.sessions.get(id);
  }

  all(): SessionState[] {
    return [...this.sessions.values()];
  }

  allBatches(): InFlightBatch[] {
    return [...this.batches.values()];
  }

  batch(token: string): InFlightBatch | undefined {
    return this.batches.get(token);
  }

  /**
   * The oldest batch with this `_msgid` that a node of others has which leads to this node of ours, or that this node
   * has refused: a new message may come for each record of it.
   */
  strayed(messageId: string, node: string): { batch: InFlightBatch; via: string } | undefined {
    for (const batch of this.batches.values()) {
      if (batch.messageId !== messageId) continue;
      if (batch.refusal?.node.id === node) return { batch, via: node };
      for (const [via, { to }] of batch.away)
        if (to.reaches === undefined || to.reaches.has(node)) return { batch, via };
    }
    return undefined;
  }

  /** Opens a batch, with the reader's own delivery of it still to come. */
  begin(session: SessionState, serial: number): InFlightBatch {
    const token = `${session.id}/${serial}`;
    const batch: InFlightBatch = {
      token,
      session,
      serial,
      working: new Map(),
      pending: 1,
      expected: new Map(),
      away: new Map(),
      isTaken: false,
      isAdrift: false,
      lost: false
    };
    session.open.set(serial, batch);
    session.newest = serial;
    this.batches.set(token, batch);
    return batch;
  }

  /**
   * A batch came through by itself. It is settled together with all before it: serials are reported in order, without
   * holes.
   */
  settleDelivered(batch: InFlightBatch): void {
    const { session, serial } = batch;
    const wasFirst = session.open.keys().next().value === serial;
    this.remove(batch);
    if (!wasFirst) return;
    const next = session.open.keys().next().value;
    session.settled(next === undefined ? session.newest : next - 1);
  }

  /** Settles what is acknowledged, up to the first batch that is read again, with what follows. */
  settleAcknowledged(session: SessionState): void {
    let last: number | undefined;
    for (const [serial, batch] of session.open) {
      if (serial > session.acknowledged || isReadAgain(batch)) break;
      this.remove(batch);
      last = serial;
    }
    if (last !== undefined) session.settled(last);
  }

  /** Forgets a session with what is not settled of it. */
  close(session: SessionState): void {
    session.isClosed = true;
    if (this.sessions.get(session.id) === session) this.sessions.delete(session.id);
    for (const batch of session.open.values()) this.remove(batch);
  }

  private remove(batch: InFlightBatch): void {
    batch.cancelTimer?.();
    batch.cancelTimer = undefined;
    batch.session.open.delete(batch.serial);
    this.batches.delete(batch.token);
  }
}
