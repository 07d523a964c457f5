/*
 * What a poll costs over OPC UA: processor time of the reader's process for each poll, against a bare node-opcua client
 * that sends the same Reads (as many, of the same nodes and ranges, recorded from the reader) at the same interval, at
 * the same time, each in a process of its own, against one server in a third; idle and with ten records a poll. Both
 * are warmed up by polls that follow each other more quickly: as after some minutes, and not as in the first ones.
 * `node bench/poll-cost.mjs [seconds]`; the goal is at most 1.3.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const GOAL = 1.3;
const INTERVAL_MS = 100;
const WARM_UP_MS = 8_000;
/** How much quicker than measured polls follow each other meanwhile. */
const WARM_UP_SPEED = 20;
/** Without heartbeats, which would be missed while time runs quickly. */
const SERVED = { ringBytes: 65_536, heartbeatInterval: 0 };
/** Polls whose Reads are recorded and sent again by the bare client. */
const RECORDED = 40;

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Microseconds of processor time of this process. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** A clock that runs faster until `calm`. */
function warmUpClock() {
  const clock = require('../dist/lib/base/system').systemClock();
  let speed = WARM_UP_SPEED;
  let calmMs = 0;
  const monotonicMs = () => calmMs + clock.monotonicMs() * speed;
  const calm = () => {
    calmMs += clock.monotonicMs() * (speed - 1);
    speed = 1;
  };
  return { ...clock, monotonicMs, sleep: (ms, signal) => clock.sleep(ms / speed, signal), calm };
}

async function serve(rate, pkiFolder) {
  const { createSimulator } = require('../dist/lib/simulator');
  const simulator = createSimulator({ scenario: 'packaging', rate, opcuaPort: 'any', pkiFolder, ...SERVED });
  await simulator.start();
  say({ endpoint: simulator.endpointUrl, control: simulator.controlNodeId, ring: simulator.ringNodeIds });
}

/** Our reader; its Reads are recorded on the way into node-opcua. */
async function read(target, seconds, pkiFolder) {
  const { openReader } = require('../dist/lib/reader');
  const { opcua } = require('../dist/lib/transport/opcua');
  const { ClientSessionImpl } = require('node-opcua-client/dist/private/client_session_impl');
  const shown = (range) => (range === undefined || range === null || range.isEmpty() ? undefined : range.toString());
  let batches = 0;
  let recording;
  const original = ClientSessionImpl.prototype.performMessageTransaction;
  ClientSessionImpl.prototype.performMessageTransaction = function (request, ...rest) {
    if (recording !== undefined && request.schema.name === 'ReadRequest')
      recording.push(request.nodesToRead.map(({ nodeId, indexRange }) => [String(nodeId), shown(indexRange)]));
    return original.call(this, request, ...rest);
  };
  const clock = warmUpClock();
  const reader = openReader({
    clock,
    transport: opcua({ ...target, pkiFolder }),
    intervalMs: INTERVAL_MS,
    onError: ({ message }) => process.stderr.write(`${message}\n`)
  });
  void (async () => {
    for await (const batch of reader) {
      batches++;
      batch.settle();
    }
  })();
  await pause(WARM_UP_MS);
  clock.calm();
  await pause(10 * INTERVAL_MS);
  recording = [];
  await pause(RECORDED * INTERVAL_MS);
  const reads = recording;
  recording = undefined;
  say({ reads });
  await pause(WARM_UP_MS * 2);
  const before = cpu();
  await pause(seconds * 1000);
  say({ us: cpu() - before, batches });
  process.exit(0);
}

/** A bare client that sends what was recorded, spread over as many intervals. */
async function bare({ endpoint }, reads, seconds) {
  const { AttributeIds, coerceNodeId, NumericRange, OPCUAClient } = require('node-opcua');
  const client = OPCUAClient.create({ endpointMustExist: false, transportSettings: { sendBufferSize: 8192 } });
  await client.connect(endpoint);
  const session = await client.createSession();
  const items = reads.map((nodes) =>
    nodes.map(([nodeId, range]) => ({
      nodeId: coerceNodeId(nodeId),
      attributeId: AttributeIds.Value,
      ...(range === undefined ? {} : { indexRange: new NumericRange(range) })
    }))
  );
  const begun = performance.now();
  let sent = 0;
  let next = 0;
  let isEnded = false;
  let isWarm = false;
  const run = async () => {
    for (let poll = 0; !isEnded; poll++) {
      for (; next < ((poll + 1) * items.length) / RECORDED; next++, sent++)
        await session.read(items[next % items.length].slice(), 0);
      await pause(isWarm ? INTERVAL_MS : INTERVAL_MS / WARM_UP_SPEED);
    }
  };
  const running = run();
  await pause(WARM_UP_MS);
  isWarm = true;
  await pause(10 * INTERVAL_MS);
  const before = cpu();
  await pause(seconds * 1000);
  say({ us: cpu() - before, sent, ms: performance.now() - begun });
  isEnded = true;
  await running;
  process.exit(0);
}

/** This script as a process of its own: its lines, one after the other. */
function start(...args) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit']
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    kill: () => child.kill('SIGKILL'),
    /** The next line that is ours: node-opcua writes some, too. */
    async line() {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`bench/poll-cost.mjs ${args[0]} ended early`);
        if (value.startsWith('{')) return JSON.parse(value);
      }
    }
  };
}

async function measure(name, rate, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'openot-bench-'));
  const server = start('serve', rate, join(folder, 'server'));
  try {
    const target = await server.line();
    const reader = start('read', JSON.stringify(target), seconds, join(folder, 'reader'));
    const { reads } = await reader.line();
    const client = start('bare', JSON.stringify(target), JSON.stringify(reads), seconds);
    const [ours, theirs] = await Promise.all([reader.line(), client.line()]);
    const polls = (seconds * 1000) / INTERVAL_MS;
    const ratio = ours.us / theirs.us;
    return (
      `${name.padEnd(34)}${(ours.us / polls).toFixed(0).padStart(6)} µs a poll, bare client ` +
      `${(theirs.us / polls).toFixed(0).padStart(6)} µs, ${(reads.length / RECORDED).toFixed(1)} Reads a poll   ` +
      `${ratio.toFixed(2)}   goal ${GOAL}: ${ratio <= GOAL ? 'reached' : 'MISSED'}`
    );
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'serve') await serve(Number(rest[0]), rest[1]);
else if (mode === 'read') await read(JSON.parse(rest[0]), Number(rest[1]), rest[2]);
else if (mode === 'bare') await bare(JSON.parse(rest[0]), JSON.parse(rest[1]), Number(rest[2]));
else {
  const seconds = Number(mode ?? 20);
  console.log(await measure('nothing new', 0.001, seconds));
  console.log(await measure('ten records', 10_000 / INTERVAL_MS, seconds));
}
