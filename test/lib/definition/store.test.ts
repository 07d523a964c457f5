import should from 'should';
import { CompiledDefinition, DefinitionStore } from '../../../lib/definition';
import { namedDefinition as definition } from './named-definition';

describe('the definition store', () => {
  let a: CompiledDefinition;
  let b: CompiledDefinition;
  let store: DefinitionStore;
  let changes: number;

  beforeEach(() => {
    [a, b] = [definition('a'), definition('b')];
    store = new DefinitionStore();
    changes = 0;
    store.onChange(() => changes++);
  });

  it('is empty at first', () => {
    should(store.get(a.carriageHash)).be.undefined();
    should(store.newest()).be.undefined();
    store.all().should.eql([]);
    should(store.heldFor('s')).be.undefined();
  });

  it('finds definitions by carriage hash, and knows the newest', () => {
    store.add(a, 'one').should.equal(true);
    store.add(b, 'two').should.equal(true);
    should(store.get(a.carriageHash)).equal(a);
    should(store.get(b.carriageHash)).equal(b);
    should(store.get('0000000000000000')).be.undefined();
    should(store.newest()).equal(b);
    store.all().should.eql([a, b]);
    store.origins().should.eql([
      { origin: 'one', carriageHash: a.carriageHash },
      { origin: 'two', carriageHash: b.carriageHash }
    ]);
    changes.should.equal(2);
  });

  it('replaces what an origin held before', () => {
    store.add(a, 'one');
    store.add(b, 'one');
    should(store.get(a.carriageHash)).be.undefined();
    store.all().should.eql([b]);
  });

  it('takes no notice of a file that is loaded again unchanged', () => {
    store.add(a, 'one');
    store.add(b, 'two');
    store.add(definition('a'), 'one').should.equal(false);
    should(store.newest()).equal(b);
    changes.should.equal(2);
  });

  it('keeps a definition as long as one origin holds it', () => {
    store.add(a, 'one');
    store.add(definition('a'), 'two');
    store.all().should.have.length(1);
    store.remove('one').should.equal(true);
    should(store.get(a.carriageHash)?.contentHash).equal(a.contentHash);
    store.remove('two').should.equal(true);
    should(store.get(a.carriageHash)).be.undefined();
    store.remove('two').should.equal(false);
    changes.should.equal(4);
  });

  it('prefers, of two files with the same content, the one that does not name a wrong hash', () => {
    const wrong = definition('a', 'f'.repeat(64));
    wrong.carriageHash.should.equal(a.carriageHash);
    store.add(wrong, 'one');
    should(store.get(a.carriageHash)).equal(wrong);
    store.add(a, 'two');
    should(store.get(a.carriageHash)).equal(a);
    store.all().should.eql([a]);
    store.add(definition('a', 'f'.repeat(64)), 'three');
    should(store.get(a.carriageHash)).equal(a);
    should(store.newest()).equal(a);
  });

  it('notices that the hash a file names was mended', () => {
    const wrong = definition('a', 'f'.repeat(64));
    store.add(wrong, 'one').should.equal(true);
    store.add(a, 'one').should.equal(true);
    should(store.get(a.carriageHash)).equal(a);
    store.add(definition('a', a.contentHash), 'one').should.equal(false);
  });

  it('stops telling a listener that has left, also while it is telling', () => {
    let told = 0;
    const leave = store.onChange(() => {
      told++;
      leave();
    });
    store.add(a, 'one');
    store.add(b, 'two');
    told.should.equal(1);
    changes.should.equal(2);
  });

  it('does not tell a listener of the change during which it came', () => {
    let told = 0;
    store.onChange(() => store.onChange(() => told++));
    store.add(a, 'one');
    told.should.equal(0);
    store.add(b, 'two');
    told.should.equal(1);
  });

  it('remembers what a stream was bound to while it is held, else names the newest', () => {
    store.add(a, 'one');
    store.rememberBound('s', a.carriageHash);
    store.add(b, 'two');
    should(store.heldFor('s')).equal(a);
    should(store.heldFor('other')).equal(b);
    store.remove('one');
    should(store.heldFor('s')).equal(b);
  });

  it('does not remember more than a bounded number of streams', () => {
    store.add(a, 'one');
    store.rememberBound('kept', a.carriageHash);
    store.rememberBound('forgotten', a.carriageHash);
    store.rememberBound('kept', a.carriageHash);
    store.add(b, 'two');
    for (let i = 0; i < 1023; i++) store.rememberBound(`s${i}`, b.carriageHash);
    should(store.heldFor('forgotten')).equal(b);
    should(store.heldFor('kept')).equal(a);
  });
});
