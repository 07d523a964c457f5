import { Acknowledgements, createAcknowledgements } from './acknowledgements';
import { FlowGate } from './flow-gate';
import { Destination, InFlightBatch, isAtRest, isReadAgain, isStranded, Refusal } from './in-flight-batch';
import { OurNode, PASSES_ON } from './our-node';
import type { ReaderSession, SessionOptions, SessionState } from './session';
import { waitsFor } from './waits-for';
import { Sessions } from './sessions';
import { Silence } from './silence';
import type { Timers } from './timers';

/**
 * Which of the readers' batches are through, so that no reader saves a checkpoint for one that was still between two
 * nodes when the flows stopped. Why and how: README.md.
 */
export class DeliveryTracker {
  readonly sessions = new Sessions();
  private readonly nodes = new Map<string, OurNode>();
  private readonly gate = new FlowGate();
  private readonly silence: Silence;
  readonly acknowledgements: Acknowledgements;

  constructor(private readonly timers: Timers) {
    this.silence = new Silence(timers);
    this.acknowledgements = createAcknowledgements({
      sessions: this.sessions,
      timers,
      isStopping: () => this.gate.isStopping,
      reportLoss: (id) => {
        const session = this.sessions.get(id);
        // What a node of ours refused is not read again on a timer.
        if (session !== undefined && waitsFor(session, 0)?.kind !== 'refused') this.reportLoss(session);
      }
    });
  }

  get stopping(): boolean {
    return this.gate.isStopping;
  }

  /** The flows run, and all their nodes have been made. */
  hasStarted = false;

  /** Resolves when all nodes of the flows have been made: before that a reader would hand on to nobody. */
  async flowsRun(): Promise<void> {
    while (this.gate.isStopping || !this.hasStarted) await this.gate.changed();
  }

  /** Rises at every stop. */
  get generation(): number {
    return this.gate.generation;
  }

  /** A node of ours that receives tokens. */
  addNode(id: string, node: OurNode = PASSES_ON): void {
    this.nodes.set(id, node);
  }
  removeNode(id: string): void {
    this.nodes.delete(id);
  }
  node(id: string): OurNode | undefined {
    return this.nodes.get(id);
  }
  isOurs(id: string): boolean {
    return this.nodes.has(id);
  }

  openSession(reader: string, boot: string, options: SessionOptions): ReaderSession {
    const session: SessionState = {
      ...options,
      id: `${reader}/${boot}`,
      open: new Map(),
      newest: 0,
      acknowledged: 0,
      isShut: false,
      isClosed: false,
      isLost: false,
      begin: (serial) => {
        const batch = this.sessions.begin(session, serial);
        // The reader's own send follows in this turn: until then the token must not look finished.
        this.timers.nextTurn(() => this.endDelivery(batch));
        return batch.token;
      },
      gate: () => this.gate.pass(session),
      shut: () => {
        session.isShut = true;
        this.sessions.settleAcknowledged(session);
        this.gate.wake();
      },
      close: () => this.sessions.close(session),
      waitsFor: () => waitsFor(session, this.timers.now())
    };
    this.sessions.add(session);
    return session;
  }

  /** A node of ours has got a message with this token and begins to work on it. */
  arrived(token: string, node: string): void {
    const batch = this.sessions.batch(token);
    if (batch === undefined) return this.silence.cameLate(token, node);
    const work = batch.working.get(node);
    if (work === undefined) batch.working.set(node, { count: 1, sinceMs: this.timers.now() });
    else work.count++;
    if (this.nodes.get(node)?.end === 'ack') batch.isTaken = true;
    const expected = batch.expected.get(node);
    if (expected === undefined) {
      // Where acknowledgements are awaited a part of it has come back, perhaps: the rest may still be there.
      if (batch.session.awaitsAck === true) this.silence.cameBackInPart(batch, node);
      else
        for (const overtaken of this.silence.cameBack(batch, node)) {
          overtaken.isTaken = true;
          this.consider(overtaken);
        }
    } else if (expected > 1) batch.expected.set(node, expected - 1);
    else batch.expected.delete(node);
    this.silence.end(batch);
  }

  /** It is through with it: sent on, or swallowed with an error. */
  passed(token: string, node: string): void {
    const batch = this.sessions.batch(token);
    const work = batch?.working.get(node);
    if (batch === undefined || work === undefined) return;
    if (--work.count === 0) batch.working.delete(node);
    this.consider(batch);
  }

  /** It closed while it worked on it. */
  abandoned(token: string): void {
    const batch = this.sessions.batch(token);
    if (batch !== undefined) this.lose(batch);
  }

