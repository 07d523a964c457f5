import { Signal } from '../../../lib/otel/otlp';
import { goodRequests } from '../../support/otlp/good-requests';
import { canonical, fromProtobuf, toProtobuf } from '../../support/otlp/official';

/*
 * What our JSON says, said by the official codec: nothing is lost or changed on the way through OTLP/protobuf.
 */
describe('OTLP/JSON and the official protobuf codec', () => {
  for (const signal of ['logs', 'metrics', 'traces'] as Signal[]) {
    it(`a request of ${signal} is the same after the way through protobuf`, () => {
      const request = goodRequests[signal]();
      const back = fromProtobuf(signal, toProtobuf(signal, JSON.parse(JSON.stringify(request))));
      canonical(signal, back).should.deepEqual(canonical(signal, request));
    });
  }

  it('a changed value is not the same', () => {
    const request = goodRequests.logs();
    const other = goodRequests.logs();
    other.resourceLogs[0]!.scopeLogs[0]!.logRecords[0]!.timeUnixNano = '1764000000123456788';
    canonical('logs', fromProtobuf('logs', toProtobuf('logs', request))).should.not.deepEqual(canonical('logs', other));
  });
});
