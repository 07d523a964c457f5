import should from 'should';
import { EventEmitter } from 'node:events';
import { DeliveryPort } from '../../../nodes/delivery';

const events = new EventEmitter();
const RED = {
  events,
  nodes: { getNode: () => undefined, eachNode: () => undefined },
  util: { generateId: () => 'id' }
} as never;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

// The tracker is one for the process: whatever ran before may have left its flows stopped.
const flowsRun = async (): Promise<void> => {
  new DeliveryPort(RED, { id: 'any', wires: [] } as never, { receives: false });
  events.emit('flows:started');
  await turns();
};

describe('a node that is closed', () => {
  before(flowsRun);

  for (const awaitsAck of [false, true]) {
    it(
      'tells that what still reaches it is lost, so that it is read ' +
        `again${awaitsAck ? ', where acknowledgements are awaited, too' : ''}`,
      async () => {
        let lost = 0;
        const settled: number[] = [];
        const session = new DeliveryPort(RED, { id: `reader ${awaitsAck}`, wires: [] } as never, {
          receives: false
        }).openSession('boot', {
          settled: (serial) => void settled.push(serial),
          onLost: () => void lost++,
          awaitsAck
        });
        const delivery = new DeliveryPort(RED, { id: `mapper ${awaitsAck}`, wires: [] } as never);
        const token = session.begin(1);
        delivery.close();
        // A node that closes asynchronously keeps its listeners for a while.
        should(
          delivery.through(
            { openot: { commit: [token] } } as never,
            () => undefined,
            () => should.fail(1, 0, 'it worked on it', '')
          )
        ).equal(undefined);
        await turns();
        should([lost, settled]).eql([1, []]);
        session.close();
      }
    );
  }
});

describe('a node that refuses a message', () => {
  before(flowsRun);

  const fails = (): never => {
    throw new Error('no such thing');
  };
  const message = (token: string): never => ({ openot: { commit: [token] } }) as never;
  let runs = 0;
  const made = (awaitsAck: boolean) => {
    const session = new DeliveryPort(RED, { id: `reader r${++runs}`, wires: [] } as never, {
      receives: false
    }).openSession('boot', {
      settled: () => undefined,
      onLost: () => undefined,
      awaitsAck
    });
    const delivery = new DeliveryPort(RED, { id: `mapper r${runs}`, wires: [] } as never);
    return { session, delivery, id: `reader r${runs}/boot`, token: session.begin(1) };
  };

  it('as a whole: its batch is read again, and a later acknowledgement does not cover it', () => {
    const { session, delivery, id, token } = made(true);
    const later = session.begin(2);
    (() => void delivery.through(message(token), () => undefined, fails)).should.throw('no such thing');
    void delivery.through(
      message(later),
      () => undefined,
      (send) => send(message(later))
    );
    delivery.acknowledgements.acknowledge(id, 2);
    should(delivery.acknowledgements.isSettled(id, 2)).equal(false);
    delivery.acknowledgements.reject(id, 1).should.equal(false, 'it is known already');
    session.close();
  });

  it('as a whole, later: the same', async () => {
    const { session, delivery, id, token } = made(true);
    await Promise.resolve(
      delivery.through(
        message(token),
        () => undefined,
        () => Promise.reject(new Error('no such thing'))
      )
    ).should.be.rejectedWith('no such thing');
    delivery.acknowledgements.acknowledge(id, 1);
    should(delivery.acknowledgements.isSettled(id, 1)).equal(false);
    session.close();
  });

  it('after its token went on: that counts', () => {
    const { session, delivery, id, token } = made(true);
    const sendsThenFails = (send: (message: never) => void): never => {
      send(message(token));
      return fails();
    };
    (() => void delivery.through(message(token), () => undefined, sendsThenFails)).should.throw('no such thing');
    delivery.acknowledgements.acknowledge(id, 1);
    should(delivery.acknowledgements.isSettled(id, 1)).equal(true);
    session.close();
  });

  it('because it could not be sent on: its batch is read again', () => {
    const { session, delivery, id, token } = made(true);
    (() => void delivery.through(message(token), fails, (send) => send(message(token)))).should.throw('no such thing');
    delivery.acknowledgements.acknowledge(id, 1);
    should(delivery.acknowledgements.isSettled(id, 1)).equal(false);
    session.close();
  });

  it('of a reader that does not wait for acknowledgements: its batch is not settled either', async () => {
    const { session, delivery, id, token } = made(false);
    (() => void delivery.through(message(token), () => undefined, fails)).should.throw('no such thing');
    await turns();
    should(delivery.acknowledgements.isSettled(id, 1)).equal(false);
    session.close();
  });
});
