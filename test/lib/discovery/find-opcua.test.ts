import should from 'should';
import { encodeControlBlock } from '../../../lib/ring';
import { OpcuaFields, findOpcuaRings, FindOutcome } from '../../../lib/discovery';
import { createSimulator, Quirks, Simulator, SimulatorOptions } from '../../../lib/simulator';
import { AddedNode, addNodes, PlantServer, startPlantServer } from './plant-server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until';
import { keyAtHand } from '../../support/key-at-hand';

describe('searching an OPC UA server for rings', function () {
  const folder = mkdtempSync(join(tmpdir(), 'openot-find-'));
  let plc: Simulator | undefined;
  let plant: PlantServer | undefined;

  afterEach(async () => {
    await plc?.stop();
    await plant?.stop();
    plc = plant = undefined;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = async (quirks: Quirks = {}, options: Partial<SimulatorOptions> = {}): Promise<Simulator> => {
    plc = createSimulator({
      scenario: 'reactor',
      rate: 200,
      ringBytes: 16_384,
      opcuaPort: 'any',
      pkiFolder: keyAtHand(join(folder, 'server')),
      quirks,
      ...options
    });
    should(await plc.start()).eql({ ok: true });
    for (let tick = 0; tick < 10; tick++) plc.tick();
    return plc;
  };
  const find = (endpoint: string, limits = {}, signal?: AbortSignal): Promise<FindOutcome<OpcuaFields>> =>
    findOpcuaRings(
      { endpoint, pkiFolder: keyAtHand(join(folder, 'client')), requestTimeoutMs: 30_000 },
      limits,
      signal
    );
  const found = (outcome: FindOutcome<OpcuaFields>): Extract<FindOutcome<OpcuaFields>, { ok: true }> => {
    if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
    return outcome;
  };
  const plantWith = async (nodes: readonly AddedNode[]): Promise<PlantServer> => {
    plant = await startPlantServer(join(folder, 'plant'));
    addNodes(plant, nodes);
    return plant;
  };

  for (const [name, quirks] of Object.entries<Quirks>({
    'words of 32 bits': {},
    bytes: { controlType: 'Byte', ringType: 'Byte' },
    'signed bytes and words of 64 bits': { controlType: 'SByte', ringType: 'Int64' },
    ByteStrings: { controlType: 'ByteString', ringType: 'ByteString' },
    'a ring in four nodes': { ringNodes: 4, ringType: 'UInt16' },
    'dimensions that say nothing': { dimensionsZero: true },
    'ranges that are ignored, and dimensions that say nothing': { dimensionsZero: true, indexRange: 'ignored' },
    'ranges that are refused': { indexRange: 'refused', dimensionsZero: true },
    'two nodes in a Read at most': { maxNodesPerRead: 2 },
    'copies that are cut by the program': { torn: { granularity: 4, updateProbability: 0.002 } }
  })) {
    it(`finds it in ${name}`, async () => {
      const { endpointUrl, controlNodeId, ringNodeIds, server } = await start(quirks);
      const { rings, isComplete } = found(await find(endpointUrl!));
      should(rings.map(({ fields }) => fields)).eql([{ controlNode: controlNodeId, ringNode: ringNodeIds.join('\n') }]);
      should(rings[0].isProved).be.true();
      should(rings[0].description).match(/16 KiB.*its records are whole/);
      should(isComplete).be.true();
      should(server!.sessions()).equal(0);
    });
  }

  it('says of an empty ring that its place is a guess', async () => {
    const hash = '0'.repeat(16);
    const control = encodeControlBlock({
      version: 2,
      caps: 0,
      bufferId: 1,
      capacity: 4096,
      seqlock: 2,
      headAbs: 0n,
      oldestAbs: 0n,
      lostCount: 0n,
      runId: 1n,
      epochId: 0n,
      epochFirstAbs: 0n,
      definitionHash: hash,
      prevDefinitionHash: hash
    });
    const { endpointUrl } = await plantWith([
      { path: ['Line', 'Control'], bytes: control },
      { path: ['Line', 'Ring'], bytes: new Uint8Array(4096) }
    ]);
    const { rings } = found(await find(endpointUrl));
    should(rings.length).equal(1);
    should(rings[0]).match({ isProved: false, description: /nothing written yet, so the ring's place is a guess/ });
  });

  it('tells two rings of one size apart by what stands in them', async () => {
    const [one, two] = [ringImage(1), ringImage(2)];
    const { endpointUrl } = await plantWith([
      { path: ['Line 1', 'Control'], bytes: one.control },
      { path: ['Buffers', 'A'], bytes: two.ring },
      { path: ['Line 2', 'Control'], bytes: two.control },
      { path: ['Buffers', 'B'], bytes: one.ring }
    ]);
    const { rings } = found(await find(endpointUrl));
    const pairs = rings
      .map(({ fields: { controlNode, ringNode }, isProved }) => [
        controlNode.split('s=')[1],
        ringNode.split('s=')[1],
        isProved
      ])
      .sort();
    should(pairs).eql([
      ['Line 1.Control', 'Buffers.B', true],
      ['Line 2.Control', 'Buffers.A', true]
    ]);
  });

  it('finds it among thousands of variables, names that look like it first', async () => {
    const { control, ring } = ringImage(3);
    const others = Array.from({ length: 3000 }, (_, i): AddedNode => ({
      path: ['Machine', `Part ${i % 30}`, `Value ${i}`],
      bytes: new Uint8Array(i % 7 === 0 ? 400 : 4),
      isScalar: i % 7 !== 0
    }));
    const { endpointUrl } = await plantWith([
      ...others,
      { path: ['Machine', 'Deep', 'Deeper', 'OpenOT', 'Control'], bytes: control },
      { path: ['Machine', 'Deep', 'Deeper', 'OpenOT', 'Ring'], bytes: ring }
    ]);
    const { rings } = found(await find(endpointUrl, { lingerMs: 0 }));
    should(rings.map(({ fields }) => fields.controlNode.split('s=')[1])).eql(['Machine.Deep.Deeper.OpenOT.Control']);
  });

  it('names a control block whose ring is not visible, and what to do', async () => {
    const { control } = ringImage(4);
    const { endpointUrl } = await plantWith([
      { path: ['Line', 'Control'], bytes: control },
      { path: ['Line', 'Other'], bytes: new Uint8Array(4096) }
    ]);
    const { rings, hints } = found(await find(endpointUrl));
    should(rings).eql([]);
    should(hints.join()).match(
      /s=Line\.Control is a control block .*no array of 4096 bytes holds its records: make the ring visible/
    );
  });

  it('finds nothing in a server without a ring, within its limits, and says what it looked at', async () => {
    const { endpointUrl } = await plantWith(
      Array.from({ length: 50 }, (_, i): AddedNode => ({ path: ['Line', `Array ${i}`], bytes: new Uint8Array(400) }))
    );
    const all = found(await find(endpointUrl));
    should(all).match({ rings: [], isComplete: true, looked: /^51 nodes and 50 arrays in / });
    const few = found(await find(endpointUrl, { maxNodes: 20 }));
    should(few).match({ rings: [], isComplete: false, looked: /^20 nodes/ });
  });

  it('is over in its time, and at once when it is called off, and leaves no session behind', async () => {
    const { endpointUrl, server } = await plantWith(
      Array.from({ length: 4000 }, (_, i): AddedNode => ({
        path: ['Line', `Part ${i % 50}`, `Array ${i}`],
        bytes: new Uint8Array(400)
      }))
    );
    await find(endpointUrl, { maxNodes: 1 });
    const late = found(await find(endpointUrl, { timeMs: 200 }));
    should(late).match({ rings: [], isComplete: false });
    should(late.hints.join()).match(/the search was ended after/);
    const stop = new AbortController();
    const searching = find(endpointUrl, {}, stop.signal);
    await until('its session', () => server.currentSessionCount === 1);
    stop.abort();
    const aborted = await searching;
    if (aborted.ok) should(aborted.isComplete).be.false();
    await until('no session', () => server.currentSessionCount === 0);
  });

  it('says why a server cannot be reached', async () => {
    should(await find('opc.tcp://127.0.0.1:1')).match({ ok: false, code: 'OPENOT_OPCUA_REFUSED' });
  });
});

/** A control block and the ring that belongs to it, 4 KiB, with records of its own. */
function ringImage(seed: number): { control: Uint8Array; ring: Uint8Array } {
  const simulator = createSimulator({
    scenario: 'packaging',
    rate: 500,
    ringBytes: 4096,
    seed,
    bufferId: seed,
    timer: false,
    clock: clockOf(seed)
  });
  for (let tick = 0; tick < 50 + seed * 7; tick++) simulator.tick();
  return { control: simulator.producer.control.slice(), ring: simulator.producer.ring.slice() };
}

function clockOf(seed: number): () => bigint {
  let now = 1_700_000_000_000_000_000n + BigInt(seed);
  return () => (now += 20_000_000n);
}
