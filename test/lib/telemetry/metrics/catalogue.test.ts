import should from 'should';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { selfMetrics } from '../../../../lib/telemetry/metrics';
import { prometheusName } from '../../../support/prometheus-names';

const root = path.resolve(__dirname, '../../../..');

describe('metrics: the catalogue', () => {
  const names = Object.keys(selfMetrics) as (keyof typeof selfMetrics)[];

  it('stands in the help of the node, whole, and the help names no other', () => {
    const help = readFileSync(path.join(root, 'nodes/openot-otel/locales/en-US/openot-otel.html'), 'utf8');
    for (const name of names) should(help).containEql(`<code>${name}</code>`);
    const named = [
      ...help.matchAll(
        /<code>(openot\.(?:laps|incarnations|(?:records|bytes|ranges|reader|looks|values|ring|batches|clock)\.\w+))<\/code>/g
      )
    ].map(([, name]) => name);
    should(named.filter((name) => !Object.hasOwn(selfMetrics, name))).eql([]);
  });

  it('has words, units that are UCUM or none, and names of their own in Prometheus', () => {
    for (const name of names) {
      const { unit, description } = selfMetrics[name];
      should(description.length).be.above(10);
      should(unit).match(/^(|By|s|\{[a-z]+\})$/);
    }
    should(new Set(names.map((name) => prometheusName({ name, ...selfMetrics[name] }))).size).equal(names.length);
  });
});
