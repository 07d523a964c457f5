/*
 * What a Node-RED costs that hands on 100 events a second as objects: processor seconds of its process for 1,000 of
 * them. Three at the same time, each in a process of its own, against one simulator in a fourth: reader, decoder, guard
 * and documents at 500 ms and at 100 ms, and the palette's usual way, node-red-contrib-opcua with a subscription of 41
 * variables at 100 ms, of which as many change in a second as there are events. That package is installed into a
 * scratch folder at the first run. `node bench/flow-cpu.mjs [seconds]`; the goal at 500 ms is a third of the usual way.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { linkedUserDirectory } from '../scripts/linked-user-directory.mjs';
import { root } from '../scripts/setup.mjs';

const require = createRequire(import.meta.url);
const RATE = 100;
const VARIABLES = 41;
const GOAL = 1 / 3;
const WARM_UP_MS = 30_000;
const USUAL = 'node-red-contrib-opcua';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const folderOf = (name) => join(root, '.demo', `flow-cpu-${name}`);

/** The simulator, and beside its ring 41 variables of which one is changed for each event. */
async function serve(pkiFolder) {
  const opcua = require('node-opcua');
  const { createSimulator } = require('../dist/lib/simulator');
  const nodeIds = [];
  const variables = [];
  const { start } = opcua.OPCUAServer.prototype;
  opcua.OPCUAServer.prototype.start = function (...rest) {
    const { addressSpace } = this.engine;
    const namespace = addressSpace.registerNamespace('urn:openot:bench');
    const folder = namespace.addFolder('ObjectsFolder', { browseName: 'Usual' });
    for (let i = 0; i < VARIABLES; i++) {
      const value = { dataType: 'UInt32', value: 0 };
      const names = { browseName: `Value${i}`, nodeId: `s=Value${i}` };
      variables.push(namespace.addVariable({ componentOf: folder, dataType: 'UInt32', value, ...names }));
      nodeIds.push(variables[i].nodeId.toString());
    }
    return start.apply(this, rest);
  };
  const simulator = createSimulator({ scenario: 'packaging', rate: RATE, opcuaPort: 'any', pkiFolder });
  const started = await simulator.start();
  if (!started.ok) throw new Error(started.message);
  const begunMs = performance.now();
  let changes = 0;
  setInterval(() => {
    for (; changes < ((performance.now() - begunMs) * RATE) / 1000; changes++)
      variables[changes % VARIABLES].setValueFromSource({ dataType: 'UInt32', value: changes });
  }, 10);
  const { endpointUrl: endpoint, controlNodeId: control, ringNodeIds: ring } = simulator;
  process.stdout.write(
    JSON.stringify({ endpoint, control, ring, nodeIds, definition: simulator.definitionText() }) + '\n'
  );
}

const node = (id, type, values, wires) => ({ id, type, z: 'tab', name: '', x: 100, y: 100, wires, ...values });
const fn = (id, func, wires = []) =>
  node(
    id,
    'function',
    { func, outputs: wires.length, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [] },
    wires
  );
const TAB = { id: 'tab', type: 'tab', label: 'bench', disabled: false };

/** Reader, decoder, guard and documents as the dialogs propose them. */
const ourFlow = ({ endpoint, control, ring, definition }, intervalMs) => [
  TAB,
  { id: 'definition', type: 'openot-definition', name: '', source: 'json', json: definition, path: '', watch: false },
  {
    id: 'opcua',
    type: 'openot-opcua',
    name: '',
    endpoint,
    securityMode: 'None',
    authentication: 'anonymous',
    trust: 'list'
  },
  node(
    'reader',
    'openot-reader',
    {
      transport: 'opcua',
      opcua: 'opcua',
      controlNode: control,
      ringNode: ring.join('\n'),
      interval: String(intervalMs)
    },
    [['decoder'], []]
  ),
  node('decoder', 'openot-decoder', { emit: 'batch' }, [['guard']]),
  node('guard', 'openot-drift-guard', { definition: 'definition', policy: 'placeholder' }, [['doc'], []]),
  node(
    'doc',
    'openot-doc',
    { definition: 'definition', profile: 'strict', format: 'object', emit: 'batch', outputs: 1 },
    [['count']]
  ),
  fn('count', "for (const { kind } of msg.payload) if (kind === 'event') global.get('meter').events++;")
];

/** All variables in one group of monitored items, as the package's own example does it. */
const usualFlow = ({ endpoint, nodeIds }) => [
  TAB,
  { id: 'endpoint', type: 'OpcUa-Endpoint', endpoint, secpol: 'None', secmode: 'None', none: true, login: false },
  node('once', 'inject', { props: [{ p: 'payload' }], repeat: '', once: true, onceDelay: 2, payloadType: 'date' }, [
    ['all']
  ]),
  fn('all', `return { topic: 'multiple', payload: ${JSON.stringify(nodeIds.map((nodeId) => ({ nodeId })))} };`, [
    ['client']
  ]),
  node(
    'client',
    'OpcUa-Client',
    {
      endpoint: 'endpoint',
      action: 'subscribe',
      time: 100,
      timeUnit: 'ms',
      certificate: 'n',
      deadbandtype: 'a',
      deadbandvalue: 1
    },
    [['count']]
  ),
  fn('count', "if (msg.payload && msg.payload.value) global.get('meter').events++;")
];

