import should from 'should';
import type { ReaderSession } from '../../../nodes/delivery/session';
import type { Sessions } from '../../../nodes/delivery/sessions';
import { DeliveryTracker } from '../../../nodes/delivery/tracker';
import { MAX_TRANSIT_MS, MIN_TRANSIT_MS } from '../../../nodes/delivery/transit-estimate';
import { wayBack, Wired } from '../../../nodes/delivery/way-back';
import type { Deployed } from '../../../nodes/delivery/deployed';
import { Loop } from './loop';

const ours = (id: string) => ({ id, ours: true, leadsBack: false });
const end = { id: 'consumer', ours: false, leadsBack: false };
const function_ = { id: 'function', ours: false, leadsBack: true };

describe('the delivery of commit tokens', () => {
  let loop: Loop;
  let tracker: DeliveryTracker;
  let settled: number[];
  let lost: number;
  let quiet: string[];
  let session: ReaderSession;
  beforeEach(() => {
    loop = new Loop();
    tracker = new DeliveryTracker(loop.timing);
    settled = [];
    lost = 0;
    quiet = [];
    session = tracker.openSession('reader', 'boot', {
      settled: (serial) => void settled.push(serial),
      onLost: () => void lost++,
      onSilent: (id) => void quiet.push(id)
    });
  });

  /** The reader sends; each node gets it and passes it on at once; the consumer gets it. */
  const deliverAlong = (token: string, nodes: string[], upTo = nodes.length): void => {
    tracker.sending(token, nodes.length > 0 ? ours(nodes[0]) : end);
    nodes.slice(0, upTo).forEach((node, index) => {
      tracker.arrived(token, node);
      tracker.delivered(token, ours(node), true);
      tracker.sending(token, index + 1 < nodes.length ? ours(nodes[index + 1]) : end);
      tracker.passed(token, node);
    });
  };

  it('settles a batch when its last consumer has got it, and not before', () => {
    const token = session.begin(1);
    should(token).equal('reader/boot/1');
    deliverAlong(token, ['decoder', 'guard', 'doc']);
    loop.turn();
    should(settled).eql([]);
    tracker.delivered(token, end, true);
    should(settled).eql([1]);
  });

  it('never settles a batch that goes nowhere, and has it read again at the next deploy', () => {
    const token = session.begin(1);
    tracker.note(token, { isAdrift: true });
    loop.turn();
    loop.pass(10 * MAX_TRANSIT_MS);
    should(settled).eql([]);
    should(session.waitsFor()).eql({ kind: 'nobody' });
    tracker.stop();
    tracker.start();
    loop.turn(2);
    should([lost, settled]).eql([1, []]);
  });

  it('never settles one that was on its way to a node of ours when the flows stopped', () => {
    const token = session.begin(1);
    deliverAlong(token, ['decoder', 'guard', 'doc'], 1);
    tracker.stop();
    tracker.delivered(token, ours('guard'), false);
    loop.turn(5);
    loop.pass(10 * MAX_TRANSIT_MS);
    session.close();
    should(settled).eql([]);
  });

  it(
    'never settles one whose consumer lost its listeners in the sweep, but settles one that was ' +
      'delivered all the same',
    () => {
      const first = session.begin(1);
      const second = session.begin(2);
      deliverAlong(first, ['doc']);
      deliverAlong(second, ['doc']);
      loop.turn();
      tracker.stop();
      tracker.delivered(first, end, true);
      tracker.delivered(second, end, false);
      should(settled).eql([1]);
    }
  );

  it('does not take silence for an answer while flows stop', () => {
    const token = session.begin(1);
    tracker.sending(token, function_);
    tracker.delivered(token, end, true);
    loop.turn();
    tracker.stop();
    loop.pass(10 * MAX_TRANSIT_MS);
    should(settled).eql([]);
  });

  /** The reader sends by way of a node of others. */
  const sendBy = (
    serial: number,
    by: typeof function_ & { reaches?: Set<string>; forks?: boolean; isUnchanged?: () => boolean } = function_
  ): string => {
    const token = session.begin(serial);
    tracker.sending(token, by);
    tracker.delivered(token, by, true);
    loop.turn();
    return token;
  };
  const arrive = (token: string, node = 'doc'): void => {
    tracker.arrived(token, node);
    tracker.note(token, { isTaken: true });
    tracker.passed(token, node);
  };

  it('waits for a node of others that leads back to ours, however short of the longest time it takes', () => {
    const token = sendBy(1);
    loop.pass(MAX_TRANSIT_MS - 1);
    should(settled).eql([]);
    arrive(token);
    should(settled).eql([1]);
    should(quiet).eql([]);
  });

  it('counts one as passed after the longest silence, says so once, and is quicker with that node from then on', () => {
    sendBy(1);
    loop.pass(MAX_TRANSIT_MS);
    should(settled).eql([1]);
    should(quiet).eql(['function']);
    sendBy(2);
    loop.pass(MIN_TRANSIT_MS);
    should(settled).eql([1, 2]);
    should(quiet).eql(['function']);
  });

  it('learns how long a node keeps messages, also from one that came after all', () => {
    sendBy(1);
    loop.pass(MAX_TRANSIT_MS);
    const late = sendBy(2);
    loop.pass(MIN_TRANSIT_MS);
    should(settled).eql([1, 2]);
    loop.pass(2000 - MIN_TRANSIT_MS);
    arrive(late);
    const next = sendBy(3);
    loop.pass(7999);
    should(settled).eql([1, 2]);
    arrive(next);
    should(settled).eql([1, 2, 3]);
  });

  it('takes one as swallowed when a later one that went the same way has arrived', () => {
    sendBy(1);
    sendBy(2);
    const third = sendBy(3);
    should(settled).eql([]);
    arrive(third);
    should(settled.at(-1)).equal(3);
  });

  it('takes nothing as swallowed where the way forks, or where the later one arrived elsewhere', () => {
    sendBy(1, { ...function_, forks: true });
    arrive(sendBy(2, { ...function_, forks: true }));
    should(settled).eql([]);
    sendBy(3, { ...function_, id: 'other', reaches: new Set(['doc 2']) });
    arrive(sendBy(4, { ...function_, id: 'another', reaches: new Set(['doc']) }));
    should(settled).eql([]);
  });

  it('reads again what was with a node of others that a deploy replaced', () => {
    let same = true;
    sendBy(1, { ...function_, isUnchanged: () => same });
    tracker.stop();
    tracker.start();
    loop.turn(3);
    should(lost).equal(0);
    tracker.stop();
    same = false;
    tracker.start();
    loop.turn(3);
    should(lost).equal(1);
    loop.pass(10 * MAX_TRANSIT_MS);
    should(settled).eql([]);
  });

  it('reports serials in order and without holes, whatever order batches come through in', () => {
    const tokens = [1, 2, 3].map((serial) => session.begin(serial));
    tokens.forEach((token) => tracker.sending(token, end));
    loop.turn();
    tracker.delivered(tokens[2], end, true);
    tracker.delivered(tokens[1], end, true);
    should(settled).eql([]);
    tracker.delivered(tokens[0], end, true);
    should(settled).eql([3]);
  });

  it('needs every branch of a wire that forks', () => {
    const token = session.begin(1);
    tracker.sending(token, ours('doc 1'));
    tracker.sending(token, ours('doc 2'));
    loop.turn();
    for (const doc of ['doc 1', 'doc 2']) {
      should(settled).eql([]);
      tracker.arrived(token, doc);
      tracker.delivered(token, ours(doc), true);
      tracker.note(token, { isTaken: true });
      tracker.passed(token, doc);
    }
    should(settled).eql([1]);
  });

  it(
    'shuts the gate while flows stop and start, and tells a reader that sessions on what was lost before ' + 'it opens',
    async () => {
      const token = session.begin(1);
      tracker.sending(token, ours('decoder'));
      loop.turn();
      tracker.stop();
      let opened: boolean | undefined;
      const waiting = session.gate().then((open) => void (opened = open));
      tracker.start();
      // The delivery of before the stop runs only after the flows have started again.
      loop.turn();
      tracker.delivered(token, ours('decoder'), false);
      await Promise.resolve();
      should(opened).equal(undefined);
      loop.turn();
      await waiting;
      should(lost).equal(1);
      should(opened).equal(true);
      should(settled).eql([]);
    }
  );

  it('sends away who waits at the gate of a reader that closes', async () => {
    tracker.stop();
    const waiting = session.gate();
    session.shut();
    should(await waiting).be.false();
  });

  it('loses what a node of ours was at work on when it closed', () => {
    const token = session.begin(1);
    tracker.sending(token, ours('doc'));
    tracker.arrived(token, 'doc');
    tracker.delivered(token, ours('doc'), true);
    loop.turn();
    tracker.stop();
    tracker.abandoned(token);
    tracker.passed(token, 'doc');
    should(settled).eql([]);
  });

  it('believes a node of ours that it has had a batch, though it was closed before anybody looked', () => {
    const token = session.begin(1);
    deliverAlong(token, ['doc'], 0);
    tracker.arrived(token, 'doc');
    tracker.sending(token, end);
    tracker.passed(token, 'doc');
    loop.turn();
    tracker.stop();
    tracker.delivered(token, ours('doc'), false);
    tracker.delivered(token, end, true);
    should(settled).eql([1]);
  });

  it('knows nothing of tokens of a session that is closed, and forgets them', () => {
    const token = session.begin(1);
    tracker.sending(token, end);
    session.close();
    loop.turn();
    tracker.delivered(token, end, true);
    should(settled).eql([]);
    should((tracker as unknown as { sessions: Sessions }).sessions.allBatches().length).equal(0);
  });
});

