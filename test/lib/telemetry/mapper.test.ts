import should from 'should';
import * as vm from 'node:vm';
import { CompiledDefinition } from '../../../lib/definition';
import { createFormatter, DocumentObject, EventDocument } from '../../../lib/document';
import {
  createOtelMapper,
  defaultMappingSettings,
  MappedDocuments,
  MappingProblem,
  MappingSettings
} from '../../../lib/telemetry/mapper';
import type { LogRecord, Span } from '../../../lib/telemetry/otlp-types';
import { createSpanStore } from '../../../lib/telemetry/spans';
import { LossItem } from '../../../lib/stream';
import { EventType, Key, Slot, TlvType } from '../../../lib/wire';
import { boundTo, unbound } from '../document/support/bindings';
import { plant } from '../document/support/plant';
import { slot } from '../document/support/slots';
import { documentOf } from '../document/support/strict';
import { documentText, describeVectors, parseJson } from '../../support/vectors';
import { assembleRequest } from '../../../lib/telemetry/assemble';
import { assertValid } from '../../support/otlp/validator';

type Loose = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
const facts = { bufferId: 4, incarnation: 2, receiveTimeNs: '1780000000000000007' };
const map = (documents: unknown, settings: Partial<MappingSettings> = {}): MappedDocuments =>
  createOtelMapper({}).documents(documents, { stream: 's' }, { ...defaultMappingSettings, ...settings });
const copy = (value: unknown): Loose => JSON.parse(JSON.stringify(value)) as Loose;

