import should from 'should';
import { compileDefinition, CompiledDefinition } from '../../../lib/definition';
import { createFormatter, EventDocument, PlaceholderDocument } from '../../../lib/document';
import { RecordValidator } from '../../../lib/document/validate';
import { SlotTable } from '../../../lib/wire';
import { definitionText, describeVectors, JsonObject, wireVectors } from '../../support/vectors';
import { boundTo } from './support/bindings';
import { viewOfBytes } from './support/items';

describeVectors('the wire vectors under the sample definition', () => {
  let sample: CompiledDefinition;

  before(() => {
    const result = compileDefinition(definitionText('sample'));
    if (!result.ok) throw new Error(result.message);
    sample = result.compiled;
  });

  const records = wireVectors('record');

  it('there are 41 of them', () => {
    should(records.length).equal(41);
  });

  for (const { name, bytes, json } of records) {
    // The seven vectors that say nothing about the definition are valid under it.
    const expected = (json.detail as JsonObject).schemaExpected ?? 'accept';
    it(`${name}: ${expected as string}`, () => {
      const view = viewOfBytes(bytes);
      const violation = new RecordValidator().violation(
        sample,
        sample.eventTypes.get(view.eventTypeId),
        view.eventTypeId,
        new SlotTable().loadView(view),
        view.length
      );
      if (expected === 'accept') should(violation).equal(undefined);
      else should(violation).be.an.Object();
      const formatter = createFormatter({ profile: 'strict' });
      const document = formatter.recordObject(view, 0, formatter.context({}, boundTo(sample))) as
        EventDocument | PlaceholderDocument;
      should(document.kind).equal(violation === undefined ? 'event' : 'placeholder');
    });
  }
});
