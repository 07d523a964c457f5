import should from 'should';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { between, Between, delay, file as file_, keep } from './support/between';
import { countByIdentity, StrictDocument } from './support/documents';
import { appendTo, catchTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { sleep, until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

/** What the reader said of itself last. */
interface CollectorReport {
  state: string;
  code: string | null;
  inFlight: number;
  totals: { records: number; lost: number };
}

/** A multiple of what the cases join and batch, so that no message stays in such a node. */
const EVENTS = 120;

describe('acknowledgement in a real Node-RED', function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime;
  let cases = 0;

  before(async () => {
    plc = await startPlc({ rate: 1, ringBytes: 1 << 20 });
    plc.simulator.command('stop-producer');
    produce(EVENTS - (produced() % EVENTS));
    should(produced() % EVENTS).equal(0);
    userDir = await makeUserDirectory();
    writeFileSync(join(userDir, 'flows.json'), '[]');
    runtime = await Runtime.start(userDir);
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  const file = (name: string): string => join(userDir, `${name}-${cases}`);
  const textOf = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');
  const linesOf = (name: string): string[] => textOf(name).split('\n').slice(0, -1);
  /** The documents that have come to the end of the flow, in front of its gate. */
  const seen = (): Map<string, number> =>
    countByIdentity(
      linesOf('seen')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as StrictDocument)
    );
  const times = (): number[] => [...new Set(seen().values())];
  const said = (): CollectorReport | undefined =>
    linesOf('status')
      .map((line) => JSON.parse(line) as CollectorReport)
      .at(-1);
  const context = (): string =>
    `${seen().size} seen ${String(times())} times, ` +
    `${JSON.stringify(said())}\n${linesOf('errors').join('\n')}\n${runtime.log.slice(-2000)}`;
  const untilSeen = (records: number, often = 1): Promise<unknown> =>
    until(
      `${records} records ${often} times`,
      () => seen().size >= records && [...seen().values()].every((count) => count >= often),
      context
    );
  const untilSaid = (what: string, holds: (status: CollectorReport) => boolean): Promise<CollectorReport> =>
    until(what, () => ((status) => status !== undefined && holds(status) && status)(said()), context);
  const produced = (): number => plc.simulator.statistics().written;
  const produce = (events: number): void => {
    for (const [command, count] of [['start-producer'], ['burst', events], ['stop-producer']])
      should(plc.simulator.command(command, count)).match({ ok: true });
  };
  const closeGate = (): void => writeFileSync(file('gate'), '');
  const openGate = (): void => rmSync(file('gate'), { force: true });

  /** reader -> … -> doc -> `what` -> seen -> gate -> openot-ack. The gate swallows everything while it is closed. */
  const flow = (what: Between, reader: Record<string, unknown> = {}): FlowNode[] => {
    const fs = "const fs = global.get('fs');";
    return [
      ...chain({
        endpoint: plc.endpointUrl,
        controlNode: plc.controlNodeId,
        ringNode: plc.ringNodeIds.join('\n'),
        definition: { source: 'json', json: plc.simulator.definitionText() },
        doc: what.doc ?? {},
        after: [what.first],
        status: ['status']
      }).map((node) =>
        node.id !== 'reader'
          ? node
          : {
              ...node,
              id: `reader${cases}`,
              interval: '50',
              statusInterval: '100',
              maxRecords: '20',
              commit: 'onAck',
              maxInFlight: '64',
              ackTimeout: '60000',
              ...reader
            }
      ),
      ...what.nodes.map((node): FlowNode => ({ z: 'tab', x: 500, y: 300, ...node, id: node.id!, type: node.type! })),
      {
        ...appendTo('status', ''),
        func: `${fs} fs.appendFileSync(${JSON.stringify(file('status'))}, JSON.stringify(msg.payload) + '\\n');`
      },
      {
        ...appendTo('seen', ''),
        outputs: 1,
        wires: [[what.behindSeen ?? 'gate']],
        func:
          `${fs} fs.appendFileSync(${JSON.stringify(file('seen'))}, [].concat(msg.payload).map((text) => ` +
          `text.replace(/\\n*$/, '\\n')).join('')); return msg;`
      },
      {
        ...appendTo('gate', ''),
        outputs: 1,
        wires: [['ack']],
        func: `${fs} return fs.existsSync(${JSON.stringify(file('gate'))}) ? null : msg;`
      },
      {
        id: 'ack',
        type: 'openot-ack',
        z: 'tab',
        name: '',
        branches: String(what.branches ?? 1),
        x: 900,
        y: 300,
        wires: [[]]
      },
      ...catchTo(file('errors'))
    ];
  };
  /** A deploy of everything: the reader is made anew, and goes on from its state file. */
  const restart = async (nodes: FlowNode[]): Promise<void> => {
    await runtime.deploy(nodes);
    rmSync(file('status'), { force: true });
  };

  beforeEach(() => void cases++);

  for (const what of between) {
    it(`acknowledges through ${what.name}: nothing before it came to openot-ack, everything after it`, async () => {
      closeGate();
      const nodes = flow(what);
      const records = produced();
      await restart(nodes);
      await untilSaid('rest', ({ state, totals }) => state === 'idle' && totals.records === records);
      await untilSeen(what.swallows ? 10 : records);
      await sleep(200);
      should(said()!.inFlight).be.above(2);
      should(times()).eql([1]);
      // What was swallowed comes again, from the beginning: nothing of it was acknowledged.
      openGate();
      await restart(nodes);
      await untilSaid(
        'every acknowledgement',
        ({ state, totals, inFlight }) => state === 'idle' && totals.records === records && inFlight === 0
      );
      await sleep(200);
      if (!what.swallows) should(times()).eql([2]);
      const count = linesOf('seen').length;
      // What was acknowledged does not.
      await restart(nodes);
      await untilSaid('rest again', ({ state }) => state === 'idle');
      should(said()!.totals).match({ records: 0, lost: 0 });
      await sleep(200);
      should(linesOf('seen').length).equal(count);
      should(linesOf('errors')).eql([]);
    });
  }

  /** The nodes with something changed in one of them. */
  const changed = (nodes: FlowNode[], id: string, changes: Record<string, unknown> = { name: 'changed' }): FlowNode[] =>
    nodes.map((node) => (node.id === id ? { ...node, ...changes } : node));
  const nothing = between.find(({ name }) => name === 'nothing')!;
  const counted = (often: number): number => [...seen().values()].filter((count) => count === often).length;
  const untilAcknowledged = (): Promise<CollectorReport> =>
    untilSaid('every acknowledgement', ({ state, inFlight }) => state === 'idle' && inFlight === 0);

  it(
    'stops reading at maxInFlight and says OPENOT_ACK_TIMEOUT when messages are swallowed, and passes ' +
      'nothing over',
    async () => {
      closeGate();
      const nodes = flow(nothing, { maxInFlight: '2', ackTimeout: '1000' });
      await restart(nodes);
      const status = await untilSaid('the time-out', ({ code }) => code === 'OPENOT_ACK_TIMEOUT');
      should(status).match({ state: 'waiting', inFlight: 2 });
      await until(
        'its status',
        () => /^nothing is acknowledged/.test(runtime.comms.status.get(`reader${cases}`)?.text ?? ''),
        context
      );
      should(runtime.comms.status.get(`reader${cases}`)).match({ fill: 'red' });
      const handedOn = status.totals.records;
      should(handedOn).be.belowOrEqual(40);
      await sleep(500);
      should(said()!.totals.records).equal(handedOn);
      should(linesOf('errors').map((line) => line.split(' ')[0])).eql(['OPENOT_ACK_TIMEOUT']);
      openGate();
      await restart(nodes);
      await untilSeen(EVENTS);
      await untilAcknowledged();
      should([counted(1), counted(2)]).eql([EVENTS - handedOn, handedOn]);
    }
  );

  it('reads again exactly what came after the last acknowledged message when the rest was swallowed', async () => {
    const nodes = flow(nothing, { ackTimeout: '1000' });
    await restart(
      changed(nodes, 'gate', {
        func: "return msg.openot.commit.some((token) => Number(token.split('/').pop()) > 3) ? null : msg;"
      })
    );
    await untilSaid('the time-out', ({ code, totals }) => code === 'OPENOT_ACK_TIMEOUT' && totals.records === EVENTS);
    await restart(nodes);
    await untilAcknowledged();
    const again = said()!.totals.records;
    should(again).be.within(1, EVENTS - 3);
    should([counted(1), counted(2)]).eql([EVENTS - again, again]);
  });

  it('does not take a batch for acknowledged whose last part was swallowed behind a split', async () => {
    const what = between.find(({ name }) => name === 'a split')!;
    await restart(
      changed(flow(what), 'gate', { func: 'return msg.parts.index === msg.parts.count - 1 ? null : msg;' })
    );
    const { inFlight } = await untilSaid(
      'rest',
      ({ state, totals, inFlight }) => state === 'idle' && totals.records === EVENTS && inFlight === 1
    );
    await sleep(300);
    // All but the last one are covered by parts of later ones.
    should([inFlight, said()!.inFlight]).eql([1, 1]);
    await restart(flow(what));
    await untilAcknowledged();
    should(said()!.totals.records).be.within(1, 20);
  });

  /** What holds messages for so long, in ms, holds them until the deploy. */
  const SLOW_MS = 600_000;
  const inside = (name: string): Between => between.find((each) => each.name === name)!;
  for (const [name, what, changes] of [
    ['a delay', { first: ['slow'], nodes: [delay('slow', ['seen'], SLOW_MS)] }, { timeout: '100' }],
    [
      'a function',
      {
        first: ['slow'],
        nodes: [keep('slow', ['seen'], `setTimeout(() => node.send(msg), ${SLOW_MS}); return null;`)]
      },
      { func: 'setTimeout(() => node.send(msg), 100); return null;' }
    ],
    [
      'a batch',
      { first: ['slow'], nodes: inside('a batch').nodes.map((each) => ({ ...each, id: 'slow', count: '1000' })) },
      { count: '1' }
    ],
    [
      'a delay inside a subflow',
      {
        first: ['sub'],
        nodes: inside('a subflow').nodes.map((each) =>
          each.id === 'inside' ? { ...each, timeout: String(SLOW_MS) } : each
        )
      },
      { timeout: '100' }
    ],
    [
      'a delay behind a called link',
      {
        first: ['call'],
        nodes: inside('a called link').nodes.map((each) =>
          each.id === 'keep'
            ? delay('slow', ['return'], SLOW_MS)
            : each.id === 'in'
              ? { ...each, wires: [['slow']] }
              : each.id === 'call'
                ? { ...each, timeout: String(SLOW_MS) }
                : each
        )
      },
      { timeout: '100' }
    ]
  ] as Array<[string, Omit<Between, 'name'>, Record<string, unknown>]>) {
    it(`reads again what ${name} between the nodes held when a deploy replaced it, the reader living on`, async () => {
      const nodes = flow({ name, ...what });
      await restart(nodes);
      await untilSaid('rest', ({ state, totals }) => state === 'idle' && totals.records === EVENTS);
      should(seen().size).equal(0);
      await runtime.deploy(
        changed(nodes, what.first[0] === 'sub' ? 'inside' : 'slow', { name: 'changed', ...changes }),
        'nodes'
      );
      await untilAcknowledged();
      should(seen().size).equal(EVENTS);
      should(linesOf('errors')).eql([]);
    });
  }

  it('reads again what one of two branches had brought when openot-ack is replaced', async () => {
    const what = between.find(({ branches }) => branches === 2)!;
    closeGate();
    const nodes = flow(what);
    await restart(nodes);
    await untilSeen(EVENTS);
    await until(
      'the status of openot-ack',
      () => /^0 batches, \d+ not from every branch/.test(runtime.comms.status.get('ack')?.text ?? ''),
      context
    );
    openGate();
    await runtime.deploy(changed(nodes, 'ack'), 'nodes');
    await untilSeen(EVENTS, 2);
    await untilAcknowledged();
    should(times()).eql([2]);
  });

  it('reads again what was held when Node-RED itself stopped', async () => {
    const nodes = flow({ name: 'slow', first: ['slow'], nodes: [delay('slow', ['seen'], SLOW_MS)] });
    await restart(nodes);
    await untilSaid('rest', ({ state, totals }) => state === 'idle' && totals.records === EVENTS);
    await runtime.deploy(changed(nodes, 'slow', { timeout: '1' }), 'nodes');
    await untilAcknowledged();
    await restart(nodes);
    produce(EVENTS);
    await untilSaid('new ones', ({ state, totals }) => state === 'idle' && totals.records === EVENTS);
    await runtime.stop();
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(changed(nodes, 'slow', { timeout: '1' })));
    rmSync(file('status'));
    runtime = await Runtime.start(userDir);
    await untilAcknowledged();
    should(seen().size).equal(2 * EVENTS);
    should(times()).eql([1]);
  });

  it('acknowledges nothing while the disk is full, and reads everything again once there is room', async () => {
    const path = file('written');
    symlinkSync('/dev/full', path);
    const full: Between = {
      name: 'a file node',
      first: ['file'],
      nodes: [
        file_(['seen'], path),
        { id: 'failed', type: 'catch', name: '', scope: ['file'], uncaught: false, wires: [['ack']] }
      ]
    };
    const nodes = flow(full);
    await restart(nodes);
    await until('the error', () => linesOf('errors').some((line) => /ENOSPC/.test(line)), context);
    await untilSaid('rest', ({ state, totals }) => state === 'idle' && totals.records === produced());
    await sleep(300);
    const { inFlight } = said()!;
    rmSync(path);
    writeFileSync(path, '');
    should(inFlight).be.above(2);
    await until(
      'all of them',
      () => countByIdentity(linesOf('written').map((line) => JSON.parse(line) as StrictDocument)).size === produced(),
      context
    );
    await untilAcknowledged();
    should(new Set(countByIdentity(linesOf('written').map((line) => JSON.parse(line) as StrictDocument)).values())).eql(
      new Set([1])
    );
  });

  it(
    'resolves what the guard held back while the definition was missing, in order, across deploys, and ' +
      'then acknowledges it',
    async () => {
      const path = file('definition.json');
      const records = produced();
      const nodes = changed(changed(flow(nothing), 'guard', { policy: 'hold', holdLimit: '10000' }), 'definition', {
        source: 'file',
        path,
        json: '',
        watch: true
      });
      for (const deploy of ['full', 'full', 'nodes'] as const) {
        if (deploy === 'full') await restart(nodes);
        else await runtime.deploy(changed(nodes, 'guard'), 'nodes');
        await untilSaid(
          'rest',
          ({ state, totals, inFlight }) => state === 'idle' && totals.records === records && inFlight > 2
        );
        await until(
          'what is held',
          () => runtime.comms.status.get('guard')?.text?.includes(`${records} held`),
          () => JSON.stringify(runtime.comms.status.get('guard'))
        );
      }
      should(seen().size).equal(0);
      writeFileSync(path, plc.simulator.definitionText());
      await untilSeen(records);
      await untilAcknowledged();
      const documents = linesOf('seen').map((line) => JSON.parse(line) as StrictDocument);
      should(documents.filter(({ kind }) => kind !== 'event')).eql([]);
      should(times()).eql([1]);
      const last = new Map<number, number>();
      for (const { provenance, seq } of documents) {
        should(seq).be.above(last.get(provenance.source.id) ?? -1);
        last.set(provenance.source.id, seq);
      }
      should(linesOf('errors').filter((line) => !line.startsWith('OPENOT_DEFINITION_NOT_FOUND'))).eql([]);
    }
  );
});
