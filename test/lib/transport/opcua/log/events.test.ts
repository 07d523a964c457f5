import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import * as path from 'node:path';
import { type LogPosition, type PollRun, runPoll, ticksOfUnixMs } from '../../../../../lib/logobject';
import { LogStore, Producer, type SimulatorOpcuaServer, startOpcuaServer } from '../../../../../lib/simulator';
import {
  createOpcuaConnection,
  createOpcuaLogs,
  type EventFilterName,
  type OpcuaConnection,
  type OpcuaLogs
} from '../../../../../lib/transport/opcua';
import { COLLECT_ALL } from '../../../../support/log-settings';

describe('listening to the events of a log over OPC UA', function () {
  this.timeout(60_000);
  let folder: string;
  let server: SimulatorOpcuaServer;
  let connection: OpcuaConnection;
  let logs: OpcuaLogs;
  const store = new LogStore({});

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'openot-events-'));
    server = await startOpcuaServer({
      producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
      port: 0,
      pkiFolder: path.join(folder, 'server'),
      logs: [{ name: 'ServerLog', store }]
    });
    connection = createOpcuaConnection({ endpoint: server.endpointUrl, pkiFolder: path.join(folder, 'client') });
  });
  after(async () => {
    await connection.destroy();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => (logs = createOpcuaLogs(connection)));
  afterEach(async () => {
    store.habits.plainEvents = false;
    await logs.close();
  });

  const enter = (text: string): void =>
    store.add({
      ticks: ticksOfUnixMs(Date.now()),
      severity: 180,
      sourceName: 'Motor',
      message: { locale: 'en', text },
      additionalData: [{ name: 'ErrorCode', value: { type: 'StatusCode', value: 0x800a0000 } }]
    });

  /** The events as a log, and a poll of it after the next event that comes. */
  const listen = async (filter: EventFilterName) => {
    let came: () => void = () => undefined;
    const opened = await logs.openEvents(filter, () => came());
    assert.ok(opened.ok);
    const [{ port, logObject }] = opened.logs;
    let position: LogPosition | undefined;
    const poll = async (): Promise<PollRun & { ok: true }> => {
      const run = await runPoll(port, position, COLLECT_ALL, async () => undefined);
      assert.ok(run.ok, inspect(run));
      position = run.outcome.position;
      return run;
    };
    const next = async (text: string): Promise<PollRun & { ok: true }> => {
      const event = new Promise<void>((resolve) => (came = resolve));
      enter(text);
      await event;
      return poll();
    };
    return { logObject, poll, next };
  };
  const textsOf = ({ outcome }: PollRun & { ok: true }): (string | undefined)[] =>
    outcome.records.map(({ content }) => content.message.text);
  const verdictsOf = ({ outcome }: PollRun & { ok: true }): string[] => outcome.gaps.map(({ verdict }) => verdict);

  it('brings each event once, as a record, from the moment on at which it listens', async () => {
    enter('before');
    const { poll, next, logObject } = await listen('log');
    assert.equal(logObject, 'i=2253');
    assert.deepEqual(textsOf(await poll()), []);
    const run = await next('first');
    assert.deepEqual(textsOf(run), ['first']);
    const [{ content }] = run.outcome.records;
    assert.equal(content.severity, 180);
    assert.equal(content.sourceName, 'Motor');
    assert.equal(content.sourceNode, 'i=2253');
    assert.match(content.eventType ?? '', /^nsu=urn:openot:simulator;/);
    assert.deepEqual(content.data, [{ name: 'ErrorCode', type: 'StatusCode', value: '0x800A0000' }]);
    const again = await poll();
    assert.deepEqual(textsOf(again), []);
    assert.deepEqual(verdictsOf(again), []);
  });

  it('hears log entries alone, or all events', async () => {
    const entries = await listen('log');
    await entries.poll();
    store.habits.plainEvents = true;
    enter('plain');
    store.habits.plainEvents = false;
    assert.deepEqual(textsOf(await entries.next('entry')), ['entry']);
    await logs.close();
    logs = createOpcuaLogs(connection);
    const all = await listen('all');
    await all.poll();
    store.habits.plainEvents = true;
    assert.deepEqual(textsOf(await all.next('plain')), ['plain']);
  });

  it('says between what times nobody listened after the connection was cut, and hears what comes then', async () => {
    const { poll, next } = await listen('log');
    await poll();
    assert.deepEqual(textsOf(await next('before the cut')), ['before the cut']);
    const lost = logs.session;
    server.dropConnections();
    enter('unheard');
    for (let run; run?.ok !== true || logs.session === lost;) {
      const opened = await logs.openEvents('log', () => undefined);
      run = opened.ok ? await opened.logs[0].port.facts() : undefined;
    }
    const back = await poll();
    assert.deepEqual(verdictsOf(back), ['unwatched']);
    const [{ after, before }] = back.outcome.gaps;
    const now = ticksOfUnixMs(Date.now());
    assert.ok(after < now && before <= now + 10_000_000n);
    // What the server had kept of the event may come after all: the gap says when nobody listened, not what is lost.
    const heard = textsOf(await next('after the cut'));
    assert.deepEqual(
      heard.filter((text) => text !== 'unheard'),
      ['after the cut']
    );
  });

  it('gives a sign at every entry', async () => {
    assert.ok((await logs.open([], () => undefined)).ok);
    const signs = new Promise<void>((resolve, reject) => {
      logs.signal('log', resolve).then((made) => (made.ok ? enter('a sign') : reject(new Error(made.message))), reject);
    });
    await signs;
  });

  it('has nobody to tell when the server has stopped: the log goes on', async () => {
    await server.stop();
    enter('after the end');
  });
});
