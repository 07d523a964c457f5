import 'should';
import type { Signal } from '../../../../lib/telemetry/otlp-types';
import { holders, missingOf, remove } from '../../../support/network/missing-of';
import { Encoding, nameOf, requirements } from '../../../support/network/requirements';
import { fullRequest } from './support/requests';

const copyOf = (request: unknown): unknown => JSON.parse(JSON.stringify(request));

for (const encoding of ['otlp', 'literal'] as Encoding[]) {
  for (const signal of ['logs', 'metrics', 'traces'] as Signal[]) {
    describe(`${signal} in the envelope of the open networks, encoding ${encoding}`, () => {
      let request: unknown;
      before(async () => {
        request = copyOf(await fullRequest(signal, { encoding }));
      });

      it('lack nothing', () => {
        missingOf(signal, encoding, request).should.eql([]);
      });

      for (const requirement of requirements(signal, encoding)) {
        const name = nameOf(requirement);

        it(`have ${name}, and its absence from any one is found`, () => {
          const all = holders(signal, request, requirement.place).length;
          all.should.be.above(0);
          missingOf(signal, encoding, request)
            .filter((found) => found.startsWith(name + ':'))
            .should.eql([]);
          for (let i = 0; i < all; i++) {
            const copy = copyOf(request);
            remove(holders(signal, copy, requirement.place)[i], requirement);
            missingOf(signal, encoding, copy).should.matchAny((found: string) =>
              found.should.equal(`${name}: 1 of ${all}`)
            );
          }
        });
      }
    });
  }
}

describe('the table of what is required', () => {
  it('is not fulfilled by the types of the other encoding', async () => {
    const literal = await fullRequest('traces', { encoding: 'literal' });
    missingOf('traces', 'otlp', literal).should.containDeep([
      'item .traceId: 2 of 2',
      'item .spanId: 2 of 2',
      'item .kind: 2 of 2'
    ]);
    const otlp = await fullRequest('logs');
    missingOf('logs', 'literal', otlp).should.eql([
      'scope count: 1 of 1',
      'item .severityNumber: 2 of 2',
      'item item.duration.seconds: 2 of 2'
    ]);
  });

  it('finds everything missing in a request without an envelope', () => {
    missingOf('metrics', 'otlp', { resourceMetrics: [] }).length.should.equal(requirements('metrics', 'otlp').length);
  });
});
