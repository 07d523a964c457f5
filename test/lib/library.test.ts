import should from 'should';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as library from '../../lib';
import { encoded, messageSlots } from '../support/records';
import { fullFile } from './definition/full-file';

const root = path.resolve(__dirname, '../..');
const { main } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { main: string };

describe('the library', () => {
  it('decodes a record, or says what is wrong with it', () => {
    const bytes = encoded({ seq: 7, slots: messageSlots(3) });
    const record = library.decodeRecord(bytes);
    if (!record.ok) throw new Error(record.kind);
    should({ type: record.eventTypeId, seq: record.safeSeq }).eql({ type: library.EventType.Message, seq: 7 });
    const damaged = library.decodeRecord(bytes.map((byte, i) => (i === 41 ? byte ^ 1 : byte)));
    if (damaged.ok) throw new Error('the CRC was not checked');
    library.wireErrorCode(damaged).should.equal('OPENOT_WIRE_CRC_MISMATCH');
  });

  it('goes from bytes and a definition file to documents', () => {
    const file = library.compileDefinition(
      JSON.stringify({ ...fullFile(), eventTypes: library.canonicalEventTypes() })
    );
    if (!file.ok) throw new Error(file.message);
    const store = new library.DefinitionStore();
    store.add(file.compiled, 'file');
    const binding = library.bind(store, { stream: 'any', whenUnadvertised: 'assume' });
    const { items, error } = library.itemsOfConcatenation(Buffer.from(encoded({ seq: 7, slots: messageSlots(3) })));
    should(error).be.undefined();
    const [document] = library.createFormatter({ profile: 'strict' }).objects(items, {}, binding);
    should(document).have.properties({ kind: 'event', eventName: 'Message', seq: 7 });
  });

  it('goes on from documents to the requests of a collector', () => {
    const { telemetry } = library;
    const compiled = library.compileDefinition(
      JSON.stringify({ ...fullFile(), eventTypes: library.canonicalEventTypes() })
    );
    if (!compiled.ok) throw new Error(compiled.message);
    const store = new library.DefinitionStore();
    store.add(compiled.compiled, 'file');
    const { items } = library.itemsOfConcatenation(Buffer.from(encoded({ seq: 7, slots: messageSlots(3) })));
    const documents = library
      .createFormatter({ profile: 'enriched' })
      .objects(items, {}, library.bind(store, { stream: 'line 1', whenUnadvertised: 'assume' }));
    const mapper = telemetry.createOtelMapper({
      spanStore: telemetry.createSpanStore()
    });
    const { logs, problems } = mapper.documents(documents, { stream: 'line 1' }, telemetry.defaultMappingSettings);
    should(problems).eql([]);
    const envelope = {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'openot' } }] },
      scope: { name: 'openot' }
    };
    const request = JSON.parse(telemetry.otlpJson(telemetry.assembleRequest('logs', { logs }, envelope))) as {
      resourceLogs: { scopeLogs: { logRecords: object[] }[] }[];
    };
    should(request.resourceLogs[0].scopeLogs[0].logRecords).eql(logs);
    should(logs[0].eventName).equal('openot.message');
    should(library.otlp.DEFAULT_ENDPOINT).equal('http://localhost:4318');
  });

  it('writes a definition file that names its own hash', () => {
    const parsed = library.parseDefinition(JSON.stringify(fullFile()));
    if (!parsed.ok) throw new Error(parsed.message);
    const file = library.compileDefinition(library.writeDefinition(parsed.definition));
    if (!file.ok) throw new Error(file.message);
    file.compiled.definition.header.contentHash.should.equal(file.compiled.contentHash);
    library.definitionWarnings(file.compiled).should.eql([]);
  });

  it('is what the compiled package gives to plain Node.js, and loads neither Node-RED nor node-opcua', () => {
    if (!existsSync(path.join(root, main))) throw new Error(`${main} is not there: npm run build makes it`);
    const script = `
      const { decodeRecord } = require(${JSON.stringify(root)});
      const record = decodeRecord(Buffer.from('${Buffer.from(encoded({ seq: 7 })).toString('hex')}', 'hex'));
      const loaded = Object.keys(require.cache).filter((file) => /node_modules.(node-red|@node-red|node-opcua)/.test(file));
      console.log(JSON.stringify({ ok: record.ok, eventTypeId: record.eventTypeId, seq: String(record.seq), loaded }));`;
    const said = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    JSON.parse(said).should.eql({ ok: true, eventTypeId: library.EventType.Message, seq: '7', loaded: [] });
  });
});
