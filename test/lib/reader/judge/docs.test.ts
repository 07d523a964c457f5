import should from 'should';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { CONTROL_RULES, RECORD_RULES } from '../../../../lib/reader/judge/decide';

const root = path.resolve(__dirname, '../../../..');
const text = readFileSync(path.join(root, 'docs/reader.md'), 'utf8');

/** A row of a table in docs/reader.md that says where it stands in the code. */
interface DocumentedRow {
  readonly row: string;
  readonly when: string;
  readonly then: string;
  readonly why: string;
  readonly file: string;
  readonly name: string;
}

/** Rows whose first cell is a number, perhaps with a letter, in the order of the page. */
function documented(): DocumentedRow[] {
  const rows: DocumentedRow[] = [];
  for (const line of text.split('\n')) {
    if (!/^\| \d+[a-z]? \|/.test(line)) continue;
    const [row, when, then, why, where, ...more] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    const place = /^`([a-z-]+\.ts)`: `(\w+)`$/.exec(where);
    should(more).eql([], `row ${row} has as many cells as the table`);
    should(place).not.equal(null, `row ${row} names a file and a function`);
    rows.push({ row, when, then, why, file: place?.[1] ?? '', name: place?.[2] ?? '' });
  }
  return rows;
}

describe('the table in docs/reader.md', () => {
  const rules = [...CONTROL_RULES, ...RECORD_RULES];
  const main = documented().filter(({ row }) => /^\d+$/.test(row));

  it('has the rows of the code, in the order, with its words', () => {
    main
      .map(({ row, when, then }) => ({ row, when, then }))
      .should.eql(rules.map(({ row, when, then }) => ({ row, when, then })));
  });

  it('names the function that judges each row', () => {
    main.map(({ name }) => name).should.eql(rules.map(({ judge }) => judge.name));
  });

  it('tells of the three parts of row 15', () => {
    const parts = documented().filter(({ row }) => !/^\d+$/.test(row));
    parts.map(({ row }) => row).should.eql(['15a', '15b', '15c']);
  });

  it('names files in which the functions stand, and says why', () => {
    for (const { row, why, file, name } of documented()) {
      const code = readFileSync(path.join(root, 'lib/reader/judge', file), 'utf8');
      code.should.match(new RegExp(`(function|const) ${name}\\b`), `row ${row}`);
      why.length.should.be.above(20, `row ${row}`);
    }
  });

  it('speaks of files that are there', () => {
    const names = [...text.matchAll(/`((?:observe|judge|progress|loop)\/[a-z-]+\.ts)`/g)].map(([, name]) => name);
    names.length.should.be.above(5);
    names.filter((name) => !existsSync(path.join(root, 'lib/reader', name))).should.eql([]);
  });
});
