import should from 'should';
import type { Node, NodeAPI } from 'node-red';
import { CodedError } from '../../../nodes/runtime/coded-error';
import { withVariables } from '../../../nodes/runtime/variables';
import { Flow, FlowNode, helper, sink, statusesOf, until, useNodeRed } from '../../support/node-red';

const text = (name: string, value: string): object => ({ name, value, type: 'str' });

describe('environment variables inside addresses, paths and NodeIds', () => {
  useNodeRed();
  const made = new Map<string, { node: Node; RED: NodeAPI }>();

  /** A node that is nothing but itself, to be looked at from outside. */
  const probe = (RED: NodeAPI): void => {
    RED.nodes.registerType('probe', function (this: Node, def) {
      RED.nodes.createNode(this, def);
      made.set(def.name, { node: this, RED });
    });
  };
  const filled = (name: string, address: unknown, label?: string): unknown => {
    const { node, RED } = made.get(name)!;
    return withVariables(RED, node, { address }, { address: label ?? 'Address' }).address;
  };

  beforeEach(async () => {
    process.env.OPENOT_TEST_PLACE = 'process';
    made.clear();
    const at = (name: string, more: object = {}): FlowNode => ({
      id: `${name}-node`,
      type: 'probe',
      z: 'tab',
      x: 0,
      y: 0,
      name,
      wires: [],
      ...more
    });
    await helper.load(
      [probe],
      [
        {
          id: 'tab',
          type: 'tab',
          env: [text('LINE', 'flow'), text('EMPTY', ''), { name: 'PORT', value: '4840', type: 'num' }]
        },
        { id: 'group', type: 'group', z: 'tab', nodes: ['grouped-node'], env: [text('LINE', 'group')] },
        at('free'),
        at('grouped', { g: 'group' }),
        { id: 'box', type: 'subflow', in: [], out: [], env: [text('LINE', 'subflow')] },
        at('inside', { z: 'box' }),
        { id: 'instance', type: 'subflow:box', z: 'tab', x: 0, y: 0, env: [text('ONLY', 'instance')], wires: [] }
      ]
    );
  });
  afterEach(() => {
    delete process.env.OPENOT_TEST_PLACE;
  });

  it('are those of the group, the subflow, the flow, then the process', () => {
    should(filled('free', 'opc.tcp://${LINE}.plant:${PORT}')).equal('opc.tcp://flow.plant:4840');
    should(filled('grouped', '${LINE}/${PORT}')).equal('group/4840');
    should(filled('inside', '${LINE}/${ONLY}')).equal('subflow/instance');
    should(filled('free', 'from ${OPENOT_TEST_PLACE}')).equal('from process');
    should(filled('free', 'ns=3;s="${LINE}"\n ns=3;s="${LINE}2"')).equal('ns=3;s="flow"\n ns=3;s="flow2"');
  });

  it('leave alone what names none, and what is no text', () => {
    for (const value of ['opc.tcp://plant:4840', '', 'costs 5 $', '${', '$LINE', undefined, 7])
      should(filled('free', value)).equal(value);
  });

  it('are an error with their name and the field where they are not set: no address is guessed', () => {
    for (const name of ['MISSING', 'EMPTY'])
      for (const address of [`opc.tcp://\${${name}}:4840`, `\${${name}}`, `$(${name})`])
        should(() => filled('free', address, 'Endpoint')).throw(CodedError, {
          code: 'OPENOT_CONFIG',
          field: 'Endpoint',
          message:
            `OPENOT_CONFIG: the field "Endpoint" names the environment variable ${name}, which is not set or ` +
            'empty: set it in the group, the subflow, the flow or the environment of Node-RED'
        });
  });
});

describe('nodes with variables inside their fields', () => {
  useNodeRed();
  const nodes = (reader: object = {}): FlowNode[] => [
    { id: 'plant', type: 'openot-opcua', endpoint: 'opc.tcp://${OPENOT_TEST_HOST}:1', z: 'tab' },
    { id: 'device', type: 'openot-modbus', host: '${OPENOT_TEST_HOST}', port: '1', z: 'tab' },
    {
      id: 'reader',
      type: 'openot-reader',
      opcua: 'plant',
      controlNode: 'i=1',
      ringNode: 'i=2',
      mode: 'trigger',
      ...reader,
      wires: [['out'], []]
    },
    sink('out')
  ];
  beforeEach(() => {
    process.env.OPENOT_TEST_HOST = '127.0.0.1';
  });
  afterEach(() => {
    delete process.env.OPENOT_TEST_HOST;
  });

  it('have the values in their addresses', async () => {
    await Flow.start(nodes());
    should(helper.getNode('plant')).match({ endpoint: 'opc.tcp://127.0.0.1:1', host: '127.0.0.1' });
    should(helper.getNode('device')).match({ host: '127.0.0.1' });
  });

  for (const [what, reader, expected] of [
    ['a NodeId', { ringNode: 'i=2\nns=2;s=${NOWHERE}' }, 'Ring'],
    ['the path of a capture', { transport: 'capture', capturePath: 'captures/${NOWHERE}' }, 'Capture'],
    ['the path of a recording', { recordPath: '/${NOWHERE}/line' }, 'Records to']
  ] as Array<[string, object, string]>)
    it(`say so where ${what} names one that is not set`, async () => {
      const flow = await Flow.start(nodes(reader));
      await until('the error', () => flow.caught.length > 0);
      should(flow.caught[0]).match({ code: 'OPENOT_CONFIG', message: /variable NOWHERE, which is not set/ });
      should(statusesOf('reader').at(-1)?.text).equal(`wrong settings: ${expected}`);
    });

  it('do not look at what belongs to another way to the ring', async () => {
    const flow = await Flow.start(nodes({ capturePath: '${NOWHERE}' }));
    await new Promise((resolve) => setImmediate(resolve));
    should(flow.caught).eql([]);
  });

  it('and a node that a later version saved is refused, by the runtime too', async () => {
    const flow = await Flow.start([
      { id: 'late', type: 'openot-decoder', configVersion: 9, wires: [['out']] },
      { id: 'later', type: 'openot-opcua', configVersion: 9, endpoint: 'opc.tcp://plant:4840' },
      sink('out')
    ]);
    await until('the error', () => flow.caught.length > 0);
    should(flow.caught[0]).match({
      code: 'OPENOT_CONFIG',
      message: /saved by a later version of this package \(configVersion 9, this one knows 1\): update/
    });
    should(statusesOf('late').at(-1)?.text).equal('wrong settings: saved by a later version');
    should(helper.getNode('later')).not.have.property('endpoint');
  });
});
