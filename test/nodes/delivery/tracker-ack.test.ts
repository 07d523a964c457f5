import should from 'should';
import { REJECTED_MS } from '../../../nodes/delivery/acknowledgements';
import type { Destination } from '../../../nodes/delivery/in-flight-batch';
import type { ReaderSession } from '../../../nodes/delivery/session';
import type { Sessions } from '../../../nodes/delivery/sessions';
import { DeliveryTracker } from '../../../nodes/delivery/tracker';
import { MAX_TRANSIT_MS } from '../../../nodes/delivery/transit-estimate';
import { Loop } from './loop';

describe('the delivery of a reader that waits for acknowledgements', () => {
  let loop: Loop;
  let tracker: DeliveryTracker;
  let settled: number[];
  let lost: number;
  let session: ReaderSession;
  beforeEach(() => {
    loop = new Loop();
    tracker = new DeliveryTracker(loop.timing);
    settled = [];
    lost = 0;
    session = tracker.openSession('reader', 'boot', {
      settled: (serial) => void settled.push(serial),
      onLost: () => void lost++,
      awaitsAck: true
    });
  });

  const consumer: Destination = { id: 'file', ours: false, leadsBack: false };
  const between = (isUnchanged: () => boolean = () => true): Destination => ({
    id: 'delay',
    ours: false,
    leadsBack: true,
    reaches: new Set(['ack']),
    isUnchanged
  });
  const give = (serial: number, to: Destination, listened = true): void => {
    const token = session.begin(serial);
    tracker.sending(token, to);
    tracker.delivered(token, to, listened);
    loop.turn();
  };
  const ack = (serial: number): number => tracker.acknowledgements.acknowledge('reader/boot', serial);

  it('is settled by no delivery and no silence, only by an acknowledgement', () => {
    give(1, consumer);
    give(2, between());
    loop.pass(100 * MAX_TRANSIT_MS);
    should(settled).eql([]);
    should(ack(2)).equal(2);
    should(settled).eql([2]);
  });

  it('stays what it is when it comes to a node of ours: a part of it may still be with the one before', () => {
    let unchanged = true;
    give(
      1,
      between(() => unchanged)
    );
    tracker.arrived('reader/boot/1', 'ack');
    tracker.passed('reader/boot/1', 'ack');
    unchanged = false;
    tracker.stop();
    tracker.start();
    loop.turn(2);
    should(lost).equal(1);
    should(settled).eql([]);
  });

  it('is read again when a deploy replaced a node of others that had it, and not when that node lived on', () => {
    let unchanged = true;
    give(
      1,
      between(() => unchanged)
    );
    tracker.stop();
    tracker.start();
    loop.turn(2);
    should(lost).equal(0);
    unchanged = false;
    tracker.stop();
    tracker.start();
    loop.turn(2);
    should(lost).equal(1);
  });

  it('is no trouble any more once it is acknowledged', () => {
    let unchanged = true;
    give(
      1,
      between(() => unchanged)
    );
    ack(1);
    unchanged = false;
    tracker.stop();
    tracker.start();
    loop.turn(2);
    should(lost).equal(0);
    should(settled).eql([1]);
  });

  it('is not covered by a later acknowledgement when it was lost', () => {
    give(1, consumer);
    give(2, consumer, false);
    give(3, consumer);
    should(lost).equal(1);
    ack(3);
    should(settled).eql([1]);
  });

  it('is not covered by an acknowledgement that came in the middle of the deploy which destroyed it', () => {
    let unchanged = true;
    give(1, consumer);
    give(
      2,
      between(() => unchanged)
    );
    give(3, consumer);
    tracker.stop();
    unchanged = false;
    ack(3);
    should(settled).eql([]);
    tracker.start();
    loop.turn(2);
    should(settled).eql([1]);
    should(lost).equal(1);
  });

  it('is settled at the end of a deploy that destroyed nothing', () => {
    give(1, between());
    tracker.stop();
    should(ack(1)).equal(1);
    should(settled).eql([]);
    tracker.start();
    loop.turn(2);
    should(settled).eql([1]);
    should(lost).equal(0);
  });

  it('is settled at once by what arrives while its reader closes: nothing new is on its way then', () => {
    give(1, consumer);
    give(2, consumer);
    tracker.stop();
    ack(1);
    should(settled).eql([]);
    session.shut();
    should(settled).eql([1]);
    ack(2);
    should(settled).eql([1, 2]);
  });

  it('is read again when the node that had partly counted it closes', () => {
    give(1, between());
    tracker.stop();
    tracker.abandoned('reader/boot/1');
    tracker.start();
    loop.turn(2);
    should(lost).equal(1);
  });

  it('is read again, after a pause, when what stores it refused it', () => {
    for (const serial of [1, 2, 3]) give(serial, consumer);
    ack(1);
    should(tracker.acknowledgements.reject('reader/boot', 2)).be.true();
    should(tracker.acknowledgements.reject('reader/boot', 2)).be.false();
    should(tracker.acknowledgements.ackStatus('reader/boot', 3)).equal('settled');
    should(tracker.acknowledgements.reject('reader/boot', 3)).be.true();
    should(tracker.acknowledgements.ackStatus('reader/boot', 2)).equal('settled');
    should(ack(3)).equal(0);
    should(settled).eql([1]);
    loop.pass(REJECTED_MS - 1);
    should(lost).equal(0);
    loop.pass(1);
    should(lost).equal(1);
  });

  it('is read again only once when a deploy comes before the pause is over', () => {
    give(1, consumer);
    tracker.acknowledgements.reject('reader/boot', 1);
    tracker.stop();
    tracker.start();
    loop.turn(2);
    should(lost).equal(1);
    session.close();
    loop.pass(REJECTED_MS);
    should(lost).equal(1);
  });

  it('cannot be refused any more once it is acknowledged, nor where nobody waits for it', () => {
    give(1, consumer);
    ack(1);
    should(tracker.acknowledgements.reject('reader/boot', 1)).be.false();
    should(tracker.acknowledgements.reject('reader/boot', 2)).be.false();
    tracker.openSession('sends', 'boot', { settled: () => undefined, onLost: () => undefined }).begin(1);
    should(tracker.acknowledgements.reject('sends/boot', 1)).be.false();
    loop.pass(REJECTED_MS);
    should(lost).equal(0);
  });

  it('knows which batches are through for good, together with all before them', () => {
    for (const serial of [1, 2, 3]) give(serial, consumer);
    const isSettled = (): boolean[] =>
      [1, 2, 3, 4].map((serial) => tracker.acknowledgements.isSettled('reader/boot', serial));
    should(isSettled()).eql([false, false, false, false]);
    ack(2);
    should(isSettled()).eql([true, true, false, false]);
    // One that was refused is read again: it is not settled, whatever comes behind it.
    tracker.acknowledgements.reject('reader/boot', 3);
    should(isSettled()).eql([true, true, false, false]);
    should(tracker.acknowledgements.isSettled('reader/other', 1)).be.false();
    session.close();
    should(isSettled()).eql([false, false, false, false]);
  });

  it('knows the same of a reader that waits for no acknowledgement', () => {
    const sends = tracker.openSession('sends', 'boot', { settled: () => undefined, onLost: () => undefined });
    for (const serial of [1, 2]) tracker.note(sends.begin(serial), { isTaken: true });
    tracker.sending('sends/boot/1', { id: 'node', ours: true, leadsBack: false });
    loop.turn();
    // The second is through, the first is not: nobody may forget it yet.
    should([1, 2].map((serial) => tracker.acknowledgements.isSettled('sends/boot', serial))).eql([false, false]);
    tracker.delivered('sends/boot/1', { id: 'node', ours: true, leadsBack: false }, true);
    tracker.arrived('sends/boot/1', 'node');
    tracker.passed('sends/boot/1', 'node');
    loop.turn();
    should([1, 2].map((serial) => tracker.acknowledgements.isSettled('sends/boot', serial))).eql([true, true]);
  });

  it('knows what an acknowledgement would mean', () => {
    give(1, consumer);
    give(2, consumer);
    tracker.openSession('sends', 'boot', { settled: () => undefined, onLost: () => undefined }).begin(1);
    ack(1);
    should(tracker.acknowledgements.ackStatus('reader/boot', 1)).equal('settled');
    should(tracker.acknowledgements.ackStatus('reader/boot', 2)).equal('open');
    should(tracker.acknowledgements.ackStatus('reader/boot', 3)).equal('unknown');
    should(tracker.acknowledgements.ackStatus('reader/other', 1)).equal('unknown');
    should(tracker.acknowledgements.ackStatus('sends/boot', 1)).equal('unasked');
    should(tracker.acknowledgements.acknowledge('sends/boot', 1)).equal(0);
    should(tracker.acknowledgements.acknowledge('reader/boot', 99)).equal(0);
    should(ack(1)).equal(0);
  });

  it('leaves nothing behind', () => {
    for (let serial = 1; serial <= 20; serial++) give(serial, between());
    ack(12);
    const { sessions } = tracker as unknown as { sessions: Sessions };
    should(sessions.allBatches().length).equal(8);
    session.close();
    should(sessions.allBatches().length).equal(0);
    should(sessions.all().length).equal(0);
    should(ack(20)).equal(0);
  });
});
