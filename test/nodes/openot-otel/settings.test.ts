import should from 'should';
import type { CodedError } from '../../../nodes/runtime/coded-error';
import { NetworkEnvelope, OtelSettings, PlainEnvelope } from '../../../nodes/openot-otel/settings';
import { evaluate } from './support/bench';
import { otelNode, resource } from './support/otel';

const settings = (changes: Record<string, unknown> = {}): OtelSettings =>
  new OtelSettings(otelNode(changes), evaluate, '1.2.3');
const message = (more: object = {}): never => ({ openot: { stream: 'line 1' }, ...more }) as never;
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    should((error as Error).message).startWith(`${(error as CodedError).code}: `);
    return (error as CodedError).code;
  }
  return 'nothing';
};

describe('the settings of openot-otel', () => {
  it('of a fresh node, and of one that has no properties at all, are the defaults that the help names', () => {
    const fresh = settings().of(message());
    should(fresh.mapping).eql({
      signals: { logs: true, metrics: true, traces: true },
      severityOverrides: {},
      boolMetrics: false,
      stateSpans: false,
      recordSpans: true,
      literalCalls: false
    });
    should(fresh.envelope).eql({
      profile: 'otlp',
      resource: resource('line 1'),
      scopeName: 'openot',
      scopeVersion: '1.2.3'
    });
    should(fresh.limits).eql({ maxItems: 500, maxBytes: 1_048_576, maxAgeMs: 50 });
    const bare = new OtelSettings({}, evaluate, '1.2.3').of({});
    should(bare.limits).eql({ maxItems: 500, maxBytes: 1_048_576, maxAgeMs: 200 });
    should((bare.envelope as PlainEnvelope).resource).eql([]);
  });

  it('take every scalar from the message or the environment', () => {
    const names = [
      'profile',
      'encoding',
      'producer',
      'domain',
      'scopeName',
      'scopeVersion',
      'checksum',
      'scopeUuid',
      'count',
      'schemaUrl',
      'senderId',
      'recipientId',
      'recordSpans',
      'stateSpans',
      'boolMetrics',
      'maxItems',
      'maxBytes',
      'maxAge'
    ];
    const all = Object.fromEntries(
      names.flatMap((name) => [
        [name, `my.${name}`],
        [`${name}Type`, 'msg']
      ])
    );
    const my = {
      profile: 'network',
      encoding: 'literal',
      producer: 'P',
      domain: 'D',
      scopeName: 'S',
      scopeVersion: '2',
      checksum: 'sha256',
      scopeUuid: false,
      count: 'false',
      schemaUrl: 'U',
      senderId: 'A',
      recipientId: 'B',
      recordSpans: 'true',
      stateSpans: true,
      boolMetrics: 'true',
      maxItems: 3,
      maxBytes: '2048',
      maxAge: 0
    };
    const found = settings(all).of(message({ my }));
    const { profile, settings: network } = found.envelope as NetworkEnvelope;
    should(profile).equal('network');
    should(network).match({
      encoding: 'literal',
      producer: 'P',
      domain: 'D',
      scopeName: 'S',
      scopeVersion: '2',
      checksum: 'sha256',
      scopeUuid: false,
      count: false,
      schemaUrl: 'U',
      senderId: 'A',
      recipientId: 'B'
    });
    should(found.mapping).match({ recordSpans: true, literalCalls: true, stateSpans: true, boolMetrics: true });
    should(settings({ profile: 'network', producer: 'P', domain: 'D' }).of(message()).mapping.recordSpans).equal(false);
    should(found.limits).eql({ maxItems: 3, maxBytes: 2048, maxAgeMs: 0 });
    should(settings({ maxItems: 'LIMIT', maxItemsType: 'env' }).of(message()).limits.maxItems).equal(7);
    should(
      (settings({ scopeName: 'SITE', scopeNameType: 'env' }).of(message()).envelope as PlainEnvelope).scopeName
    ).equal('north');
  });

  it('take the signals as an object, as names, from the message and the environment', () => {
    const signals = (value: unknown, type?: string, more: object = {}): object =>
      settings({ signals: value, signalsType: type }).of(message(more)).mapping.signals;
    should(signals({ logs: true, metrics: false, traces: false })).eql({ logs: true, metrics: false, traces: false });
    should(signals({ metrics: false })).eql({ logs: true, metrics: false, traces: true });
    should(signals('wanted', 'msg', { wanted: 'logs, traces' })).eql({ logs: true, metrics: false, traces: true });
    should(signals('wanted', 'msg', { wanted: ['metrics'] })).eql({ logs: false, metrics: true, traces: false });
    should(signals('wanted', 'msg')).eql({ logs: true, metrics: true, traces: true });
    should(code(() => signals('wanted', 'msg', { wanted: 'logs,alarms' }))).equal('OPENOT_PROPERTY');
    should(code(() => signals({ logs: 'yes' }))).equal('OPENOT_CONFIG');
  });

  it('make attributes of every type, and leave out what the message does not have', () => {
    const rows = [
      { key: 'text', value: '5', type: 'str' },
      { key: 'int', value: '9007199254740991', type: 'num' },
      { key: 'real', value: '1.5', type: 'num' },
      { key: 'flag', value: 'false', type: 'bool' },
      { key: 'site', value: 'SITE', type: 'env' },
      { key: 'any', value: 'any', type: 'msg' },
      { key: 'empty', value: '', type: 'str' }
    ];
    const of = (any?: unknown): unknown =>
      (settings({ resource: rows }).of(message({ any })).envelope as PlainEnvelope).resource;
    const fixed = [
      { key: 'text', value: { stringValue: '5' } },
      { key: 'int', value: { intValue: '9007199254740991' } },
      { key: 'real', value: { doubleValue: 1.5 } },
      { key: 'flag', value: { boolValue: false } },
      { key: 'site', value: { stringValue: 'north' } }
    ];
    should(of()).eql(fixed);
    should(of(['a', 1])).eql([
      ...fixed,
      { key: 'any', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } }
    ]);
    should(of(18446744073709551615n)).eql([...fixed, { key: 'any', value: { stringValue: '18446744073709551615' } }]);
    for (const wrong of [{}, [[]], [{}], NaN, Infinity]) should(code(() => of(wrong))).equal('OPENOT_PROPERTY');
  });

  it('refuse a resource that no collector takes', () => {
    const row = { key: 'a', value: 'x', type: 'str' };
    for (const rows of [
      [row, row],
      [{ ...row, key: ' ' }],
      [{ ...row, type: 'num' }],
      [{ ...row, type: 'json' }],
      'text',
      [5],
      Array.from({ length: 129 }, (_, i) => ({ ...row, key: `a${i}` }))
    ]) {
      should(code(() => settings({ resource: rows }))).equal('OPENOT_CONFIG');
    }
  });

  it('take severities by name and number, from the message and the environment', () => {
    const rows = [
      { event: 'A', severity: 'WARN2', type: 'choice' },
      { event: 'B', severity: '21' },
      { event: 'C', severity: 'grade', type: 'msg' },
      { event: 'D', severity: 'LIMIT', type: 'env' }
    ];
    should(settings({ severityOverrides: rows }).of(message({ grade: 'fatal' })).mapping.severityOverrides).eql({
      A: { number: 14 },
      B: { number: 21 },
      C: { number: 21 },
      D: { number: 7 }
    });
    should(settings({ severityOverrides: rows }).of(message()).mapping.severityOverrides).not.have.property('C');
    should(code(() => settings({ severityOverrides: rows }).of(message({ grade: 25 })))).equal('OPENOT_PROPERTY');
    for (const wrong of [
      [rows[0], rows[0]],
      [{ event: '', severity: 'WARN' }],
      [{ event: 'A', severity: 'LOUD' }],
      [{ event: 'A', severity: '0' }]
    ])
      should(code(() => settings({ severityOverrides: wrong }))).equal('OPENOT_CONFIG');
  });

  it('require producer and domain for the envelope of the open networks, at the start where they are fixed', () => {
    should(code(() => settings({ profile: 'network' }))).equal('OPENOT_OTEL_NETWORK_PRODUCER');
    should(code(() => settings({ profile: 'network', producer: 'P' }))).equal('OPENOT_OTEL_NETWORK_DOMAIN');
    const later = settings({ profile: 'network', producer: 'P', domain: 'where', domainType: 'msg' });
    should(code(() => later.of(message()))).equal('OPENOT_OTEL_NETWORK_DOMAIN');
    should((later.of(message({ where: 'W' })).envelope as NetworkEnvelope).settings).match({
      domain: 'W',
      scopeVersion: '1.0'
    });
  });

  it('need a state where a span may have to survive a restart', () => {
    should(settings().needsState).be.true();
    const off = { signals: { logs: true, metrics: true, traces: false } };
    should(settings(off).needsState).be.false();
    should(settings({ signals: 'wanted', signalsType: 'msg' }).needsState).be.true();
    should(settings({ ...off, profile: 'network', producer: 'P', domain: 'D' }).needsState).be.true();
  });
});
