import should from 'should';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configVersionOf, migrate, Migration, migrations } from '../../../nodes/runtime/migrations';

/** A node that was renamed a field, and then measured it in other units. */
const steps: readonly Migration[] = [
  { to: 2, what: 'speed is called interval', migrate: ({ speed }) => ({ interval: speed }) },
  { to: 3, what: 'interval in ms', migrate: ({ interval }) => ({ interval: Number(interval) * 1000 }) }
];

describe('migrations', () => {
  it('bring a node of any earlier version to this one, step by step', () => {
    const migrated = { ok: true, properties: { interval: 5000, configVersion: 3 } };
    should(migrate({ speed: 5 }, steps)).eql(migrated);
    should(migrate({ configVersion: 1, speed: 5 }, steps)).eql(migrated);
    should(migrate({ configVersion: 2, interval: 5 }, steps)).eql(migrated);
  });

  it('leave a node of this version as it is, and what was given in every case', () => {
    should(migrate({ configVersion: 3, interval: 5 }, steps)).eql({ ok: true, properties: { configVersion: 3 } });
    const given = Object.freeze({ configVersion: 1, speed: 5 });
    migrate(given, steps);
    should(given).eql({ configVersion: 1, speed: 5 });
  });

  it('refuse what a later version saved, and what no version saves', () => {
    for (const configVersion of [4, 0, -1, 1.5, 'x', '2', {}, NaN])
      should(migrate({ configVersion }, steps)).match({ ok: false, known: 3 });
    should(migrate({ configVersion: 4 }, steps)).eql({ ok: false, found: '4', known: 3 });
  });

  it('have a row for every node of the package, whose steps are numbered without a gap', () => {
    const root = join(__dirname, '..', '..', '..');
    const { nodes } = (
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { 'node-red': { nodes: Record<string, string> } }
    )['node-red'];
    should(Object.keys(migrations).sort()).eql(Object.keys(nodes).sort());
    for (const [type, row] of Object.entries<readonly Migration[]>(migrations)) {
      should(row.map(({ to }) => to)).eql(
        row.map((_, at) => at + 2),
        type
      );
      should(configVersionOf(row)).equal(1 + row.length);
    }
  });
});
