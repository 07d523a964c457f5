/**
 * The passage: which of a reader's batches have been delivered at the end of our chain, so that the reader saves no
 * checkpoint for one that was still between two nodes when the flows stopped.
 *
 * Why it is needed. Node-RED delivers every message in a `setImmediate` of its own (Flow.js, handlePreDeliver). When
 * flows
 * stop, one synchronous sweep takes every node out of `activeNodes` and calls its close handlers; a node without an
 * asynchronous close loses its input listeners in that sweep (Node.js, close). From then on a message under way reaches
 * a
 * node that no longer listens, and whatever a closed node sends finds no destination: both vanish without a word. The
 * sweep is never in the middle of a row of deliveries (they run in the loop's check phase, the sweep in its poll
 * phase), so
 * for each batch there is one truth: it was delivered at the end of the chain before the sweep, or it was not.
 *
 * How it is known. The reader gives each batch a token. Before a node of ours sends a message with a token it reports
 * where
 * that goes (`sending`); one turn later, when the delivery has run, whether that node was still listening
 * (`delivered`).
 * Nodes of ours report what arrived and when they are through with it. A token is settled when nothing of it is open:
 * nobody works on it, no delivery is outstanding, every node of ours it went to has had it. At the last of our nodes
 * the
 * delivery counts, not the send: a consumer that lost its listeners in the sweep has not got the message, and one that
 * closes asynchronously has.
 *
 * Nodes of others in between (a delay, a filter) tell us nothing. Where the wires lead from them to a node of ours
 * again,
 * the token waits for its arrival there. When a later batch that went the same way arrives first, the earlier one was
 * swallowed: nodes keep the order. Else it counts as passed when nothing happened with it for as long as that node may
 * be
 * trusted to keep something (patience.ts), while the flows run. While flows stop, silence proves nothing and no token
 * is
 * settled by it: what a delay node holds then is read again at the next start.
 *
 * A deploy of modified nodes closes some nodes and leaves others running, the reader perhaps among the latter. Between
 * `stopping` and `started` the gate is shut, so a surviving reader hands nothing to nodes that are not there; and if a
 * token was lost in the sweep, or was with a node of others that the deploy replaced (its queue went with it), the
 * reader
 * is told (`onLost`) and reads again from its last settled batch.
 *
 * Where the reader waits for acknowledgements (`awaitsAck`), none of this settles anything: an openot-ack does, through
 * `acknowledge`, and everything before it. What is watched all the same is whether a batch can still come: until it is
 * acknowledged, a delivery that nobody heard, a node of ours that closed while it worked on it, and a node of others
 * that a
 * deploy replaced after it had gone there mean that it is read again. That such a node has passed it on proves nothing:
 * a
 * split may have kept the rest. An acknowledgement in the middle of a deploy waits for its end, since what it would
 * cover may
 * just have been destroyed.
 *
 * Limits: with two consumers on one wire of which the sweep cut only one, the batch is read again, and the other
 * consumer
 * sees it twice. A node of others that changes the order of messages, or keeps one longer than `LONGEST_MS`, is not
 * seen
 * through; nor is one that makes new messages without their tokens: what passes it counts as delivered when it is
 * silent.
 */
import { BoundedMap } from '../../lib/base';
import { Account, AccountOptions, AccountState, Away, Destination, Passing, Standing, Timers } from './account';
import { LONGEST_MS, Patience } from './patience';

export type { Account, AccountOptions, Destination, Standing, Timers } from './account';

/** Tokens settled by silence that are remembered, at most. */
const MAX_SILENCED = 64;
/** Milliseconds until a batch is read again that what stores it refused. */
export const REJECTED_MS = 5000;

export class Ledger {
  private readonly tokens = new Map<string, Passing>();
  /** By life: `reader/boot`. */
  private readonly accounts = new Map<string, AccountState>();
  private readonly hops = new Set<string>();
  private readonly patience = new Patience();
  /** Tokens settled by silence lately: one that arrives after all teaches patience. */
  private readonly silenced = new BoundedMap<string, readonly Away[]>(MAX_SILENCED);
  private waiting: Array<() => void> = [];
  private isStopping = false;
  /**
   * Rises at every stop, so that a delivery that began before a stop is known even when the flows have started again.
   */
  generation = 0;

  constructor(private readonly timers: Timers) {}

  get stopping(): boolean {
    return this.isStopping;
  }

  addHop(id: string): void {
    this.hops.add(id);
  }
  removeHop(id: string): void {
    this.hops.delete(id);
  }
  isHop(id: string): boolean {
    return this.hops.has(id);
  }

