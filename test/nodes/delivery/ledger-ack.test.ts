import should from 'should';
import { Account, Destination, Ledger, REJECTED_MS } from '../../../nodes/delivery/ledger';
import { LONGEST_MS } from '../../../nodes/delivery/patience';
import { Loop } from './loop';

describe('the passage of a reader that waits for acknowledgements', () => {
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
    account = ledger.openAccount('reader', 'boot', {
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
    const token = account.begin(serial);
    ledger.sending(token, to);
    ledger.delivered(token, to, listened);
    loop.turn();
  };
  const ack = (serial: number): number => ledger.acknowledge('reader/boot', serial);

  it('is settled by no delivery and no silence, only by an acknowledgement', () => {
    give(1, consumer);
    give(2, between());
    loop.pass(100 * LONGEST_MS);
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
    ledger.arrived('reader/boot/1', 'ack');
    ledger.passed('reader/boot/1');
    unchanged = false;
    ledger.stop();
    ledger.start();
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
    ledger.stop();
    ledger.start();
    loop.turn(2);
    should(lost).equal(0);
    unchanged = false;
    ledger.stop();
    ledger.start();
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
    ledger.stop();
    ledger.start();
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
    ledger.stop();
    unchanged = false;
    ack(3);
    should(settled).eql([]);
    ledger.start();
    loop.turn(2);
    should(settled).eql([1]);
    should(lost).equal(1);
  });

  it('is settled at the end of a deploy that destroyed nothing', () => {
    give(1, between());
    ledger.stop();
    should(ack(1)).equal(1);
    should(settled).eql([]);
    ledger.start();
    loop.turn(2);
    should(settled).eql([1]);
    should(lost).equal(0);
  });

  it('is settled at once by what arrives while its reader closes: nothing new is on its way then', () => {
    give(1, consumer);
    give(2, consumer);
    ledger.stop();
    ack(1);
    should(settled).eql([]);
    account.shut();
    should(settled).eql([1]);
    ack(2);
    should(settled).eql([1, 2]);
  });

  it('is read again when the node that had partly counted it closes', () => {
    give(1, between());
    ledger.stop();
    ledger.abandoned('reader/boot/1');
    ledger.start();
    loop.turn(2);
    should(lost).equal(1);
  });

  it('is read again, after a pause, when what stores it refused it', () => {
    for (const serial of [1, 2, 3]) give(serial, consumer);
    ack(1);
    should(ledger.reject('reader/boot', 2)).be.true();
    should(ledger.reject('reader/boot', 2)).be.false();
    should(ledger.standing('reader/boot', 3)).equal('settled');
    should(ledger.reject('reader/boot', 3)).be.true();
    should(ledger.standing('reader/boot', 2)).equal('settled');
    should(ack(3)).equal(0);
    should(settled).eql([1]);
    loop.pass(REJECTED_MS - 1);
    should(lost).equal(0);
    loop.pass(1);
    should(lost).equal(1);
  });

  it('is read again only once when a deploy comes before the pause is over', () => {
    give(1, consumer);
    ledger.reject('reader/boot', 1);
    ledger.stop();
    ledger.start();
    loop.turn(2);
    should(lost).equal(1);
    account.close();
    loop.pass(REJECTED_MS);
    should(lost).equal(1);
  });

  it('cannot be refused any more once it is acknowledged, nor where nobody waits for it', () => {
    give(1, consumer);
    ack(1);
    should(ledger.reject('reader/boot', 1)).be.false();
    should(ledger.reject('reader/boot', 2)).be.false();
    ledger.openAccount('sends', 'boot', { settled: () => undefined, onLost: () => undefined }).begin(1);
    should(ledger.reject('sends/boot', 1)).be.false();
    loop.pass(REJECTED_MS);
    should(lost).equal(0);
  });

  it('knows which batches are through for good, together with all before them', () => {
    for (const serial of [1, 2, 3]) give(serial, consumer);
    const isSettled = (): boolean[] => [1, 2, 3, 4].map((serial) => ledger.isSettled('reader/boot', serial));
    should(isSettled()).eql([false, false, false, false]);
    ack(2);
    should(isSettled()).eql([true, true, false, false]);
    // One that was refused is read again: it is not settled, whatever comes behind it.
    ledger.reject('reader/boot', 3);
    should(isSettled()).eql([true, true, false, false]);
    should(ledger.isSettled('reader/other', 1)).be.false();
    account.close();
    should(isSettled()).eql([false, false, false, false]);
  });

  it('knows the same of a reader that waits for no acknowledgement', () => {
    const sends = ledger.openAccount('sends', 'boot', { settled: () => undefined, onLost: () => undefined });
    for (const serial of [1, 2]) sends.begin(serial);
    ledger.sending('sends/boot/1', { id: 'hop', ours: true, leadsBack: false });
    loop.turn();
    // The second is through, the first is not: nobody may forget it yet.
    should([1, 2].map((serial) => ledger.isSettled('sends/boot', serial))).eql([false, false]);
    ledger.delivered('sends/boot/1', { id: 'hop', ours: true, leadsBack: false }, true);
    ledger.arrived('sends/boot/1', 'hop');
    ledger.passed('sends/boot/1');
    loop.turn();
    should([1, 2].map((serial) => ledger.isSettled('sends/boot', serial))).eql([true, true]);
  });

  it('knows what an acknowledgement would mean', () => {
    give(1, consumer);
    give(2, consumer);
    ledger.openAccount('sends', 'boot', { settled: () => undefined, onLost: () => undefined }).begin(1);
    ack(1);
    should(ledger.standing('reader/boot', 1)).equal('settled');
    should(ledger.standing('reader/boot', 2)).equal('open');
    should(ledger.standing('reader/boot', 3)).equal('unknown');
    should(ledger.standing('reader/other', 1)).equal('unknown');
    should(ledger.standing('sends/boot', 1)).equal('unasked');
    should(ledger.acknowledge('sends/boot', 1)).equal(0);
    should(ledger.acknowledge('reader/boot', 99)).equal(0);
    should(ack(1)).equal(0);
  });

  it('leaves nothing behind', () => {
    for (let serial = 1; serial <= 20; serial++) give(serial, between());
    ack(12);
    const { tokens, accounts } = ledger as unknown as { tokens: Map<string, unknown>; accounts: Map<string, unknown> };
    should(tokens.size).equal(8);
    account.close();
    should(tokens.size).equal(0);
    should(accounts.size).equal(0);
    should(ack(20)).equal(0);
  });
});