  /** A message with this token is about to be sent there. */
  sending(token: string, destination: Destination): void {
    const batch = this.sessions.batch(token);
    if (batch === undefined) return;
    batch.pending++;
    if (destination.ours) batch.expected.set(destination.id, (batch.expected.get(destination.id) ?? 0) + 1);
    else if (destination.leadsBack) batch.away.set(destination.id, { to: destination, sinceMs: this.timers.now() });
    this.silence.end(batch);
  }

  /** Its delivery has run; `listened` = somebody was listening. A node of ours that has had it says so by itself. */
  delivered(token: string, destination: Destination, listened: boolean): void {
    const batch = this.sessions.batch(token);
    if (batch === undefined) return;
    const hasArrived = destination.ours && !batch.expected.has(destination.id);
    if (listened || hasArrived) {
      // One whose wires lead back takes it only where it does not come back.
      if (!destination.ours && !destination.leadsBack) batch.isTaken = true;
      return this.endDelivery(batch);
    }
    batch.pending--;
    this.lose(batch);
  }

  /** What is known of the way of this token besides its deliveries. */
  note(token: string, known: Partial<Pick<InFlightBatch, 'messageId' | 'isTaken' | 'isAdrift' | 'disabled'>>): void {
    const batch = this.sessions.batch(token);
    if (batch !== undefined) Object.assign(batch, known);
  }

  /**
   * A node of ours refused a message with this token as a whole. Nothing from it on is settled, and nothing more is
   * sent: it is read again after a deploy, a definition change or a command. False where no reader here sent it.
   */
  refused(token: string, refusal: Refusal): boolean {
    const batch = this.sessions.batch(token);
    if (batch === undefined) return false;
    if (batch.refusal !== undefined || batch.lost) return true;
    batch.refusal = refusal;
    this.silence.end(batch);
    batch.session.onRefused?.(refusal, batch.serial);
    return true;
  }

  /** What this node refused it may take now. */
  retry(node: string): void {
    for (const session of this.sessions.all())
      if ([...session.open.values()].some(({ refusal }) => refusal?.node.id === node)) session.onRetry?.();
  }

  /** The flows begin to stop: everything under way now is settled by a delivery or not at all. */
  stop(): void {
    this.gate.shut();
    for (const batch of this.sessions.allBatches()) this.silence.end(batch);
  }

  /** The flows run again. Deliveries from before the stop may still be pending for a turn: only then the gate opens. */
  start(): void {
    const { generation } = this.gate;
    this.timers.nextTurn(() =>
      this.timers.nextTurn(() => {
        if (generation === this.gate.generation) this.started();
      })
    );
  }

  private started(): void {
    this.hasStarted = true;
    this.silence.forgetChanged();
    for (const batch of this.sessions.allBatches())
      for (const { to } of batch.away.values()) if (to.isUnchanged?.() === false) this.lose(batch);
    this.gate.open();
    for (const session of this.sessions.all()) {
      this.sessions.settleAcknowledged(session);
      const isReadNow = [...session.open.values()].some(isReadAgain);
      if (session.isLost || isReadNow) this.reportLoss(session);
      else session.onStarted?.();
    }
    for (const batch of this.sessions.allBatches()) this.consider(batch);
  }

  private endDelivery(batch: InFlightBatch): void {
    batch.pending--;
    this.consider(batch);
  }

  /** Settles a batch with which nothing is to come any more, unless only an acknowledgement does. */
  private consider(batch: InFlightBatch): void {
    if (batch.session.awaitsAck === true || batch.lost || batch.refusal !== undefined) return;
    if (batch.working.size > 0 || batch.pending > 0 || this.sessions.batch(batch.token) !== batch) return;
    if (isAtRest(batch)) return isStranded(batch) ? undefined : this.sessions.settleDelivered(batch);
    this.silence.end(batch);
    // While flows stop, silence proves nothing: what a delay node holds then is read again at the next start.
    if (!this.gate.isStopping) this.silence.watch(batch, () => this.swallowed(batch));
  }

  /** The node of others that has it keeps it: that node has taken it. */
  private swallowed(batch: InFlightBatch): void {
    batch.expected.clear();
    batch.away.clear();
    batch.isTaken = true;
    this.consider(batch);
  }

  private lose(batch: InFlightBatch): void {
    if (batch.lost) return;
    this.silence.end(batch);
    batch.lost = true;
    const { session } = batch;
    if (session.isLost) return;
    session.isLost = true;
    if (!this.gate.isStopping) this.timers.nextTurn(() => this.reportLoss(session));
  }

  private reportLoss(session: SessionState): void {
    if (!session.isClosed && !session.isShut && !this.gate.isStopping) session.onLost();
  }
}
