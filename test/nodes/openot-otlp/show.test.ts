import should from 'should';
import type { CollectorReport, SenderStatus } from '../../../lib/otlp';
import { showOtlp, SLOW_MS } from '../../../nodes/openot-otlp/show';
import { Address, REPEAT_MS, LogThrottle } from '../../../nodes/openot-otlp/log-throttle';

const NOW = 200_000;
/** Two minutes past two in the afternoon, wherever this runs. */
const WALL = new Date(2026, 0, 1, 14, 2, 30).getTime();
const status = (changes: Partial<SenderStatus> = {}): SenderStatus => ({
  taken: 0,
  accepted: 12_345,
  rejected: 0,
  dropped: 0,
  pending: 0,
  kept: 0,
  messages: 0,
  bytes: 0,
  troubled: [],
  ...changes
});
const said = (
  outcome: CollectorReport['outcome'],
  message: string,
  more: Partial<CollectorReport> = {}
): CollectorReport => ({
  atMs: 0,
  outcome,
  signal: 'logs',
  code: 'OPENOT_OTLP_BUSY',
  message,
  ...more
});
const shown = (changes: Partial<SenderStatus>): string => {
  const { fill, shape, text } = showOtlp(status(changes), { ms: NOW, wallMs: WALL });
  return `${fill} ${shape} ${text}`;
};

describe('the status of openot-otlp', () => {
  it('is green only when the last request was accepted and nothing waits for long', () => {
    should(shown({ said: said('accepted', '200') })).equal('green dot 12.3 k sent');
    should(shown({ said: said('accepted', '200'), pending: 20, oldestMs: NOW - 400 })).equal(
      'green dot 12.3 k sent, 20 pending'
    );
    should(
      shown({ said: said('accepted', '200'), pending: 20, oldestMs: NOW - SLOW_MS - 1, acceptedMs: NOW - 1000 })
    ).equal('green dot 12.3 k sent, 20 pending, oldest 5 s');
    should(
      shown({ said: said('accepted', '200'), pending: 20, oldestMs: NOW - SLOW_MS - 1, acceptedMs: NOW - 70_000 })
    ).equal('yellow ring no answer yet: 12.3 k sent, 20 pending');
    should(shown({ accepted: 0 })).equal('grey ring nothing sent yet');
    should(shown({ accepted: 0, pending: 5, oldestMs: NOW - 2000 })).equal('grey ring 0 sent, 5 pending, oldest 2 s');
  });

  it('says what is wrong, since when, and what waits, while requests are tried again', () => {
    const refused = said('retry', 'connect ECONNREFUSED', {
      code: 'OPENOT_OTLP_UNREACHABLE',
      cause: 'connection refused'
    });
    should(
      shown({ pending: 57, troubled: ['logs', 'metrics', 'traces'], sinceMs: NOW - 185_000, said: refused })
    ).equal('red ring connection refused since 13:59: 57 wait');
    // Another signal was accepted meanwhile.
    should(
      shown({
        pending: 5,
        troubled: ['metrics'],
        sinceMs: NOW - 2000,
        said: { ...refused, code: 'OPENOT_OTLP_NOT_FOUND', cause: '404 Not Found' }
      })
    ).equal('red ring 404 Not Found for metrics since 14:02');
    // With best effort.
    should(
      shown({ pending: 5, kept: 5, dropped: 12_345, troubled: ['logs'], sinceMs: NOW - 2000, said: refused })
    ).equal('red ring refused since 14:02: 12.3 k dropped');
  });

  it('tells refusals, partial acceptance and warnings apart', () => {
    should(shown({ rejected: 3, said: said('refused', '401 Unauthorized') })).equal(
      'red dot logs 401 Unauthorized: 3 rejected'
    );
    should(shown({ rejected: 3, said: said('partial', '3 of 10 rejected') })).equal(
      'yellow dot logs 3 of 10 rejected: 3 rejected'
    );
    should(shown({ said: said('warning', 'x'.repeat(100)) })).equal(`yellow dot logs ${'x'.repeat(21)}…: 12.3 k sent`);
  });
});

