import should from 'should';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeControlBlock } from '../../lib/ring';
import { SimulatorOpcuaServer, startOpcuaServer } from '../../lib/simulator/opcua/opcua-server';
import { createSimulator } from '../../lib/simulator';
import { encodeRecord, Flag } from '../../lib/wire';
import { appendTo, catchTo, chain } from './support/flows';
import { until } from './support/process';
import { FlowNode, freePort, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

const inject = (id: string, to: string, payload: string, payloadType: string): FlowNode => ({
  id,
  type: 'inject',
  z: 'tab',
  name: id,
  props: [{ p: 'payload' }],
  repeat: '',
  crontab: '',
  once: false,
  onceDelay: 0.1,
  topic: '',
  payload,
  payloadType,
  x: 100,
  y: 500,
  wires: [[to]]
});

const header =
  '"header":{"wireVersion":2,"semanticVersion":"1","profiles":[],"conformanceLevel":"x","caps":{"crc":true,"sourceHighWater":true},"constraints":{"maxRecordSize":256,"maxSlots":16,"overflowPolicy":"overwrite-oldest"},"epochStrategy":"retain","contentHash":""}';
const scale =
  '"severityScale":{"name":"s","low":{"min":1,"max":332},"medium":{"min":333,"max":666},"high":{"min":667,"max":1000}}';
const badDefinitions: [string, string, RegExp][] = [
  ['a duplicate key', `{${header},${header},${scale}}`, /duplicate/i],
  ['a float', `{${header},${scale},"units":[{"unitId":1.5,"symbol":"x"}]}`, /OPENOT_DEFINITION_FLOAT.*float/i],
  [
    'a whole number written as a float',
    `{${header},${scale},"units":[{"unitId":1.0,"symbol":"x"}]}`,
    /OPENOT_DEFINITION_INTEGER_RANGE.*1\.0/i
  ],
  ['an unknown key', `{${header},${scale},"colour":"red"}`, /colour/],
  ['a lone surrogate', `{${header},${scale},"units":[{"unitId":1,"symbol":"\\ud800"}]}`, /surrogate/i],
  ['nesting of 20,000', '['.repeat(20_000) + ']'.repeat(20_000), /nest|deep/i],
  ['a wrong hash', `{${header.replace('"contentHash":""', `"contentHash":"${'ab'.repeat(32)}"`)},${scale}}`, /hash/i]
];

/* A real runtime is given everything a plant can hand it by mistake, and goes on. */
describe('bad input to a real Node-RED', function () {
  let userDir: string;
  let pki: string;
  let runtime: Runtime;
  let server: SimulatorOpcuaServer;
  const memory = { control: new Uint8Array(88), ring: new Uint8Array(4096), step: () => false };
  const good = (capacity = 4096): Uint8Array =>
    encodeControlBlock({
      version: 2,
      caps: 0,
      bufferId: 1,
      capacity,
      seqlock: 2,
      headAbs: 0n,
      oldestAbs: 0n,
      lostCount: 0n,
      runId: 1n,
      epochId: 1n,
      epochFirstAbs: 0n,
      definitionHash: '1122334455667788',
      prevDefinitionHash: '0000000000000000'
    });
  let errors: string;
  let serial = 0;

  before(async () => {
    pki = mkdtempSync(join(tmpdir(), 'openot-pki-'));
    memory.control.set(good());
    server = await startOpcuaServer({
      producer: memory,
      port: 0,
      pkiFolder: pki,
      allowAnonymous: true,
      users: { operator: 'right' }
    });
    userDir = await makeUserDirectory();
    errors = join(userDir, 'errors.txt');
    runtime = await Runtime.start(userDir);
  });
  after(async () => {
    runtime?.kill();
    await server?.stop();
    if (userDir) await removeUserDirectory(userDir);
    if (pki) rmSync(pki, { recursive: true, force: true });
  });
  beforeEach(() => rmSync(errors, { force: true }));

  const said = (): string => (existsSync(errors) ? readFileSync(errors, 'utf8') : '');
  const flowsFor = (options: Partial<Parameters<typeof chain>[0]>): FlowNode[] => [
    ...chain({
      endpoint: server.endpointUrl,
      controlNode: server.controlNodeId,
      ringNode: server.ringNodeIds[0],
      definition: { json: '' },
      after: [['append']],
      ...options
    }).map((node) =>
      // A new id each time: a reader's state belongs to its id.
      node.id === 'reader' ? { ...node, id: `reader${++serial}` } : node
    ),
    appendTo('append', join(userDir, 'out.ndjson')),
    ...catchTo(errors)
  ];

  async function shouldSay(pattern: RegExp): Promise<string> {
    const text = await until(
      `an error like ${pattern}`,
      () => pattern.test(said()) && said(),
      () => `errors: ${said()}\n${runtime.log.slice(-3000)}`
    );
    if (process.env.OPENOT_SHOW) console.log('        ' + text.trim());
    should(text).match(/OPENOT_[A-Z0-9_]+/);
    should(runtime.exitCode).equal(undefined);
    return text;
  }
  async function readerSays(options: Partial<Parameters<typeof chain>[0]>, pattern: RegExp): Promise<string> {
    await runtime.deploy(flowsFor(options));
    const text = await shouldSay(pattern);
    const status = await until(
      'a red status',
      () => runtime.comms.status.get(`reader${serial}`)?.fill === 'red' && runtime.comms.status.get(`reader${serial}`),
      () => JSON.stringify(runtime.comms.status.get(`reader${serial}`))
    );
    should(status.text).be.a.String();
    return text;
  }

  for (const [what, json, pattern] of badDefinitions) {
    it(`a definition with ${what} is a clear coded error`, async () => {
      const from = runtime.log.length;
      await runtime.deploy(flowsFor({ definition: { source: 'json', json } }));
      await until(
        `the log to say so`,
        () =>
          runtime.log
            .slice(from)
            .split('\n')
            .some((line) => /OPENOT_DEFINITION/.test(line) && pattern.test(line)) ||
          (/OPENOT_DEFINITION/.test(said()) && pattern.test(said())),
        () => runtime.log.slice(-2000) + said()
      );
      should(runtime.exitCode).equal(undefined);
    });
  }

  it('a NodeId that does not exist', async () =>
    void (await readerSays({ ringNode: 'nsu=urn:openot:simulator;s=Nowhere' }, /OPENOT_[A-Z_]+.*Nowhere/s)));
  it('a NodeId of a scalar', async () => void (await readerSays({ ringNode: server.scalarNodeId }, /scalar/i)));
  it('a NodeId of a structure', async () =>
    void (await readerSays({ controlNode: 'i=2256' }, /structure|ExtensionObject/i)));
  it('an endpoint that refuses', async () =>
    void (await readerSays(
      { endpoint: `opc.tcp://127.0.0.1:${await freePort()}` },
      /refused|ECONNREFUSED|nothing listens/i
    )));
  it('wrong credentials, without showing them', async () => {
    const flows = flowsFor({ opcua: { authentication: 'password' } }).map((node) =>
      node.id === 'opcua' ? { ...node, credentials: { user: 'operator', password: 'wr0ng-secret' } } : node
    );
    await runtime.deploy(flows);
    const text = await shouldSay(/user name|password|credential/i);
    should(text + runtime.log).not.match(/wr0ng-secret/);
  });
  it('an untrusted certificate', async () =>
    void (await readerSays(
      { opcua: { securityMode: 'SignAndEncrypt', securityPolicy: 'Basic256Sha256', trust: 'list' } },
      /certificate/i
    )));

  it('a ring of another size than its control block says', async () => {
    memory.control.set(good(8192));
    await readerSays({}, /8192.*4096|4096.*8192/s);
  });
  it('a control block of 88 bytes FF', async () => {
    memory.control.fill(0xff);
    await readerSays({}, /OOT2/);
  });
  it('a control block of another version', async () => {
    memory.control.set(good());
    memory.control[4] = 1;
    await readerSays({}, /version/i);
    memory.control.set(good());
  });

  it('garbage, half a record and a wire version 1 record into the decoder', async () => {
    const record = recordHex();
    const cases: [string, string, string, RegExp][] = [
      [
        'garbage',
        JSON.stringify([...Buffer.from('this is not a record at all, and long enough to be one')]),
        'bin',
        /OPENOT_WIRE_WRONG_SYNC/
      ],
      ['half', record.slice(0, 100), 'str', /OPENOT_WIRE_TRUNCATED/],
      ['v1', record.replace(/^4f4f5432/i, '4f4f5421'), 'hex', /OPENOT_WIRE_VERSION_1/],
      ['text', 'hello', 'str', /OPENOT_PAYLOAD_NOT_BYTES/]
    ];
    for (const [name, payload, type, pattern] of cases) {
      rmSync(errors, { force: true });
      const bytes = type === 'hex' ? JSON.stringify([...Buffer.from(payload, 'hex')]) : payload;
      await runtime.deploy([
        ...flowsFor({}).filter((node) => !node.id.startsWith('reader')),
        inject(name, 'decoder', bytes, type === 'str' ? 'str' : 'bin')
      ]);
      await runtime.inject(name);
      await shouldSay(pattern);
    }
  });

  it('hex and base64 text of whole records are decoded', async () => {
    const out = join(userDir, 'out.ndjson');
    const record = recordHex();
    rmSync(out, { force: true });
    // Not the one that the records name: they become placeholders.
    const definition = { source: 'json', json: createSimulator({ scenario: 'packaging' }).definitionText() };
    const flows = flowsFor({ definition }).filter((node) => !node.id.startsWith('reader'));
    await runtime.deploy([
      ...flows,
      inject('hex', 'decoder', record.toUpperCase(), 'str'),
      inject('base64', 'decoder', Buffer.from(record, 'hex').toString('base64'), 'str')
    ]);
    await runtime.inject('hex');
    await runtime.inject('base64');
    await until(
      'two documents',
      () => existsSync(out) && readFileSync(out, 'utf8').split('\n').filter(Boolean).length === 2,
      () => said() + runtime.log.slice(-2000)
    );
  });

  it('and after all that the runtime still stops in order', async () => {
    await runtime.stop();
    should(runtime.exitCode).equal(0);
    should(runtime.log).not.match(/Uncaught|Unhandled|TypeError/);
  });
});

/** One whole record, as a controller would write it. */
function recordHex(): string {
  const bytes = encodeRecord({
    flags: Flag.HasCrc,
    sourceTimeNs: 1_780_000_000_000_000_000n,
    runId: 1n,
    seq: 0n,
    sourceId: 10,
    eventTypeId: 0x0101,
    slots: [{ key: 0x003b, type: 0, payload: Uint8Array.of(1) }]
  });
  if (!(bytes instanceof Uint8Array)) throw new Error('the record cannot be encoded');
  return Buffer.from(bytes).toString('hex');
}