  openAccount(reader: string, boot: string, options: AccountOptions): Account {
    const life = `${reader}/${boot}`;
    const state: AccountState = {
      ...options,
      open: new Map(),
      newest: 0,
      acknowledged: 0,
      isShut: false,
      isClosed: false,
      isLost: false,
      begin: (serial) => {
        const token = `${life}/${serial}`;
        const passing: Passing = {
          token,
          account: state,
          serial,
          working: 0,
          pending: 1,
          expected: new Map(),
          away: new Map(),
          lost: false
        };
        state.open.set(serial, passing);
        state.newest = serial;
        this.tokens.set(token, passing);
        // The reader's own send follows in this turn: until then the token must not look finished.
        this.timers.nextTurn(() => this.release(token, passing));
        return token;
      },
      gate: () => this.gate(state),
      shut: () => {
        state.isShut = true;
        this.settleAcknowledged(state);
        this.openGate();
      },
      close: () => this.closeAccount(state, life)
    };
    this.accounts.set(life, state);
    return state;
  }

  /** What an acknowledgement of this batch of this life (`reader/boot`) would mean. */
  standing(life: string, serial: number): Standing {
    const account = this.accounts.get(life);
    if (account === undefined || serial > account.newest) return 'unknown';
    if (account.awaitsAck !== true) return 'unasked';
    return serial > account.acknowledged && account.open.has(serial) && serial < this.firstLost(account)
      ? 'open'
      : 'settled';
  }

  /**
   * Is this batch of this life, with all before it, through for good, so that its reader does not read it again? Not
   * where
   * the life is no more: nobody knows then how far its last checkpoint went.
   */
  isSettled(life: string, serial: number): boolean {
    const account = this.accounts.get(life);
    if (account === undefined || serial > account.newest) return false;
    const first = account.open.keys().next().value;
    return first === undefined || first > serial;
  }

  /** An openot-ack says that this batch and all before it are where they belong. Returns how many batches that are. */
  acknowledge(life: string, serial: number): number {
    const account = this.accounts.get(life);
    if (account?.awaitsAck !== true || serial > account.newest || serial <= account.acknowledged) return 0;
    const end = Math.min(serial + 1, this.firstLost(account));
    const covered = [...account.open.keys()].filter((open) => open > account.acknowledged && open < end).length;
    account.acknowledged = serial;
    // In a deploy's sweep a batch before this one may have been destroyed that nobody knows of yet.
    if (!this.isStopping || account.isShut) this.settleAcknowledged(account);
    return covered;
  }

  /** A node of ours has got a message with this token and begins to work on it. */
  arrived(token: string, hop: string): void {
    const passing = this.tokens.get(token);
    if (passing === undefined) return this.cameLate(token, hop);
    passing.working++;
    const expected = passing.expected.get(hop);
    if (expected === undefined) this.cameBack(passing, hop);
    else if (expected > 1) passing.expected.set(hop, expected - 1);
    else passing.expected.delete(hop);
    this.stir(passing);
  }

  /** It is through with it: sent on, or swallowed with an error. */
  passed(token: string): void {
    const passing = this.tokens.get(token);
    if (passing === undefined) return;
    passing.working--;
    this.consider(token, passing);
  }

  /** It closed while it worked on it. */
  abandoned(token: string): void {
    const passing = this.tokens.get(token);
    if (passing !== undefined) this.lose(passing);
  }

  /** A message with this token is about to be sent there. */
  sending(token: string, destination: Destination): void {
    const passing = this.tokens.get(token);
    if (passing === undefined) return;
    passing.pending++;
    if (destination.ours) passing.expected.set(destination.id, (passing.expected.get(destination.id) ?? 0) + 1);
    else if (destination.leadsBack) passing.away.set(destination.id, { to: destination, sinceMs: this.timers.now() });
    this.stir(passing);
  }

  /** Its delivery has run; `listened` = somebody was listening. A node of ours that has had it says so by itself. */
  delivered(token: string, destination: Destination, listened: boolean): void {
    const passing = this.tokens.get(token);
    if (passing === undefined) return;
    passing.pending--;
    const hasArrived = destination.ours && !passing.expected.has(destination.id);
    if (listened || hasArrived) this.consider(token, passing);
    else this.lose(passing);
  }

  /**
   * What stores the records failed with this batch. It and what follows are read again, after `REJECTED_MS`: what fails
   * once
   * fails again for a while. Until then nothing from it on is settled.
   */
  reject(life: string, serial: number): boolean {
    const account = this.accounts.get(life);
    const passing = account?.open.get(serial);
    if (account?.awaitsAck !== true || passing === undefined || passing.lost) return false;
    passing.lost = true;
    if (account.isLost) return true;
    account.isLost = true;
    this.timers.after(REJECTED_MS, () => this.tell(account));
    return true;
  }

  /**
   * A node of ours refused a message with this token as a whole. Nothing, where its reader does not wait for
   * acknowledgements.
   */
  refused(token: string): void {
    const passing = this.tokens.get(token);
    if (passing !== undefined) this.reject(token.slice(0, token.lastIndexOf('/')), passing.serial);
  }

  /** The flows begin to stop: everything under way now is settled by a delivery or not at all. */
  stop(): void {
    this.isStopping = true;
    this.generation++;
    for (const passing of this.tokens.values()) this.stir(passing);
  }

