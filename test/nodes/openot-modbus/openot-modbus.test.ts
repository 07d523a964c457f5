import should from 'should';
import { createSimulator, Simulator, SimulatorOptions } from '../../../lib/simulator';
import { Flow, FlowNode, helper, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { behindReader, identity, producedBy, recordsOf } from '../support/chain';

describe('openot-modbus', function () {
  useNodeRed();
  let plc: Simulator;

  const startPlc = async (options: Partial<SimulatorOptions> = {}): Promise<void> => {
    plc = createSimulator({
      scenario: 'packaging',
      rate: 300,
      ringBytes: 65_536,
      modbusPort: 'any',
      modbusRegisters: { controlAddress: 100, ringAddress: 200 },
      truthLimit: 100_000,
      ...options
    });
    should(await plc.start()).eql({ ok: true });
  };
  afterEach(async () => {
    await plc?.stop();
  });

  let readers = 0;
  beforeEach(() => void readers++);
  const readerId = (name = 'reader'): string => `${name}-${readers}`;
  const device = (properties: Record<string, unknown> = {}): FlowNode => ({
    id: 'modbus',
    type: 'openot-modbus',
    name: '',
    host: '127.0.0.1',
    port: String(plc.modbus!.port),
    unitId: '255',
    requestTimeout: '10000',
    maxRegisters: '125',
    pipeline: '1',
    ...properties
  });
  const reader = (properties: Record<string, unknown> = {}, name = 'reader'): FlowNode => ({
    id: readerId(name),
    type: 'openot-reader',
    stream: '',
    transport: 'modbus',
    modbus: 'modbus',
    opcua: '',
    controlNode: '',
    ringNode: '',
    registerType: 'holding',
    controlAddress: '100',
    ringAddress: '200',
    byteOrder: 'big',
    mode: 'poll',
    interval: '20',
    verify: 'extraCall',
    startFrom: 'oldest',
    maxRecords: '200',
    maxBytes: '65536',
    statusInterval: '200',
    wires: [['decoder', 'batches'], ['status']],
    ...properties
  });
  const rest = (): FlowNode[] => [...behindReader(plc.definitionText()), sink('batches')];
  const nodes = (properties: Record<string, unknown> = {}, config: Record<string, unknown> = {}): FlowNode[] => [
    device(config),
    reader(properties),
    ...rest()
  ];
  const records = recordsOf;
  const produced = (): Set<string> => producedBy(plc);

  it('carries every record of a ring in registers, once, and its host names the stream', async () => {
    await startPlc();
    const running = await Flow.start(nodes());
    await until('documents', () => records(running).length > 200);
    plc.command('stop-producer');
    await until('the rest', () => records(running).length >= produced().size);
    should(records(running).map(identity).sort()).eql([...produced()].sort());
    should(
      running
        .at('out')
        .flatMap(({ payload }) => payload as Array<{ kind: string }>)
        .filter(({ kind }) => kind === 'loss')
    ).eql([]);
    for (const message of running.at('status')) shouldBePlain(message);
    should(running.at('status').at(-1)!.openot).match({ stream: /^127\.0\.0\.1/ });
    await until('a green status', () =>
      statusesOf(readerId()).some(({ fill, text }) => fill === 'green' && /records, lag \d+ %/.test(text ?? ''))
    );
    should(running.caught).eql([]);
  });

  it('finds the byte order itself, and says in the status what is there', async () => {
    await startPlc({ modbusQuirks: { byteOrder: 'little', maxRegisters: 60 } });
    const running = await Flow.start(nodes({ registerType: 'input' }));
    await until('documents', () => records(running).length > 50);
    await until('what is there', () =>
      running.at('status').some(({ payload }) => (payload as { about: string[] }).about.length > 0)
    );
    const { about } = running.at('status').at(-1)!.payload as { about: string[] };
    should(about.join('\n')).match(/byte order: little, found from the sync; the setting says big/);
    should(about.join('\n')).match(/registers per request: at most 60/);
    should(running.caught).eql([]);
  });

  it('has one connection for all its readers, and none after the last deploy', async () => {
    await startPlc();
    const running = await Flow.start([device(), reader(), reader({ stream: 'again' }, 'second'), ...rest()]);
    await until('both read', () => new Set(running.at('batches').map(({ topic }) => topic)).size === 2);
    should(plc.modbus!.connections()).equal(1);
    for (let deploy = 0; deploy < 5; deploy++) {
      await helper.setFlows(
        [
          ...running.nodes.map((node) =>
            node.id === 'modbus' ? { ...node, requestTimeout: String(10_000 + deploy) } : node
          )
        ],
        'nodes'
      );
      running.listen();
      const before = records(running).length;
      await until('documents again', () => records(running).length > before);
    }
    await until('one connection', () => plc.modbus!.connections() === 1);
    await helper.clearFlows();
    await until('no connection', () => plc.modbus!.connections() === 0);
  });

  it('goes on by itself when the device has cut the connection, every record once', async () => {
    await startPlc();
    const running = await Flow.start(nodes());
    await until('documents', () => records(running).length > 50);
    plc.modbus!.dropConnections('reset');
    const before = records(running).length;
    await until('documents again', () => records(running).length > before + 50);
    const seen = records(running).map(identity);
    should(new Set(seen).size).equal(seen.length);
  });

  const expectTrouble = async (running: Flow, code: string, message: RegExp): Promise<void> => {
    await until('the error', () => running.caught.length > 0);
    should(running.caught[0].code).equal(code);
    should(running.caught[0].message).match(message);
    await until('a red status', () => statusesOf(readerId()).at(-1)?.fill === 'red');
    should(records(running)).eql([]);
  };

  for (const [name, properties, code, message] of [
    [
      'an address that is one too high',
      { controlAddress: '101' },
      'OPENOT_MODBUS_CONTROL_SHIFTED',
      /found one register earlier: set controlAddress to 100\./
    ],
    ['an address where nothing is', { controlAddress: '150' }, 'OPENOT_MODBUS_CONTROL_ZERO', /found zeros/],
    ['an empty address', { ringAddress: '' }, 'OPENOT_CONFIG', /the field "Ring" is empty/],
    [
      'a device that was not chosen',
      { modbus: '' },
      'OPENOT_CONFIG',
      /the reader has no Modbus device: choose one in its dialog/
    ]
  ] as Array<[string, Record<string, unknown>, string, RegExp]>) {
    it(`says what is wrong: ${name}`, async () => {
      await startPlc();
      await expectTrouble(await Flow.start(nodes(properties)), code, message);
    });
  }

  it('says once in its own name what is wrong with its settings, and its readers that they are', async () => {
    await startPlc();
    const running = await Flow.start(nodes({}, { port: '70000' }));
    await until('both errors', () => running.caught.length >= 2);
    should(running.caught.map(({ code, source }) => [code, source.id]).sort()).eql([
      ['OPENOT_CONFIG', 'modbus'],
      ['OPENOT_CONFIG', readerId()]
    ]);
    should(running.caught.find(({ source }) => source.id === 'modbus')!.message).match(
      /the field "Port" must be a whole number from 1 to 65535, found "70000"/
    );
    should(statusesOf(readerId()).at(-1)).match({ fill: 'red', text: 'device: wrong settings' });
  });

  it('takes its numbers and its host from environment variables', async () => {
    await startPlc();
    process.env.OPENOT_TEST_HOST = '127.0.0.1';
    process.env.OPENOT_TEST_PORT_NUMBER = String(plc.modbus!.port);
    try {
      const running = await Flow.start(
        nodes({ controlAddress: '100' }, { host: '${OPENOT_TEST_HOST}', port: '${OPENOT_TEST_PORT_NUMBER}' })
      );
      await until('documents', () => records(running).length > 10);
      should(running.caught).eql([]);
    } finally {
      delete process.env.OPENOT_TEST_HOST;
      delete process.env.OPENOT_TEST_PORT_NUMBER;
    }
  });

  it('lets a reader come to life when its device comes with a later deploy', async () => {
    await startPlc();
    const running = await Flow.start([reader(), ...rest()]);
    await until('the error', () => running.caught.length > 0);
    should(running.caught[0].code).equal('OPENOT_CONFIG');
    await helper.setFlows([...running.nodes, device()], 'nodes');
    await until('documents', () => records(running).length > 10);
  });
});
