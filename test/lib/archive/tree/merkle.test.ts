import {
  consistencyPath,
  emptyRoot,
  foldRight,
  includes,
  inclusionPath,
  isPrefix,
  leafHash,
  nodeHash,
  Nodes,
  splitOf,
  TreeEdge
} from '../../../../lib/archive';
import { seeded } from '../../../support/seeded';

/** The eight inputs of archive.md, as in RFC 6962's test data. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots: ReadonlyMap<number, string> = new Map([
  [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328']
]);

/** The tree as RFC 6962 defines it, by its definition and nothing else. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot();
  if (leaves.length === 1) return leaves[0];
  const split = splitOf(leaves.length);
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

const hashesOf = (leaves: readonly Uint8Array[], path: readonly Nodes[]): Uint8Array[] =>
  path.map((nodes) =>
    foldRight(
      nodes.map(({ level, index }) => rootByDefinition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))
    )
  );

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leavesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`entry ${i}`, 'utf8')));

describe('The Merkle tree', () => {
  it('has the known roots', () => {
    const edge = new TreeEdge();
    hex(edge.root()).should.equal('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const input of inputs) {
      edge.add(leafHash(Buffer.from(input, 'hex')));
      const known = roots.get(edge.size);
      if (known !== undefined) hex(edge.root()).should.equal(known);
    }
    edge.size.should.equal(8);
  });

  it('has at every size up to 600 the root of its definition', () => {
    const leaves = leavesOf(600);
    const edge = new TreeEdge();
    leaves.forEach((leaf, i) => {
      edge.add(leaf);
      if (i < 40 || i % 37 === 0 || (i + 1) % 256 < 3)
        hex(edge.root()).should.equal(hex(rootByDefinition(leaves.slice(0, i + 1))));
    });
  });

  it('proves each leaf of each size up to 40, and no other one', () => {
    const leaves = leavesOf(40);
    for (let size = 1; size <= 40; size++) {
      const root = rootByDefinition(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const path = hashesOf(leaves, inclusionPath(index, size));
        includes({ index, size, root }, leaves[index], path).should.be.true();
        includes({ index, size, root }, leaves[(index + 1) % 40], path).should.be.false();
        if (size > 1) includes({ index: (index + 1) % size, size, root }, leaves[index], path).should.be.false();
        includes({ index, size, root }, leaves[index], [...path, leaves[0]]).should.be.false();
        if (path.length > 0) includes({ index, size, root }, leaves[index], path.slice(1)).should.be.false();
      }
    }
  });

  it('proves that each smaller tree is a prefix of each larger one up to 40, and no other one is', () => {
    const leaves = leavesOf(40);
    const others = leavesOf(41).slice(1);
    for (let newer = 1; newer <= 40; newer++)
      for (let older = 0; older <= newer; older++) {
        const path = hashesOf(leaves, consistencyPath(older, newer));
        const head = { size: newer, root: rootByDefinition(leaves.slice(0, newer)) };
        isPrefix({ size: older, root: rootByDefinition(leaves.slice(0, older)) }, head, path).should.be.true();
        if (older > 0)
          isPrefix({ size: older, root: rootByDefinition(others.slice(0, older)) }, head, path).should.be.false();
        isPrefix({ size: older, root: rootByDefinition(leaves.slice(0, older)) }, head, [
          ...path,
          leaves[0]
        ]).should.be.false();
      }
  });

  it('refuses a proof of which any one bit was changed', () => {
    const random = seeded(7);
    const leaves = leavesOf(300);
    const head = { size: 300, root: rootByDefinition(leaves) };
    const path = hashesOf(leaves, inclusionPath(123, 300));
    for (let turn = 0; turn < 200; turn++) {
      const changed = path.map((hash) => Buffer.from(hash));
      const step = changed[random.below(changed.length)];
      step[random.below(32)] ^= 1 << random.below(8);
      includes({ ...head, index: 123 }, leaves[123], changed).should.be.false();
    }
  });
});
