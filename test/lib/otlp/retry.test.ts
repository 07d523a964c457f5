import should from 'should';
import { CREDENTIALS_AGAIN_MS, RetryGate } from '../../../lib/otlp/retry';
import { CredentialGate } from '../../../lib/otlp/credentials';

describe('when an endpoint may be asked again', () => {
  const waits = (pause: 'short' | 'long' | 'credentials', times: number): number[] => {
    const gate = new RetryGate();
    let nowMs = 0;
    return Array.from({ length: times }, () => {
      const waitMs = gate.failed(gate.episode, nowMs, nowMs, 0.999999, { pause });
      nowMs += waitMs;
      return waitMs;
    });
  };

  it('is after pauses that double, to ten seconds or a minute, and five minutes after refused credentials', () => {
    should(waits('short', 7)).eql([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    should(waits('long', 9)).eql([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    for (const waitMs of waits('credentials', 3)) should(waitMs).be.within(CREDENTIALS_AGAIN_MS, 330_000);
  });

  it('is not sooner than the collector says, nor sooner than five minutes with refused credentials', () => {
    const gate = new RetryGate();
    should(gate.failed(0, 0, 0, 0, { pause: 'short', retryAfterMs: 7000 })).equal(7000);
    should(gate.askedUntilMs).equal(7000);
    should(new RetryGate().failed(0, 0, 0, 0, { pause: 'credentials', retryAfterMs: 1000 })).equal(300_000);
  });

  it('knows since when it is in trouble, and counts several failures of one moment once', () => {
    const gate = new RetryGate();
    const { episode } = gate;
    gate.failed(episode, 100, 150, 0, { pause: 'short' });
    gate.failed(episode, 120, 160, 0, { pause: 'short' });
    should(gate.sinceMs).equal(100);
    should(gate.openMs).equal(410);
    // An answer to what began before the trouble says nothing.
    gate.answered(episode);
    should(gate.isTroubled).be.true();
    gate.answered(gate.episode);
    should([gate.isTroubled, gate.sinceMs, gate.openMs]).eql([false, undefined, -Infinity]);
  });

  it('is now where something else shows it, unless it was said when', () => {
    const gate = new RetryGate();
    gate.failed(0, 0, 0, 0, { pause: 'long' });
    gate.open();
    should(gate.openMs).equal(-Infinity);
    gate.failed(gate.episode, 0, 0, 0, { pause: 'credentials' });
    gate.open();
    should(gate.openMs).equal(300_000);
  });
});

describe('credentials that several signals share', () => {
  it('are tried by one request at a time until they are accepted, logs first', () => {
    const gate = new CredentialGate(false);
    should(['metrics', 'logs', 'traces'].map((signal) => gate.rank(signal as 'logs'))).eql([1, 0, 1]);
    should(gate.dueMs(5)).equal(5);
    gate.begin();
    should(gate.dueMs(5)).equal(undefined);
    gate.end('logs', 0, 10, 'nothing');
    should(gate.dueMs(5)).equal(5);
    gate.begin();
    gate.end('logs', 10, 20, 'accepted');
    gate.begin();
    should(gate.dueMs(5)).equal(5);
  });

  it('are tried once in five minutes after a refusal, by another signal first', () => {
    const gate = new CredentialGate(false);
    gate.begin();
    gate.end('logs', 0, 10, 'refused');
    should([gate.isRefused, gate.dueMs(5)]).eql([true, 300_010]);
    should([gate.rank('logs'), gate.rank('metrics')]).eql([2, 1]);
  });

  it('are not in doubt where they lack only the permission of one signal', () => {
    const gate = new CredentialGate(true);
    gate.begin();
    gate.begin();
    gate.end('logs', 5, 20, 'accepted');
    gate.end('metrics', 6, 21, 'refused');
    should([gate.isRefused, gate.dueMs(5)]).eql([false, 5]);
    gate.begin();
    gate.end('metrics', 30, 40, 'refused');
    should(gate.isRefused).be.true();
  });
});