/** Tells, when asked, how much processor time this Node-RED has used, and how many events came through its flow. */
const SETTINGS = `
const meter = { events: 0 };
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ us: user + system, ...meter });
});
module.exports = {
  uiHost: '127.0.0.1',
  uiPort: process.env.PORT,
  flowFile: 'flows.json',
  credentialSecret: 'not a secret: this directory is for the benchmark',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
  functionGlobalContext: { meter },
  logging: { console: { level: 'warn', metrics: false, audit: false } }
};
`;

/** A user directory with the package of the usual way in it. */
function usualUserDirectory(userDir, flows) {
  mkdirSync(userDir, { recursive: true });
  const manifest = { name: 'usual', private: true, version: '0.0.1', dependencies: { [USUAL]: '*' } };
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
  if (existsSync(join(userDir, 'node_modules', USUAL))) return;
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(manifest));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--omit=dev', '--loglevel=error'], {
    cwd: userDir,
    stdio: ['ignore', 'ignore', 'inherit']
  });
  if (status !== 0) throw new Error(`${USUAL} could not be installed into ${userDir}`);
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A Node-RED in a process of its own; `asked` = what its meter says now. */
async function startNodeRed(userDir) {
  writeFileSync(join(userDir, 'settings.js'), SETTINGS);
  const child = spawn(process.execPath, [join(root, 'node_modules/node-red/red.js'), '-u', userDir], {
    cwd: userDir,
    env: { ...process.env, PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  return {
    kill: () => child.kill('SIGKILL'),
    log: () => log.slice(-4000),
    asked: () =>
      new Promise((resolve, reject) => {
        child.once('message', resolve);
        child.send('how much', (error) => error && reject(new Error(`Node-RED ended\n${log.slice(-4000)}`)));
      })
  };
}

async function startSimulator() {
  const pkiFolder = join(folderOf('server'), 'pki');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve', pkiFolder], {
    stdio: ['ignore', 'pipe', 'inherit']
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('{"endpoint"')) return { target: JSON.parse(line), kill: () => child.kill('SIGKILL') };
  throw new Error('the simulator ended');
}

/** What one Node-RED used between two moments: seconds of processor time for 1,000 events, and events a second. */
function costOf(name, before, after, seconds, log) {
  const events = after.events - before.events;
  if (events < RATE * seconds * 0.9) throw new Error(`${name}: only ${events} events in ${seconds} s\n${log}`);
  return { name, per1000: (after.us - before.us) / 1000 / events, rate: events / seconds };
}

async function compare(seconds) {
  const simulator = await startSimulator();
  const running = [];
  try {
    const ways = [
      { name: 'reader to documents, interval 500 ms', folder: folderOf('500'), flows: ourFlow(simulator.target, 500) },
      { name: 'reader to documents, interval 100 ms', folder: folderOf('100'), flows: ourFlow(simulator.target, 100) },
      {
        name: `${USUAL}, ${VARIABLES} variables at 100 ms`,
        folder: folderOf('usual'),
        flows: usualFlow(simulator.target)
      }
    ];
    for (const { name, folder, flows } of ways) {
      if (folder === folderOf('usual')) usualUserDirectory(folder, flows);
      else {
        rmSync(folder, { recursive: true, force: true });
        linkedUserDirectory(folder, flows, 'warn');
      }
      running.push({ name, ...(await startNodeRed(folder)) });
    }
    await pause(WARM_UP_MS);
    const before = await Promise.all(running.map(({ asked }) => asked()));
    await pause(seconds * 1000);
    const after = await Promise.all(running.map(({ asked }) => asked()));
    return running.map(({ name, log }, i) => costOf(name, before[i], after[i], seconds, log()));
  } finally {
    for (const { kill } of [...running, simulator]) kill();
  }
}

function report(costs) {
  const usual = costs[costs.length - 1].per1000;
  const lines = costs.map(
    ({ name, per1000, rate }) =>
      `${name.padEnd(58)}${per1000.toFixed(2).padStart(6)} CPU s for 1,000 events   ${rate.toFixed(0)} events/s   ` +
      `${(per1000 / usual).toFixed(2)} of the usual way`
  );
  const isReached = costs[0].per1000 <= usual * GOAL;
  return [...lines, `at 500 ms at most ${GOAL.toFixed(2)} of the usual way: ${isReached ? 'reached' : 'MISSED'}`];
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'serve') await serve(rest[0]);
else {
  for (const line of report(await compare(Number(mode ?? 300)))) console.log(line);
  process.exit(0);
}
