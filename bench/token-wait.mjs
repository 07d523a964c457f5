/*
 * The longest time that a commit token waits in openot-otel and openot-otlp together, from the message that brings it
 * until it is let go, with a collector that answers at once: time is the script's, so that nothing but the nodes' own
 * waiting counts. `node bench/token-wait.mjs`.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { OtelController } = require('../dist/nodes/openot-otel/controller');
const { OtelSettings } = require('../dist/nodes/openot-otel/settings');
const { OtlpController } = require('../dist/nodes/openot-otlp/controller');

const turn = async () => {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Milliseconds, and calls that wait for one of them. */
class Time {
  nowMs = 0;
  timers = new Set();
  after = (ms, call) => {
    const timer = { atMs: this.nowMs + ms, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };
  async until(endMs) {
    for (;;) {
      const [next] = [...this.timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.timers.delete(next);
      this.nowMs = next.atMs;
      next.call();
      await turn();
    }
    this.nowMs = endMs;
    await turn();
  }
}

const document = (seq) => ({
  kind: 'event',
  provenance: {
    bufferId: 7,
    source: { id: 1, name: 'Mixer' },
    runId: '1',
    epoch: { id: 1, relation: 'current', definitionHash: '0123456789abcdef', semanticVersion: '1.0.0' },
    sourceTimeNs: String(1_780_000_000_000_000_000n + BigInt(seq) * 1_000_000_000n),
    receiveTimeNs: '1780000001000000000',
    flags: { timeUnsynced: false, syntheticRecord: false, partialPayload: false },
    time: '2026-05-28T20:26:40.000000000Z',
    incarnation: 0
  },
  eventName: 'Heartbeat',
  eventTypeId: 1,
  seq,
  fields: [],
  text: `Mixer: heartbeat ${seq}`
});

/** `maxAge` of openot-otel; a token every `everyMs`. */
async function longest({ maxAge, everyMs, count }) {
  const time = new Time();
  const came = new Map();
  let longestMs = 0;
  const ackStatus = () => 'open';
  const settings = {
    endpoints: Object.fromEntries(
      ['logs', 'metrics', 'traces'].map((signal) => [
        signal,
        {
          url: new URL(`http://127.0.0.1:4318/v1/${signal}`),
          from: 'field "Endpoint"',
          headers: {},
          timeoutMs: 10_000,
          isGzip: false
        }
      ])
    ),
    maxItems: 500,
    maxBytes: 4_194_304,
    maxInFlight: 4
  };
  const sender = new OtlpController(
    {
      now: () => time.nowMs,
      wallMs: () => time.nowMs,
      after: time.after,
      random: () => 0,
      transport: {
        post: async () => ({ ok: true, status: 200, body: '{}', isCut: false }),
        close: () => undefined
      }
    },
    settings,
    { onRejected: () => undefined, onSaid: () => undefined, onFault: console.error, ackStatus }
  );
  const mapper = new OtelController({
    settings: new OtelSettings(
      {
        signals: { logs: true, metrics: true, traces: true },
        profile: 'otlp',
        resource: [],
        severityOverrides: [],
        maxItems: '500',
        maxBytes: '1048576',
        maxAge: String(maxAge)
      },
      (value) => value,
      '0'
    ),
    store: undefined,
    nowNs: () => '1780000000000000000',
    after: time.after,
    newId: () => 'id',
    ackStatus,
    isSettled: () => false,
    report: console.error,
    onChange: () => undefined
  });
  await mapper.start();
  const letGo = ([message]) => {
    for (const token of message.openot.commit ?? []) {
      longestMs = Math.max(longestMs, time.nowMs - came.get(token));
      came.delete(token);
    }
  };
  const forward = (outputs) => {
    for (const message of outputs.flat()) if (message) void sender.take(message, letGo);
  };
  for (let i = 1; i <= count; i++) {
    came.set(`r/b/${i}`, time.nowMs);
    const message = { payload: [document(i)], openot: { stream: 'line 1', commit: [`r/b/${i}`] } };
    void Promise.resolve(mapper.input(message, forward));
    await time.until(time.nowMs + everyMs);
  }
  await time.until(time.nowMs + 10_000);
  if (came.size > 0) throw new Error(`${came.size} tokens were never let go`);
  return longestMs;
}

for (const [name, maxAge] of [
  ['by default', 200],
  ['with the longest Max. age that openot-otel takes', 60_000]
]) {
  let ms = 0;
  for (const everyMs of [7, 130, 990, 1700]) ms = Math.max(ms, await longest({ maxAge, everyMs, count: 40 }));
  console.log(`${name} a token waits at most ${ms} ms`);
}
process.exit(0);
