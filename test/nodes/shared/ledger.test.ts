import should from 'should';
import { Account, Ledger, QUIET_MS } from '../../../nodes/shared/passage/ledger';

/** Time and turns of the event loop in the test's hands. */
class Loop {
  private now = 0;
  private turns: Array<() => void> = [];
  private readonly timers = new Set<{ at: number; call: () => void }>();
  readonly timing = {
    after: (ms: number, call: () => void): (() => void) => {
      const timer = { at: this.now + ms, call };
      this.timers.add(timer);
      return () => this.timers.delete(timer);
    },
    nextTurn: (call: () => void): void => void this.turns.push(call)
  };
  turn(times = 1): void {
    for (let i = 0; i < times; i++) for (const call of this.turns.splice(0)) call();
  }
  pass(ms: number): void {
    this.now += ms;
    for (const timer of [...this.timers]) if (timer.at <= this.now && this.timers.delete(timer)) timer.call();
  }
}

const ours = (id: string) => ({ id, ours: true, leadsBack: false });
const end = { id: 'consumer', ours: false, leadsBack: false };
const function_ = { id: 'function', ours: false, leadsBack: true };

describe('the passage of commit tokens', () => {
  let loop: Loop;
  let ledger: Ledger;
  let settled: number[];
  let lost: number;
  let account: Account;
  beforeEach(() => {
    loop = new Loop();
    ledger = new Ledger(loop.timing);
    settled = [];
    lost = 0;
    account = ledger.openAccount('reader', 'boot', (serial) => void settled.push(serial), () => void lost++);
  });

  /** The reader sends; each hop gets it and passes it on at once; the consumer gets it. */
  const deliverAlong = (token: string, hops: string[], upTo = hops.length): void => {
    ledger.sending(token, hops.length > 0 ? ours(hops[0]) : end);
    hops.slice(0, upTo).forEach((hop, index) => {
      ledger.arrived(token, hop);
      ledger.delivered(token, ours(hop), true);
      ledger.sending(token, index + 1 < hops.length ? ours(hops[index + 1]) : end);
      ledger.passed(token);
    });
  };

  it('settles a batch when its last consumer has got it, and not before', () => {
    const token = account.begin(1);
    should(token).equal('reader/boot/1');
    deliverAlong(token, ['decoder', 'guard', 'doc']);
    loop.turn();
    should(settled).eql([]);
    ledger.delivered(token, end, true);
    should(settled).eql([1]);
  });

  it('settles a batch that goes nowhere', () => {
    account.begin(1);
    loop.turn();
    should(settled).eql([1]);
  });

  it('never settles one that was on its way to a node of ours when the flows stopped', () => {
    const token = account.begin(1);
    deliverAlong(token, ['decoder', 'guard', 'doc'], 1);
    ledger.stop();
    ledger.delivered(token, ours('guard'), false);
    loop.turn(5);
    loop.pass(10 * QUIET_MS);
    account.close();
    should(settled).eql([]);
  });

  it('never settles one whose consumer lost its listeners in the sweep, but settles one that was delivered all the same', () => {
    const first = account.begin(1);
    const second = account.begin(2);
    deliverAlong(first, ['doc']);
    deliverAlong(second, ['doc']);
    loop.turn();
    ledger.stop();
    ledger.delivered(first, end, true);
    ledger.delivered(second, end, false);
    should(settled).eql([1]);
  });

  it('does not take silence for an answer while flows stop', () => {
    const token = account.begin(1);
    ledger.sending(token, function_);
    ledger.delivered(token, end, true);
    loop.turn();
    ledger.stop();
    loop.pass(10 * QUIET_MS);
    should(settled).eql([]);
  });

  it('waits for a node of others that leads back to ours, and gives up after a silence', () => {
    const swallowed = account.begin(1);
    ledger.sending(swallowed, function_);
    ledger.delivered(swallowed, function_, true);
    loop.turn();
    loop.pass(QUIET_MS - 1);
    should(settled).eql([]);
    loop.pass(1);
    should(settled).eql([1]);

    const passed = account.begin(2);
    ledger.sending(passed, function_);
    ledger.delivered(passed, function_, true);
    loop.turn();
    loop.pass(QUIET_MS - 1);
    ledger.arrived(passed, 'doc');
    loop.pass(QUIET_MS * 3);
    should(settled).eql([1]);
    ledger.sending(passed, end);
    ledger.passed(passed);
    ledger.delivered(passed, function_, true);
    should(settled).eql([1, 2]);
  });

  it('reports serials in order and without holes, whatever order batches come through in', () => {
    const tokens = [1, 2, 3].map((serial) => account.begin(serial));
    tokens.forEach((token) => ledger.sending(token, end));
    loop.turn();
    ledger.delivered(tokens[2], end, true);
    ledger.delivered(tokens[1], end, true);
    should(settled).eql([]);
    ledger.delivered(tokens[0], end, true);
    should(settled).eql([3]);
  });

  it('needs every branch of a wire that forks', () => {
    const token = account.begin(1);
    ledger.sending(token, ours('doc 1'));
    ledger.sending(token, ours('doc 2'));
    loop.turn();
    for (const doc of ['doc 1', 'doc 2']) {
      should(settled).eql([]);
      ledger.arrived(token, doc);
      ledger.delivered(token, ours(doc), true);
      ledger.passed(token);
    }
    should(settled).eql([1]);
  });

  it('shuts the gate while flows stop and start, and tells a reader that lives on what was lost before it opens', async () => {
    const token = account.begin(1);
    ledger.sending(token, ours('decoder'));
    loop.turn();
    ledger.stop();
    let opened: boolean | undefined;
    const waiting = account.gate().then((open) => void (opened = open));
    ledger.start();
    // The delivery of before the stop runs only after the flows have started again.
    loop.turn();
    ledger.delivered(token, ours('decoder'), false);
    await Promise.resolve();
    should(opened).equal(undefined);
    loop.turn();
    await waiting;
    should(lost).equal(1);
    should(opened).equal(true);
    should(settled).eql([]);
  });

  it('sends away who waits at the gate of a reader that closes', async () => {
    ledger.stop();
    const waiting = account.gate();
    account.shut();
    should(await waiting).be.false();
  });

  it('loses what a node of ours was at work on when it closed', () => {
    const token = account.begin(1);
    ledger.sending(token, ours('doc'));
    ledger.arrived(token, 'doc');
    ledger.delivered(token, ours('doc'), true);
    loop.turn();
    ledger.stop();
    ledger.abandoned(token);
    ledger.passed(token);
    should(settled).eql([]);
  });

  it('believes a node of ours that it has had a batch, though it was closed before anybody looked', () => {
    const token = account.begin(1);
    deliverAlong(token, ['doc'], 0);
    ledger.arrived(token, 'doc');
    ledger.sending(token, end);
    ledger.passed(token);
    loop.turn();
    ledger.stop();
    ledger.delivered(token, ours('doc'), false);
    ledger.delivered(token, end, true);
    should(settled).eql([1]);
  });

  it('knows nothing of tokens of an account that is closed, and forgets them', () => {
    const token = account.begin(1);
    ledger.sending(token, end);
    account.close();
    loop.turn();
    ledger.delivered(token, end, true);
    should(settled).eql([]);
    should((ledger as unknown as { tokens: Map<string, unknown> }).tokens.size).equal(0);
  });
});
