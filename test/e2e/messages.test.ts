import should from 'should';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendTo, catchTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { sleep, until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

const fn = (id: string, func: string, wires: string[][] = [[]]): FlowNode => ({
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
  x: 400,
  y: 300,
  wires
});

/** Throws at the first value that is no plain object, array, string, number, boolean or Node Buffer. */
const plainCheck = `
const check = (value, at) => {
  if (value === null || value === undefined || ['string', 'number', 'boolean'].includes(typeof value) || Buffer.isBuffer(value)) return;
  const name = typeof value === 'object' && (Object.getPrototypeOf(value) || {}).constructor.name;
  if (name !== 'Object' && name !== 'Array') throw new Error(at + ' is a ' + (name || typeof value));
  for (const key of Object.keys(value)) check(value[key], at + '.' + key);
};`;

/*
 * A BigInt in a file context store kills the whole runtime, the JSON node fails on one, and a clone of a plain
 * Uint8Array copies its whole backing store: so every node's output goes through all three here.
 */
describe('what our nodes send', function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime;
  const taps = ['reader', 'status', 'decoder', 'guard', 'alerts', 'doc', 'simulator'];

  before(async () => {
    plc = await startPlc({ rate: 100 });
    userDir = await makeUserDirectory();
    const tap = (name: string): FlowNode[] => [
      fn(
        `store-${name}`,
        `${plainCheck}\ncheck(msg.payload, 'payload'); check(msg.openot, ` +
          `'openot');\nflow.set(${JSON.stringify(name)}, msg, 'file'); return msg;`,
        [[`json-${name}`]]
      ),
      {
        id: `json-${name}`,
        type: 'json',
        z: 'tab',
        name: '',
        property: 'payload',
        action: 'str',
        pretty: false,
        x: 500,
        y: 300,
        wires: [[`count-${name}`]]
      },
      fn(
        `count-${name}`,
        `global.get('fs').appendFileSync(${JSON.stringify(join(userDir, 'taps.txt'))}, ` +
          `${JSON.stringify(name + '\n')});`,
        []
      )
    ];
    const nodes = chain({
      endpoint: plc.endpointUrl,
      controlNode: plc.controlNodeId,
      ringNode: plc.ringNodeIds.join('\n'),
      definition: { source: 'json', json: plc.simulator.definitionText() },
      doc: { profile: 'enriched', format: 'object' },
      after: [['store-doc', 'other-doc']],
      status: ['store-status']
    });
    const wires: Record<string, string[][]> = {
      reader: [
        ['decoder', 'store-reader'],
        ['store-status', 'other-doc']
      ],
      decoder: [['guard', 'store-decoder']],
      guard: [
        ['doc', 'store-guard'],
        ['store-alerts', 'other-doc']
      ]
    };
    const flows: FlowNode[] = [
      ...nodes.map((node) => (wires[node.id] ? { ...node, wires: wires[node.id] } : node)),
      {
        id: 'simulator',
        type: 'openot-simulator',
        z: 'tab',
        name: '',
        scenario: 'packaging',
        rate: '10',
        ringBytes: '16384',
        opcuaPort: '0',
        x: 100,
        y: 400,
        wires: [['store-simulator']]
      },
      {
        id: 'press',
        type: 'inject',
        z: 'tab',
        name: '',
        props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
        repeat: '',
        crontab: '',
        once: true,
        onceDelay: '1',
        topic: 'definition',
        payload: '',
        payloadType: 'date',
        x: 100,
        y: 450,
        wires: [['simulator']]
      },
      ...taps.flatMap(tap),
      fn('other-doc', 'return null;'),
      appendTo('unused', join(userDir, 'unused.txt')),
      ...catchTo(join(userDir, 'errors.txt'))
    ];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
    runtime = await Runtime.start(userDir);
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it('survives a file context store, the JSON node and two wires at once, and the runtime goes on', async () => {
    const path = join(userDir, 'taps.txt');
    const seen = (): string[] =>
      existsSync(path) ? [...new Set(readFileSync(path, 'utf8').split('\n').filter(Boolean))] : [];
    await until(
      'documents',
      () => seen().includes('doc') && seen().includes('simulator'),
      () => runtime.log
    );
    plc.simulator.command('definition-change');
    await until(
      'every tap',
      () => taps.every((name) => seen().includes(name)),
      () => `seen: ${seen().join()}\n${runtime.log}`
    );
    // The file store flushes every second here.
    await sleep(2500);
    should(runtime.exitCode).equal(undefined);
    should(existsSync(join(userDir, 'errors.txt'))).be.false();
    const before = readFileSync(path, 'utf8').length;
    await until(
      'more messages',
      () => readFileSync(path, 'utf8').length > before,
      () => runtime.log
    );
    await runtime.stop();
    should(runtime.complaints()).eql([]);
    const stored = readFileSync(join(userDir, 'context', 'tab', 'flow.json'), 'utf8');
    should(Object.keys(JSON.parse(stored) as object).sort()).eql([...taps].sort());
  });
});
