/*
 * Modbus TCP: what the simulator's server answers and what the client asks, in two processes on 127.0.0.1, so that they
 * share
 * nothing but the socket. `node bench/modbus.mjs [seconds]`; `npm run bench` prints the same lines.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const GOAL = 2000;

async function serve() {
  const { createSimulator } = require('../dist/lib/simulator');
  const simulator = createSimulator({ scenario: 'packaging', rate: 500, modbusPort: 'any', ringBytes: 65_536 });
  await simulator.start();
  process.stdout.write(`${simulator.modbus.port}\n`);
  process.stdin.on('end', () => void simulator.stop()).resume();
}

/** A server in a process of its own. */
async function withServer(work) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit']
  });
  try {
    const port = await new Promise((resolve, reject) => {
      child.stdout.once('data', (line) => resolve(Number(line)));
      child.once('exit', () => reject(new Error('the server did not start')));
    });
    return await work(port);
  } finally {
    child.stdin.end();
  }
}

const perSecond = (count, begun) => count / ((performance.now() - begun) / 1000);

/** Requests a second of the plainest client there can be: writes a frame made beforehand, counts bytes. */
function bareClient(port, inFlight, seconds) {
  const request = Buffer.from([0, 1, 0, 0, 0, 6, 255, 3, 0, 100, 0, 125]);
  const length = 9 + 250;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let asked = 0;
    const begun = performance.now();
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      for (; asked < inFlight; asked++) socket.write(request);
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (performance.now() - begun >= seconds * 1000) {
        socket.destroy();
        return resolve(perSecond(Math.floor(bytes / length), begun));
      }
      for (; asked < Math.floor(bytes / length) + inFlight; asked++) socket.write(request);
    });
  });
}

/** Requests a second of this project's client, each answer checked. */
async function client(port, pipeline, seconds) {
  const { createModbusConnection } = require('../dist/lib/transport/modbus');
  const connection = createModbusConnection({ host: '127.0.0.1', port, pipeline });
  const acquired = await connection.acquire(client);
  if (!acquired.ok) throw new Error(acquired.message);
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < seconds * 1000) {
    const read = await connection.registers({ registerType: 'holding', address: 100, count: 125 * 64 });
    if (!read.ok) throw new Error(read.message);
    count += 64;
  }
  const rate = perSecond(count, begun);
  await connection.destroy();
  return rate;
}

export async function report(seconds = 2) {
  const lines = [];
  const line = (name, rate, more = '') =>
    lines.push(`${name.padEnd(58)}${Math.round(rate).toLocaleString('en-US').padStart(12)} requests/s${more}`);
  await withServer(async (port) => {
    const bare = { 1: [], 4: [] };
    const ours = { 1: [], 4: [] };
    // Side by side: each in turn, so that whatever else the machine does falls on all of them alike.
    for (let round = 0; round < 3; round++) {
      for (const inFlight of [1, 4]) {
        bare[inFlight].push(await bareClient(port, inFlight, seconds / 3));
        ours[inFlight].push(await client(port, inFlight, seconds / 3));
      }
    }
    const median = (values) => [...values].sort((a, b) => a - b)[1];
    const goal = median(bare[1]) >= GOAL ? 'reached' : 'MISSED';
    line(
      'simulator, 125 registers, one in flight, bare client',
      median(bare[1]),
      `   goal ${GOAL.toLocaleString('en-US')}: ${goal}`
    );
    line('simulator, 125 registers, four in flight, bare client', median(bare[4]));
    line('the same, read by this client, one in flight', median(ours[1]));
    line('the same, read by this client, four in flight', median(ours[4]));
  });
  return lines;
}

if (process.argv[2] === 'serve') await serve();
else if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const text of await report(Number(process.argv[2] ?? 6))) console.log(text);
