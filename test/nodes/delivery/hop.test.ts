import should from 'should';
import { EventEmitter } from 'node:events';
import { Hop } from '../../../nodes/delivery';

const events = new EventEmitter();
const RED = { events, nodes: { getNode: () => undefined, eachNode: () => undefined } } as never;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

// The ledger is one for the process: whatever ran before may have left its flows stopped.
const flowsRun = async (): Promise<void> => {
  new Hop(RED, { id: 'any', wires: [] } as never, false);
  events.emit('flows:started');
  await turns();
};

describe('a hop that is closed', () => {
  before(flowsRun);

  for (const awaitsAck of [false, true]) {
    it(`tells that what still reaches it is lost, so that it is read again${awaitsAck ? ', where acknowledgements are awaited, too' : ''}`, async () => {
      let lost = 0;
      const settled: number[] = [];
      const account = new Hop(RED, { id: `reader ${awaitsAck}`, wires: [] } as never, false).openAccount('boot', {
        settled: (serial) => void settled.push(serial),
        onLost: () => void lost++,
        awaitsAck
      });
      const hop = new Hop(RED, { id: `mapper ${awaitsAck}`, wires: [] } as never);
      const token = account.begin(1);
      hop.close();
      // A node that closes asynchronously keeps its listeners for a while.
      should(
        hop.through(
          { openot: { commit: [token] } } as never,
          () => undefined,
          () => should.fail(1, 0, 'it worked on it', '')
        )
      ).equal(undefined);
      await turns();
      should([lost, settled]).eql([1, []]);
      account.close();
    });
  }
});

describe('a hop that refuses a message', () => {
  before(flowsRun);

  const fails = (): never => {
    throw new Error('no such thing');
  };
  const message = (token: string): never => ({ openot: { commit: [token] } }) as never;
  let runs = 0;
  const made = (awaitsAck: boolean) => {
    const account = new Hop(RED, { id: `reader r${++runs}`, wires: [] } as never, false).openAccount('boot', {
      settled: () => undefined,
      onLost: () => undefined,
      awaitsAck
    });
    const hop = new Hop(RED, { id: `mapper r${runs}`, wires: [] } as never);
    return { account, hop, life: `reader r${runs}/boot`, token: account.begin(1) };
  };

  it('as a whole: its batch is read again, and a later acknowledgement does not cover it', () => {
    const { account, hop, life, token } = made(true);
    const later = account.begin(2);
    (() => void hop.through(message(token), () => undefined, fails)).should.throw('no such thing');
    void hop.through(
      message(later),
      () => undefined,
      (send) => send(message(later))
    );
    hop.acknowledgements.acknowledge(life, 2);
    should(hop.acknowledgements.isSettled(life, 2)).equal(false);
    hop.acknowledgements.reject(life, 1).should.equal(false, 'it is known already');
    account.close();
  });

  it('as a whole, later: the same', async () => {
    const { account, hop, life, token } = made(true);
    await Promise.resolve(
      hop.through(
        message(token),
        () => undefined,
        () => Promise.reject(new Error('no such thing'))
      )
    ).should.be.rejectedWith('no such thing');
    hop.acknowledgements.acknowledge(life, 1);
    should(hop.acknowledgements.isSettled(life, 1)).equal(false);
    account.close();
  });

  it('after its token went on: that counts', () => {
    const { account, hop, life, token } = made(true);
    const sendsThenFails = (send: (message: never) => void): never => {
      send(message(token));
      return fails();
    };
    (() => void hop.through(message(token), () => undefined, sendsThenFails)).should.throw('no such thing');
    hop.acknowledgements.acknowledge(life, 1);
    should(hop.acknowledgements.isSettled(life, 1)).equal(true);
    account.close();
  });

  it('because it could not be sent on: its batch is read again', () => {
    const { account, hop, life, token } = made(true);
    (() => void hop.through(message(token), fails, (send) => send(message(token)))).should.throw('no such thing');
    hop.acknowledgements.acknowledge(life, 1);
    should(hop.acknowledgements.isSettled(life, 1)).equal(false);
    account.close();
  });

  it('of a reader that does not wait for acknowledgements: it counts as passed, as before', async () => {
    const { account, hop, life, token } = made(false);
    (() => void hop.through(message(token), () => undefined, fails)).should.throw('no such thing');
    await turns();
    should(hop.acknowledgements.isSettled(life, 1)).equal(true);
    account.close();
  });
});
