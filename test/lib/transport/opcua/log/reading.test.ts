import { strict as assert } from 'node:assert';
import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import * as path from 'node:path';
import { contentOf, decodeLogRecords, type LogRecord, runPoll, ticksOfUnixMs } from '../../../../../lib/logobject';
import { LogStore, Producer, type SimulatorOpcuaServer, startOpcuaServer } from '../../../../../lib/simulator';
import { createOpcuaConnection, createOpcuaLogs, type OpcuaConnection } from '../../../../../lib/transport/opcua';
import { bytesOf, loadVectors } from '../../../logobject/support/vectors';
import { COLLECT_ALL } from '../../../../support/log-settings';

describe('reading a log over OPC UA', () => {
  let folder: string;
  let server: SimulatorOpcuaServer;
  let connection: OpcuaConnection;
  let offsetMs = 0;
  /** Milliseconds in which the server's clock counts. */
  let stepMs = 1;
  const own = new LogStore({ maxRecords: 2_000, pageLimit: 7 });
  const serverLog = new LogStore({});

  const records = (): LogRecord[] =>
    loadVectors()
      .filter(({ name, layout }) => layout === 'part6' && name !== 'long-message' && name !== 'times')
      .flatMap(({ bodies }) => bodies)
      .map((body) => decodeLogRecords(bytesOf(body)))
      .flatMap((page) => (page.ok && page.invalidTexts === 0 && page.unreadBytes === 0 ? page.records : []))
      .sort((a, b) => (a.ticks < b.ticks ? -1 : a.ticks > b.ticks ? 1 : 0));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'openot-log-'));
    server = await startOpcuaServer({
      producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
      port: 0,
      pkiFolder: path.join(folder, 'server'),
      logs: [
        { name: 'ServerLog', store: serverLog },
        { name: 'MachineLog', store: own }
      ],
      clockOffsetMs: () => offsetMs - (Date.now() % stepMs)
    });
    connection = createOpcuaConnection({ endpoint: server.endpointUrl, pkiFolder: path.join(folder, 'client') });
  });
  after(async () => {
    await connection.destroy();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds the logs with their limits', async () => {
    const logs = createOpcuaLogs(connection);
    const found = await logs.browse();
    assert.ok(found.ok, inspect(found, { depth: 3 }));
    assert.deepEqual(
      found.logs.map(({ name, maxRecords, isReadable }) => ({ name, maxRecords, isReadable })),
      [
        { name: 'ServerLog', maxRecords: 1000, isReadable: true },
        { name: 'MachineLog', maxRecords: 2000, isReadable: true }
      ]
    );
    await logs.close();
  });

  it('brings the records of the foreign vectors as they are, over many pages, and each once', async () => {
    const all = records().filter(({ severity }) => severity >= COLLECT_ALL.minimumSeverity);
    // In the past of the server's clock, whenever this runs: a test must not depend on the date.
    offsetMs = Math.max(0, Date.UTC(2027, 0, 1) - Date.now());
    all.forEach((record) => own.add(record));
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open([`nsu=urn:openot:simulator;s=MachineLog`], () => undefined);
    assert.ok(opened.ok, inspect(opened, { depth: 3 }));
    const [log] = opened.logs;
    const run = await runPoll(log.port, undefined, COLLECT_ALL, async () => undefined);
    assert.ok(run.ok, inspect(run, { depth: 3 }));
    const namespaces = ['http://opcfoundation.org/UA/', 'urn:localhost:openot-simulator', 'urn:openot:simulator'];
    assert.deepEqual(
      run.outcome.records.map(({ content }) => ({ ...content, sourceNode: undefined, eventType: undefined })).length,
      all.length
    );
    assert.deepEqual(
      run.outcome.records.map(({ content }) => content.message),
      all.map((record) => contentOf(record, namespaces).message)
    );
    const again = await runPoll(log.port, run.outcome.position, COLLECT_ALL, async () => undefined);
    assert.ok(again.ok);
    assert.deepEqual(again.outcome.records, []);
    assert.deepEqual(again.outcome.gaps, []);
    await logs.close();
  });

  it('tells the offset of the device clock within the error that it states', async () => {
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open([], () => undefined);
    assert.ok(opened.ok);
    for (const offset of [0, 5_000, -90_000]) {
      offsetMs = offset;
      const facts = await opened.logs[0].port.facts();
      assert.ok(facts.ok);
      const wrong = Math.abs(facts.clock.offsetMs - offset);
      assert.ok(wrong <= facts.clock.errorMs, `${wrong} > ${facts.clock.errorMs}`);
    }
    await logs.close();
  });

  it('tells it for a clock that moves every 100 ms, with that step', async () => {
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open([], () => undefined);
    assert.ok(opened.ok);
    offsetMs = 0;
    stepMs = 100;
    const facts = await opened.logs[0].port.facts();
    stepMs = 1;
    assert.ok(facts.ok);
    const { offsetMs: offset, errorMs, stepMs: seen } = facts.clock;
    assert.ok(Math.abs(offset) <= errorMs, `${offset} > ${errorMs}`);
    assert.ok(seen >= 100);
    await logs.close();
  });

  it('takes the ServerLog where none is named, and reads the flat form with a warning', async () => {
    serverLog.habits.flat = true;
    offsetMs = 0;
    const record: LogRecord = {
      ticks: ticksOfUnixMs(Date.now() - 1000),
      severity: 80,
      message: { locale: 'en', text: 'flat' }
    };
    serverLog.add(record);
    const warnings: string[] = [];
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open([], ({ code }) => warnings.push(code));
    assert.ok(opened.ok);
    assert.deepEqual(
      opened.logs.map(({ logObject }) => logObject),
      ['i=19372']
    );
    const run = await runPoll(opened.logs[0].port, undefined, COLLECT_ALL, async () => undefined);
    assert.ok(run.ok, inspect(run, { depth: 3 }));
    assert.deepEqual(
      run.outcome.records.map(({ content }) => content.message.text),
      ['flat']
    );
    assert.ok(warnings.includes('OPENOT_LOG_FLAT'));
    serverLog.habits.flat = false;
    await logs.close();
  });

  it('is read again and again, in pages, from a server that takes no continuation point back', async () => {
    Object.assign(serverLog.habits, { pageLimit: 20, maxPoints: 3 });
    const entered = 50;
    for (let i = 0; i < entered; i++)
      serverLog.add({
        ticks: ticksOfUnixMs(Date.now() - 500 + i),
        severity: 80,
        message: { locale: 'en', text: `${i}` }
      });
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open([], () => undefined);
    assert.ok(opened.ok);
    for (let reading = 0; reading < 8; reading++) {
      const run = await runPoll(opened.logs[0].port, undefined, COLLECT_ALL, async () => undefined);
      assert.ok(run.ok, inspect(run, { depth: 3 }));
      assert.equal(run.outcome.records.length, serverLog.size);
      assert.ok(run.outcome.pages > 1);
    }
    Object.assign(serverLog.habits, { pageLimit: 500, maxPoints: 10 });
    await logs.close();
  });

  it('says which log cannot be read and why', async () => {
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open(['nsu=urn:openot:simulator;s=OpenOT'], () => undefined);
    assert.ok(!opened.ok);
    assert.equal(opened.code, 'OPENOT_LOG_NONE');
    assert.match(opened.message, /has no log: .* has no method GetRecords/);
    own.habits.fault = 'BadUserAccessDenied';
    const open = await logs.open(['nsu=urn:openot:simulator;s=MachineLog'], () => undefined);
    assert.ok(open.ok);
    const run = await runPoll(open.logs[0].port, undefined, COLLECT_ALL, async () => undefined);
    assert.ok(!run.ok);
    assert.equal(run.code, 'OPENOT_LOG_DENIED');
    delete own.habits.fault;
    await logs.close();
  });
});