describe('mapper', () => {
  let compiled: CompiledDefinition;
  let change: EventDocument;
  let extended: EventDocument;
  let loss: DocumentObject;
  let placeholder: DocumentObject;
  before(() => {
    compiled = plant();
    const eventOf = (eventTypeId: number, ...slots: Slot[]): EventDocument =>
      documentOf(
        { eventTypeId, slots, sourceId: 1, seq: 5, runId: 2n ** 64n - 1n, timeNs: 1780000000000000001n },
        boundTo(compiled),
        facts,
        'enriched'
      ) as EventDocument;
    change = eventOf(
      EventType.ValueChanged,
      slot(Key.valueId, 20),
      slot(Key.newValue, 5, TlvType.Real),
      slot(Key.previousValue, NaN, TlvType.Real),
      slot(Key.quality, 0)
    );
    extended = eventOf(
      EventType.Message,
      slot(Key.messageTemplateId, 100),
      slot(Key.arg, 7n, TlvType.ULInt),
      slot(Key.arg, -7n, TlvType.LInt),
      slot(Key.arg, true, TlvType.Bool),
      slot(Key.arg, Uint8Array.of(1), TlvType.Bytes),
      slot(0x8001, Infinity, TlvType.LReal),
      { key: 0x8002, type: 99, payload: Uint8Array.of(1) }
    );
    const item: LossItem = {
      kind: 'loss',
      runId: '77',
      sourceId: 1,
      firstSeq: 10,
      lastSeq: 12,
      count: 3,
      basis: 'inferred',
      class: 'lost'
    };
    loss = createFormatter({ profile: 'enriched' }).objects([item], facts, boundTo(compiled))[0];
    placeholder = documentOf(
      { eventTypeId: 7, slots: [slot(Key.valueId, 7)] },
      unbound({
        kind: 'drift',
        detail: { actual: 'bbbbbbbbbbbbbbbb', epoch: 'current', expected: '1111111111111111' }
      }),
      facts,
      'enriched'
    );
    should([change.kind, extended.kind, loss.kind, placeholder.kind]).eql(['event', 'event', 'loss', 'placeholder']);
  });
  const all = (): DocumentObject[] => [change, extended, loss, placeholder];

  it('maps an array and a single document alike, one log record each, in order', () => {
    const mapped = map(all());
    should(mapped.problems).eql([]);
    // Behind them: what the meter says of a clock that stands at 1970.
    const ofDocuments = mapped.logs.slice(0, 4);
    should(ofDocuments.map(({ eventName }) => eventName)).eql([
      'openot.value_changed',
      'openot.message',
      'openot.loss',
      'openot.placeholder'
    ]);
    should(all().map((document) => map(document).logs[0])).eql(ofDocuments);
    should(map([])).have.properties({ logs: [], metrics: [], spans: [], problems: [], documents: [] });
  });

  it('takes documents as openot-doc made them as they are', () => {
    const { documents } = map([change, loss]);
    should(documents[0] === change && documents[1] === loss).be.true();
  });

  describe('documents that went through JSON or a function', () => {
    /** Every 64-bit property as `as` brings it. */
    function other(document: DocumentObject, as: (digits: string) => unknown): Loose {
      const loose = copy(document);
      for (const name of ['runId', 'sourceTimeNs', 'receiveTimeNs'])
        if (name in loose.provenance) loose.provenance[name] = as(loose.provenance[name]);
      for (const name of ['bufferId', 'incarnation']) loose.provenance[name] = as(String(loose.provenance[name]));
      loose.provenance.source.id = as(String(loose.provenance.source.id));
      for (const name of ['seq', 'eventTypeId', 'firstSeq', 'lastSeq', 'count'])
        if (name in loose) loose[name] = as(String(loose[name]));
      for (const field of loose.fields ?? [])
        if (['ULInt', 'LInt', 'DateTime', 'UInt'].includes(field.type)) field.value = as(String(field.value));
      return loose;
    }

    it('are mapped the same where whole numbers are BigInt or decimal text', () => {
      const expected = map(all());
      for (const as of [BigInt, String]) {
        const mapped = map(all().map((document) => other(document, as)));
        should(mapped.problems).eql([]);
        should(mapped.logs).eql(expected.logs);
        should(mapped.documents.map(copy)).eql(
          expected.documents.map((document) => copy(map([other(document, String)]).documents[0]))
        );
      }
    });

    it('are mapped the same where they are numbers, as long as a number can hold them', () => {
      const small = {
        ...change,
        provenance: { ...change.provenance, runId: '3', sourceTimeNs: '1000000001', receiveTimeNs: '1000000002' }
      };
      const mapped = map([other(small, Number)]);
      should(mapped.problems).eql([]);
      should(mapped.logs).eql(map([small]).logs);
      const { runId, sourceTimeNs, receiveTimeNs } = mapped.documents[0].provenance;
      should([runId, sourceTimeNs, receiveTimeNs]).eql(['3', '1000000001', '1000000002']);
    });

    it('say so where a number was rounded on the way, and what to do', () => {
      const rounded = copy(change);
      rounded.provenance.sourceTimeNs = 1780000000000000001;
      const [problem] = map(rounded).problems;
      should(problem.code).equal('OPENOT_OTEL_NOT_A_DOCUMENT');
      problem.path.should.equal('provenance.sourceTimeNs');
      problem.message.should.match(
        /^OPENOT_OTEL_NOT_A_DOCUMENT: msg\.payload\.provenance\.sourceTimeNs must be a whole number .*, found 1780000000000000000: .*Format of openot-doc to object/
      );
    });

    it('are mapped the same after JSON, and out of another realm', () => {
      const expected = map(all()).logs;
      should(map(copy(all())).logs).eql(expected);
      const foreign = vm.runInNewContext(`JSON.parse(${JSON.stringify(JSON.stringify(all()))})`) as unknown;
      const mapped = map(foreign);
      should(mapped.problems).eql([]);
      should(copy(mapped.logs)).eql(copy(expected));
    });

    it('may bring NaN and infinities as such', () => {
      const bare = copy(change);
      Object.assign(bare.fields[1], { value: -Infinity });
      const mapped = map(bare);
      should(mapped.problems).eql([]);
      should(mapped.documents[0]).match({ fields: { 1: { value: null, nonFinite: '-Infinity' } } });
      should(JSON.stringify(mapped.logs)).containEql(
        '{"key":"openot.field.newValue_text","value":{"stringValue":"-Infinity"}}'
      );
    });

    it('that call a number non-finite which is not are believed for the number', () => {
      const bare = copy(change);
      Object.assign(bare.fields[1], { nonFinite: 'NaN' });
      bare.fields.splice(2, 1);
      const { logs, problems } = map(bare);
      should(problems).eql([]);
      should(JSON.stringify(logs))
        .containEql('{"key":"openot.field.newValue_double","value":{"doubleValue":5}}')
        .and.not.containEql('openot.nonfinite');
    });

    it('may hold thousands of fields of one name, or of names that meet', () => {
      const many = (name: (i: number) => string): Loose => ({
        ...copy(change),
        fields: Array.from({ length: 16_000 }, (_, i) => ({
          key: 21,
          name: name(i),
          type: 'DInt',
          value: i,
          enumLabel: null,
          raw: 1
        }))
      });
      const one = map(many(() => 'arg'));
      should(one.logs[0].attributes.at(-2)?.value.arrayValue?.values).have.length(16_000);
      const meeting = map(many((i) => 'a' + '.raw'.repeat(i % 4) + Math.floor(i / 4)));
      should(new Set(meeting.logs[0].attributes.map(({ key }) => key)).size).equal(meeting.logs[0].attributes.length);
    });

    it('are not changed', () => {
      const given = [other(change, BigInt), other(placeholder, BigInt)];
      const freeze = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        Object.freeze(value);
        Object.values(value).forEach(freeze);
      };
      freeze(given);
      should(map(given).problems).eql([]);
    });
  });

  describe('a bad document', () => {
    const broken = (of: DocumentObject, change: (document: Loose) => void): Loose => {
      const document = copy(of);
      change(document);
      return document;
    };
    const problemOf = (value: unknown): MappingProblem => {
      const mapped = map([change, value, loss]);
      should(mapped.logs).eql(map([change, loss]).logs);
      should(mapped.documents).have.length(2);
      should(mapped.problems).have.length(1);
      should(mapped.problems[0].index).equal(1);
      mapped.problems[0].message.should.startWith(`${mapped.problems[0].code}: msg.payload[1]`);
      return mapped.problems[0];
    };

    it('that is strict is told as such, with the switch to turn', () => {
      const strict = documentOf({ eventTypeId: EventType.LoggerStopped }, boundTo(compiled), facts, 'strict');
      const problem = problemOf(strict);
      should(problem.code).equal('OPENOT_OTEL_STRICT_DOCUMENT');
      problem.message.should.equal(
        'OPENOT_OTEL_STRICT_DOCUMENT: msg.payload[1].text is missing: this is a strict document, the mapping ' +
          'needs an enriched one: set Profile of openot-doc to enriched'
      );
      should(problemOf(broken(loss, (document) => delete document.class)).code).equal('OPENOT_OTEL_STRICT_DOCUMENT');
    });

    const wrong: [name: string, of: () => DocumentObject, change: (document: Loose) => void, path: string][] = [
      ['another kind', () => change, (d) => (d.kind = 'lap'), 'kind'],
      ['no provenance', () => change, (d) => delete d.provenance, 'provenance'],
      ['a text that is none', () => change, (d) => (d.text = 5), 'text'],
      ['no source time', () => change, (d) => delete d.provenance.sourceTimeNs, 'provenance.sourceTimeNs'],
      ['a negative time', () => change, (d) => (d.provenance.sourceTimeNs = '-1'), 'provenance.sourceTimeNs'],
      [
        'a time that is text',
        () => change,
        (d) => (d.provenance.receiveTimeNs = '2026-05-28T20:26:40Z'),
        'provenance.receiveTimeNs'
      ],
      ['a run beyond 64 bits', () => change, (d) => (d.provenance.runId = '18446744073709551616'), 'provenance.runId'],
      ['a source without id', () => change, (d) => delete d.provenance.source.id, 'provenance.source.id'],
      ['a path that is text', () => change, (d) => (d.provenance.source.path = 'a/b'), 'provenance.source.path'],
      [
        'a path with a number in it',
        () => change,
        (d) => (d.provenance.source.path = ['a', 1]),
        'provenance.source.path[1]'
      ],
      ['another relation', () => change, (d) => (d.provenance.epoch.relation = 'next'), 'provenance.epoch.relation'],
      [
        'a short hash',
        () => change,
        (d) => (d.provenance.epoch.definitionHash = 'ab'),
        'provenance.epoch.definitionHash'
      ],
      ['flags as numbers', () => change, (d) => (d.provenance.flags.timeUnsynced = 1), 'provenance.flags.timeUnsynced'],
      ['no flags', () => change, (d) => delete d.provenance.flags, 'provenance.flags'],
      ['no event name', () => change, (d) => delete d.eventName, 'eventName'],
      ['a seq with a fraction', () => change, (d) => (d.seq = 1.5), 'seq'],
      ['no fields', () => change, (d) => delete d.fields, 'fields'],
      ['a field that is none', () => change, (d) => (d.fields[1] = null), 'fields[1]'],
      ['a hole in the fields', () => change, (d) => (d.fields = [, ...d.fields]), 'fields[0]'],
      ['a field without a name', () => change, (d) => delete d.fields[2].name, 'fields[2].name'],
      ['a type that is none', () => change, (d) => (d.fields[1].type = 'Word'), 'fields[1].type'],
      ['a Real as text', () => change, (d) => (d.fields[1].value = '5'), 'fields[1].value'],
      [
        'a float of null that says nothing of itself',
        () => change,
        (d) => delete d.fields[2].nonFinite,
        'fields[2].nonFinite'
      ],
      ['an integer with a fraction', () => change, (d) => (d.fields[3].value = 0.5), 'fields[3].value'],
      ['a label that is a number', () => change, (d) => (d.fields[3].label = 5), 'fields[3].label'],
      ['a unit that is an object', () => change, (d) => (d.fields[1].unit = {}), 'fields[1].unit'],
      ['a raw that is text', () => change, (d) => (d.fields[0].raw = 'x'), 'fields[0].raw'],
      ['an LInt beyond 64 bits', () => extended, (d) => (d.fields[2].value = '9223372036854775808'), 'fields[2].value'],
      ['a ULInt below 0', () => extended, (d) => (d.fields[1].value = -1), 'fields[1].value'],
      ['a Bool as a number', () => extended, (d) => (d.fields[3].value = 1), 'fields[3].value'],
      ['half a byte', () => extended, (d) => (d.fields[4].value.payloadHex = '0'), 'fields[4].value.payloadHex'],
      [
        'an extension without bytes',
        () => extended,
        (d) => delete d.extensionFields[1].payloadHex,
        'extensionFields[1].payloadHex'
      ],
      ['extensions that are none', () => extended, (d) => (d.extensionFields = {}), 'extensionFields'],
      ['a warning that is none', () => extended, (d) => (d.warnings = ['x']), 'warnings[0]'],
      ['a loss that ends before it begins', () => loss, (d) => (d.lastSeq = 9), 'lastSeq'],
      ['a loss that counts wrongly', () => loss, (d) => (d.count = 2), 'count'],
      ['another basis', () => loss, (d) => (d.basis = 'guessed'), 'basis'],
      ['another class', () => loss, (d) => (d.class = 'found'), 'class'],
      ['no reason', () => placeholder, (d) => delete d.reason, 'reason'],
      ['a reason without kind', () => placeholder, (d) => delete d.reason.kind, 'reason.kind'],
      ['a detail that is text', () => placeholder, (d) => (d.reason.detail = 'x'), 'reason.detail'],
      ['no slots', () => placeholder, (d) => delete d.rawSlots, 'rawSlots'],
      ['a slot that is none', () => placeholder, (d) => (d.rawSlots[0] = 7), 'rawSlots[0]']
    ];
    for (const [name, of, change, path] of wrong) {
      it(`with ${name} is told by path, its neighbours are mapped`, () => {
        const problem = problemOf(broken(of(), change));
        should([problem.code, problem.path]).eql(['OPENOT_OTEL_NOT_A_DOCUMENT', path]);
        problem.message.should.match(/ (must be .*, found .*|could not be read): .+/);
      });
    }

    it('that is anything else is told', () => {
      for (const value of [
        null,
        undefined,
        5,
        7n,
        'text',
        '{"kind":"event"}',
        true,
        [],
        Symbol('s'),
        () => 1,
        new Date(0),
        Buffer.from('ab'),
        new Map()
      ])
        should(problemOf(value).code).equal('OPENOT_OTEL_NOT_A_DOCUMENT');
    });

    it('that throws when it is read is told', () => {
      const getter = Object.defineProperty({ kind: 'event' }, 'text', {
        get: () => {
          throw new Error('not today');
        },
        enumerable: true
      });
      problemOf(getter).message.should.containEql('not today');
      problemOf(
        new Proxy(
          {},
          {
            get: () => {
              throw 7;
            }
          }
        )
      ).message.should.containEql('could not be read');
      const endless = copy(placeholder);
      endless.reason.detail = { endless };
      should(problemOf(endless).path).equal('reason.detail');
    });

    it('alone is told without an index', () => {
      const [problem] = map('[]').problems;
      problem.message.should.startWith('OPENOT_OTEL_NOT_A_DOCUMENT: msg.payload must be a document, found "[]": ');
    });
  });

  describe('settings', () => {
    it('a signal that is off gives nothing, the others what they gave', () => {
      const closed = [{ name: 'x' } as Span];
      const mapper = createOtelMapper({ spanStore: { apply: () => ({ closed }) } });
      const mapped = (signals: Partial<MappingSettings['signals']>): number[] => {
        const { logs, metrics, spans } = mapper.documents(
          [change],
          {},
          { ...defaultMappingSettings, signals: { ...defaultMappingSettings.signals, ...signals } }
        );
        return [logs.length, metrics.filter(({ name }) => name.startsWith('openot.value.')).length, spans.length];
      };
      should(mapped({})).eql([1, 1, 1]);
      should(mapped({ logs: false })).eql([0, 1, 1]);
      should(mapped({ metrics: false })).eql([1, 0, 1]);
      should(mapped({ traces: false })).eql([1, 1, 0]);
    });

    it('severities are those of the table', () => {
      const [log] = map(change, { severityOverrides: { ValueChanged: { number: 5 } } }).logs;
      should([log.severityNumber, log.severityText]).eql([5, 'DEBUG']);
    });

    it('without a stream there is none in the uid', () => {
      for (const stream of [undefined, null, '', {}, Object.create(null), Symbol('s'), []])
        should(
          createOtelMapper({}).documents(change, { stream }, defaultMappingSettings).logs[0].attributes[0].value
            .stringValue
        ).startWith('/2/');
    });
  });

  describe('with a span store and a meter', () => {
    it('counts the records that the span store has had before', () => {
      const mapper = createOtelMapper({ spanStore: createSpanStore() });
      const counted = (): (string | undefined)[] =>
        mapper
          .documents([change], { stream: 's' }, defaultMappingSettings)
          .metrics.filter(({ name }) => name === 'openot.records.repeated')
          .map(({ point }) => point.asInt);
      should([counted(), counted(), counted()]).eql([[], ['1'], ['2']]);
    });

    const meter = (logs: LogRecord[]) => ({
      documents: () => ({ metrics: [], logs }),
      status: () => ({ ok: true as const, metrics: [], logs }),
      clocks: () => ({ suspects: [] })
    });

    it('asks the span store for every good document, in order, also where traces are off', () => {
      const seen: unknown[] = [];
      const spanStore = {
        apply: (document: DocumentObject, about: object) => {
          seen.push([document.kind, about]);
          return { closed: [], correlation: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) } };
        }
      };
      const settings = {
        ...defaultMappingSettings,
        stateSpans: true,
        signals: { logs: true, metrics: true, traces: false }
      };
      const { logs } = createOtelMapper({ spanStore }).documents([change, {}, loss], { stream: 's' }, settings);
      const about = { stream: 's', stateSpans: true };
      should(seen).eql([
        ['event', about],
        ['loss', about]
      ]);
      should(logs.map(({ traceId, spanId, flags }) => [traceId, spanId, flags])).eql([
        ['a'.repeat(32), 'b'.repeat(16), 1],
        ['a'.repeat(32), 'b'.repeat(16), 1]
      ]);
    });

    it("puts the meter's log records behind those of the documents, with the severity of the table", () => {
      const clock: LogRecord = {
        timeUnixNano: '1',
        observedTimeUnixNano: '1',
        severityNumber: 13,
        severityText: 'WARN',
        eventName: 'openot.clock_suspect',
        body: { stringValue: '' },
        attributes: []
      };
      const mapper = createOtelMapper({ meter: meter([clock]) });
      const settings = { ...defaultMappingSettings, severityOverrides: { 'openot.clock_suspect': { number: 17 } } };
      const { logs, documents } = mapper.documents([change], {}, settings);
      should(documents).have.length(1);
      should(logs.map(({ eventName, severityNumber }) => [eventName, severityNumber])).eql([
        ['openot.value_changed', 9],
        ['openot.clock_suspect', 17]
      ]);
      should(mapper.status({}, {}, '1', settings).logs[0]).have.properties({
        severityNumber: 17,
        severityText: 'ERROR'
      });
      should(clock.severityNumber).equal(13);
      should(
        mapper.status({}, {}, '1', { ...settings, signals: { logs: false, metrics: true, traces: true } }).logs
      ).eql([]);
    });

    it('tells a status message that is none', () => {
      const mapped = createOtelMapper({}).status({ no: 'status' }, {}, '1780000000000000000', defaultMappingSettings);
      should(mapped.problems).have.length(1);
      mapped.problems[0].message.should.match(
        /^OPENOT_OTEL_NOT_A_STATUS: msg\.payload.* must be .*, found .*: wire the second output of openot-reader/
      );
      for (const payload of [null, undefined, 5, [], 'x'])
        should(createOtelMapper({}).status(payload, {}, '1', defaultMappingSettings).problems[0].code).equal(
          'OPENOT_OTEL_NOT_A_STATUS'
        );
    });
  });
});

describeVectors('document vectors', () => {
  for (const name of [
    'event_state_transition',
    'event_unknown_enum_value',
    'loss_inferred',
    'placeholder_drift',
    'placeholder_stale_prior_epoch',
    'placeholder_unknown_event_id'
  ]) {
    it(`${name}: refused as it stands, since it is strict; valid once it is enriched`, () => {
      const strict = parseJson(documentText(name)) as Loose;
      should(map(strict).problems.map(({ code }) => code)).eql(['OPENOT_OTEL_STRICT_DOCUMENT']);
      const mapped = map({ ...strict, text: 'line', ...(strict.kind === 'loss' ? { class: 'lost' } : {}) });
      should(mapped.problems).eql([]);
      should(mapped.logs[0].observedTimeUnixNano).equal(String(strict.provenance.receiveTimeNs));
      assertValid(
        'logs',
        assembleRequest('logs', mapped, { resource: { attributes: [] }, scope: { name: 'n', version: '1' } })
      );
    });
  }
});
