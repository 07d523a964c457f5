import should from 'should';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/base/system';
import { createSimulator } from '../../lib/simulator';
import { CaptureTold, createCaptureTransport, recordingTransport } from '../../lib/capture';
import { createOpcuaConnection, createOpcuaTransport } from '../../lib/transport/opcua';
import { Forwarder } from '../lib/transport/opcua/forwarder';
import { sleep, until } from '../support/until';
import { Session, startSession, told } from '../lib/capture/support/session';

const receiveTimes = (session: Session): string[] => session.items.map(({ receiveTimeNs }) => receiveTimeNs);

describe('capture: a real OPC UA server', function () {
  this.timeout(120_000);

  it('with torn copies, failing Reads, a cut link and a power cycle: the files replay the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openot-capture-'));
    const path = join(folder, 'captures', 'line1');
    const simulator = createSimulator({
      scenario: 'reactor',
      rate: 300,
      ringBytes: 16_384,
      opcuaPort: 'any',
      pkiFolder: join(folder, 'server'),
      quirks: { torn: { granularity: 4, updateProbability: 0.02 } }
    });
    should(await simulator.start()).have.properties({ ok: true });
    const { server } = simulator;
    if (server === undefined) throw new Error('no server');
    const forwarder = new Forwarder(Number(new URL(server.endpointUrl.replace(/^opc.tcp/, 'http')).port));
    await forwarder.listen();
    const connection = createOpcuaConnection({
      endpoint: `opc.tcp://127.0.0.1:${forwarder.port}`,
      pkiFolder: join(folder, 'client'),
      requestTimeoutMs: 2000
    });
    const errors: CaptureTold[] = [];
    const settings = { intervalMs: 20, rereadMs: 500 };
    try {
      const inner = createOpcuaTransport(connection, {
        controlNode: server.controlNodeId,
        ringNodes: server.ringNodeIds
      });
      const transport = recordingTransport(inner, {
        path,
        maxBytes: 150_000,
        maxFiles: 1000,
        clock: systemClock(),
        onError: (error) => errors.push(error)
      });
      const original = startSession(transport, systemClock(), settings);
      const count = (): number => original.items.length;
      await until('records', () => count() > 300);
      simulator.quirks.fault = { status: 'BadTooManyOperations', times: 2 };
      const before = count();
      await until('records after failing Reads', () => count() > before + 300);
      forwarder.cut();
      const cut = count();
      await until('records after the link was cut', () => count() > cut + 300);
      simulator.quirks.fault = { status: 'BadOutOfMemory', times: 3 };
      should(simulator.command('power-cycle')).have.properties({ ok: true });
      await until('a new incarnation', () => original.reader.status().totals.incarnations > 0);
      const later = count();
      await until('records after the power cycle', () => count() > later + 300);
      await original.reader.stop();
      should(errors).eql([]);
      should(readdirSync(join(folder, 'captures')).length).be.above(1);

      const capture = createCaptureTransport({ path, speed: 'once', clock: systemClock() });
      const replay = startSession(capture, capture.clock, settings);
      await until('the end of the replay', () =>
        (replay.reader.status().about.at(-1) ?? '').startsWith('replay finished')
      );
      await sleep(100);
      await replay.reader.stop();
      // What the original had read when it was stopped, but not confirmed yet, the replay hands on.
      should(told(replay).slice(0, original.items.length)).eql(told(original));
      should(replay.items.length - original.items.length).be.within(0, 200);
      should(replay.items.some(({ item }) => item.kind === 'incarnation')).be.true();
      // The clock of the recording, within what it took to write down a frame.
      const offsets = receiveTimes(original).map((time, i) =>
        Math.abs(Number(BigInt(receiveTimes(replay)[i]) - BigInt(time)))
      );
      should(Math.max(...offsets)).be.below(1e9);
    } finally {
      await connection.destroy();
      await forwarder.close();
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
