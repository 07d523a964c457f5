import should from 'should';
import { judge, Verdict } from '../../../lib/otlp/verdict';
import { answer, Reply } from './support/fake-sender';
import { documentedStatuses } from './support/table';

const asked = {
  sent: 10,
  signal: 'logs' as const,
  endpoint: { url: new URL('http://collector/v1/logs?key=s3cret'), from: 'field "Endpoint"' },
  redact: (text: string): string => text.replaceAll('s3cret', '***'),
  wallMs: Date.parse('2026-01-01T00:00:00Z')
};
const verdictOf = (reply: Reply): Verdict => judge(reply, asked);

describe('what an answer of a collector means', () => {
  it('is for every status what the table in docs/format.md says', () => {
    const { trouble, notHere, content } = documentedStatuses();
    should(trouble.size).be.above(100);
    for (let status = 300; status < 600; status++) {
      const { kind } = verdictOf(answer(status, ''));
      const group = notHere.has(status) ? 'notHere' : trouble.has(status) ? 'trouble' : undefined;
      // "all other 4xx", and 500, which has a row of its own.
      const expected = group ?? (status === 500 ? 'fault' : status === 413 ? 'tooLarge' : 'content');
      should(kind).equal(expected, String(status));
    }
    for (const status of [400, 413, 415, 422]) should(content.has(status)).be.true();
  });

  it('pauses for five minutes after refused credentials, long after a mistake, shortly else', () => {
    const pauses = Object.fromEntries(
      [302, 401, 402, 403, 404, 407, 408, 429, 431, 500, 501, 502, 503, 504].map((status) => {
        const verdict = verdictOf(answer(status, ''));
        return [status, 'pause' in verdict ? verdict.pause : ''];
      })
    );
    should(pauses).eql({
      302: 'long',
      401: 'credentials',
      402: 'long',
      403: 'credentials',
      404: 'long',
      407: 'credentials',
      408: 'short',
      429: 'short',
      431: 'long',
      500: 'short',
      501: 'long',
      502: 'short',
      503: 'short',
      504: 'short'
    });
  });

  it('is no answer where there was none, or none of HTTP', () => {
    const code = 'OPENOT_OTLP_UNREACHABLE' as const;
    should(verdictOf({ ok: false, code, message: 'no s3cret way', cuts: 2 })).eql({
      kind: 'trouble',
      code,
      status: 0,
      message: 'no *** way',
      cause: 'unreachable',
      pause: 'short',
      cuts: 2
    });
    should(verdictOf({ ok: false, code: 'OPENOT_OTLP_TIMEOUT', message: 'late' })).match({
      cause: 'no answer',
      cuts: 0
    });
    should(verdictOf(answer(700, ''))).match({ kind: 'trouble', code: 'OPENOT_OTLP_PROTOCOL' });
  });

  it('obeys Retry-After whatever the trouble', () => {
    for (const status of [404, 429, 500, 503])
      should(verdictOf(answer(status, '', { retryAfter: '7' }))).match({ retryAfterMs: 7000 });
  });

  it('of a 400 is partial only where the body says that some of these items were kept', () => {
    const kindOf = (body: string): string => verdictOf(answer(400, body)).kind;
    should(kindOf('total ignored: 2 out of 10')).equal('partial');
    should(verdictOf(answer(400, 'total ignored: 1 out of 4 for {a}\ntotal ignored: 2 out of 6 for {b}'))).match({
      kind: 'partial',
      rejected: 3
    });
    for (const body of [
      'total ignored: 10 out of 10',
      'total ignored: 0 out of 10',
      'total ignored: 2 out of 500',
      'ignored',
      'field 2 of 10 is wrong'
    ])
      should(kindOf(body)).equal('content', body);
  });

  it('names neither key nor token in what it advises', () => {
    for (let status = 200; status < 600; status++)
      should(JSON.stringify(verdictOf(answer(status, 'your key s3cret')))).not.containEql('s3cret');
  });

  it('of a proxy that wants credentials says where they belong', () => {
    const proxy = { url: new URL('http://proxy:3128'), from: 'variable HTTPS_PROXY' };
    const verdict = judge(answer(407, ''), { ...asked, endpoint: { ...asked.endpoint, proxy } });
    should(verdict).match({
      code: 'OPENOT_OTLP_UNAUTHORIZED',
      message:
        /wants a user name and password: put http:\/\/user:password@ before its host, in the variable HTTPS_PROXY$/
    });
  });
});
