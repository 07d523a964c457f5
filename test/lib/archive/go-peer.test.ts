import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  consistencyPath,
  foldRight,
  includes,
  inclusionPath,
  isPrefix,
  leafHash,
  Node,
  nodeHash,
  Nodes,
  openCheckpoint,
  parseVkey,
  signCheckpoint,
  TreeEdge,
  vkeyOf
} from '../../../lib/archive';
import { keyOf } from '../../../lib/archive/files';
import { Seeded, seeded } from '../../support/seeded';
import { rounds } from '../../support/rounds';

const peer = join(__dirname, '../../support/archive/peer/main.go');
/** Where Debian's golang-golang-x-mod-dev puts the sources. */
const GOPATH = '/usr/share/gocode';
const TREES = rounds(60, 200);

interface Tree {
  readonly Kind: 'check' | 'make';
  readonly Size: number;
  readonly Entries: readonly string[];
  readonly Root: string;
  readonly Note: string;
  readonly Vkey: string;
  readonly Inclusion: readonly { readonly Index: number; readonly Entry: string; readonly Path: readonly string[] }[];
  readonly Consistency: readonly { readonly Size: number; readonly Root: string; readonly Path: readonly string[] }[];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** Every node of a tree, made once, by its level. */
class Nodebook {
  private readonly levels: Uint8Array[][];

  constructor(leaves: readonly Uint8Array[]) {
    this.levels = [[...leaves]];
    for (let below = this.levels[0]; below.length > 1; below = this.levels[this.levels.length - 1]) {
      const row: Uint8Array[] = [];
      for (let i = 0; i + 1 < below.length; i += 2) row.push(nodeHash(below[i], below[i + 1]));
      this.levels.push(row);
    }
  }

  path = (nodes: readonly Nodes[]): string[] =>
    nodes.map((one) => text(foldRight(one.map(({ level, index }: Node) => this.levels[level][index]))));
}

function randomTree(random: Seeded): { entries: Buffer[]; size: number; indexes: number[]; olders: number[] } {
  const size = 1 + random.below(random.below(4) === 0 ? 2000 : 70);
  const entries = Array.from({ length: size }, () => Buffer.from(random.bytes(random.below(40))));
  const indexes = [0, size - 1, random.below(size), random.below(size)];
  const olders = [1, size, 1 + random.below(size), 1 + random.below(size)];
  return { entries, size, indexes, olders };
}

function ours(random: Seeded, seed: number): Tree {
  const { entries, size, indexes, olders } = randomTree(random);
  const leaves = entries.map(leafHash);
  const book = new Nodebook(leaves);
  const roots: string[] = [];
  const edge = new TreeEdge();
  for (const leaf of leaves) {
    edge.add(leaf);
    roots.push(text(edge.root()));
  }
  const signer = keyOf(random.bytes(32)).signer(`plant.example/${seed}`);
  return {
    Kind: 'check',
    Size: size,
    Entries: entries.map(text),
    Root: roots[size - 1],
    Note: signCheckpoint({ origin: signer.name, size, root: edge.root() }, signer),
    Vkey: vkeyOf(signer),
    Inclusion: indexes.map((Index) => ({
      Index,
      Entry: text(entries[Index]),
      Path: book.path(inclusionPath(Index, size))
    })),
    Consistency: olders.map((Size) => ({ Size, Root: roots[Size - 1], Path: book.path(consistencyPath(Size, size)) }))
  };
}

/** What Go says to these trees, in order. */
function ask<T>(trees: readonly unknown[]): T[] {
  const output = execFileSync('go', ['run', peer], {
    input: trees.map((tree) => JSON.stringify(tree)).join('\n'),
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH,
      GOFLAGS: '',
      GOCACHE: process.env.GOCACHE ?? '/tmp/openot-go-cache'
    },
    maxBuffer: 1 << 30
  });
  return output
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

describe("Go's own transparency log", function () {
  this.timeout(300_000);

  before(function () {
    const isThere =
      spawnSync('go', ['version']).status === 0 && existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'));
    // Debian: golang-go, golang-golang-x-mod-dev. npm test installs them where it may.
    if (!isThere) this.skip();
  });

  it(`verifies notes, roots and proofs of ${TREES} random trees of ours, and sees what was changed`, () => {
    const random = seeded(15);
    const trees = Array.from({ length: TREES }, (_, seed) => ours(random, seed));
    const changed = trees
      .slice(0, 20)
      .map((tree) => ({ ...tree, Note: tree.Note.replace(`\n${tree.Size}\n`, `\n${tree.Size + 1}\n`) }));
    const answers = ask<{ Error: string }>([...trees, ...changed]);
    answers
      .slice(0, TREES)
      .filter(({ Error }) => Error !== '')
      .should.eql([]);
    answers
      .slice(TREES)
      .filter(({ Error }) => Error === '')
      .should.eql([]);
  });

  it(`makes notes, roots and proofs of ${TREES} random trees that we verify`, () => {
    const random = seeded(16);
    const asked = Array.from({ length: TREES }, () => {
      const { entries, size, indexes, olders } = randomTree(random);
      return {
        Kind: 'make',
        Size: size,
        Entries: entries.map(text),
        Inclusion: indexes.map((Index) => ({ Index, Entry: text(entries[Index]), Path: [] })),
        Consistency: olders.map((Size) => ({ Size, Root: '', Path: [] }))
      };
    });
    for (const { Size: size, Root, Note, Vkey, Inclusion, Consistency } of ask<Tree>(asked)) {
      const root = bytesOf(Root);
      const parsed = parseVkey(Vkey);
      const opened = parsed.ok ? openCheckpoint(Note, [parsed.verifier]) : parsed;
      opened.ok.should.be.true();
      if (opened.ok) opened.checkpoint.should.eql({ origin: 'peer.example/log', size, root });
      for (const { Index, Entry, Path } of Inclusion)
        includes({ index: Index, size, root }, leafHash(bytesOf(Entry)), Path.map(bytesOf)).should.be.true();
      for (const older of Consistency)
        isPrefix(
          { size: older.Size, root: bytesOf(older.Root) },
          { size, root },
          older.Path.map(bytesOf)
        ).should.be.true();
    }
  });
});