describe('the log of openot-otlp', () => {
  let nowMs = 0;
  const at = (signal: string): Address => ({ whole: `http://collector/v1/${signal}`, origin: 'http://collector' });
  const throttle = (): LogThrottle =>
    new LogThrottle(() => nowMs, {
      logs: at('logs'),
      metrics: at('metrics'),
      traces: { whole: 'http://other/traces', origin: 'http://other' }
    });

  it('has an outage once when it begins and once when it ends, in whatever way it shows', () => {
    const book = throttle();
    const retry = said('retry', 'refused', { code: 'OPENOT_OTLP_UNREACHABLE' });
    should([retry, retry, retry].map((each) => book.lineOf(each)?.level)).eql(['error', undefined, undefined]);
    for (const code of ['OPENOT_OTLP_TIMEOUT', 'OPENOT_OTLP_BUSY'] as const)
      should(book.lineOf(said('retry', 'late', { code }))).equal(undefined);
    should(book.lineOf(said('retry', 'busy', { signal: 'traces' }))?.text).equal(
      'traces cannot be sent to http://other/traces: busy. What waits is sent again until the collector takes it'
    );
    const accepted = said('accepted', '200');
    should([accepted, accepted].map((each) => book.lineOf(each))).eql([
      { level: 'log', text: 'logs are sent again' },
      undefined
    ]);
  });

  it('has a mistake once for all signals that go to the same host, and another one as another trouble', () => {
    const book = throttle();
    const wrong = (signal: CollectorReport['signal'], code: CollectorReport['code']): string | undefined =>
      book.lineOf(said('retry', 'no', { signal, code }))?.level;
    should([
      wrong('logs', 'OPENOT_OTLP_UNREACHABLE'),
      wrong('logs', 'OPENOT_OTLP_UNAUTHORIZED'),
      wrong('metrics', 'OPENOT_OTLP_UNAUTHORIZED'),
      wrong('logs', 'OPENOT_OTLP_TIMEOUT'),
      wrong('metrics', 'OPENOT_OTLP_NOT_FOUND')
    ]).eql(['error', 'error', undefined, undefined, 'error']);
  });

  it('has items that are let go of when that begins, and then every ten minutes at most, with their count', () => {
    const book = throttle();
    should(book.droppedLine(3)?.text).match(/the oldest items are let go of, 3 so far\. Raise "Away: items"/);
    nowMs += 599_999;
    should(book.droppedLine(9)).equal(undefined);
    nowMs += 1;
    should(book.droppedLine(12)?.text).match(/12 so far/);
  });

  it('has a host that cannot be reached once, whatever goes there, also when a signal comes later', () => {
    const book = throttle();
    nowMs += REPEAT_MS;
    const unreachable = (signal: CollectorReport['signal']): string | undefined =>
      book.lineOf(said('retry', 'connect ECONNREFUSED', { signal, code: 'OPENOT_OTLP_UNREACHABLE' }))?.text;
    should(unreachable('logs')).equal(
      'nothing can be sent to http://collector: connect ECONNREFUSED. What waits is sent again until the collector takes it'
    );
    nowMs += REPEAT_MS;
    should([unreachable('metrics'), unreachable('logs'), unreachable('metrics')]).eql([
      undefined,
      undefined,
      undefined
    ]);
    should(unreachable('traces')).match(/^nothing can be sent to http:\/\/other: /);
    should(
      ['logs', 'metrics', 'logs'].map(
        (signal) => book.lineOf(said('accepted', '200', { signal: signal as CollectorReport['signal'] }))?.text
      )
    ).eql(['logs are sent again', undefined, undefined]);
  });

  it('says of an address that nobody named that it is the default', () => {
    const whole = 'http://localhost:4318/v1/logs';
    const address = { whole, origin: 'http://localhost:4318', isDefault: true };
    const book = new LogThrottle(() => nowMs, { logs: address, metrics: address, traces: address });
    should(book.lineOf(said('retry', 'refused', { code: 'OPENOT_OTLP_UNREACHABLE' }))?.text).match(
      /^nothing can be sent to http:\/\/localhost:4318 \(the default: the field "Endpoint" is empty\): refused/
    );
  });

  it('has everything once a minute at most, also an outage that comes and goes', () => {
    const book = throttle();
    const lines = (): number => {
      let count = 0;
      for (let i = 0; i < 10; i++)
        for (const each of [
          said('retry', 'x'),
          said('accepted', '200'),
          said('partial', 'y', { code: 'OPENOT_OTLP_PARTIAL' }),
          said('refused', 'z', { code: 'OPENOT_OTLP_REFUSED' })
        ])
          if (book.lineOf(each) !== undefined) count++;
      return count;
    };
    // The beginning and the end of one outage, and two more.
    should(lines()).equal(4);
    nowMs += REPEAT_MS - 1;
    should(lines()).equal(0);
    nowMs += 1;
    should(lines()).equal(4);
  });
});
