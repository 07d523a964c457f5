import should from 'should';
import {
  bind,
  BindRequest,
  Binding,
  BindingReason,
  CompiledDefinition,
  compileDefinition,
  DefinitionStore,
  describeBinding,
  EpochBinding,
  NOT_ADVERTISED
} from '../../../lib/definition';
import { KnownEpoch, Snapshot } from '../../../lib/ring/snapshot';
import { seeded } from '../../support/seeded';
import { changed, objectAt } from './full-file';
import { namedDefinition as definition } from './named-definition';

const snapshot = (parts: Partial<Snapshot>): Snapshot => ({
  version: 2,
  caps: 0,
  bufferBytes: 4096,
  headAbs: 3000,
  oldestAbs: 0,
  lostCount: 0,
  runId: '1',
  epochId: 3,
  epochFirstAbs: 2000,
  definitionHash: NOT_ADVERTISED,
  prevDefinitionHash: NOT_ADVERTISED,
  ...parts
});

const STALE: BindingReason = { kind: 'stalePriorEpoch' };
const MISSING: BindingReason = { kind: 'missingCurrentDefinition' };

/** Exact, with the order of keys that documents have. */
function reasonOf(bound: EpochBinding, reason: BindingReason, advertised: string): void {
  if (bound.ok) throw new Error('a definition was bound');
  should(JSON.stringify(bound.reason)).equal(JSON.stringify(reason));
  bound.advertised.should.equal(advertised);
}

function boundTo(bound: EpochBinding, compiled: CompiledDefinition, advertised = compiled.carriageHash): void {
  if (!bound.ok) throw new Error(JSON.stringify(bound.reason));
  should(bound.compiled).equal(compiled);
  bound.advertised.should.equal(advertised);
}

const A_HASH = 'aaaaaaaaaaaaaaaa';

