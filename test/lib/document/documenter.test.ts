import should from 'should';
import { canonicalEventTypes, compileDefinition } from '../../../lib/definition';
import { createDocumenter, DocumentedBatch } from '../../../lib/document';
import { encoded, messageSlots } from '../../support/records';
import { fullFile } from '../definition/full-file';

const FILE = JSON.stringify({ ...fullFile(), eventTypes: canonicalEventTypes() });

/** A batch with one record, of a controller that advertises `definitionHash`. */
function batch(definitionHash: string, changes: Partial<DocumentedBatch['facts']> = {}): DocumentedBatch {
  const payload = encoded({ seq: 7, slots: messageSlots(3) });
  return {
    payload,
    facts: {
      stream: 'line 1',
      incarnation: 0,
      bufferId: 9,
      snapshot: {
        version: 2,
        caps: 0,
        bufferBytes: 4096,
        headAbs: payload.length,
        oldestAbs: 0,
        lostCount: 0,
        runId: '3',
        epochId: 5,
        epochFirstAbs: 0,
        definitionHash,
        prevDefinitionHash: '0000000000000000'
      },
      epochs: [],
      receiveTimeNs: '1780000001000000000',
      segments: [{ offset: 0, abs: 0 }],
      notices: [],
      ...changes
    }
  };
}

describe('a documenter', () => {
  const compiled = compileDefinition(FILE);
  if (!compiled.ok) throw new Error(compiled.message);
  const hash = compiled.compiled.carriageHash;

  it('makes documents of a batch: as objects, and as exact text', () => {
    const documents = createDocumenter({ definitions: [FILE] });
    const [document] = documents.of(batch(hash));
    should(document).have.properties({ kind: 'event', eventName: 'Message', seq: 7 });
    should(document.text).be.a.String();
    should(JSON.parse(documents.texts(batch(hash))[0])).have.properties({ kind: 'event', seq: 7, text: document.text });
  });

  it('writes strict documents where that is asked for', () => {
    const [document] = createDocumenter({ definitions: [FILE], profile: 'strict' }).of(batch(hash));
    should(document).not.have.property('text');
  });

  it('gives placeholders until the definition is there that the controller advertises', () => {
    const documents = createDocumenter();
    should(documents.of(batch(hash))[0].kind).equal('placeholder');
    documents.definitions.add(compiled.compiled, 'later');
    should(documents.of(batch(hash))[0].kind).equal('event');
  });

  it('assumes the only definition where the controller advertises none, if it is told to', () => {
    const [kind, assumed] = (['placeholder', 'assume'] as const).map(
      (whenUnadvertised) =>
        createDocumenter({ definitions: [FILE], whenUnadvertised }).of(batch('0'.repeat(16)))[0].kind
    );
    should([kind, assumed]).eql(['placeholder', 'event']);
  });

  it('refuses a definition file that cannot be read, and says which one and where', () => {
    should(() => createDocumenter({ definitions: [FILE, '{"a": 1,}'] })).throw({
      name: 'OpenotError',
      code: 'OPENOT_DEFINITION_SYNTAX',
      message: /^definitions\[1\]: /
    });
  });

  it('refuses facts that do not belong to the payload', () => {
    should(() => createDocumenter().of(batch(hash, { segments: [] }))).throw({ code: 'OPENOT_FACTS_INVALID' });
  });
});
