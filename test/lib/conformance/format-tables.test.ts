import 'should';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { withTables } from '../../../scripts/format-tables';

const docs = path.resolve(__dirname, '../../../docs');
const parts = path.join(docs, 'format');
const pages = [
  ...(existsSync(path.join(docs, 'format.md')) ? [path.join(docs, 'format.md')] : []),
  ...(existsSync(parts) ? readdirSync(parts).map((name) => path.join(parts, name)) : [])
];

describe('format page', () => {
  it('shows all five tables of the registry', () => {
    const text = pages.map((page) => readFileSync(page, 'utf8')).join('\n');
    for (const name of ['tlv-types', 'value-keys', 'events', 'enumerations', 'procedural-models'])
      text.should.containEql(`<!-- registry: ${name} -->\n`);
  });

  it('shows them as the code has them', () => {
    for (const page of pages) {
      const text = readFileSync(page, 'utf8');
      withTables(text).should.equal(text);
    }
  });
});
