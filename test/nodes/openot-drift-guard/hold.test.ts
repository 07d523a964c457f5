import should from 'should';
import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import { bind, CompiledDefinition, compileDefinition, DefinitionStore } from '../../../lib/definition';
import { Item, itemsOfConcatenation, LooseFacts } from '../../../lib/stream';
import type { DriftAlert } from '../../../nodes/openot-drift-guard/alerts';
import { GuardController } from '../../../nodes/openot-drift-guard/controller';
import { shouldBePlain } from '../../support/node-red';
import { concat, definitionText, facts, hashOf, message, snapshot } from '../support/data';

const known = hashOf(definitionText());
const { items } = itemsOfConcatenation(concat(message(0), message(1), message(2), message(3)));
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
const other = '1234567890abcdef';

describe('a guard that holds records back until their definition arrives', () => {
  let store: DefinitionStore;
  let compiled: CompiledDefinition;
  let main: NodeMessage[];
  let alerts: DriftAlert[];
  let done: string[];
  before(() => {
    const result = compileDefinition(definitionText());
    if (!result.ok) throw new Error('definition');
    compiled = result.compiled;
  });
  beforeEach(() => {
    store = new DefinitionStore();
    main = [];
    alerts = [];
    done = [];
  });
  const guard = (holdLimit = 100): GuardController =>
    new GuardController({ policy: 'hold', holdLimit }, (given: LooseFacts) =>
      bind(store, {
        stream: given.stream ?? '',
        snapshot: given.snapshot,
        epochs: given.epochs,
        whenUnadvertised: 'placeholder'
      })
    );
  const pass = (output: unknown): void => {
    const [first, second] = output as [NodeMessage | null, NodeMessage | null];
    if (first) main.push(first);
    if (second) alerts.push(second.payload as DriftAlert);
  };
  const give = (to: GuardController, name: string, payload: unknown, changes: object = {}, more: object = {}): void => {
    const result = to.guard(
      {
        _msgid: name,
        topic: name,
        payload,
        openot: facts({ commit: [`r/b/${name}`], ...changes }),
        ...more
      } as NodeMessageInFlow,
      pass
    );
    if (result === undefined) done.push(name);
    else void result.then(() => done.push(name));
  };
  const arrive = (to: GuardController): Promise<void> => {
    store.add(compiled, 'a');
    to.release();
    return new Promise((resolve) => setImmediate(resolve));
  };
  const seqs = ({ payload }: NodeMessage): unknown =>
    (payload as Item[]).map((item) => (item.kind === 'record' ? item.seq : item.kind));
  const tokens = ({ openot }: NodeMessage): unknown => (openot as { commit?: string[] }).commit;

  it('lets pass at once what is bound', () => {
    store.add(compiled, 'a');
    const to = guard();
    give(to, '1', items);
    should(main.map(seqs)).eql([[0, 1, 2, 3]]);
    should(main[0]).match({ topic: '1', openot: { commit: ['r/b/1'], binding: { current: { hash: known } } } });
    should(alerts).eql([]);
    should(done).eql(['1']);
    should(to.held).equal(0);
  });

  it(
    'holds what is not, and lets it go in order, resolved, with its tokens, when the definition is ' + 'there',
    async () => {
      const to = guard();
      give(to, '1', items.slice(0, 2));
      give(to, '2', [loss]);
      give(to, '3', items.slice(2));
      should(main).eql([]);
      should(to.held).equal(5);
      should(alerts).eql([
        {
          stream: 'line 1',
          epochId: 1,
          relation: 'current',
          reason: 'missingCurrentDefinition',
          expected: known,
          actual: null,
          held: 2,
          action: 'hold'
        }
      ]);
      await arrive(to);
      should(main.map(seqs)).eql([[0, 1], ['loss'], [2, 3]]);
      should(main.map(tokens)).eql([['r/b/1'], ['r/b/2'], ['r/b/3']]);
      should(
        main.every(({ openot }) => (openot as { binding: { current: object } }).binding.current.hasOwnProperty('hash'))
      ).be.true();
      should(alerts.slice(1)).eql([
        {
          stream: 'line 1',
          epochId: 1,
          relation: 'current',
          reason: 'bound',
          expected: known,
          actual: known,
          held: 5,
          action: 'resolve'
        }
      ]);
      should(done).eql(['1', '2', '3']);
      should(to.held).equal(0);
      should(to.totals).eql({ passed: 4, unbound: 0, diverted: 0 });
      main.forEach((each) => shouldBePlain(each));
    }
  );

  it("does not let a stream's later records pass those that wait, even when they are bound", () => {
    const to = guard();
    store.add(compiled, 'a');
    give(to, '1', items.slice(0, 1), { snapshot: snapshot({ definitionHash: other }) });
    give(to, '2', items.slice(1));
    should(main).eql([]);
    give(to, 'other', items, { stream: 'line 2' });
    should(main.map(({ topic }) => topic)).eql(['other']);
    to.release();
    should(main.length).equal(1);
    should(to.held).equal(4);
  });

  it('sends what stands before the first record that waits at once, without the tokens', async () => {
    const to = guard();
    give(to, '1', [loss, ...items]);
    should(main.map(seqs)).eql([['loss']]);
    should(main.map(tokens)).eql([undefined]);
    should(done).eql([]);
    await arrive(to);
    should(main.map(seqs)).eql([['loss'], [0, 1, 2, 3]]);
    should(main.map(tokens)).eql([undefined, ['r/b/1']]);
    should(done).eql(['1']);
  });

  it('holds records of the epoch that misses its definition, and not those around it', () => {
    const to = guard();
    store.add(compiled, 'a');
    const [, second, third] = items as Array<Item & { abs: number }>;
    // Prior epoch known from `second` on; the current one begins at `third`.
    const epochs = [{ epochId: 1, firstAbs: second.abs, hash: other }];
    give(to, '1', items, {
      snapshot: snapshot({ epochId: 2, epochFirstAbs: third.abs, prevDefinitionHash: other }),
      epochs
    });
    should(main.map(seqs)).eql([[0]]);
    should(to.totals).eql({ passed: 0, unbound: 1, diverted: 0 });
    should(to.held).equal(3);
    should(alerts.map(({ relation, action, held }) => [relation, action, held])).eql([['prior', 'hold', 3]]);
  });

  for (const [name, changes] of [
    ['of a controller that advertises no hash', { snapshot: snapshot({ definitionHash: '0000000000000000' }) }],
    ['that came without a ring', { snapshot: undefined }],
    ['whose epoch is contradicted', { epochs: [{ epochId: 1, firstAbs: 0, hash: other }] }],
    ['of an epoch older than any that is known', { snapshot: snapshot({ epochFirstAbs: 100_000 }) }]
  ] as Array<[string, object]>) {
    it(`does not hold records ${name}: no definition could bind them`, () => {
      const to = guard();
      store.add(compiled, 'a');
      give(to, '1', items, changes);
      should(main.map(seqs)).eql([[0, 1, 2, 3]]);
      should(to.held).equal(0);
      should(alerts.map(({ action, held }) => [action, held])).eql([['placeholder', 0]]);
    });
  }

  it('lets the oldest go as they are at its limit, tokens with the last of a batch, and says so once', async () => {
    const to = guard(5);
    give(to, '1', items);
    give(to, '2', items.slice(0, 3));
    should(main.map(seqs)).eql([[0, 1]]);
    should(main.map(tokens)).eql([undefined]);
    should((main[0].openot as { binding: object }).binding).match({
      current: { reason: { kind: 'missingCurrentDefinition' } }
    });
    should(to.held).equal(5);
    give(to, '3', items.slice(0, 3));
    should(main.map(seqs)).eql([[0, 1], [2, 3], [0]]);
    should(main.map(tokens)).eql([undefined, ['r/b/1'], undefined]);
    should(alerts.map(({ reason, action, held }) => [reason, action, held])).eql([
      ['missingCurrentDefinition', 'hold', 4],
      ['holdLimit', 'placeholder', 7]
    ]);
    should(to.totals.unbound).equal(5);
    await arrive(to);
    should(main.slice(3).map(seqs)).eql([
      [1, 2],
      [0, 1, 2]
    ]);
    should(main.slice(3).map(tokens)).eql([['r/b/2'], ['r/b/3']]);
    should(to.totals).eql({ passed: 5, unbound: 5, diverted: 0 });
    should(done).eql(['1', '2', '3']);
  });

  it('takes from the stream that has held the longest first', () => {
    const to = guard(4);
    give(to, '1', items.slice(0, 2), { stream: 'a' });
    give(to, '2', items.slice(0, 2), { stream: 'b' });
    give(to, '3', items.slice(2), { stream: 'b' });
    should(main.map(({ topic }) => topic)).eql(['1']);
    should(to.held).equal(4);
  });

  it('keeps single items single, in order, with the token behind the last', async () => {
    const to = guard();
    items.forEach((item, index) =>
      give(
        to,
        String(index),
        item,
        { commit: index === 3 ? ['r/b/1'] : undefined },
        { parts: { id: 'x', index, count: 4 } }
      )
    );
    await arrive(to);
    should(main.map(({ payload }) => (payload as { seq: number }).seq)).eql([0, 1, 2, 3]);
    should(main.map((each) => (each as { parts?: object }).parts)).eql(
      [0, 1, 2, 3].map((index) => ({ id: 'x', index, count: 4 }))
    );
    should(main.map(tokens)).eql([undefined, undefined, undefined, ['r/b/1']]);
  });

  it('passes on a batch with tokens and no items, in its place', async () => {
    const to = guard();
    give(to, '1', items);
    give(to, '2', []);
    should(main).eql([]);
    await arrive(to);
    should(main.map(seqs)).eql([[0, 1, 2, 3], []]);
  });

  it('knows how many records nobody would read again', () => {
    const to = guard();
    give(to, '1', items, { commit: undefined });
    should(to.heldWithoutToken).equal(4);
    give(to, '2', items);
    should(to.heldWithoutToken).equal(0);
    give(to, '3', items[0], { commit: [] });
    should(to.heldWithoutToken).equal(1);
    give(to, '4', items[0], { commit: [] }, { parts: { id: 'x', index: 0, count: 2 } });
    should(to.heldWithoutToken).equal(0);
  });

  it('goes through a thousand held batches in order', async () => {
    const to = guard(1_000_000);
    for (let batch = 0; batch < 1000; batch++) give(to, String(batch), items);
    should(to.held).equal(4000);
    await arrive(to);
    should(main.map(({ topic }) => Number(topic))).eql([...Array(1000).keys()]);
    should(done.length).equal(1000);
  });
});
