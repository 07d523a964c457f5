import should from 'should';
import { Opened } from '../../../../lib/transport/link';
import { CLOSED, FakeConnection, FakeLink, Gate, LOST, REFUSED, settled } from './fake-connection';

const [ANNA, BEN, CLAIRE] = ['anna', 'ben', 'claire'].map((name) => ({ name }));

describe('a connection that readers share', () => {
  let connection: FakeConnection;
  beforeEach(() => {
    connection = new FakeConnection();
  });

  /** What is opened answers when the test says so. */
  function gated(): { gate: Gate<void>; links: FakeLink[] } {
    const gate = new Gate<void>();
    const links: FakeLink[] = [];
    connection.opens = async (_signal, link) => {
      links.push(link);
      await gate.promise;
      return { ok: true, link };
    };
    return { gate, links };
  }

  it('is opened once for all that ask at the same time', async () => {
    const { gate } = gated();
    const asked = [ANNA, BEN, CLAIRE].map((holder) => connection.acquire(holder));
    await settled();
    should(connection.state()).eql({ state: 'connecting', holders: 3 });
    gate.finish();
    should(await Promise.all(asked)).eql([{ ok: true }, { ok: true }, { ok: true }]);
    should(await connection.acquire(ANNA)).eql({ ok: true });
    should(connection.log).eql(['open 1']);
    should(connection.state()).eql({ state: 'connected', holders: 3 });
    should(connection.session).equal(1);
  });

  it('tells all that waited why it could not be opened, and tries again for the next one that asks', async () => {
    connection.opens = () => Promise.resolve(REFUSED);
    should(await Promise.all([connection.acquire(ANNA), connection.acquire(BEN)])).eql([REFUSED, REFUSED]);
    should(connection.log).eql(['open 1']);
    should(connection.state()).eql({ state: 'failed', error: REFUSED, holders: 2 });
    connection.opens = (_signal, link) => Promise.resolve({ ok: true, link });
    should(await connection.acquire(ANNA)).eql({ ok: true });
    should(connection.state()).eql({ state: 'connected', holders: 2 });
  });

  for (const [how, opens] of [
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no');
      }
    ]
  ] as Array<[string, () => Promise<Opened<FakeLink>>]>) {
    it(`makes a value of an opening that ${how}`, async () => {
      connection.opens = opens;
      should(await connection.acquire(ANNA)).have.properties({ code: 'OPENOT_OPCUA_UNEXPECTED', message: 'no' });
      should(await connection.acquire(ANNA)).have.property('ok', false);
      should(connection.log).eql(['open 1', 'open 2']);
    });
  }

  it('is closed by the last one that lets go, and by nobody before', async () => {
    for (const holder of [ANNA, BEN]) await connection.acquire(holder);
    await connection.release(ANNA);
    await connection.release(ANNA);
    should(connection.log).eql(['open 1']);
    should(connection.state()).eql({ state: 'connected', holders: 1 });
    await connection.release(BEN);
    should(connection.log).eql(['open 1', 'close 1 OPENOT_OPCUA_CLOSED']);
    should(connection.state()).eql({ state: 'closed', holders: 0 });
    should(connection.session).equal(0);
  });

  it('sends one away that leaves while it is opened, and opens for the other one', async () => {
    const { gate } = gated();
    const [anna, ben] = [connection.acquire(ANNA), connection.acquire(BEN)];
    await settled();
    await connection.release(ANNA);
    should(await anna).equal(CLOSED);
    gate.finish();
    should(await ben).eql({ ok: true });
    should(connection.log).eql(['open 1']);
    should(connection.state()).eql({ state: 'connected', holders: 1 });
  });

  it('closes what was opened for nobody: the last one left meanwhile, and is answered at once', async () => {
    const { gate } = gated();
    const anna = connection.acquire(ANNA);
    await settled();
    const released = connection.release(ANNA);
    should(await anna).equal(CLOSED);
    should(connection.log).eql(['open 1', 'abort 1']);
    let isReleased = false;
    void released.then(() => (isReleased = true));
    await settled();
    should(isReleased).be.false();
    gate.finish();
    await released;
    should(connection.log).eql(['open 1', 'abort 1', 'close 1 OPENOT_OPCUA_CLOSED']);
    should(connection.state()).eql({ state: 'closed', holders: 0 });
    should(await connection.acquire(BEN)).eql({ ok: true });
    should(connection.log.slice(3)).eql(['open 2']);
  });

  it('does not wait longer than its bound for another side that is silent', async () => {
    connection = new FakeConnection(20);
    connection.closes = () => new Promise(() => undefined);
    await connection.acquire(ANNA);
    await connection.release(ANNA);
    should(connection.state()).eql({ state: 'closed', holders: 0 });
  });

  it('opens a new one only when the old one is gone', async () => {
    connection = new FakeConnection(20);
    const gone = new Gate<void>();
    connection.closes = () => gone.promise;
    await connection.acquire(ANNA);
    await connection.release(ANNA);
    const again = connection.acquire(ANNA);
    await settled();
    should(connection.log).eql(['open 1', 'close 1 OPENOT_OPCUA_CLOSED']);
    gone.finish();
    should(await again).eql({ ok: true });
    should(connection.log.slice(2)).eql(['open 2']);
    should(connection.session).equal(2);
  });

  it('that is lost is told once, closed with the reason, and opened again by who asks', async () => {
    const { gate, links } = gated();
    gate.finish();
    await connection.acquire(ANNA);
    const states: string[] = [];
    connection.onState(({ state, error }) => states.push(`${state} ${error?.code ?? ''}`));
    links[0].lose(LOST);
    links[0].lose(REFUSED);
    should(states).eql(['failed OPENOT_OPCUA_SESSION_LOST']);
    should(connection.log).eql(['open 1', 'close 1 OPENOT_OPCUA_SESSION_LOST']);
    should(connection.session).equal(0);
    should(await connection.acquire(ANNA)).eql({ ok: true });
    // What is said of the old link now is said too late.
    links[0].lose(LOST);
    should(connection.state()).eql({ state: 'connected', holders: 1 });
    should(connection.session).equal(2);
  });

  it('that is lost in the moment in which it is opened is no connection', async () => {
    connection.opens = (_signal, link) => {
      link.lose(LOST);
      return Promise.resolve({ ok: true, link });
    };
    should(await connection.acquire(ANNA)).equal(LOST);
    should(connection.state()).eql({ state: 'failed', error: LOST, holders: 1 });
    should(connection.log).eql(['open 1', 'close 1 OPENOT_OPCUA_SESSION_LOST']);
  });

  it('answers with the last failure while it holds off, and opens after that', async () => {
    connection.holdOff = 40;
    connection.opens = () => Promise.resolve(REFUSED);
    await connection.acquire(ANNA);
    should(await connection.acquire(ANNA)).equal(REFUSED);
    should(connection.log).eql(['open 1']);
    connection.opens = (_signal, link) => Promise.resolve({ ok: true, link });
    let again = await connection.acquire(ANNA);
    while (!again.ok) {
      await settled();
      again = await connection.acquire(ANNA);
    }
    should(connection.log).eql(['open 1', 'open 2']);
  });

  it('that was destroyed sends everybody away and opens nothing any more', async () => {
    const { gate } = gated();
    const asked = [connection.acquire(ANNA), connection.acquire(BEN)];
    await settled();
    const destroyed = connection.destroy();
    should(await Promise.all(asked)).eql([CLOSED, CLOSED]);
    gate.finish();
    await destroyed;
    should(await connection.acquire(CLAIRE)).equal(CLOSED);
    should(connection.log).eql(['open 1', 'abort 1', 'close 1 OPENOT_OPCUA_CLOSED']);
    should(connection.state()).eql({ state: 'closed', holders: 0 });
  });

  it('that is destroyed before its turn to open has come does not open', async () => {
    connection = new FakeConnection(20);
    const gone = new Gate<void>();
    connection.closes = () => gone.promise;
    await connection.acquire(ANNA);
    await connection.release(ANNA);
    const again = connection.acquire(ANNA);
    await connection.destroy();
    gone.finish();
    should(await again).equal(CLOSED);
    await settled();
    should(connection.log).eql(['open 1', 'close 1 OPENOT_OPCUA_CLOSED']);
    should(connection.state()).eql({ state: 'closed', holders: 0 });
  });

  it(
    'tells every change to whoever listens, also where another listener throws, until it is told to ' + 'stop',
    async () => {
      const states: string[] = [];
      connection.onState(() => {
        throw new Error('listener');
      });
      const stop = connection.onState(({ state, holders }) => states.push(`${state} ${holders}`));
      await connection.acquire(ANNA);
      await connection.acquire(BEN);
      await connection.release(BEN);
      stop();
      await connection.release(ANNA);
      should(states).eql(['connecting 1', 'connected 1', 'connected 1']);
    }
  );
});
