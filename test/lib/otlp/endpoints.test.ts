import should from 'should';
import type { EndpointProperties } from '../../../lib/otlp';
import { certificateVariables, endpointsOf, shownUrl } from '../../../lib/otlp';
import { headersOfText, headersOfVariable } from '../../../lib/otlp/headers';

type Given = Partial<EndpointProperties>;
const resolved = (given: Given = {}, env: Record<string, string> = {}) =>
  endpointsOf({ endpoint: '', endpoints: {}, compression: '', token: '', headers: '', ...given }, (name) => env[name]);
const found = (given: Given = {}, env: Record<string, string> = {}) => {
  const outcome = resolved(given, env);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.endpoints;
};
const urls = (given: Given = {}, env: Record<string, string> = {}): string[] => {
  const { logs, metrics, traces } = found(given, env);
  return [logs, metrics, traces].map(({ url }) => url.href);
};
const refused = (given: Given = {}, env: Record<string, string> = {}): string => {
  const outcome = resolved(given, env);
  return outcome.ok ? 'not refused' : outcome.message;
};
const V = 'OTEL_EXPORTER_OTLP_';

describe('the endpoints', () => {
  it('are those of a collector on this machine when nobody says otherwise', () => {
    const { logs, metrics, traces } = found();
    should([logs, metrics, traces]).eql(
      ['logs', 'metrics', 'traces'].map((signal) => ({
        url: new URL(`http://localhost:4318/v1/${signal}`),
        from: 'field "Endpoint", which is empty',
        headers: {},
        timeoutMs: 10_000,
        isGzip: true
      }))
    );
    should(shownUrl(found({ endpoint: 'https://c:1/otlp?key=secret' }).logs.url)).equal('https://c:1/otlp/v1/logs');
  });

  it('lie under the base, or are whole addresses', () => {
    should(urls({ endpoint: ' https://c.example/otlp/ ' })).eql([
      'https://c.example/otlp/v1/logs',
      'https://c.example/otlp/v1/metrics',
      'https://c.example/otlp/v1/traces'
    ]);
    should(
      urls({ endpoint: 'http://c:4318?key=1#x', endpoints: { logs: 'http://d/loki/otlp/v1/logs', traces: ' ' } })
    ).eql(['http://d/loki/otlp/v1/logs', 'http://c:4318/v1/metrics?key=1', 'http://c:4318/v1/traces?key=1']);
  });

  it('lie beside the address of one signal that stands where the base belongs', () => {
    const expected = ['http://c:4318/otlp/v1/logs', 'http://c:4318/otlp/v1/metrics', 'http://c:4318/otlp/v1/traces'];
    for (const signal of ['logs', 'metrics', 'traces'])
      for (const end of ['', '/']) {
        should(urls({ endpoint: `http://c:4318/otlp/v1/${signal}${end}` })).eql(expected);
        should(urls({}, { [`${V}ENDPOINT`]: `http://c:4318/otlp/v1/${signal}${end}` })).eql(expected);
      }
    // The address of one signal is used as it is.
    should(urls({ endpoint: 'http://c:4318', endpoints: { logs: 'http://d/v1/logs/v1/logs' } })[0]).equal(
      'http://d/v1/logs/v1/logs'
    );
    should(urls({ endpoint: 'http://c:4318/v1/logsearch' })[0]).equal('http://c:4318/v1/logsearch/v1/logs');
  });

  it('say where they come from', () => {
    const { logs, metrics, traces } = found(
      { endpoints: { logs: 'http://a' } },
      { [`${V}TRACES_ENDPOINT`]: 'http://t', [`${V}ENDPOINT`]: 'http://e' }
    );
    should([logs, metrics, traces].map(({ from }) => from)).eql([
      'field "Logs address"',
      `variable ${V}ENDPOINT`,
      `variable ${V}TRACES_ENDPOINT`
    ]);
    should(found({ endpoint: 'http://a' }).metrics.from).equal('field "Endpoint"');
  });

  it('come from the environment where the node says nothing, the variable of the signal first', () => {
    should(urls({}, { [`${V}ENDPOINT`]: 'http://env:1/base' })).eql([
      'http://env:1/base/v1/logs',
      'http://env:1/base/v1/metrics',
      'http://env:1/base/v1/traces'
    ]);
    should(
      urls(
        {},
        { [`${V}ENDPOINT`]: 'http://env:1', [`${V}LOGS_ENDPOINT`]: 'http://logs:2/own', [`${V}METRICS_ENDPOINT`]: '  ' }
      )
    ).eql(['http://logs:2/own', 'http://env:1/v1/metrics', 'http://env:1/v1/traces']);
    should(
      urls(
        { endpoint: 'http://node:3' },
        { [`${V}ENDPOINT`]: 'http://env:1', [`${V}LOGS_ENDPOINT`]: 'http://logs:2/own' }
      )
    ).eql(['http://node:3/v1/logs', 'http://node:3/v1/metrics', 'http://node:3/v1/traces']);
    should(
      urls({ endpoints: { traces: 'http://node:3/t' } }, { [`${V}TRACES_ENDPOINT`]: 'http://traces:2/' })
    ).containEql('http://node:3/t');
  });

  it('do not send JSON to a port for gRPC that the environment names', () => {
    should(refused({}, { [`${V}ENDPOINT`]: 'http://env:4317', [`${V}PROTOCOL`]: 'grpc' })).match(
      /^OTEL_EXPORTER_OTLP_PROTOCOL says grpc, this node speaks http\/json/
    );
    should(urls({ endpoint: 'http://node:3' }, { [`${V}PROTOCOL`]: 'grpc' })).containEql('http://node:3/v1/logs');
    should(urls({}, { [`${V}ENDPOINT`]: 'http://env:1', [`${V}PROTOCOL`]: 'http/protobuf' })).containEql(
      'http://env:1/v1/logs'
    );
  });

  it('take compression and time-out from the node, then the environment', () => {
    should(
      found({ compression: 'none', timeoutMs: 500 }, { [`${V}COMPRESSION`]: 'gzip', [`${V}TIMEOUT`]: '7000' }).logs
    ).match({ isGzip: false, timeoutMs: 500 });
    should(
      found(
        {},
        {
          [`${V}COMPRESSION`]: 'none',
          [`${V}TIMEOUT`]: '7000',
          [`${V}TRACES_TIMEOUT`]: '800',
          [`${V}LOGS_COMPRESSION`]: 'gzip'
        }
      )
    ).match({ logs: { isGzip: true, timeoutMs: 7000 }, traces: { isGzip: false, timeoutMs: 800 } });
    should(refused({}, { [`${V}TIMEOUT`]: '10s' })).match(
      /^OTEL_EXPORTER_OTLP_TIMEOUT must be a whole number of milliseconds from 100 to 600000, found "10s"$/
    );
    should(refused({}, { [`${V}LOGS_COMPRESSION`]: 'zstd' })).equal(
      'OTEL_EXPORTER_OTLP_LOGS_COMPRESSION must be gzip or none, found "zstd"'
    );
  });

  it('refuse what is no address, and one with a password, without showing it', () => {
    should(refused({ endpoint: 'collector:4318' })).equal(
      'the field "Endpoint" must begin with http:// or https://, found "collector:4318": put http:// or https:// before it'
    );
    should(refused({ endpoint: '127.0.0.1:4318' })).match(
      /found "127\.0\.0\.1:4318": put http:\/\/ or https:\/\/ before it$/
    );
    should(refused({ endpoint: 'grpc://c:4317' })).match(/found "grpc:\/\/c:4317": gRPC is not spoken here, .*4318/);
    should(resolved({ endpoint: 'collector:4318' })).match({ where: 'Endpoint' });
    should(resolved({ endpoints: { traces: 'x' } })).match({
      where: 'Traces address',
      message: /^the field "Traces address" must be an address such as http:.*, found "x": put http/
    });
    should(resolved({ token: 'a b' })).match({ where: 'Token' });
    should(refused({ endpoint: 'collector' })).match(
      /^the field "Endpoint" must be an address such as http:.*, found "collector": put http/
    );
    for (const [given, env] of [
      [{ endpoint: 'http://me:s3cret@c' }, {}],
      [{ endpoints: { logs: 'https://s3cret@c' } }, {}],
      [{}, { [`${V}ENDPOINT`]: 'http://me:s3cret@c' }],
      [{ endpoint: 'http://s3cret c' }, {}],
      [{ endpoint: 'me:s3cret@c' }, {}],
      [{ endpoint: 'c/?key=s3cret' }, {}]
    ] as [Given, Record<string, string>][]) {
      should(refused(given, env))
        .match(/user name or password|must be an address|must begin with/)
        .and.not.match(/s3cret/);
    }
  });

  it(
    'carry the headers of the environment, the field and the token; a later one takes the place of an ' + 'earlier one',
    () => {
      const env = {
        [`${V}HEADERS`]: 'authorization=Basic%20abc, X-Tenant = plant%2C1 ,',
        [`${V}METRICS_HEADERS`]: 'a=b'
      };
      should(found({}, env).logs.headers).eql({ authorization: 'Basic abc', 'x-tenant': 'plant,1' });
      should(found({}, env).metrics.headers).eql({ a: 'b' });
      should(found({ token: ' tok ', headers: 'X-Tenant: other\n\n x-scope-orgid:  a: b \r\n' }, env).logs.headers).eql(
        {
          authorization: 'Bearer tok',
          'x-tenant': 'other',
          'x-scope-orgid': 'a: b'
        }
      );
      should(found({ headers: '{"Authorization":"Basic x"}' }, env).traces.headers).eql({
        authorization: 'Basic x',
        'x-tenant': 'plant,1'
      });
    }
  );

  it('refuse a token and headers that cannot be sent, without showing them', () => {
    for (const given of [
      { token: 'Bearer s3cret' },
      { token: 's3cret\r\nx: y' },
      { token: 's3crét' },
      { token: 's3cret', headers: 'Authorization: s3cret' },
      { headers: 's3cret' },
      { headers: ': s3cret' },
      { headers: 'a b: s3cret' },
      { headers: 'x: s3cret\u0007' },
      { headers: '{"x":"s3cret\\r\\ny: z"}' },
      { headers: '{"x":7}' },
      { headers: '{s3cret' },
      { headers: 'x: s3cret\nX: s3cret' },
      { headers: 'x: s3cret☃' },
      ...[
        'Content-Type',
        'content-length',
        'content-encoding',
        'Transfer-Encoding',
        'connection',
        'TE',
        'upgrade',
        'Proxy-Authorization',
        'host',
        'expect',
        'keep-alive',
        'trailer',
        'accept-encoding'
      ].map((name) => ({ headers: `${name}: s3cret` }))
    ]) {
      should(refused(given)).not.equal('not refused', JSON.stringify(given));
      should(refused(given)).not.match(/s3cr/);
    }
    should(refused({}, { [`${V}HEADERS`]: 'a=b,s3cret' })).equal(
      'OTEL_EXPORTER_OTLP_HEADERS: name=value,name=value was expected'
    );
    should(headersOfText(Array.from({ length: 65 }, (_, i) => `x${i}: y`).join('\n'))).match({ ok: false });
    should(headersOfVariable('a=%zz', 'X')).eql({ ok: true, headers: { a: '%zz' } });
    should(headersOfText('constructor: x')).match({ ok: true, headers: { constructor: 'x' } });
  });

  it('name the variables of their certificates, the more special one first', () => {
    should(certificateVariables('logs')).eql({
      ca: [`${V}LOGS_CERTIFICATE`, `${V}CERTIFICATE`],
      cert: [`${V}LOGS_CLIENT_CERTIFICATE`, `${V}CLIENT_CERTIFICATE`],
      key: [`${V}LOGS_CLIENT_KEY`, `${V}CLIENT_KEY`]
    });
  });
});
