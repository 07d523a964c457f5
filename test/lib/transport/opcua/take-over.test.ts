import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { createOpcuaConnection, createOpcuaTransport, OpcuaSettings } from '../../../../lib/transport/opcua';
import { ReadPart, Transport, TransportError } from '../../../../lib/transport/transport';
import { Bench } from './bench';
import { Forwarder } from './forwarder';

const LOOK: ReadPart[] = [{ kind: 'control' }];
/** The server had no session for us. */
const isFull = ({ code }: TransportError): boolean =>
  code === 'OPENOT_OPCUA_TOO_MANY_SESSIONS' || code === 'OPENOT_OPCUA_SESSION_HELD';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('OPC UA transport: a server with one session', function () {
  this.timeout(120_000);
  let bench: Bench;
  let forwarder: Forwarder | undefined;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await forwarder?.close();
    forwarder = undefined;
    await bench.end();
  });

  function child(name: string, ...args: string[]): ChildProcess {
    const made = fork(join(__dirname, 'children', name), args, { execArgv: ['--require', 'tsx/cjs'] });
    children.push(made);
    return made;
  }

  /** Connects until it holds, as the reader does; what was said until then. */
  async function reconnected(transport: Transport): Promise<TransportError[]> {
    const said: TransportError[] = [];
    for (let tries = 0; tries < 600; tries++) {
      const connected = await transport.connect();
      if (connected.ok) return said;
      said.push(connected);
      await pause(50);
    }
    throw new Error(`no connection: ${said[said.length - 1].message}`);
  }

  async function killed(held: ChildProcess): Promise<void> {
    held.kill('SIGKILL');
    await once(held, 'exit');
  }

  /** What a child was told until it had a session. */
  async function refusalsOf(held: ChildProcess): Promise<TransportError[]> {
    const said: TransportError[] = [];
    for (;;) {
      const [outcome] = (await once(held, 'message')) as [TransportError | { ok: true }];
      if (outcome.ok) return said;
      said.push(outcome);
    }
  }

  async function readsUntilLost(transport: Transport): Promise<void> {
    for (let i = 0; i < 400 && (await transport.read(LOOK)).ok; i++) await pause(5);
  }

  for (const securityMode of ['None', 'SignAndEncrypt'] as const) {
    it(`a cut costs no session: the one of before is taken over (${securityMode})`, async () => {
      const server = await bench.serve({ maxSessions: 1 });
      const transport = bench.transport({ securityMode, trust: 'acceptFirst' });
      should((await transport.connect()).ok).be.true();
      for (let cut = 1; cut <= 3; cut++) {
        server.dropConnections();
        await readsUntilLost(transport);
        const said = await reconnected(transport);
        should(said.filter(isFull)).eql([]);
        should((await transport.read(LOOK)).ok).be.true();
        should(server.counters().services).have.properties({ CreateSession: 1, ActivateSession: 1 + cut });
      }
      should(server.sessions()).equal(1);
      await transport.close();
      should(server.sessions()).equal(0);
    });
  }

  it('also after a link that was dead for a while', async () => {
    const server = await bench.serve({ maxSessions: 1 });
    forwarder = new Forwarder(server.port);
    await forwarder.listen();
    const endpoint = `opc.tcp://127.0.0.1:${forwarder.port}/openot`;
    const transport = bench.transport({ endpoint, requestTimeoutMs: 2000 });
    await transport.connect();
    forwarder.stalled = true;
    await readsUntilLost(transport);
    setTimeout(() => (forwarder!.stalled = false), 3000);
    await readsUntilLost(transport);
    const said = await reconnected(transport);
    should(said.filter(isFull)).eql([]);
    should((await transport.read(LOOK)).ok).be.true();
    should(server.counters().services.CreateSession).equal(1);
  });

  it('with a user name and a password too', async () => {
    const server = await bench.serve({ maxSessions: 1 }, { allowAnonymous: false, users: { anna: 'secret-7' } });
    const transport = bench.transport({ authentication: 'password', user: 'anna', password: 'secret-7' });
    should((await transport.connect()).ok).be.true();
    server.dropConnections();
    await readsUntilLost(transport);
    await reconnected(transport);
    should(server.counters().services).have.properties({ CreateSession: 1, ActivateSession: 2 });
  });

  it('a session that the server gives up meanwhile is replaced by a new one', async () => {
    const server = await bench.serve({ maxSessions: 1 });
    forwarder = new Forwarder(server.port);
    await forwarder.listen();
    const endpoint = `opc.tcp://127.0.0.1:${forwarder.port}/openot`;
    const transport = bench.transport({ endpoint, sessionTimeoutMs: 1000 });
    await transport.connect();
    await forwarder.close();
    await readsUntilLost(transport);
    while (server.sessions() > 0) await pause(50);
    const { port } = forwarder;
    forwarder = new Forwarder(server.port);
    await forwarder.listen('127.0.0.1', port);
    await reconnected(transport);
    should((await transport.read(LOOK)).ok).be.true();
    should(server.counters().services.CreateSession).equal(2);
  });

  it(
    'after a kill nothing is taken over: until the server has ended the old session it is said whose ' +
      'that is, and until when',
    async () => {
      const server = await bench.serve({ maxSessions: 1 });
      const settings: Partial<OpcuaSettings> = {
        endpoint: server.endpointUrl,
        pkiFolder: bench.pkiFolder,
        sessionTimeoutMs: 20_000,
        busyRetryMs: 500
      };
      const first = child('hold.ts', JSON.stringify(settings));
      should((await once(first, 'message'))[0]).have.property('ok', true);
      await killed(first);
      const said = await refusalsOf(child('hold.ts', JSON.stringify(settings)));
      should(said[0]).have.properties({ code: 'OPENOT_OPCUA_SESSION_HELD', remedy: 'reconnect' });
      should(said[0].message).match(/the server holds our old session until \d\d:\d\d:\d\d/);
      should(server.sessions()).equal(1);
    }
  );

  it('the same after a ring was tested and searched beside the reader: that takes no note of another session', async () => {
    const server = await bench.serve({ maxSessions: 2 });
    const settings = {
      endpoint: server.endpointUrl,
      pkiFolder: bench.pkiFolder,
      sessionTimeoutMs: 60_000,
      busyRetryMs: 500
    };
    const first = child('hold.ts', JSON.stringify(settings));
    should((await once(first, 'message'))[0]).have.property('ok', true);
    first.send({ controlNode: server.controlNodeId, ringNodes: server.ringNodeIds });
    const [looked] = (await once(first, 'message')) as [{ tested: string; found: boolean }];
    should(looked.tested).match(/control block/);
    should(looked.found).be.true();
    const other = bench.transport({ pkiFolder: `${bench.pkiFolder}-other` });
    should((await other.connect()).ok).be.true();
    should(server.sessions()).equal(2);
    await killed(first);
    const [refused] = await once(child('hold.ts', JSON.stringify(settings)), 'message');
    should(refused).have.property('code', 'OPENOT_OPCUA_SESSION_HELD');
    await other.close();
  });

  it("a session that is used is nobody's old one", async () => {
    const server = await bench.serve({ maxSessions: 1 });
    const first = bench.transport();
    should((await first.connect()).ok).be.true();
    const refused = await bench.transport().connect();
    should(refused).have.property('code', 'OPENOT_OPCUA_TOO_MANY_SESSIONS');
    await first.close();
    should(server.sessions()).equal(0);
    const notes = join(bench.pkiFolder, 'sessions');
    should(readdirSync(notes).flatMap((name) => readdirSync(join(notes, name)))).eql([]);
  });

  it('where another client has the session it is told to close it, and got as soon as that is done', async () => {
    const server = await bench.serve({ maxSessions: 1 });
    const first = bench.transport();
    await first.connect();
    const other = createOpcuaConnection({
      endpoint: server.endpointUrl,
      pkiFolder: `${bench.pkiFolder}-other`,
      busyRetryMs: 300
    });
    const second = createOpcuaTransport(other, { controlNode: server.controlNodeId, ringNodes: server.ringNodeIds });
    const refused = await second.connect();
    should(!refused.ok && refused.message)
      .match(/close other clients, or allow more sessions/)
      .and.not.match(/our old session/);
    await first.close();
    await reconnected(second);
    await second.close();
  });
});