describe('binding a stream to definitions', () => {
  let a: CompiledDefinition;
  let b: CompiledDefinition;
  let c: CompiledDefinition;
  let store: DefinitionStore;
  const request = (parts: Partial<BindRequest>): BindRequest => ({
    stream: 's',
    whenUnadvertised: 'placeholder',
    ...parts
  });
  const epoch = (epochId: number, firstAbs: number, hash: string): KnownEpoch => ({ epochId, firstAbs, hash });

  before(() => {
    [a, b, c] = [definition('a'), definition('b'), definition('c')];
  });
  beforeEach(() => {
    store = new DefinitionStore();
  });

  describe('the current epoch', () => {
    it('is bound to the definition with the advertised hash, whichever else are loaded', () => {
      for (const compiled of [a, b, c]) store.add(compiled, compiled.carriageHash);
      const binding = bind(store, request({ snapshot: snapshot({ definitionHash: b.carriageHash }) }));
      boundTo(binding.current, b);
      binding.relationOf(2000).should.match({ relation: 'current', epochId: 3 });
      boundTo(binding.relationOf(2000).bound, b);
      boundTo(binding.relationOf(1e15).bound, b);
      describeBinding(binding).should.eql({ current: { hash: b.carriageHash }, prior: { reason: STALE } });
    });

    it('misses its definition when none is loaded', () => {
      const binding = bind(store, request({ snapshot: snapshot({ definitionHash: A_HASH }) }));
      reasonOf(binding.current, MISSING, A_HASH);
      describeBinding(binding).should.eql({ current: { reason: MISSING }, prior: { reason: STALE } });
    });

    it('drifts when another is loaded: expected is what the controller advertises, actual what is held', () => {
      store.add(a, 'one');
      store.add(b, 'two');
      const binding = bind(store, request({ snapshot: snapshot({ definitionHash: A_HASH }) }));
      reasonOf(
        binding.current,
        { kind: 'drift', detail: { actual: b.carriageHash, epoch: 'current', expected: A_HASH } },
        A_HASH
      );
    });

    it('measures drift against what this stream was bound to last, not other streams', () => {
      store.add(a, 'one');
      bind(store, request({ snapshot: snapshot({ definitionHash: a.carriageHash }) }));
      store.add(b, 'two');
      bind(store, request({ stream: 'other', snapshot: snapshot({ definitionHash: b.carriageHash }) }));
      const drifted = snapshot({ definitionHash: A_HASH });
      const drift = (actual: string): BindingReason => ({
        kind: 'drift',
        detail: { actual, epoch: 'current', expected: A_HASH }
      });
      reasonOf(bind(store, request({ snapshot: drifted })).current, drift(a.carriageHash), A_HASH);
      reasonOf(bind(store, request({ stream: 'other', snapshot: drifted })).current, drift(b.carriageHash), A_HASH);
      reasonOf(bind(store, request({ stream: 'third', snapshot: drifted })).current, drift(b.carriageHash), A_HASH);
      store.remove('one');
      reasonOf(bind(store, request({ snapshot: drifted })).current, drift(b.carriageHash), A_HASH);
    });

    it('refuses a definition that names another hash than its own, though the carriage hash fits', () => {
      const named = 'F'.repeat(64);
      const wrong = definition('a', named);
      store.add(wrong, 'one');
      const binding = bind(store, request({ snapshot: snapshot({ definitionHash: a.carriageHash }) }));
      reasonOf(
        binding.current,
        { kind: 'fullHashDrift', detail: { actual: a.contentHash, expected: named } },
        a.carriageHash
      );
      store.add(a, 'two');
      boundTo(bind(store, request({ snapshot: snapshot({ definitionHash: a.carriageHash }) })).current, a);
    });

    it('is bound to a definition that breaks a rule of validation: the record’s placeholder says which', () => {
      const result = compileDefinition(changed((file) => (objectAt(file, '/eventTypes/0/slots/0').type = 4)));
      if (!result.ok) throw new Error(result.message);
      store.add(result.compiled, 'one');
      boundTo(
        bind(store, request({ snapshot: snapshot({ definitionHash: result.compiled.carriageHash }) })).current,
        result.compiled
      );
    });
  });

  describe('a hash that is not advertised', () => {
    const unadvertised = snapshot({});

    it('binds nothing under placeholder, whatever is loaded', () => {
      reasonOf(bind(store, request({ snapshot: unadvertised })).current, MISSING, NOT_ADVERTISED);
      store.add(a, 'one');
      reasonOf(bind(store, request({ snapshot: unadvertised })).current, MISSING, NOT_ADVERTISED);
      store.add(b, 'two');
      reasonOf(bind(store, request({ snapshot: unadvertised })).current, MISSING, NOT_ADVERTISED);
    });

    it('binds the only definition under assume, and nothing when there are more or none', () => {
      const assume = request({ snapshot: unadvertised, whenUnadvertised: 'assume' });
      reasonOf(bind(store, assume).current, MISSING, NOT_ADVERTISED);
      store.add(a, 'one');
      boundTo(bind(store, assume).current, a, NOT_ADVERTISED);
      store.add(a, 'same content, other file');
      boundTo(bind(store, assume).current, a, NOT_ADVERTISED);
      store.add(b, 'two');
      reasonOf(bind(store, assume).current, MISSING, NOT_ADVERTISED);
    });

    it('does not make assume use a definition that names a wrong hash', () => {
      store.add(definition('a', 'wrong'), 'one');
      const binding = bind(store, request({ snapshot: unadvertised, whenUnadvertised: 'assume' }));
      reasonOf(
        binding.current,
        { kind: 'fullHashDrift', detail: { actual: a.contentHash, expected: 'wrong' } },
        NOT_ADVERTISED
      );
    });

    it('does not make assume take another definition than an advertised one', () => {
      store.add(a, 'one');
      const binding = bind(
        store,
        request({ snapshot: snapshot({ definitionHash: A_HASH }), whenUnadvertised: 'assume' })
      );
      reasonOf(
        binding.current,
        { kind: 'drift', detail: { actual: a.carriageHash, epoch: 'current', expected: A_HASH } },
        A_HASH
      );
    });

    it('makes everything current where bytes came without a ring', () => {
      store.add(a, 'one');
      const loose = bind(store, request({}));
      reasonOf(loose.current, MISSING, NOT_ADVERTISED);
      const assumed = bind(store, request({ whenUnadvertised: 'assume', epochs: [epoch(1, 500, A_HASH)] }));
      for (const abs of [0, 400, 600, 1e15]) {
        boundTo(assumed.relationOf(abs).bound, a, NOT_ADVERTISED);
        should(assumed.relationOf(abs)).eql({ relation: 'current', bound: assumed.current });
      }
      reasonOf(assumed.prior, STALE, NOT_ADVERTISED);
    });

    it(
      'lets assume name the prior epoch too, if its start is known and the current one is not advertised ' + 'either',
      () => {
        store.add(a, 'one');
        const epochs = [epoch(2, 1000, NOT_ADVERTISED)];
        boundTo(
          bind(store, request({ snapshot: unadvertised, epochs, whenUnadvertised: 'assume' })).relationOf(1500).bound,
          a,
          NOT_ADVERTISED
        );
        reasonOf(
          bind(store, request({ snapshot: unadvertised, epochs: [], whenUnadvertised: 'assume' })).relationOf(1500)
            .bound,
          STALE,
          NOT_ADVERTISED
        );
        reasonOf(
          bind(store, request({ snapshot: unadvertised, epochs })).relationOf(1500).bound,
          STALE,
          NOT_ADVERTISED
        );
        const advertising = snapshot({ definitionHash: a.carriageHash });
        reasonOf(
          bind(store, request({ snapshot: advertising, epochs, whenUnadvertised: 'assume' })).relationOf(1500).bound,
          STALE,
          NOT_ADVERTISED
        );
      }
    );
  });

  describe('earlier epochs', () => {
    /** Three epochs in one ring: a from 0, b from 1000, c (the current one) from 2000. */
    const three = (): Snapshot => snapshot({ definitionHash: c.carriageHash, prevDefinitionHash: b.carriageHash });
    const known = (): KnownEpoch[] => [
      epoch(1, 0, a.carriageHash),
      epoch(2, 1000, b.carriageHash),
      epoch(3, 2000, c.carriageHash)
    ];
    const bindThree = (parts: Partial<BindRequest> = {}): Binding =>
      bind(store, request({ snapshot: three(), epochs: known(), ...parts }));

    beforeEach(() => {
      for (const compiled of [a, b, c]) store.add(compiled, compiled.carriageHash);
    });

    it(
      'are bound from the prior epoch’s known start on; the one before never is, though its definition ' + 'is loaded',
      () => {
        const binding = bindThree();
        boundTo(binding.prior, b);
        should(binding.priorEpoch).eql(epoch(2, 1000, b.carriageHash));
        for (const abs of [1000, 1999]) {
          boundTo(binding.relationOf(abs).bound, b);
          binding.relationOf(abs).should.match({ relation: 'prior', epochId: 2 });
        }
        for (const abs of [0, 999]) {
          reasonOf(binding.relationOf(abs).bound, STALE, b.carriageHash);
          should(binding.relationOf(abs).relation).equal('prior');
          should(binding.relationOf(abs).epochId).be.undefined();
        }
        boundTo(binding.relationOf(2000).bound, c);
        describeBinding(binding).should.eql({ current: { hash: c.carriageHash }, prior: { hash: b.carriageHash } });
      }
    );

    it('are stale when the prior epoch’s start is not known', () => {
      for (const epochs of [
        undefined,
        [],
        [epoch(3, 2000, c.carriageHash)],
        [epoch(1, 0, a.carriageHash)],
        [epoch(1, 0, a.carriageHash), epoch(3, 2000, c.carriageHash)]
      ]) {
        const binding = bindThree({ epochs });
        for (const abs of [0, 999, 1000, 1999]) reasonOf(binding.relationOf(abs).bound, STALE, b.carriageHash);
        boundTo(binding.relationOf(2000).bound, c);
        should(binding.priorEpoch).be.undefined();
      }
    });

    it('are stale when an epoch may have been missed: the same hash again, but not the id before', () => {
      // b (2), then unseen a (3) and b again (4), now c (5): the start known for b is not the prior epoch's.
      const binding = bindThree({ snapshot: { ...three(), epochId: 5 }, epochs: [epoch(2, 1000, b.carriageHash)] });
      for (const abs of [1000, 1500, 1999]) reasonOf(binding.relationOf(abs).bound, STALE, b.carriageHash);
    });

    it('are stale when the last known start has another hash than the control block says', () => {
      const binding = bindThree({ epochs: [epoch(2, 1000, a.carriageHash)] });
      reasonOf(binding.relationOf(1500).bound, STALE, b.carriageHash);
    });

    it('are stale when two starts are claimed for the same position', () => {
      const binding = bindThree({ epochs: [epoch(2, 1000, b.carriageHash), epoch(1, 1000, a.carriageHash)] });
      reasonOf(binding.relationOf(1500).bound, STALE, b.carriageHash);
      const twice = bindThree({ epochs: [epoch(2, 1000, b.carriageHash), epoch(2, 1000, b.carriageHash)] });
      boundTo(twice.relationOf(1500).bound, b);
    });

    it('are stale when their definition is not loaded, and that is no drift', () => {
      store.remove(b.carriageHash);
      const binding = bindThree();
      reasonOf(binding.prior, STALE, b.carriageHash);
      reasonOf(binding.relationOf(1500).bound, STALE, b.carriageHash);
      boundTo(binding.current, c);
    });

    it('are bound although the current definition is missing', () => {
      store.remove(c.carriageHash);
      const binding = bindThree();
      boundTo(binding.relationOf(1500).bound, b);
      binding.current.ok.should.equal(false);
    });

    it('are refused for a full hash that is wrong, like the current one', () => {
      store.add(definition('b', 'wrong'), b.carriageHash);
      reasonOf(
        bindThree().prior,
        { kind: 'fullHashDrift', detail: { actual: b.contentHash, expected: 'wrong' } },
        b.carriageHash
      );
    });

    it('ask nothing new of the heap for every record', () => {
      const binding = bindThree();
      for (const abs of [0, 1500, 2500]) should(binding.relationOf(abs)).equal(binding.relationOf(abs));
    });
  });

  it('never binds a record to another definition than the one in force when it was written', () => {
    // Random histories of epochs in one ring, seen with gaps: whatever is bound must be the truth.
    const loaded = [a, b, c];
    for (const compiled of loaded) store.add(compiled, compiled.carriageHash);
    const random = seeded(20260212);
    let resolvedPrior = 0;
    for (let round = 0; round < 5000; round++) {
      const history: { epochId: number; firstAbs: number; compiled: CompiledDefinition }[] = [];
      let firstAbs = 0;
      for (let i = 0, count = 1 + random.below(6); i < count; i++) {
        history.push({ epochId: 10 + i, firstAbs, compiled: loaded[random.below(3)] });
        firstAbs += 1 + random.below(500);
      }
      const last = history[history.length - 1];
      const epochs = history
        .filter(() => random.next() < 0.6)
        .map(({ epochId, firstAbs: at, compiled }) => epoch(epochId, at, compiled.carriageHash));
      const binding = bind(store, {
        stream: 's',
        whenUnadvertised: random.next() < 0.5 ? 'assume' : 'placeholder',
        snapshot: snapshot({
          epochId: last.epochId,
          epochFirstAbs: last.firstAbs,
          definitionHash: last.compiled.carriageHash,
          prevDefinitionHash: history.at(-2)?.compiled.carriageHash ?? NOT_ADVERTISED
        }),
        epochs
      });
      for (let i = 0; i < 10; i++) {
        const abs = random.below(firstAbs);
        const truth = history.filter((each) => each.firstAbs <= abs).at(-1)!;
        const { relation, bound, epochId } = binding.relationOf(abs);
        should(relation).equal(truth === last ? 'current' : 'prior');
        if (epochId !== undefined) epochId.should.equal(truth.epochId);
        if (!bound.ok) relation.should.equal('prior');
        else should(bound.compiled).equal(truth.compiled);
        if (bound.ok && relation === 'prior') resolvedPrior++;
      }
    }
    resolvedPrior.should.be.above(1000);
  });

  it('a current epoch for which another hash is known is bound to nothing: a torn snapshot resolves no name', () => {
    store.add(a, 'one');
    store.add(b, 'two');
    const torn = snapshot({ epochId: 3, definitionHash: b.carriageHash, prevDefinitionHash: a.carriageHash });
    const binding = bind(store, request({ snapshot: torn, epochs: [epoch(3, 2000, c.carriageHash)] }));
    reasonOf(binding.current, STALE, b.carriageHash);
    const unsaid = bind(
      store,
      request({
        snapshot: snapshot({ epochId: 3 }),
        epochs: [epoch(3, 2000, c.carriageHash)],
        whenUnadvertised: 'assume'
      })
    );
    reasonOf(unsaid.current, STALE, NOT_ADVERTISED);
    boundTo(
      bind(store, request({ snapshot: torn, epochs: [epoch(2, 1000, a.carriageHash), epoch(3, 2000, b.carriageHash)] }))
        .current,
      b
    );
    boundTo(bind(store, request({ snapshot: torn, epochs: [epoch(2, 1000, a.carriageHash)] })).current, b);
  });
});
