import should from 'should';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentObject } from '../../../lib/document';
import { decodeCapture } from '../../../lib/capture';
import { createSimulator, Simulator } from '../../../lib/simulator';
import { Flow, FlowNode, helper, statusesOf, until, useNodeRed } from '../../support/node-red';
import { behindReader } from '../support/chain';
import { keyAtHand } from '../../support/key-at-hand';

/** What a reader handed on while it was recorded, and between which times (of the wall clock). */
interface Recorded {
  readonly documents: DocumentObject[];
  readonly begunMs: number;
  readonly endedMs: number;
}

describe('openot-reader: recording and replaying', function () {
  const place = useNodeRed();
  let plc: Simulator;
  let definition = '';

  const startPlc = async (ringBytes: number): Promise<void> => {
    plc = createSimulator({
      scenario: 'reactor',
      rate: 300,
      ringBytes,
      opcuaPort: 'any',
      pkiFolder: keyAtHand(join(place.userDir, 'plc-pki')),
      quirks: { torn: { granularity: 4, updateProbability: 0.01 } }
    });
    should(await plc.start()).eql({ ok: true });
    definition = plc.definitionText();
  };
  // Room for all that is produced while the first connection is made, on a busy machine too.
  beforeEach(() => startPlc(1 << 20));
  afterEach(() => plc.stop());

  const reader = (id: string, properties: Record<string, unknown>): FlowNode => ({
    id,
    type: 'openot-reader',
    stream: 'line 1',
    opcua: '',
    controlNode: '',
    ringNode: '',
    mode: 'poll',
    interval: '20',
    verify: 'extraCall',
    startFrom: 'oldest',
    maxRecords: '50',
    maxBytes: '65536',
    statusInterval: '100',
    wires: [['decoder'], ['status']],
    ...properties
  });
  const behind = (): FlowNode[] => [
    {
      id: 'opcua',
      type: 'openot-opcua',
      endpoint: plc.endpointUrl ?? '',
      securityMode: 'None',
      securityPolicy: 'Basic256Sha256',
      authentication: 'anonymous',
      trust: 'list',
      requestTimeout: '30000'
    },
    ...behindReader(definition, { profile: 'enriched' })
  ];
  const live = (id: string, properties: Record<string, unknown>): FlowNode =>
    reader(id, {
      transport: 'opcua',
      opcua: 'opcua',
      controlNode: plc.controlNodeId,
      ringNode: plc.ringNodeIds.join('\n'),
      ...properties
    });
  const documents = (flow: Flow): DocumentObject[] =>
    flow.at('out').flatMap(({ payload }) => payload as DocumentObject[]);
  const about = (flow: Flow): string =>
    (flow.at('status').at(-1)?.payload as { about?: string[] } | undefined)?.about?.join('\n') ?? '';

  /** Receive times lie within the time of the recording, in order, whenever it is replayed. */
  const shouldBeTheSame = (found: DocumentObject[], original: Recorded): void => {
    const rest = (document: DocumentObject): string =>
      JSON.stringify(document, (key, value: unknown) => (key === 'receiveTimeNs' ? undefined : value));
    should(found.map(rest)).eql(original.documents.map(rest));
    const received = (document: DocumentObject): number =>
      Number((document as unknown as { provenance: { receiveTimeNs: string } }).provenance.receiveTimeNs) / 1e6;
    const times = found.map(received);
    should(times).eql([...times].sort((a, b) => a - b));
    should(times.filter((ms) => !(ms >= original.begunMs && ms <= original.endedMs))).eql([]);
  };

  async function recorded(id: string, properties: Record<string, unknown>): Promise<Recorded> {
    const begunMs = Date.now();
    const flow = await Flow.start([live(id, properties), ...behind()]);
    await until('documents', () => documents(flow).length > 300);
    plc.command('stop-producer');
    await until(
      'the rest',
      () => documents(flow).length >= Object.values(plc.statistics().produced).reduce((sum, count) => sum + count, 0)
    );
    should(flow.caught).eql([]);
    const found = documents(flow);
    await helper.clearFlows();
    await helper.unload();
    return { documents: found, begunMs, endedMs: Date.now() };
  }

  it(
    'what a reader recorded gives the same documents again, with the receive times of then, and touches ' + 'no state',
    async () => {
      const original = await recorded('recorder-1', { recordPath: 'captures/line1' });
      const names = readdirSync(join(place.userDir, 'captures'));
      should(names).eql(['line1-000001.ootcap']);
      const capture = decodeCapture(readFileSync(join(place.userDir, 'captures', names[0])));
      if (!capture.ok) throw new Error(capture.message);
      should(capture.stop).be.undefined();
      should(capture.frames.at(-1)?.content).eql({ type: 'end', reason: 'closed' });
      const header = capture.frames[0].content;
      if (header.type !== 'header') throw new Error('no header');
      should(header).have.properties({ transport: 'opcua', stream: 'line 1', ring: plc.controlNodeId });
      should(header.software).match(/^@openot\/node-red \d+\.\d+/);
      for (let round = 0; round < 2; round++) {
        // The second round: a start begins at the beginning.
        const flow = await Flow.start([
          reader('replay-1', { transport: 'capture', capturePath: 'captures/line1', captureSpeed: 'once' }),
          ...behind()
        ]);
        await until('the end of the replay', () => about(flow).includes('replay finished'));
        await until('the last documents', () => documents(flow).length >= original.documents.length);
        shouldBeTheSame(documents(flow), original);
        should(flow.caught).eql([]);
        await until('a status', () =>
          statusesOf('replay-1').some(({ text }) => /^replay finished: \d+ records/.test(text ?? ''))
        );
        await helper.clearFlows();
        await helper.unload();
      }
      should(existsSync(join(place.userDir, 'openot', 'readers', 'recorder-1.state'))).be.true();
      should(existsSync(join(place.userDir, 'openot', 'readers', 'replay-1.state'))).be.false();
    }
  );

  it('at original speed it takes as long as it took', async () => {
    const original = await recorded('recorder-2', { recordPath: 'captures/line2' });
    const flow = await Flow.start([
      reader('replay-2', {
        transport: 'capture',
        capturePath: 'captures/line2-000001.ootcap',
        captureSpeed: 'original'
      }),
      ...behind()
    ]);
    await until('the documents', () => documents(flow).length >= original.documents.length);
    shouldBeTheSame(documents(flow), original);
    should(flow.caught).eql([]);
  });

  it('into a folder each reader has a series of its own, rotated and limited', async () => {
    await plc.stop();
    await startPlc(1 << 16);
    mkdirSync(join(place.userDir, 'both'));
    const flow = await Flow.start([
      live('one', { recordPath: 'both', recordBytes: '300000', recordFiles: '2' }),
      live('Two', { recordPath: 'both/', recordFiles: '2', stream: 'line 2' }),
      ...behind()
    ]);
    await until('three files of the first', () => existsSync(join(place.userDir, 'both', 'one-000003.ootcap')));
    await until('a file of the second', () => existsSync(join(place.userDir, 'both', '_0054wo-000001.ootcap')));
    should(flow.caught).eql([]);
    await helper.clearFlows();
    const names = readdirSync(join(place.userDir, 'both'));
    should(names.filter((name) => name.startsWith('one-')).length).equal(2);
    for (const name of names) should(decodeCapture(readFileSync(join(place.userDir, 'both', name))).ok).be.true();
  });

  it('two readers do not record into one file', async () => {
    const flow = await Flow.start([
      live('first', { recordPath: 'same' }),
      live('second', { recordPath: './same', stream: 'line 2' }),
      ...behind()
    ]);
    await until('an error', () => flow.caught.length > 0);
    should(flow.caught.map(({ code, source }) => [code, source.id])).eql([['OPENOT_CONFIG', 'second']]);
    should(flow.caught[0].message).match(/first/);
  });

  it('a disk that does not take the recording is reported once, and reading goes on', async () => {
    writeFileSync(join(place.userDir, 'no-folder'), 'a file');
    const flow = await Flow.start([live('recorder-3', { recordPath: 'no-folder/line1' }), ...behind()]);
    await until('documents', () => documents(flow).length > 200);
    should(flow.caught.map(({ code }) => code)).eql(['OPENOT_CAPTURE_DISK']);
  });

  it('a replay without its file says so, and begins when it is there', async () => {
    await recorded('recorder-4', { recordPath: 'captures/line4' });
    const flow = await Flow.start([
      reader('replay-4', { transport: 'capture', capturePath: 'elsewhere/line4', captureSpeed: 'once' }),
      ...behind()
    ]);
    await until('an error', () => flow.caught.length > 0);
    should(flow.caught[0]).have.property('code', 'OPENOT_CAPTURE_FILE');
    mkdirSync(join(place.userDir, 'elsewhere'));
    writeFileSync(
      join(place.userDir, 'elsewhere', 'line4-000007.ootcap'),
      readFileSync(join(place.userDir, 'captures', 'line4-000001.ootcap'))
    );
    await until('documents', () => documents(flow).length > 200);
    should(flow.caught.length).equal(1);
  });

  for (const [properties, text] of [
    [{ transport: 'capture', capturePath: ' ' }, /the field "Capture" is empty/],
    [{ transport: 'capture', capturePath: 'x', captureSpeed: 'twice' }, /"Replays" must be one of once, original/],
    [{ transport: 'tape' }, /"Reached by" must be one of opcua, modbus, capture/]
  ] as Array<[Record<string, unknown>, RegExp]>) {
    it(`refuses ${JSON.stringify(properties)}`, async () => {
      const flow = await Flow.start([reader('wrong', properties), ...behind()]);
      await until('an error', () => flow.caught.length > 0);
      should(flow.caught[0]).have.property('code', 'OPENOT_CONFIG');
      should(flow.caught[0].message).match(text);
    });
  }

  for (const [properties, text] of [
    [{ recordPath: 'a', recordBytes: '16383' }, /"File size" must be a whole number from 16384 to 268435456/],
    [{ recordPath: 'b', recordFiles: '0' }, /"Files kept" must be a whole number from 1 to 1000/]
  ] as Array<[Record<string, unknown>, RegExp]>) {
    it(`refuses to record with ${JSON.stringify(properties)}`, async () => {
      const flow = await Flow.start([live('wrong', properties), ...behind()]);
      await until('an error', () => flow.caught.length > 0);
      should(flow.caught[0].message).match(text);
    });
  }
});
