import should from 'should';
import type { NodeAPI } from 'node-red';
import { DeliveryPort } from '../../../nodes/delivery';
import { Flow, helper, settled, sink, statusesOf, until, useNodeRed } from '../../support/node-red';

describe('openot-ack', () => {
  useNodeRed();
  let acknowledged: number[];
  let lost: number;
  beforeEach(() => {
    acknowledged = [];
    lost = 0;
  });
  /** A flow, and a reader of batches that are on their way to it. */
  const flow = async (batches: number, ack: Record<string, unknown> = {}): Promise<Flow> => {
    const running = await Flow.start([
      { id: 'ack', type: 'openot-ack', branches: '1', wires: [['out']], ...ack },
      sink('out'),
      sink('reader')
    ]);
    const RED = {
      events: helper._events,
      nodes: { getNode: () => null, eachNode: () => undefined }
    } as unknown as NodeAPI;
    const session = new DeliveryPort(RED, { id: 'reader' } as never, { receives: false }).openSession('boot', {
      settled: (serial) => void acknowledged.push(serial),
      onLost: () => void lost++,
      awaitsAck: true
    });
    for (let serial = 1; serial <= batches; serial++) session.begin(serial);
    sessions.push(session);
    return running;
  };
  const sessions: Array<{ close(): void }> = [];
  afterEach(() => sessions.splice(0).forEach((session) => session.close()));
  const batch = (serial: number | string): { payload: string; openot: object } => ({
    payload: `batch ${serial}`,
    openot: { stream: 'line 1', commit: [typeof serial === 'number' ? `reader/boot/${serial}` : serial] }
  });

  it('acknowledges, and passes the message on as it came', async () => {
    const running = await flow(3);
    running.send('ack', { ...batch(2), topic: 'mine', _msgid: 'id' } as never);
    await settled();
    should(acknowledged).eql([2]);
    should(running.at('out').map(({ topic, payload, openot, _msgid }) => ({ topic, payload, openot, _msgid }))).eql([
      { ...batch(2), topic: 'mine', _msgid: 'id' }
    ]);
    should(running.at('completed').length).equal(1);
    await until('the status', () =>
      statusesOf('ack').some(({ fill, text }) => fill === 'green' && /^2 batches, last \d+ s ago/.test(text ?? ''))
    );
  });

  it('waits for its branches', async () => {
    const running = await flow(1, { branches: '2' });
    running.send('ack', batch(1));
    await settled();
    should(acknowledged).eql([]);
    running.send('ack', batch(1));
    await settled();
    should(acknowledged).eql([1]);
  });

  it('has batches read again that only one of its branches had brought, when it closes', async () => {
    const running = await flow(2, { branches: '2' });
    running.send('ack', batch(1));
    await settled();
    await helper.setFlows(
      running.nodes.map((node) => (node.id === 'ack' ? { ...node, name: 'changed' } : node)),
      'nodes'
    );
    await until('the news', () => lost === 1);
    should(acknowledged).eql([]);
  });

  it('has one coded error for a message with wrong tokens, which passes on all the same', async () => {
    const running = await flow(1);
    running.send('ack', { payload: 1, openot: { commit: ['nonsense', 'more', 'reader/boot/1'] } } as never);
    await settled();
    should(running.caught.map(({ code }) => code)).eql(['OPENOT_ACK_TOKEN']);
    should(acknowledged).eql([1]);
    should(running.at('out').length).equal(1);
    await until('the status', () =>
      statusesOf('ack').some(({ fill, text }) => fill === 'red' && /^that is no token: /.test(text ?? ''))
    );
  });

  it('passes on messages without a token, in yellow and without an error', async () => {
    const running = await flow(1);
    for (let i = 0; i < 3; i++) running.send('ack', { payload: i });
    await settled();
    should(running.at('out').length).equal(3);
    should(running.caught).eql([]);
    await until('the status', () =>
      statusesOf('ack').some(({ fill, text }) => fill === 'yellow' && /3 without token/.test(text ?? ''))
    );
  });

  it('takes what a Catch node sends it as a failure', async () => {
    const running = await flow(2);
    running.send('ack', {
      ...batch(1),
      error: { message: 'disk full', source: { id: 'file', type: 'file' } }
    } as never);
    running.send('ack', batch(2));
    await settled();
    should(acknowledged).eql([]);
    await until('the status', () =>
      statusesOf('ack').some(({ fill, text }) => fill === 'yellow' && /1 failed/.test(text ?? ''))
    );
  });

  for (const branches of ['0', '65', 'two', '1.5']) {
    it(`refuses ${branches} branches, and the runtime sessions`, async () => {
      const running = await flow(1, { branches });
      running.send('ack', batch(1));
      await until('the error', () => running.caught.length > 0);
      should(running.caught.every(({ code }) => code === 'OPENOT_CONFIG')).be.true();
      should(acknowledged).eql([]);
    });
  }
});
