import should from 'should';
import Module from 'node:module';
import { sep } from 'node:path';
import { createOpcuaTransport, OpcuaConnection } from '../../../../lib/transport/opcua';
import type * as Opcua from '../../../../lib/transport/opcua';
import { SharedOpcuaConnection } from '../../../../lib/transport/opcua/connection';
import { loadClient } from '../../../../lib/transport/opcua/load';
import { ReadPart, Transport, TransportError } from '../../../../lib/transport/transport';
import { Bench } from './bench';

const LOOK: ReadPart[] = [{ kind: 'control' }];
const UNEXPECTED = { ok: false, code: 'OPENOT_OPCUA_UNEXPECTED', remedy: 'reconnect' };
type Session = {
  read: (...args: unknown[]) => Promise<unknown>;
  createSubscription2: (...args: unknown[]) => Promise<unknown>;
};

/**
 * In Node-RED one promise that rejects unseen ends the runtime: every way that node-opcua can fail must end in a value.
 */
describe('OPC UA transport: whatever node-opcua does', function () {
  let bench: Bench;
  const undo: Array<() => void> = [];

  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(async () => {
    for (const each of undo.splice(0)) each();
    await bench.end();
  });

  function replace(object: object, name: string, value: unknown): void {
    const was = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { configurable: true, writable: true, value });
    undo.push(() =>
      was === undefined ? Reflect.deleteProperty(object, name) : Object.defineProperty(object, name, was)
    );
  }

  async function connected(): Promise<{ transport: Transport; connection: OpcuaConnection; session: Session }> {
    await bench.serve();
    const connection = bench.connection();
    const transport = bench.transport({}, connection);
    should(await transport.connect()).have.property('ok', true);
    const queue = Reflect.get(connection, 'link') as { open: { session: Session } };
    return { transport, connection, session: queue.open.session };
  }

  const throws = (thrown: unknown) => (): never => {
    throw thrown;
  };

  for (const wrong of [
    'g=hello',
    'ns=1;i=9999999999',
    'ns=1;b=%%%',
    '',
    'ns=70000;s=x',
    'ns=1;g=72962B91',
    'ns=1;b=A'
  ]) {
    it(`the NodeId "${wrong}" is a coded error that a person can correct, as control block and as ring`, async () => {
      const server = await bench.serve();
      for (const nodes of [
        { controlNode: wrong, ringNodes: server.ringNodeIds },
        { controlNode: server.controlNodeId, ringNodes: [wrong] }
      ]) {
        const transport = createOpcuaTransport(bench.connection(), nodes);
        should(await transport.connect()).have.properties({
          ok: false,
          code: 'OPENOT_OPCUA_NODE_INVALID',
          remedy: 'refused'
        });
        await transport.close();
      }
    });
  }

  it('a client that cannot be made is an error, and the next attempt is a new one', async () => {
    await bench.serve();
    const transport = bench.transport();
    const { OPCUAClient } = loadClient();
    replace(OPCUAClient, 'create', throws(new TypeError('x is not a function')));
    for (let attempt = 0; attempt < 2; attempt++) should(await transport.connect()).have.properties(UNEXPECTED);
    undo.pop()!();
    should(await transport.connect()).have.property('ok', true);
    await transport.close();
  });

  it('node-opcua that cannot be loaded is an error, and is loaded when it can be', async () => {
    const server = await bench.serve();
    const own = (id: string): boolean => id.includes(['lib', 'transport', 'opcua'].join(sep));
    for (const id of Object.keys(require.cache).filter(own)) {
      const was = require.cache[id];
      delete require.cache[id];
      undo.push(() => (require.cache[id] = was));
    }
    const internal = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
    const load = internal._load.bind(Module);
    replace(Module, '_load', (request: string, ...rest: unknown[]) =>
      request === 'node-opcua' ? throws(new Error('Cannot find module node-opcua'))() : load(request, ...rest)
    );
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const fresh = require('../../../../lib/transport/opcua') as typeof Opcua;
    const connection = fresh.createOpcuaConnection({ endpoint: server.endpointUrl, pkiFolder: bench.pkiFolder });
    const transport = fresh.createOpcuaTransport(connection, {
      controlNode: server.controlNodeId,
      ringNodes: server.ringNodeIds
    });
    for (let attempt = 0; attempt < 2; attempt++) should(await transport.connect()).have.properties(UNEXPECTED);
    replace(Module, '_load', load);
    should(await transport.connect()).have.property('ok', true);
    await transport.close();
  });

  for (const [name, thrown] of [
    ['an assertion', new Error('Assertion failed')],
    ['nothing at all', undefined],
    ['a null', null],
    ['a text', 'oh']
  ] as Array<[string, unknown]>) {
    it(`a Read that throws or rejects with ${name} is an error, and the next Read is none`, async () => {
      const { transport, session } = await connected();
      const transact = (_: object, done: (error: unknown) => void): void => void setImmediate(done, thrown);
      for (const [name, work] of [
        ['performMessageTransaction', throws(thrown)],
        ['performMessageTransaction', transact],
        ['read', throws(thrown)],
        ['read', () => Promise.reject(thrown as Error)]
      ] as const) {
        if (name === 'read') replace(session, 'performMessageTransaction', undefined);
        replace(session, name, work);
        const outcome = await transport.read(LOOK);
        should(outcome).have.property('ok', false);
        should((outcome as TransportError).code).match(/^OPENOT_OPCUA_/);
        for (const each of undo.splice(0)) each();
        should(await transport.read(LOOK)).have.property('ok', true);
      }
    });
  }

  for (const [name, answer] of [
    ['no array', undefined],
    ['an array of nothing', [undefined]],
    ['values without a status', [{}]],
    ['a good value without content', [{ statusCode: { name: 'Good', isGood: () => true } }]]
  ] as Array<[string, unknown]>) {
    it(`an answer to a Read that is ${name} is an error`, async () => {
      const { transport, session } = await connected();
      const transact = (_: object, done: (error: null, response: object) => void): void =>
        done(null, { results: answer });
      for (const [name, work] of [
        ['performMessageTransaction', transact],
        ['performMessageTransaction', undefined]
      ] as const) {
        replace(session, name, work);
        replace(session, 'read', () => Promise.resolve(answer));
        const outcome = await transport.read(LOOK);
        should(outcome).have.property('ok', false);
        should((outcome as TransportError).code).match(/^OPENOT_OPCUA_/);
        for (const each of undo.splice(0)) each();
      }
    });
  }

  it('a subscription that throws is an error', async () => {
    const { transport, session } = await connected();
    for (const work of [
      throws(new Error('no')),
      () => Promise.resolve(undefined),
      () => Promise.resolve({ monitor: throws(undefined), terminate: throws(undefined) })
    ]) {
      replace(session, 'createSubscription2', work);
      const watching = await transport.watch!(50, () => undefined);
      should(watching).have.property('ok', false);
      should((watching as TransportError).code).match(/^OPENOT_OPCUA_/);
      undo.pop()!();
    }
  });

  it('closing ends whatever throws in it', async () => {
    const { transport, connection } = await connected();
    const { client, files } = (
      Reflect.get(connection, 'link') as {
        open: { client: { disconnect(): Promise<void> }; files: { manager: object } };
      }
    ).open;
    should(await transport.watch!(50, () => undefined)).have.property('ok', true);
    const watching = Reflect.get(transport, 'watching') as object;
    replace(watching, 'stop', throws(new Error('stop')));
    replace(client, 'removeAllListeners', throws(new Error('remove')));
    replace(files.manager, 'dispose', throws(new Error('dispose')));
    connection.onState(throws(new Error('listener')));
    await transport.close();
    await connection.destroy();
    should(connection.state()).have.property('state', 'closed');
    for (const each of undo.splice(0)) each();
    await client.disconnect();
  });

  it("a listener that throws ends nobody's call", async () => {
    await bench.serve();
    const connection = bench.connection() as SharedOpcuaConnection;
    connection.onState(throws(new Error('listener')));
    should(await connection.acquire({})).have.property('ok', true);
    should(await connection.call(() => Promise.resolve(7))).eql({ ok: true, value: 7 });
  });

  it('no password stands in the error', async () => {
    await bench.serve();
    const { OPCUAClient } = loadClient();
    replace(OPCUAClient, 'create', throws(new Error('cannot use S3cret!')));
    const refused = await bench.transport({ authentication: 'password', user: 'anna', password: 'S3cret!' }).connect();
    should(refused).have.properties(UNEXPECTED);
    should(JSON.stringify(refused)).not.containEql('S3cret');
  });
});
