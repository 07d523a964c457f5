// The whole flow in a real Node-RED: bytes -> decoder -> drift guard -> doc (strict NDJSON), in batches of 1,000
// records of 64 to 84 bytes, against JSON.stringify of the same finished documents in the same process, turn by turn.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { linkedUserDirectory } from '../scripts/linked-user-directory.mjs';
import { root } from '../scripts/setup.mjs';
import { rate as rateLine, ratio as ratioLine } from './rows.mjs';

const BATCH = 1000;
const BATCHES = 40;
const ROUNDS = 9;

const fn = (id, func, wires, more = {}) => ({
  id,
  type: 'function',
  z: 'tab',
  name: id,
  func,
  outputs: wires.length,
  timeout: 0,
  noerr: 0,
  initialize: '',
  finalize: '',
  libs: [],
  x: 300,
  y: 100,
  wires,
  ...more
});

/** Runs in Node-RED: makes the bytes once, then sends a round of batches whenever the last one is through. */
const produce = `
const make = flow.get('make') || (() => {
  const { encodeRecord } = global.get('openot');
  const u32 = (v) => { const b = Buffer.alloc(4); b.writeUInt32LE(v); return b; };
  const u16 = (v) => { const b = Buffer.alloc(2); b.writeUInt16LE(v); return b; };
  const records = [];
  for (let seq = 0; seq < ${BATCH}; seq++) {
    const head = { flags: 8, sourceTimeNs: 1780000000000000000n + BigInt(seq) * 1000000n, runId: 1n, seq: BigInt(seq), sourceId: 10 + seq % 3 };
    records.push(encodeRecord(seq % 2
      ? { ...head, eventTypeId: 1, slots: [{ key: 1, type: 5, payload: u32(1) }, { key: 2, type: 3, payload: u16(2) }, { key: 3, type: 3, payload: u16(seq % 4) }, { key: 4, type: 3, payload: u16((seq + 1) % 4) }] }
      : { ...head, eventTypeId: 2, slots: [{ key: 13, type: 5, payload: u32(1) }, { key: 16, type: 5, payload: u32(seq) }, { key: 17, type: 3, payload: u16(0) }] }));
  }
  return Buffer.concat(records);
})();
flow.set('make', make);
flow.set('begun', global.get('nowNs')());
flow.set('left', ${BATCHES});
for (let i = 0; i < ${BATCHES}; i++) node.send({ payload: make });
`;
const collect = `
const left = flow.get('left') - 1;
flow.set('left', left);
if (left > 0) return null;
const flowNs = Number(global.get('nowNs')() - flow.get('begun'));
const texts = msg.payload.split('\\n').filter(Boolean);
let documents = flow.get('documents');
if (!documents) { documents = texts.map((text) => JSON.parse(text)); flow.set('documents', documents); }
const begun = global.get('nowNs')();
let length = 0;
for (let i = 0; i < ${BATCHES}; i++) for (const document of documents) length += JSON.stringify(document).length;
const stringifyNs = Number(global.get('nowNs')() - begun);
node.warn('ROUND ' + JSON.stringify({ records: texts.length, events: texts.filter((t) => t.startsWith('{"kind":"event"')).length, flowNs, stringifyNs, length }));
const round = (flow.get('round') || 0) + 1;
flow.set('round', round);
if (round < ${ROUNDS}) return {};
node.warn('END');
return null;
`;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Resolves with the rounds measured, the first two (warm-up) left out. */
async function measureFlow() {
  const definition = readFileSync(join(root, 'lib/simulator/definitions', 'reactor-1.json'), 'utf8');
  const userDir = join(root, '.demo', 'bench');
  linkedUserDirectory(
    userDir,
    [
      { id: 'tab', type: 'tab', label: 'bench', disabled: false },
      {
        id: 'definition',
        type: 'openot-definition',
        name: '',
        source: 'json',
        json: definition,
        path: '',
        watch: false
      },
      {
        id: 'go',
        type: 'inject',
        z: 'tab',
        name: '',
        props: [{ p: 'payload' }],
        repeat: '',
        crontab: '',
        once: true,
        onceDelay: '1',
        topic: '',
        payload: '',
        payloadType: 'date',
        x: 100,
        y: 100,
        wires: [['produce']]
      },
      fn('produce', produce, [['decoder']]),
      { id: 'decoder', type: 'openot-decoder', z: 'tab', name: '', emit: 'batch', x: 500, y: 100, wires: [['guard']] },
      {
        id: 'guard',
        type: 'openot-drift-guard',
        z: 'tab',
        name: '',
        definition: 'definition',
        policy: 'placeholder',
        whenUnadvertised: 'assume',
        x: 700,
        y: 100,
        wires: [['doc'], []]
      },
      {
        id: 'doc',
        type: 'openot-doc',
        z: 'tab',
        name: '',
        definition: 'definition',
        whenUnadvertised: 'assume',
        profile: 'strict',
        format: 'ndjson',
        emit: 'batch',
        outputs: 1,
        x: 900,
        y: 100,
        wires: [['collect']]
      },
      fn('collect', collect, [['produce']])
    ],
    'warn'
  );
  const child = spawn(process.execPath, [join(root, 'node_modules/node-red/red.js'), '-u', userDir], {
    cwd: userDir,
    env: { ...process.env, PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  let log = '';
  const rounds = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the flow did not finish\n${log}`)), 120_000);
    const take = (chunk) => {
      log += chunk;
      if (!/\bEND\b/.test(log)) return;
      clearTimeout(timer);
      resolve([...log.matchAll(/ROUND (\{.*\})/g)].map(([, json]) => JSON.parse(json)));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', () => reject(new Error(`Node-RED ended\n${log}`)));
  }).finally(() => child.kill('SIGKILL'));
  rmSync(userDir, { recursive: true, force: true });
  if (rounds.some(({ records, events }) => records !== BATCH || events !== BATCH))
    throw new Error(`not every record was resolved: ${JSON.stringify(rounds[0])}`);
  return rounds.slice(2).map(({ flowNs, stringifyNs }) => ({
    recordsPerSecond: (BATCH * BATCHES * 1e9) / flowNs,
    stringifyPerSecond: (BATCH * BATCHES * 1e9) / stringifyNs
  }));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Lines for the report. */
async function report() {
  const rounds = await measureFlow();
  const rate = median(rounds.map((round) => round.recordsPerSecond));
  const ratio = median(rounds.map((round) => round.recordsPerSecond / round.stringifyPerSecond));
  return [
    rateLine('whole flow in a real Node-RED', 1e9 / rate),
    ratioLine(`of the rate of JSON.stringify of its documents, ${rounds.length} rounds`, ratio)
  ];
}

for (const line of await report()) console.log(line);
process.exit(0);
