import should from 'should';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeModbusRing, probeOpcuaRing, ProbeReport } from '../../../lib/discovery';
import type { ModbusRing } from '../../../lib/transport/modbus';
import { createSimulator, Quirks, Simulator, SimulatorOptions } from '../../../lib/simulator';
import { keyAtHand } from '../../support/key-at-hand';

describe('testing a ring', function () {
  const folder = mkdtempSync(join(tmpdir(), 'openot-probe-'));
  let plc: Simulator;

  afterEach(async () => {
    await plc?.stop();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = async (
    quirks: Quirks = {},
    modbusQuirks: SimulatorOptions['modbusQuirks'] = {},
    options: Partial<SimulatorOptions> = {}
  ): Promise<void> => {
    plc = createSimulator({
      scenario: 'reactor',
      rate: 50,
      ringBytes: 65_536,
      opcuaPort: 'any',
      modbusPort: 'any',
      modbusRegisters: { controlAddress: 100, ringAddress: 144 },
      pkiFolder: keyAtHand(join(folder, 'server')),
      quirks,
      modbusQuirks,
      ...options
    });
    should(await plc.start()).eql({ ok: true });
    plc.command('burst', 1000);
  };
  const opcua = (
    nodes: Partial<{ controlNode: string; ringNodes: readonly string[] }> = {},
    timeMs = 60_000
  ): Promise<ProbeReport> =>
    probeOpcuaRing(
      { endpoint: plc.endpointUrl!, pkiFolder: keyAtHand(join(folder, 'client')), requestTimeoutMs: 30_000 },
      { controlNode: plc.controlNodeId!, ringNodes: plc.ringNodeIds, ...nodes },
      timeMs
    );
  const modbus = (ring: Partial<ModbusRing> = {}, timeMs = 60_000, signal?: AbortSignal): Promise<ProbeReport> =>
    probeModbusRing(
      { host: '127.0.0.1', port: plc.modbus!.port, requestTimeoutMs: 30_000 },
      { registerType: 'holding', controlAddress: 100, ringAddress: 144, byteOrder: 'big', ...ring },
      timeMs,
      signal
    );
  const text = ({ lines }: ProbeReport): string => lines.join('\n');
  const nothingIsLeft = (): void => {
    should(plc.server!.sessions()).equal(0);
    should(plc.modbus!.connections()).equal(0);
  };

  it('tells of a ring in OPC UA what it is, what it holds, and what the link carries', async () => {
    await start();
    const report = await opcua();
    should(report.lines[0]).match(/^This ring can be read/);
    should(report.verdict).not.equal('bad');
    should(report.change).eql({});
    const { runId, definitionHash } = plc.statistics();
    for (const line of [
      /control block: nsu=urn:openot:simulator;s=OpenOT.Control, UInt32\[\], 88 bytes/,
      /ring: nsu=urn:openot:simulator;s=OpenOT.Ring, UInt32\[\], 65536 bytes/,
      /capacity: 65536 bytes \(64 KiB\)/,
      new RegExp(`run: ${runId}, epoch: 1, since position 0`),
      new RegExp(`definition: ${definitionHash}, the one before: none`),
      /\+ \d+ whole records stand where the control block says; CRC right/,
      /\+ the server answers ranges of the ring exactly/,
      /control block, 88 bytes: +[\d.]+ ms +[\d.]+ ms {2}\(\d+ times\)/,
      /ring, 64 KiB: +[\d.]+ ms +[\d.]+ ms {2}\(\d times\)/,
      /\d+ pairs in /,
      /0 of \d+ looks certainly torn, 0 in the middle of an update/,
      /this link carries about .* a second, and the controller wrote .* a second during the test/
    ])
      should(text(report)).match(line);
    nothingIsLeft();
  });

  it('tells of a ring in registers the same, and how many a request brings', async () => {
    await start({}, { maxRegisters: 100 });
    const report = await modbus();
    for (const line of [
      /control block: holding registers 100 to 143, in one request/,
      /ring: holding registers 144 to 32911, 65536 bytes/,
      /registers per request: at most 100 \(the device refused 125\)/,
      /byte order: big, found from the sync/,
      /ring, 64 KiB: +[\d.]+ ms/,
      /whole records stand/
    ])
      should(text(report)).match(line);
    should(report.change).eql({});
    nothingIsLeft();
  });

  for (const [name, quirks, expected] of [
    [
      'that sends everything',
      { indexRange: 'ignored' },
      /! the server sends the whole ring \(64 KiB\) whatever range is asked for/
    ],
    [
      'that refuses',
      { indexRange: 'refused' },
      /! the server refuses ranges \(BadIndexRangeInvalid\): the ring \(64 KiB\) is read whole/
    ],
    [
      'that answers with other elements',
      { indexRange: 'shifted' },
      /x the server answers ranges with other elements than were asked for \(shifted by one\)/
    ],
    ['that answers with too few', { indexRange: 'short' }, /x the server answers ranges with fewer elements/]
  ] as Array<[string, Quirks, RegExp]>) {
    it(`tells what a server does with a range: one ${name}`, async () => {
      await start(quirks);
      should(text(await opcua())).match(expected);
    });
  }

  it('counts looks in the middle of an update', async () => {
    await start({}, { midUpdate: 0.5 }, { rate: 500 });
    const report = text(await modbus());
    const updating = Number(/certainly torn, (\d+) in the middle of an update/.exec(report)?.[1]);
    should(updating).be.above(20);
    should(report).match(new RegExp(`! ${updating} of \\d+ looks came in the middle of an update`));
  });

  it('says that a controller stands still inside an update', async () => {
    await start();
    plc.command('stop-mid-update');
    const report = await modbus({}, 2500);
    should(report.verdict).equal('bad');
    should(text(report)).match(/x every look came in the middle of an update: the controller was stopped inside one/);
  });

  it('says that a link is too slow for what is written', async () => {
    await start({}, { delay: 30 }, { rate: 1000 });
    const report = await modbus({}, 2500);
    should(report.verdict).equal('bad');
    should(text(report)).match(/x this link carries about .* records are lost all the time/);
    should(text(report)).match(/not tried: it would take about \d+ s/);
  });

  it('proposes another byte order, and addresses that were counted from 1, after it has tried them', async () => {
    await start({}, { byteOrder: 'little' });
    const order = await modbus();
    should(order).match({ verdict: 'usable', change: { byteOrder: 'little' } });
    should(text(order)).match(/! the bytes within registers are in the other order: set Byte order to little/);
    const shifted = await modbus({ controlAddress: 101, ringAddress: 145, byteOrder: 'little' });
    should(shifted).match({ verdict: 'bad', change: { controlAddress: '100', ringAddress: '144' } });
    const one = await modbus({ controlAddress: 99, byteOrder: 'little' });
    should(one.change).eql({ controlAddress: '100', ringAddress: '144' });
    nothingIsLeft();
  });

  it('says that the ring is another one, too short, or not there', async () => {
    await start({ ringNodes: 2 }, {}, { modbusRegisters: { controlAddress: 100, ringAddress: 300 } });
    const wrong = await modbus({ ringAddress: 200 });
    should(wrong.verdict).equal('bad');
    should(text(wrong)).match(
      /x the control block is right, but no record stands where the oldest one should, byte \d+ of the ring; found .*Find ring/
    );
    const half = await opcua({ ringNodes: [plc.ringNodeIds[0]] });
    should(half.verdict).equal('bad');
    should(text(half)).match(
      /x the ring that is set has 32768 bytes, the control block says 65536: a part of it is missing/
    );
    should(text(await opcua({ controlNode: plc.server!.scalarNodeId }))).match(
      /^This ring cannot be read as it is set\.\n {2}x OPENOT_OPCUA_NODE_SCALAR: /
    );
    nothingIsLeft();
  });

  it('is over in its time on a slow link, and at once when it is called off', async () => {
    await start({}, { delay: 100 });
    const slow = await modbus({}, 1500);
    should(slow.lines.length).be.above(0);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const aborted = await modbus({}, 30_000, stop.signal);
    should(aborted.lines.length).be.above(0);
    nothingIsLeft();
  });
});