  /** The flows run again. Deliveries from before the stop may still be pending for a turn: only then the gate opens. */
  start(): void {
    const generation = this.generation;
    this.timers.nextTurn(() =>
      this.timers.nextTurn(() => {
        if (generation !== this.generation) return;
        this.patience.forgetChanged();
        this.silenced.clear();
        for (const passing of this.tokens.values()) {
          for (const { to } of passing.away.values()) if (to.isUnchanged?.() === false) this.lose(passing);
        }
        this.isStopping = false;
        for (const account of [...this.accounts.values()]) {
          this.settleAcknowledged(account);
          if (account.isLost) this.tell(account);
        }
        for (const [token, passing] of [...this.tokens]) this.consider(token, passing);
        this.openGate();
      })
    );
  }

  private async gate(account: AccountState): Promise<boolean> {
    while (this.isStopping && !account.isShut) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return !account.isShut;
  }

  private openGate(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private release(token: string, passing: Passing): void {
    passing.pending--;
    this.consider(token, passing);
  }

  private consider(token: string, passing: Passing): void {
    if (passing.account.awaitsAck === true) return;
    if (passing.lost || passing.working > 0 || passing.pending > 0 || this.tokens.get(token) !== passing) return;
    if (passing.expected.size === 0 && passing.away.size === 0) return this.finish(token, passing);
    this.stir(passing);
    if (this.isStopping) return;
    const patienceMs =
      passing.expected.size > 0
        ? LONGEST_MS
        : Math.max(...[...passing.away.keys()].map((id) => this.patience.msFor(id)));
    passing.cancelQuiet = this.timers.after(patienceMs, () => this.quiet(token, passing));
  }

  /** A node of ours has got what went to it by way of others. So have all before it that went there: order is kept. */
  private cameBack(passing: Passing, hop: string): void {
    // A part of it, perhaps: the rest may still be there.
    if (passing.account.awaitsAck === true) return;
    const nowMs = this.timers.now();
    for (const [id, { to, sinceMs }] of passing.away) {
      if (to.reaches !== undefined && !to.reaches.has(hop)) continue;
      passing.away.delete(id);
      this.patience.cameAfter(id, nowMs - sinceMs, to.isUnchanged);
      if (to.forks === true) continue;
      for (const earlier of [...passing.account.open.values()]) {
        if (earlier.serial >= passing.serial) break;
        if (earlier.away.delete(id)) this.consider(earlier.token, earlier);
      }
    }
  }

  private quiet(token: string, passing: Passing): void {
    for (const [id, { to }] of passing.away)
      if (this.patience.swallows(id, to.isUnchanged)) passing.account.onQuiet?.(id);
    this.silenced.set(token, [...passing.away.values()]);
    this.finish(token, passing);
  }

  private cameLate(token: string, hop: string): void {
    const nowMs = this.timers.now();
    for (const { to, sinceMs } of this.silenced.get(token) ?? []) {
      if (to.reaches === undefined || to.reaches.has(hop))
        this.patience.cameAfter(to.id, nowMs - sinceMs, to.isUnchanged);
    }
    this.silenced.delete(token);
  }

  /** Something happened with it: its silence begins anew. */
  private stir(passing: Passing): void {
    passing.cancelQuiet?.();
    passing.cancelQuiet = undefined;
  }

  /** A batch is settled together with all before it: serials are reported in order, without holes. */
  private finish(token: string, passing: Passing): void {
    this.stir(passing);
    this.tokens.delete(token);
    const { account, serial } = passing;
    const wasFirst = account.open.keys().next().value === serial;
    account.open.delete(serial);
    if (!wasFirst) return;
    const next = account.open.keys().next().value;
    account.settled(next === undefined ? account.newest : next - 1);
  }

  /** From this batch on all is read again; Infinity where nothing was lost. */
  private firstLost(account: AccountState): number {
    if (account.isLost) for (const [serial, { lost }] of account.open) if (lost) return serial;
    return Infinity;
  }

  /** Settles what is acknowledged, up to the first batch that was lost: that one and what follows are read again. */
  private settleAcknowledged(account: AccountState): void {
    let last: number | undefined;
    for (const [serial, passing] of account.open) {
      if (serial > account.acknowledged || passing.lost) break;
      account.open.delete(serial);
      this.tokens.delete(passing.token);
      last = serial;
    }
    if (last !== undefined) account.settled(last);
  }

  private lose(passing: Passing): void {
    if (passing.lost) return;
    this.stir(passing);
    passing.lost = true;
    const { account } = passing;
    if (account.isLost) return;
    account.isLost = true;
    if (!this.isStopping) this.timers.nextTurn(() => this.tell(account));
  }

  private tell(account: AccountState): void {
    if (!account.isClosed && !account.isShut && !this.isStopping) account.onLost();
  }

  private closeAccount(account: AccountState, life: string): void {
    account.isClosed = true;
    if (this.accounts.get(life) === account) this.accounts.delete(life);
    for (const passing of account.open.values()) {
      this.stir(passing);
      this.tokens.delete(passing.token);
    }
    account.open.clear();
  }
}
