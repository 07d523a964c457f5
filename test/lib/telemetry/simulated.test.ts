import should from 'should';
import type { DocumentObject, EventDocument } from '../../../lib/document';
import { assembleRequest } from '../../../lib/telemetry/assemble';
import { otlpJson } from '../../../lib/telemetry/json';
import { createOtelMapper, defaultMappingSettings } from '../../../lib/telemetry/mapper';
import type { LogRecord, MappedItems, Signal } from '../../../lib/telemetry/otlp-types';
import { createSpanStore } from '../../../lib/telemetry/spans';
import { ScenarioName, scenarios } from '../../../lib/simulator';
import { assertValid } from '../../support/otlp/validator';
import { played } from './support/played';

const settings = { ...defaultMappingSettings, stateSpans: true, boolMetrics: true };
const envelope = {
  resource: { attributes: [{ key: 'service.name', value: { stringValue: 'plant' } }] },
  scope: { name: 'n', version: '1' }
};

/** The key of a field's value: bare, or with its type behind it. */
const typed = (field: string): RegExp =>
  new RegExp(`^openot\\.field\\.${field}(_(bool|int|double|text|bytes))?(_list)?$`);

for (const name of Object.keys(scenarios) as ScenarioName[]) {
  describe(`OpenTelemetry of the scenario ${name}`, () => {
    let documents: DocumentObject[];
    let batches: MappedItems[];
    let logs: LogRecord[];
    before(() => {
      const given = played(name);
      const mapper = createOtelMapper({ spanStore: createSpanStore() });
      documents = given.flat();
      documents.length.should.be.above(3000);
      const mapped = given.map((batch) => mapper.documents(batch, { stream: 'line 1' }, settings));
      mapped.flatMap(({ problems }) => problems).should.eql([]);
      batches = mapped;
      logs = mapped.flatMap(({ logs, documents }) => logs.slice(0, documents.length));
    });

    for (const signal of ['logs', 'metrics', 'traces'] as Signal[]) {
      it(`gives valid ${signal}, as text too`, () => {
        for (const items of batches) {
          const request = assembleRequest(signal, items, envelope);
          assertValid(signal, request);
          should(otlpJson(request)).equal(JSON.stringify(request));
        }
        batches
          .reduce((count, { logs, metrics, spans }) => count + { logs, metrics, traces: spans }[signal].length, 0)
          .should.be.above(0);
      });
    }

    it('gives each record one log record with a uid of its own and the names of its event and line', () => {
      should(logs).have.length(documents.length);
      const uids = logs.map(({ attributes }) => attributes[0].value.stringValue);
      should(new Set(uids).size).equal(documents.length);
      logs.forEach((log, i) => {
        const { eventName, text } = documents[i] as EventDocument;
        should(log.eventName).equal('openot.' + eventName.replace(/(?<=.)([A-Z])/g, '_$1').toLowerCase());
        should(log.body).eql({ stringValue: text });
      });
    });

    it('carries every field with its value, exactly', () => {
      logs.forEach(({ attributes }, i) => {
        const values = new Map(attributes.map(({ key, value }) => [key, value]));
        const { fields } = documents[i] as EventDocument;
        for (const { name: field } of fields) {
          const found = [...values].find(([key]) => typed(field).test(key))?.[1];
          const expected = fields
            .filter((other) => other.name === field)
            .map(({ value }) =>
              typeof value === 'object' && value !== null
                ? Buffer.from(value.payloadHex, 'hex').toString('base64')
                : String(value)
            );
          const said = (found?.arrayValue?.values ?? [found]).map((value) => String(Object.values(value ?? {})[0]));
          if (said.join('\n') !== expected.join('\n'))
            throw new Error(`${field} of ${JSON.stringify(documents[i])}: ${JSON.stringify(found)}`);
        }
      });
    });

    it('gives records that are alarms, batches or part of one their ids, others none', () => {
      const correlated = new Set(logs.filter(({ traceId }) => traceId !== undefined).map(({ eventName }) => eventName));
      for (const eventName of ['openot.condition_active', 'openot.condition_cleared', 'openot.batch_event'])
        should(correlated.has(eventName)).be.true(eventName);
      for (const eventName of ['openot.heartbeat', 'openot.logger_started', 'openot.operator_login'])
        should(correlated.has(eventName)).be.false(eventName);
      for (const { traceId, spanId, flags } of logs)
        should([flags, spanId === undefined]).eql(traceId === undefined ? [undefined, true] : [1, false]);
    });
  });
}
