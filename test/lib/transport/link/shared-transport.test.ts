import should from 'should';
import { RingFound, SharedTransport, transportError } from '../../../../lib/transport/link';
import { ReadOutcome, ReadPart, TransportError } from '../../../../lib/transport/transport';
import { FakeConnection, FakeLink, Gate, LOST, REFUSED, settled } from './fake-connection';

const ENDED = transportError('OPENOT_OPCUA_CLOSED', 'the transport was closed', 'reconnect');
const ANOTHER = transportError('OPENOT_OPCUA_SESSION_LOST', 'another session', 'reconnect');
const FACTS = { ok: true, ringBytes: 64, granularity: 1, about: [] } as const;
const LOOK: ReadPart[] = [{ kind: 'control' }];

/** A transport whose looks and reads the test decides. */
class FakeTransport extends SharedTransport<FakeConnection, string> {
  looks: () => Promise<RingFound<string>> = () => Promise.resolve({ ok: true, ring: 'ring', facts: FACTS });
  reads: () => Promise<ReadOutcome> = () => Promise.resolve({ ok: true, parts: [] });

  constructor(connection: FakeConnection) {
    super(connection, { closed: ENDED, anotherSession: ANOTHER });
  }

  protected async find(acquire: () => Promise<TransportError | undefined>): Promise<RingFound<string>> {
    return (await acquire()) ?? this.looks();
  }

  protected readRing(): Promise<ReadOutcome> {
    return this.reads();
  }
}

describe('a transport over a shared connection', () => {
  let connection: FakeConnection;
  let transport: FakeTransport;
  let link: FakeLink;
  beforeEach(() => {
    connection = new FakeConnection();
    connection.opens = (_signal, made) => {
      link = made;
      return Promise.resolve({ ok: true, link });
    };
    transport = new FakeTransport(connection);
  });

  it('connects, reads, and lets go of the connection', async () => {
    should(await transport.connect()).equal(FACTS);
    should(await transport.read(LOOK)).have.property('ok', true);
    await transport.close();
    should(connection.state()).eql({ state: 'closed', holders: 0 });
    should(await transport.read(LOOK)).equal(ANOTHER);
  });

  it('answers a read before the first look, and one on another session than that of the look', async () => {
    should(await transport.read(LOOK)).equal(ANOTHER);
    const other = new FakeTransport(connection);
    await transport.connect();
    link.lose(LOST);
    should(await transport.read(LOOK)).equal(LOST);
    await other.connect();
    should(await transport.read(LOOK)).equal(ANOTHER);
    should(await transport.connect()).equal(FACTS);
    should(await transport.read(LOOK)).have.property('ok', true);
  });

  it('tells a lost connection once to each reader that had looked at its ring', async () => {
    const [other, idle] = [new FakeTransport(connection), new FakeTransport(connection)];
    const told: string[] = [];
    const names = { transport, other, idle };
    for (const [name, each] of Object.entries(names)) each.onLost(({ code }) => told.push(`${name} ${code}`));
    await transport.connect();
    await other.connect();
    link.lose(LOST);
    should(told).eql(['transport OPENOT_OPCUA_SESSION_LOST', 'other OPENOT_OPCUA_SESSION_LOST']);
    connection.opens = () => Promise.resolve(REFUSED);
    await transport.connect();
    should(told.length).equal(2);
    connection.opens = (_signal, made) => Promise.resolve({ ok: true, link: (link = made) });
    await transport.connect();
    link.lose(LOST);
    should(told.slice(2)).eql(['transport OPENOT_OPCUA_SESSION_LOST']);
  });

  it('tells nothing to one that asked to be told no more', async () => {
    let told = 0;
    const stop = transport.onLost(() => told++);
    await transport.connect();
    stop();
    link.lose(LOST);
    should(told).equal(0);
  });

  it('that is closed ends what is under way at once, and drops what it was about to find', async () => {
    const other = new FakeTransport(connection);
    await other.connect();
    const gate = new Gate<RingFound<string>>();
    transport.looks = () => gate.promise;
    const connecting = transport.connect();
    await settled();
    await transport.close();
    should(await connecting).equal(ENDED);
    gate.finish({ ok: true, ring: 'ring', facts: FACTS });
    await settled();
    should(await transport.read(LOOK)).equal(ANOTHER);
    should(await other.read(LOOK)).have.property('ok', true);
  });

  it('that is closed knows its ring no more, and is told nothing of a connection that others go on with', async () => {
    const other = new FakeTransport(connection);
    let told = 0;
    transport.onLost(() => told++);
    await transport.connect();
    await other.connect();
    await transport.close();
    should(await transport.read(LOOK)).equal(ANOTHER);
    link.lose(LOST);
    should(told).equal(0);
  });

  it('makes a value of whatever throws or rejects in a look or a read', async () => {
    for (const broken of [
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no');
      }
    ]) {
      transport.looks = broken;
      should(await transport.connect()).have.properties({ code: 'OPENOT_OPCUA_UNEXPECTED', message: 'no' });
    }
    transport.looks = () => Promise.resolve({ ok: true, ring: 'ring', facts: FACTS });
    await transport.connect();
    transport.reads = () => Promise.reject(new Error('no'));
    should(await transport.read(LOOK)).have.property('code', 'OPENOT_OPCUA_UNEXPECTED');
  });

  it('whose close has nothing to close, or an opening that fails, never rejects', async () => {
    await transport.close();
    connection.opens = () => Promise.reject(new Error('no'));
    const connecting = transport.connect();
    await Promise.all([transport.close(), transport.close(), connection.destroy()]);
    should((await connecting).ok).be.false();
  });
});
