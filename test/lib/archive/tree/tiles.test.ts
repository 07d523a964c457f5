import {
  bundlesOf,
  leafHash,
  levelsOf,
  Tile,
  tileNumber,
  tilePath,
  tilesOfLevel,
  TreeEdge
} from '../../../../lib/archive';

describe('The tiles of a log', () => {
  it('are numbered in groups of three digits', () => {
    tileNumber(0).should.equal('000');
    tileNumber(999).should.equal('999');
    tileNumber(1000).should.equal('x001/000');
    tileNumber(1234067).should.equal('x001/x234/067');
    tilePath({ level: 0, index: 273, width: 112 }).should.equal('tile/0/273.p/112');
    tilePath({ level: 'entries', index: 5, width: 256 }).should.equal('tile/entries/005');
  });

  it('of 70,000 entries are 273 full ones and one of 112, one full one and one of 17, and one of 1', () => {
    const full = new Map<number, number>();
    const edge = new TreeEdge((tile: Tile) =>
      full.set(tile.level as number, (full.get(tile.level as number) ?? 0) + 1)
    );
    for (let i = 0; i < 70_000; i++) edge.add(leafHash(Buffer.from(String(i))));
    [...full].should.eql([
      [0, 273],
      [1, 1]
    ]);
    edge
      .partials()
      .map(({ tile }) => [tile.level, tile.index, tile.width])
      .should.eql([
        [0, 273, 112],
        [1, 1, 17],
        [2, 0, 1]
      ]);
    levelsOf(70_000).should.equal(3);
    const counts = [0, 1, 2].map((level) => tilesOfLevel(level, 70_000));
    counts.map((tiles) => tiles.filter(({ width }) => width === 256).length).should.eql([273, 1, 0]);
    counts.map((tiles) => tiles.at(-1)?.width).should.eql([112, 17, 1]);
    bundlesOf(70_000).length.should.equal(274);
  });

  it('that are new since a size are those that changed, and no others', () => {
    tilesOfLevel(0, 600, 300)
      .map(({ index, width }) => [index, width])
      .should.eql([
        [1, 256],
        [2, 88]
      ]);
    tilesOfLevel(1, 600, 300)
      .map(({ index, width }) => [index, width])
      .should.eql([[0, 2]]);
    tilesOfLevel(1, 500, 300).should.eql([]);
  });
});
