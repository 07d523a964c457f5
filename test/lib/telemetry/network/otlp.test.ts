import 'should';
import type { Signal } from '../../../../lib/telemetry/otlp-types';
import { assertValid, problemsOf } from '../../../support/otlp/validator';
import { fullRequest } from './support/requests';

describe("the otlp encoding of the open networks' envelope", () => {
  for (const signal of ['logs', 'metrics', 'traces'] as Signal[]) {
    it(`is valid OTLP/JSON: ${signal}`, async () => {
      assertValid(signal, await fullRequest(signal));
      assertValid(signal, JSON.stringify(await fullRequest(signal, { checksum: 'sha256' })));
    });

    it(`is what the literal encoding is not: ${signal}`, async () => {
      problemsOf(signal, await fullRequest(signal, { encoding: 'literal' })).should.not.be.empty();
    });
  }
});
