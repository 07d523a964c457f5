import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { createSimulator, Simulator } from '../../../../lib/simulator';
import { until } from '../../../e2e/support/process';
import { startLiveModbusReader } from '../../../support/live-reader';
import { pause } from './bench';

const PYTHON = process.env.OPENOT_PEER_PYTHON ?? '/usr/bin/python3';

/* A server that nobody here wrote (Debian's pymodbus) shows a ring image; the reader must read it whole. */
describe('a Modbus server of somebody else: pymodbus', function () {
  const folder = mkdtempSync(join(tmpdir(), 'openot-peer-'));
  const image = join(folder, 'ring.bin');
  let simulator: Simulator;
  let peer: ChildProcess | undefined;

  before(function () {
    const found = spawnSync(PYTHON, ['-c', 'import pymodbus.server'], { encoding: 'utf8' });
    if (found.status !== 0) {
      const why = `no pymodbus in ${PYTHON} (Debian: apt install python3-pymodbus python3-serial python3-serial-asyncio)`;
      if (process.env.OPENOT_REQUIRE_PEERS) throw new Error(`${why}: ${found.error?.message ?? found.stderr}`);
      console.log(`      skipped: ${why}`);
      return this.skip();
    }
    simulator = createSimulator({
      scenario: 'packaging',
      timer: false,
      ringBytes: 16_384,
      truthLimit: 10_000,
      startAbs: 0xffff_ff00
    });
    simulator.command('burst', 1000);
    writeFileSync(image, Buffer.concat([simulator.producer.control, simulator.producer.ring]));
  });
  afterEach(() => peer?.kill('SIGKILL'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Its port, once it takes connections. */
  async function serve(order: string): Promise<number> {
    const port = await freePort();
    const server = spawn(PYTHON, [join(__dirname, '../../../support/pymodbus-ring.py'), String(port), image, order], {
      stdio: ['ignore', 'ignore', 'pipe']
    });
    peer = server;
    let said = '';
    server.stderr.on('data', (text) => (said += text));
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`pymodbus ended: ${said}`);
      await pause(50);
    }
    return port;
  }

  for (const order of ['big', 'little'] as const) {
    for (const registerType of ['holding', 'input'] as const) {
      it(`is read whole: ${order}, ${registerType} registers`, async () => {
        const port = await serve(order);
        // The setting is the other one: what the sync shows counts.
        const byteOrder = order === 'big' ? 'little' : 'big';
        const pipeline = registerType === 'holding' ? 1 : 4;
        const reader = startLiveModbusReader({
          device: { port, pipeline },
          ring: { registerType, controlAddress: 0, ringAddress: 100, byteOrder }
        });
        const { headAbs, oldestAbs } = simulator.statistics();
        await until('the end', () => reader.status().cursorAbs === headAbs);
        await reader.stop();
        const records = reader.items.flatMap((item) =>
          item.kind === 'record' ? [`${item.abs} ${item.runId}/${item.sourceId}/${item.seq}`] : []
        );
        const truth = simulator.truth().filter(({ abs }) => abs >= oldestAbs);
        should(truth.length).be.above(150);
        should(records).eql(truth.map(({ abs, runId, sourceId, seq }) => `${abs} ${runId}/${sourceId}/${seq}`));
        should(reader.errors).eql([]);
        should(reader.status().about.join('\n')).containEql(
          `byte order: ${order}, found from the sync; the setting says ${byteOrder}`
        );
      });
    }
  }
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
