import should from 'should';
import { createHash } from 'node:crypto';
import { otlpJson } from '../../../../lib/telemetry/json';
import type { NetworkInput } from '../../../../lib/telemetry/network';
import type { Signal } from '../../../../lib/telemetry/otlp-types';
import { itemsText } from '../../../support/network/items-text';
import { holders } from '../../../support/network/missing-of';
import { message } from './support/documents';
import { logOf, span, total, valuePoint } from './support/items';
import { fullRequest, mapped, profile, settingsOf } from './support/requests';

const signals: readonly Signal[] = ['logs', 'metrics', 'traces'];
type Plain = Record<string, unknown>;
const scopeOf = (signal: Signal, request: unknown): Plain => holders(signal, request, 'scope')[0];
const attributesOf = (holder: Plain): { key: string; value: Plain }[] =>
  holder.attributes as { key: string; value: Plain }[];
const attribute = (holder: Plain, key: string): Plain | undefined =>
  attributesOf(holder).find((entry) => entry.key === key)?.value;

describe('the scope of a network request', () => {
  for (const encoding of ['otlp', 'literal']) {
    for (const signal of signals) {
      it(`has the MD5 of the items as sent, in upper case (${signal}, ${encoding})`, async () => {
        const request = await fullRequest(signal, { encoding });
        const text = itemsText(signal, JSON.stringify(request));
        JSON.parse(text).should.be.an.Array().and.not.be.empty();
        should(attribute(scopeOf(signal, request), 'checksum')).eql({
          stringValue: createHash('md5').update(text, 'utf8').digest('hex').toUpperCase()
        });
      });

      it(`has their SHA-256 on request (${signal}, ${encoding})`, async () => {
        const request = await fullRequest(signal, { encoding, checksum: 'sha256' });
        const text = itemsText(signal, JSON.stringify(request));
        should(attribute(scopeOf(signal, request), 'checksum')).eql({
          stringValue: createHash('sha256').update(text, 'utf8').digest('hex').toUpperCase()
        });
      });
    }
  }

  it('sums up the UTF-8 bytes of text beyond ASCII, not its characters', () => {
    const network = profile();
    const document = { ...message({ seq: 1, at: 1 }), text: 'Rührwerk 🌡 läuft' };
    const settings = settingsOf();
    const request = network.request(
      'logs',
      network.prepare(mapped({ logs: [logOf(document)] }), [document], { stream: '' }, settings),
      settings
    );
    const text = itemsText('logs', JSON.stringify(request));
    text.should.containEql('🌡');
    should(attribute(scopeOf('logs', request), 'checksum')).eql({
      stringValue: createHash('md5').update(Buffer.from(text, 'utf8')).digest('hex').toUpperCase()
    });
  });

  it('holds for every writer of JSON: there is no -0, which some write with its sign and some without', () => {
    const network = profile();
    const zero = { doubleValue: -0 };
    const attributes = [
      { key: 'a', value: zero },
      { key: 'b', value: { arrayValue: { values: [{ intValue: '1' }, zero] } } },
      { key: 'c', value: { kvlistValue: { values: [{ key: 'd', value: zero }] } } }
    ];
    const items = mapped({
      logs: [{ ...logOf(message({ seq: 1, at: 1 })), attributes }],
      metrics: [valuePoint(-0), valuePoint(-1.5)],
      spans: [{ ...span(), attributes, events: [{ ...span().events[0], attributes }] }]
    });
    for (const encoding of ['otlp', 'literal']) {
      for (const signal of signals) {
        const request = network.request(signal, items, settingsOf({ encoding }));
        const written = otlpJson(request);
        written.should
          .equal(JSON.stringify(request))
          .and.not.match(/:-0[,}]/)
          .and.match(/:0[,}]/);
      }
    }
    should(Object.is(zero.doubleValue, -0)).be.true();
    otlpJson(zero).should.equal('{"doubleValue":-0}');
  });

  it('counts the items: metrics, not their points', async () => {
    should(attribute(scopeOf('metrics', await fullRequest('metrics')), 'count')).eql({ intValue: '2' });
    should(attribute(scopeOf('metrics', await fullRequest('metrics', { encoding: 'literal' })), 'count')).eql({
      intValue: 2
    });
    should(attribute(scopeOf('traces', await fullRequest('traces')), 'count')).eql({ intValue: '2' });
  });

  const switches: [string, NetworkInput][] = [
    ['scope_uuid', { scopeUuid: false }],
    ['checksum', { checksum: 'none' }],
    ['count', { count: false }],
    ['schema_url', { schemaUrl: '' }]
  ];
  for (const [key, off] of switches) {
    it(`has no ${key} where that is switched off, and the rest`, async () => {
      const scope = scopeOf('logs', await fullRequest('logs', off));
      attributesOf(scope)
        .map((entry) => entry.key)
        .should.eql(switches.map(([name]) => name).filter((name) => name !== key));
    });
  }

  it('has its name and the version of the specification also where all of them are off', async () => {
    const off = Object.assign({}, ...switches.map(([, input]) => input)) as NetworkInput;
    scopeOf('traces', await fullRequest('traces', off)).should.eql({ name: 'openot', version: '1.0', attributes: [] });
  });

  it('has the same scope_uuid for the same batch, and another one for any other', () => {
    const network = profile();
    const settings = settingsOf();
    const uuid = (points: number[], input: NetworkInput = {}): unknown => {
      const used = settingsOf(input);
      const items = network.prepare(
        mapped({ metrics: points.map((value) => valuePoint(value)) }),
        [],
        { stream: 'line1' },
        settings
      );
      return attribute(scopeOf('metrics', network.request('metrics', items, used)), 'scope_uuid');
    };
    const first = uuid([1, 2]);
    should(uuid([1, 2])).eql(first);
    for (const other of [
      uuid([1, 3]),
      uuid([2, 1]),
      uuid([1]),
      uuid([1, 2], { producer: 'plant-2' }),
      uuid([1, 2], { domain: 'Energy' })
    ])
      should(other).not.eql(first);
  });

  it("is of a uuid of version 8, the one for names of one's own", async () => {
    const value = attribute(scopeOf('logs', await fullRequest('logs')), 'scope_uuid') as { stringValue: string };
    value.stringValue.should.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('the resource of a network request', () => {
  it('has eid, producer and domain first, then what else is configured, and none of them twice', async () => {
    const extra = [
      { key: 'domain', value: { stringValue: 'not this' } },
      { key: 'service.name', value: { stringValue: 'gateway' } },
      { key: 'line', value: { intValue: '4' } }
    ];
    const request = await fullRequest('metrics', { encoding: 'literal', resource: extra });
    holders('metrics', request, 'resource').should.eql([
      {
        attributes: [
          { key: 'eid', value: { stringValue: 'METRIC' } },
          { key: 'producer', value: { stringValue: 'plant-1' } },
          { key: 'domain', value: { stringValue: 'Manufacturing' } },
          { key: 'service.name', value: { stringValue: 'gateway' } },
          { key: 'line', value: { intValue: 4 } }
        ]
      }
    ]);
  });

  it('is not there where there are no items: such a request only carries its message', () => {
    const network = profile();
    for (const encoding of ['otlp', 'literal']) {
      const settings = settingsOf({ encoding });
      network.request('logs', {}, settings).should.eql({ resourceLogs: [] });
      network.request('metrics', { metrics: [] }, settings).should.eql({ resourceMetrics: [] });
      network.request('traces', mapped({ metrics: [total()] }), settings).should.eql({ resourceSpans: [] });
    }
  });
});