describe('the way back to ours', () => {
  const way = (
    wires: Record<string, string[]>,
    types: Record<string, string> = {},
    others?: Pick<Deployed, 'from' | 'isDynamic'>
  ): ReturnType<typeof wayBack> => {
    const nodes = new Map(
      Object.entries(wires).map(([id, to]): [string, Wired] => [
        id,
        { id, type: types[id] ?? 'function', wires: [to], links: to }
      ])
    );
    return wayBack(
      nodes.get('start')!,
      (id) => nodes.get(id),
      (id) => id.startsWith('our'),
      others
    );
  };
  const shown = (found: ReturnType<typeof wayBack>): unknown =>
    found && { reaches: found.reaches && [...found.reaches].sort(), forks: found.forks };

  it('is none where the wires end at others', () => should(way({ start: ['a'], a: ['start'] })).equal(undefined));
  it('ends at the first of ours', () =>
    should(shown(way({ start: ['a'], a: ['our 1', 'debug'], 'our 1': ['our 2'] }))).eql({
      reaches: ['our 1'],
      forks: false
    }));
  it('forks where two nodes lead there', () =>
    should(shown(way({ start: ['a', 'b'], a: ['our 1'], b: ['our 1'] }))).eql({ reaches: ['our 1'], forks: true }));
  it('goes through links', () =>
    should(shown(way({ start: ['a'], a: ['our 1'] }, { start: 'link out' }))).have.property('reaches', ['our 1']));
  it('goes from a sink without an output through a Complete node that hears of it', () => {
    const others = { from: (id: string) => (id === 'start' ? ['complete'] : []), isDynamic: () => false };
    should(shown(way({ start: [], complete: ['our 1'] }, {}, others))).eql({ reaches: ['our 1'], forks: false });
  });
  it('may lead anywhere from a called link, and any deploy may have changed a dynamic one', () => {
    const others = { from: (id: string) => (id === 'start' ? ['in'] : []), isDynamic: () => true };
    const found = way({ start: ['our 1'], in: ['return'], return: [] }, { start: 'link call' }, others);
    should(shown(found)).eql({ reaches: undefined, forks: true });
    should(found!.isUnchanged!()).be.false();
    should(way({ start: ['our 1'] }, { start: 'link call' })!.isUnchanged!()).be.true();
  });
  it('may lead anywhere from a subflow', () =>
    should(shown(way({ start: ['a'], a: [] }, { a: 'subflow:x' }))).eql({ reaches: undefined, forks: true }));
  it('ends also where wires go in a circle', () =>
    should(shown(way({ start: ['a'], a: ['start', 'our 1'] }))).eql({ reaches: ['our 1'], forks: true }));
});
