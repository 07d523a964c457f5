import should from 'should';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Item } from '../../../lib/stream';
import { itemsOfConcatenation } from '../../../lib/stream';
import type { DriftAlert } from '../../../nodes/openot-drift-guard/alerts';
import type { DefinitionNode } from '../../../nodes/runtime/definition-node';
import { Flow, helper, settled, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { concat, definitionText, facts, hashOf, message, snapshot } from '../support/data';

const known = hashOf(definitionText());
const foreign = '1234567890abcdef';
const { items } = itemsOfConcatenation(concat(message(0), message(1), message(2)));

const flow = async (guard: Record<string, unknown> = {}, json = definitionText()): Promise<Flow> => {
  const running = await Flow.start([
    { id: 'definition', type: 'openot-definition', source: 'json', json, path: '', watch: false },
    {
      id: 'guard',
      type: 'openot-drift-guard',
      definition: 'definition',
      policy: 'placeholder',
      whenUnadvertised: 'placeholder',
      wires: [['out'], ['alerts']],
      ...guard
    },
    sink('out'),
    sink('alerts')
  ]);
  await (helper.getNode('definition') as DefinitionNode).definitions?.ready;
  return running;
};
const given = (
  definitionHash: string,
  epochId = 1,
  payload: unknown = items
): { payload: unknown; openot: object } => ({
  payload,
  openot: facts({ snapshot: snapshot({ definitionHash, epochId }) })
});
const alerts = (running: Flow): DriftAlert[] =>
  running
    .at('alerts')
    .filter(({ topic }) => topic === 'alert')
    .map(({ payload }) => payload as DriftAlert);

describe('openot-drift-guard', () => {
  useNodeRed();

  it('adds the binding and changes nothing else; no alert while all is well', async () => {
    const running = await flow();
    running.send('guard', { ...given(known), topic: 'mine' });
    await settled();
    const [sent] = running.at('out');
    should(sent.payload).eql(items);
    should(sent.topic).equal('mine');
    should(sent.openot).have.properties({
      stream: 'line 1',
      commit: ['r/b/1'],
      binding: { current: { hash: known }, prior: { reason: { kind: 'stalePriorEpoch' } } }
    });
    should(running.at('alerts')).eql([]);
    should(running.at('completed').length).equal(1);
    shouldBePlain(sent);
    await until('the status', () =>
      statusesOf('guard').some(({ fill, text }) => fill === 'green' && text === '3 bound')
    );
  });

  it("alerts once for each change of a stream's state, with what was expected and found", async () => {
    const running = await flow();
    for (const [hash, epoch] of [
      [known, 1],
      [foreign, 2],
      [foreign, 2],
      [foreign, 3],
      [known, 4],
      [known, 4]
    ] as Array<[string, number]>)
      running.send('guard', given(hash, epoch));
    await settled();
    should(alerts(running)).eql([
      {
        stream: 'line 1',
        epochId: 2,
        relation: 'current',
        reason: 'drift',
        expected: foreign,
        actual: known,
        held: 0,
        action: 'placeholder'
      },
      {
        stream: 'line 1',
        epochId: 3,
        relation: 'current',
        reason: 'drift',
        expected: foreign,
        actual: known,
        held: 0,
        action: 'placeholder'
      },
      {
        stream: 'line 1',
        epochId: 4,
        relation: 'current',
        reason: 'bound',
        expected: known,
        actual: known,
        held: 0,
        action: 'resolve'
      }
    ]);
    running.at('alerts').forEach((alert) => shouldBePlain(alert));
    should(running.at('alerts').every(({ openot }) => !('commit' in (openot as object)))).be.true();
    should(running.at('out').every(({ payload }) => (payload as Item[]).length === 3)).be.true();
  });

  it('says drift only when another definition is held', async () => {
    const shows = (what: RegExp) => until(String(what), () => what.test(statusesOf('guard').at(-1)?.text ?? ''));
    const running = await flow();
    running.send('guard', given(foreign));
    await shows(/^drift [0-9a-f]{8}≠[0-9a-f]{8}: /);
    await helper.unload();
    const before = statusesOf('guard').length;
    const unadvertised = await flow();
    unadvertised.send('guard', given('0000000000000000'));
    await shows(/^no hash from 1 stream: /);
    await helper.unload();
    const refused = await flow({}, '{');
    refused.send('guard', given(foreign));
    await shows(/^1 definition refused: /);
    should(
      statusesOf('guard')
        .slice(before)
        .filter(({ text }) => /drift/.test(text ?? ''))
    ).eql([]);
  });

  it('takes up a definition node that a later deploy puts back', async () => {
    const running = await flow();
    const without = running.nodes.filter(({ id }) => id !== 'definition');
    await helper.setFlows(without, 'nodes');
    running.listen();
    running.send('guard', given(known));
    await until('no definition', () => /no definition node/.test(statusesOf('guard').at(-1)?.text ?? ''));
    await helper.setFlows(running.nodes, 'nodes');
    await (helper.getNode('definition') as DefinitionNode).definitions?.ready;
    running.send('guard', given(known));
    await until('bound again', () => /3 bound/.test(statusesOf('guard').at(-1)?.text ?? ''));
  });

  it('keeps two streams apart', async () => {
    const running = await flow();
    const other = { ...given(foreign), openot: { ...given(foreign).openot, stream: 'line 2' } };
    for (const message of [given(known), other, given(known), other]) running.send('guard', message);
    await settled();
    should(alerts(running).map(({ stream }) => stream)).eql(['line 2']);
  });

  it('alerts of records of an earlier epoch only when there are any', async () => {
    const running = await flow();
    const openot = facts({ snapshot: snapshot({ epochFirstAbs: 60 }) });
    running.send('guard', { payload: items.slice(2), openot });
    await settled();
    should(alerts(running)).eql([]);
    running.send('guard', { payload: items, openot });
    await settled();
    should(alerts(running)).eql([
      {
        stream: 'line 1',
        epochId: 1,
        relation: 'prior',
        reason: 'stalePriorEpoch',
        expected: null,
        actual: null,
        held: 0,
        action: 'placeholder'
      }
    ]);
  });

  it('diverts what is not bound, and lets the notices and the tokens through', async () => {
    const running = await flow({ policy: 'divert' });
    const loss: Item = {
      kind: 'loss',
      runId: '1',
      sourceId: 1,
      firstSeq: 0,
      lastSeq: 0,
      count: 1,
      basis: 'inferred',
      class: 'lost'
    };
    running.send('guard', given(foreign, 2, [loss, ...items]));
    running.send('guard', given(known, 3));
    running.send('guard', {
      ...given(foreign, 4),
      openot: facts({ snapshot: snapshot({ definitionHash: foreign }), commit: [] })
    });
    await settled();
    const diverted = running.at('alerts').filter(({ topic }) => topic === 'diverted');
    should(diverted.map(({ payload }) => payload)).eql([items, items]);
    should(diverted[0].openot).not.have.property('commit');
    should(running.at('out').map(({ payload }) => payload)).eql([[loss], items]);
    should((running.at('out')[0].openot as { commit: string[] }).commit).eql(['r/b/1']);
    diverted.forEach((each) => shouldBePlain(each));
  });

  it('takes single items, and what has been through JSON', async () => {
    const running = await flow();
    running.send('guard', given(known, 1, items[0]));
    running.send('guard', JSON.parse(JSON.stringify(given(known, 1))) as Record<string, unknown>);
    await settled();
    should(running.caught).eql([]);
    should(running.at('out').map(({ payload }) => payload)).eql([items[0], items]);
  });

  it('binds the only definition to bytes that advertise none, if it may', async () => {
    const assuming = await flow({ whenUnadvertised: 'assume' });
    assuming.send('guard', { payload: items });
    await settled();
    should((assuming.at('out')[0].openot as { binding: object }).binding).have.property('current', { hash: known });
    await helper.unload();
    const careful = await flow();
    careful.send('guard', { payload: items });
    await settled();
    should((careful.at('out')[0].openot as { binding: object }).binding).have.property('current', {
      reason: { kind: 'missingCurrentDefinition' }
    });
  });

  it('takes no records when there is no definition node, and says so', async () => {
    const running = await flow({ definition: '' });
    running.send('guard', given(known));
    await settled();
    should(alerts(running)).eql([]);
    should(running.at('out')).eql([]);
    should(running.caught.map(({ code }) => code)).eql(['OPENOT_NO_DEFINITIONS']);
    should(statusesOf('guard').at(-1)!.text).match(/no definition node/);
  });

  it('turns bad input into a coded error', async () => {
    const running = await flow();
    for (const payload of ['text', undefined, [{ kind: 'record' }]]) running.send('guard', { payload });
    running.send('guard', { payload: items, openot: 'x' });
    await settled();
    should(running.caught.map(({ code }) => code)).eql([
      'OPENOT_PAYLOAD_NOT_ITEMS',
      'OPENOT_PAYLOAD_NOT_ITEMS',
      'OPENOT_PAYLOAD_NOT_ITEMS',
      'OPENOT_FACTS_INVALID'
    ]);
    should(running.at('out')).eql([]);
  });

  it('waits for the definitions at the start, and keeps the order', async () => {
    const running = await Flow.start([
      { id: 'definition', type: 'openot-definition', source: 'json', json: definitionText(), path: '', watch: false },
      {
        id: 'guard',
        type: 'openot-drift-guard',
        definition: 'definition',
        policy: 'placeholder',
        whenUnadvertised: 'placeholder',
        wires: [['out'], ['alerts']]
      },
      sink('out'),
      sink('alerts')
    ]);
    for (let i = 0; i < 5; i++) running.send('guard', { ...given(known), topic: String(i) });
    await until('all of them', () => running.at('out').length === 5);
    should(running.at('out').map(({ topic }) => topic)).eql(['0', '1', '2', '3', '4']);
    should(running.at('alerts')).eql([]);
  });

  it('under hold, lets go of what it held, done and all, when the definition arrives', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openot-hold-'));
    const path = join(folder, 'definition.json');
    try {
      const running = await Flow.start([
        { id: 'definition', type: 'openot-definition', source: 'file', json: '', path, watch: true },
        {
          id: 'guard',
          type: 'openot-drift-guard',
          definition: 'definition',
          policy: 'hold',
          holdLimit: '10000',
          whenUnadvertised: 'placeholder',
          wires: [['out'], ['alerts']]
        },
        sink('out'),
        sink('alerts')
      ]);
      for (let i = 0; i < 3; i++) running.send('guard', { ...given(known), topic: String(i) });
      await until('the status', () => /9 held/.test(statusesOf('guard').at(-1)?.text ?? ''));
      should(running.at('out')).eql([]);
      should(running.at('completed')).eql([]);
      writeFileSync(path, definitionText());
      await until('all of them', () => running.at('out').length === 3);
      await settled();
      should(running.at('out').map(({ topic }) => topic)).eql(['0', '1', '2']);
      should(running.at('completed').length).equal(3);
      should(alerts(running).map(({ action }) => action)).eql(['hold', 'resolve']);
      await until('the status again', () => /^9 bound$/.test(statusesOf('guard').at(-1)?.text ?? ''));
      should(running.caught.filter(({ code }) => code !== 'OPENOT_DEFINITION_NOT_FOUND')).eql([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const [name, commit, dropped] of [
    ['without tokens', [], 3],
    ['with tokens', ['r/b/1'], undefined]
  ] as Array<[string, string[], number | undefined]>) {
    it(
      `under hold, says when it closes how many records ${name} nobody reads again: ` + `${dropped ?? 'none'}`,
      async () => {
        const running = await flow({ policy: 'hold' });
        running.send('guard', {
          payload: items,
          openot: facts({ snapshot: snapshot({ definitionHash: foreign }), commit })
        });
        await until('the status', () => /3 held/.test(statusesOf('guard').at(-1)?.text ?? ''));
        await helper.setFlows(
          running.nodes.map((node) => (node.id === 'guard' ? { ...node, name: 'changed' } : node)),
          'nodes'
        );
        should(running.caught.map(({ code }) => code)).eql(dropped === undefined ? [] : ['OPENOT_HOLD_DROPPED']);
        if (dropped !== undefined) should(running.caught[0].message).match(/3 records and notices/);
      }
    );
  }

  it('refuses a hold limit that is none', async () => {
    const running = await flow({ policy: 'hold', holdLimit: '0' });
    running.send('guard', given(known));
    await until('the error', () => running.caught.length > 0);
    should(running.caught[0].code).equal('OPENOT_CONFIG');
  });
});
