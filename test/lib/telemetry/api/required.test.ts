import 'should';
import { holders, missingOf, remove } from '../../../support/network/missing-of';
import { Encoding, nameOf, requirementsOfCalls } from '../../../support/network/requirements';
import { assertValid } from '../../../support/otlp/validator';
import { allKinds, requestOf } from './support/calls';

const copyOf = (request: unknown): unknown => JSON.parse(JSON.stringify(request));

for (const encoding of ['otlp', 'literal'] as Encoding[]) {
  for (const [what, call] of Object.entries(allKinds)) {
    describe(`a call that ${what} in the envelope of the open networks, encoding ${encoding}`, () => {
      const request = copyOf(requestOf(call, { encoding }));
      // A call without events has none that could lack anything.
      const table = requirementsOfCalls(encoding).filter(
        ({ place }) => place !== 'event' || holders('traces', request, 'event').length > 0
      );

      it('lacks nothing that is required', () => {
        missingOf('traces', encoding, request, [], table).should.eql([]);
        if (encoding === 'otlp') assertValid('traces', JSON.stringify(request));
      });

      for (const requirement of table) {
        const name = nameOf(requirement);

        it(`is found out without ${name}`, () => {
          const copy = copyOf(request);
          remove(holders('traces', copy, requirement.place)[0], requirement);
          missingOf('traces', encoding, copy, [], table).should.eql([`${name}: 1 of 1`]);
        });
      }
    });
  }
}
