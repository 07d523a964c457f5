import should from 'should';
import { createFormatter, DocumentObject } from '../../../../lib/document';
import { createOtelMapper, defaultMappingSettings } from '../../../../lib/telemetry/mapper';
import { otlpJson } from '../../../../lib/telemetry/json';
import { missingOf } from '../../../support/network/missing-of';
import type { Encoding } from '../../../support/network/requirements';
import { assertValid } from '../../../support/otlp/validator';
import { seeded } from '../../../support/seeded';
import { boundTo } from '../../document/support/bindings';
import { viewOf } from '../../document/support/items';
import { plant } from '../../document/support/plant';
import { randomRecord } from '../../document/support/random-records';
import { loss, placeholder, secondNs } from './support/documents';
import { mapped, profile, settingsOf } from './support/requests';

/** Optional in the specification, and not there where nobody knows it. */
const OPTIONAL = ['item item.name', 'item item.duration', 'item item.duration.seconds'];

describe('random documents in the envelope of the open networks', () => {
  let documents: DocumentObject[];

  before(() => {
    const compiled = plant();
    const random = seeded(2404);
    const formatter = createFormatter({ profile: 'enriched' });
    const context = formatter.context(
      { bufferId: 4, incarnation: 2, receiveTimeNs: '1780000000000000007' },
      boundTo(compiled)
    );
    // As if one controller had written them all in one run, one every second.
    const inOrder = Array.from({ length: 1500 }, (_, i) => {
      const document = formatter.recordObject(viewOf(randomRecord(random, compiled)), 0, context);
      return {
        ...document,
        seq: i,
        provenance: {
          ...document.provenance,
          runId: '77',
          sourceTimeNs: secondNs(i),
          source: { ...document.provenance.source, id: 1 + (i % 2) }
        }
      };
    });
    documents = [...inOrder, loss({ seq: 1500, at: 1500 }), placeholder({ seq: 1503, at: 1503 })];
  });

  for (const encoding of ['otlp', 'literal'] as Encoding[]) {
    it(`lack nothing that is required (${encoding})`, () => {
      const network = profile();
      const settings = settingsOf({ encoding });
      const made = createOtelMapper({}).documents(documents, { stream: 'line1' }, defaultMappingSettings);
      // Behind those of the documents: what the watch over clocks has to say.
      made.logs.length.should.be.aboveOrEqual(documents.length);
      const items = network.prepare(mapped(made), made.documents, { stream: 'line1' }, settings);
      const request = network.request('logs', items, settings);
      missingOf('logs', encoding, request, OPTIONAL).should.eql([]);
      should(otlpJson(request)).equal(JSON.stringify(request));
      if (encoding === 'otlp') assertValid('logs', JSON.stringify(request));
    });
  }

  it('tell the durations of machines and batches among them', () => {
    const network = profile();
    const made = createOtelMapper({}).documents(documents, { stream: 'line1' }, defaultMappingSettings);
    const { logs } = network.prepare(mapped(made), made.documents, { stream: 'line1' }, settingsOf());
    const types = logs
      .filter(({ attributes }) => attributes.some(({ key }) => key === 'item.duration'))
      .map(({ attributes }) => attributes.find(({ key }) => key === 'item.type')?.value.stringValue);
    for (const type of ['StateMachine', 'Batch']) should(types.filter((found) => found === type).length).be.above(3);
    should(new Set(types).size).equal(2);
  });
});
