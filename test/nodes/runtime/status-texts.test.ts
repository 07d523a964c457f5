import should from 'should';
import { STATUS_CODES } from 'node:http';
import type { NodeStatus } from 'node-red';
import { CODES as codes, OpenotCode } from '../../../lib/base';
import type { ReaderStatus } from '../../../lib/reader';
import { showAck } from '../../../nodes/openot-ack/show';
import { showApi } from '../../../nodes/openot-api/show';
import { showArchive } from '../../../nodes/openot-archive/show';
import { showDecoder } from '../../../nodes/openot-decoder/show';
import { showCollected, showFound, showSearching } from '../../../nodes/openot-logobject/show';
import { showDoc } from '../../../nodes/openot-doc/show';
import { showGuard } from '../../../nodes/openot-drift-guard/show';
import { showOtlp } from '../../../nodes/openot-otlp/show';
import { showSimulator } from '../../../nodes/openot-simulator/show';
import { showOtel } from '../../../nodes/openot-otel/show';
import { waitingFor, waitingOf } from '../../../nodes/runtime/held-back';
import { Doubled } from '../../../nodes/runtime/doubled';
import { RING_WORDS } from '../../../nodes/openot-reader/refused-batches';
import { ReaderShow } from '../../../nodes/openot-reader/show';
import { showDefinitions } from '../../../nodes/runtime/show-definitions';
import { MAX_STATUS, shortName, statusNaming, statusText } from '../../../nodes/runtime/status-text';

/** Counts and ages of nothing, of an afternoon, and of years. */
const COUNTS = [0, 3, 12_345, 98_765_432, 4_000_000_000];
const AGES = [0, 59_000, 3_540_000, 86_400_000_000];
/** A node's name as people give it, and as nobody should. */
const NODES = [
  { id: 'a', type: 'openot-drift-guard', name: 'openot-drift-guard' },
  { id: 'b', type: 'openot-otlp', name: 'collector' },
  { id: 'c', type: 'function', name: 'writes the documents of line 7 into the database of the plant' }
];
const STATES: readonly ReaderStatus['state'][] = [
  'stopped',
  'connecting',
  'reading',
  'idle',
  'paused',
  'waiting',
  'updating',
  'outage',
  'refused',
  'failed'
];

/** Every text that a reader can show, as far as it depends on more than counts. */
function readerTexts(): string[] {
  const shown = (
    state: ReaderStatus['state'],
    code: OpenotCode | undefined,
    count: number,
    waiting?: string
  ): string[] =>
    AGES.map((age) => {
      const line = new ReaderShow();
      const totals = {
        records: count,
        bytes: count,
        lost: count,
        indeterminate: count,
        beforeContact: count,
        laps: count,
        skipped: count,
        incarnations: count
      };
      const status = { state, code, totals, lag: 50, capacity: 100, inFlight: 1024, silentMs: age };
      line.show(status, 0, waiting);
      return line.show(status, age, waiting).text ?? '';
    });
  const refusal = (node: (typeof NODES)[number]): Parameters<typeof waitingOf>[0] => ({
    kind: 'refused',
    refusal: { node, code: 'OPENOT_CONFIG', message: '' },
    sinceMs: 0,
    where: '',
    isAgain: false
  });
  const waits = NODES.flatMap((node) => [
    ...AGES.map((age) => waitingOf(refusal(node), age, RING_WORDS).text),
    ...AGES.map((ms) => waitingFor({ kind: 'node', node: node.id, ms }, behind(node), RING_WORDS)?.text ?? 'waiting'),
    waitingFor({ kind: 'node', node: node.id, ms: 0 }, behind(node, 'refused credentials'), RING_WORDS)!.text,
    waitingOf({ kind: 'wiring', wiring: { kind: 'disabled', node } }, 0, RING_WORDS).text,
    waitingOf({ kind: 'wiring', wiring: { kind: 'unwired', hasWires: true, disabled: node } }, 0, RING_WORDS).text,
    doubled(node, [])!,
    doubled(undefined, [node])!
  ]);
  waits.push(waitingFor({ kind: 'nobody' }, behind(NODES[0]), RING_WORDS)!.text);
  waits.push(waitingOf({ kind: 'wiring', wiring: { kind: 'unwired', hasWires: false } }, 0, RING_WORDS).text);
  return [
    ...STATES.flatMap((state) => [undefined, ...codes].flatMap((code) => shown(state, code, 98_765_432))),
    ...COUNTS.flatMap((count) => shown('idle', undefined, count)),
    ...waits.flatMap((text) => [
      ...shown('waiting', undefined, 12, text),
      ...shown('reading', 'OPENOT_READER_TWICE', 12, text)
    ])
  ];
}

const behind = (node: (typeof NODES)[number], cause?: string): Parameters<typeof waitingFor>[1] =>
  ({
    refOf: () => node,
    troubleOf: () => (cause === undefined ? undefined : { cause, sinceMs: 0 }),
    clock: { monotonicMs: () => 3_540_000 }
  }) as never;

function doubled(twice: (typeof NODES)[number] | undefined, twins: typeof NODES): string | undefined {
  const said = new Doubled({
    twins: () => twins.map(({ id }) => id),
    onError: () => undefined,
    refOf: () => twins[0]
  });
  said.saw(twice);
  return said.why?.text;
}

const textsOf = (statuses: readonly (NodeStatus | undefined)[]): string[] =>
  statuses.flatMap((status) => (status === undefined ? [] : [status.text ?? '']));

const otelOf = (changes: object): Parameters<typeof showOtel>[0] =>
  ({
    totals: { logs: 98_765_432, metrics: 98_765_432, traces: 98_765_432, refused: 98_765_432 },
    lastRefused: 1,
    isSilent: false,
    held: 98_765_432,
    waiting: { messages: 98_765_432 },
    state: 'open',
    openSpans: 98_765_432,
    clocks: () => ({ suspects: [] }),
    ...changes
  }) as never;
const acksOf = (last: string, count: number): Parameters<typeof showAck>[0] =>
  ({
    last,
    lastMs: 0,
    waiting: count,
    totals: { acknowledged: count, failed: count, without: count, unknown: count, unasked: count }
  }) as never;
const archiveOf = (count: number, trouble?: OpenotCode): Parameters<typeof showArchive>[0] =>
  ({
    kind: 'open',
    status: { entries: count, signed: count, signedMs: 0, bytes: count, trouble: trouble && { code: trouble } }
  }) as never;
const userOf = (held: number, refused: number, missing: boolean, isMissing = false): never =>
  ({ isMissing, pending: undefined, state: () => ({ held, refused, missing }) }) as never;

const guardOf = (count: number, unbound: object, drift?: object): Parameters<typeof showGuard>[0] =>
  ({ totals: { passed: count, unbound: count, diverted: count }, held: count, alerts: { drift, unbound } }) as never;
const senderOf = (count: number, changes: object = {}): Parameters<typeof showOtlp>[0] =>
  ({
    ...{ accepted: count, rejected: count, dropped: count, pending: count, oldestMs: 0, troubled: [] },
    ...changes
  }) as never;
const SAID = ['200', 'x'.repeat(200), '422 Unprocessable Entity: no such field'];
const CAUSES = [
  'connection refused',
  'certificate not trusted',
  ...Object.entries(STATUS_CODES).map((e) => e.join(' '))
];

const table: Record<string, () => string[]> = {
  'openot-drift-guard': () =>
    textsOf(
      COUNTS.flatMap((count) => [
        ...['no definitions', 'payload is no items', 'output 2 is not wired'].map((failed) =>
          showGuard(guardOf(count, {}), userOf(1, 0, false), failed)
        ),
        showGuard(
          guardOf(count, { drift: 3 }, { expected: '0011223344556677', actual: '8899aabbccddeeff' }),
          userOf(1, 0, false),
          ''
        ),
        showGuard(guardOf(count, { drift: 64 }), userOf(1, 0, false), ''),
        showGuard(guardOf(count, { drift: 0, none: 64 }), userOf(1, 0, false), ''),
        showGuard(guardOf(count, { drift: 0, none: 0, unadvertised: 64 }), userOf(1, 0, false), ''),
        showGuard(guardOf(count, { drift: 0, none: 0, unadvertised: 0 }), userOf(1, 0, false), '')
      ])
    ),
  'openot-doc': () =>
    textsOf(
      COUNTS.flatMap((count) => [
        ...['', 'no definitions', 'payload is no items'].map((failed) =>
          showDoc(
            { totals: { events: count, losses: count, placeholders: count }, lastPlaceholders: 1 } as never,
            userOf(1, 0, false),
            failed
          )
        )
      ])
    ),
  'openot-simulator': () =>
    textsOf([
      ...[undefined, ...codes].map((code) =>
        showSimulator({ failure: { code } } as never, { scenario: 'packaging', ringBytes: 16_777_216 } as never)
      ),
      ...['running', 'producer stopped', 'frozen'].flatMap((state) =>
        [9.96, 100_000].map((rate) =>
          showSimulator(
            { running: true, rate, state, endpoint: 'opc.tcp://h:48400', modbus: 'h:65535' } as never,
            { scenario: 'packaging', ringBytes: 16_777_216 } as never
          )
        )
      ),
      showSimulator({ running: false } as never, {} as never)
    ]),
  'openot-api': () =>
    textsOf([
      showApi({ totals: { calls: 1, failed: 0 }, open: 0, isWithoutEnd: true }),
      ...COUNTS.map((count) => showApi({ totals: { calls: count, failed: count }, open: 1024, isWithoutEnd: false }))
    ]),
  'openot-otlp': () =>
    textsOf(
      COUNTS.flatMap((count) => [
        showOtlp(senderOf(count), { ms: 3_540_000, wallMs: 0 }),
        ...SAID.flatMap((message) =>
          ['accepted', 'refused', 'partial', 'warning'].flatMap((outcome) =>
            [0, 3_540_000].map((ms) =>
              showOtlp(senderOf(count, { said: { outcome, signal: 'metrics', message } }), { ms, wallMs: 0 })
            )
          )
        ),
        ...CAUSES.flatMap((cause) =>
          [['metrics'], ['logs', 'metrics', 'traces']].map((troubled) =>
            showOtlp(senderOf(count, { troubled, sinceMs: 0, said: { cause, code: 'OPENOT_OTLP_BUSY' } }), {
              ms: 86_400_000,
              wallMs: 86_400_000
            })
          )
        )
      ])
    ),
  'a search in openot-logobject': () =>
    textsOf(
      COUNTS.flatMap((count) => [
        showSearching(count, count),
        showFound(count, count, 32, true),
        showFound(count, count, 0, true),
        showFound(count, count, 0, false)
      ])
    ),
  'openot-reader': readerTexts,
  'openot-decoder': () =>
    textsOf(
      ['', ...codes].flatMap((code) =>
        COUNTS.flatMap((count) =>
          AGES.flatMap((age) => [
            showDecoder({ records: count, notices: count, errors: 0, newestMs: 0 }, code, age),
            showDecoder({ records: count, notices: count, errors: 0, newestMs: age }, code, 0)
          ])
        )
      )
    ),
  'openot-ack': () =>
    textsOf(
      ['ok', 'failed', 'without', 'unknown', 'unasked', 'malformed'].flatMap((last) =>
        COUNTS.flatMap((count) => AGES.map((age) => showAck(acksOf(last, count), age)))
      )
    ),
  'openot-archive': () =>
    textsOf([
      ...codes.flatMap((code) => [
        showArchive({ kind: 'blocked', why: { code } } as never, 0),
        showArchive({ kind: 'opening', why: { code } } as never, 0),
        showArchive(archiveOf(98_765_432, code), 0)
      ]),
      ...COUNTS.flatMap((count) => AGES.map((age) => showArchive(archiveOf(count), age)))
    ]),
  'openot-logobject': () =>
    textsOf([
      showCollected([]),
      ...[undefined, ...codes].flatMap((code) =>
        ['outage', 'refused', 'reading'].map((state) =>
          showCollected([
            { state, code, totals: { records: 98_765_432, gaps: 12_345 } },
            { state, totals: { records: 1, gaps: 0 } }
          ] as never)
        )
      )
    ]),
  'openot-otel': () =>
    textsOf([
      ...codes.flatMap((code) => [
        showOtel(otelOf({ refusing: code })),
        showOtel(otelOf({ trouble: { code, message: '' } }))
      ]),
      ...['opening', 'locked', 'lost', 'failed', 'open'].map((state) => showOtel(otelOf({ state }))),
      showOtel(otelOf({ isSilent: true })),
      showOtel(otelOf({ clocks: () => ({ suspects: [{ stream: 'line 7', text: 'is 3 min ahead' }] }) }))
    ]),
  'guard and doc, with their definitions': () =>
    textsOf([
      showDefinitions(userOf(0, 0, false, true), ['98.8 M events', '12.3 k placeholders']),
      showDefinitions(userOf(0, 0, true), ['98.8 M events']),
      showDefinitions(userOf(0, 120, false), ['98.8 M events', '12.3 k placeholders']),
      showDefinitions(userOf(0, 0, false), ['98.8 M events', '12.3 k placeholders']),
      showDefinitions(userOf(3, 0, true), ['98.8 M events', '12.3 k placeholders']),
      showDefinitions(userOf(3, 120, false), ['98.8 M events', '12.3 k placeholders'])
    ])
};

describe('the status of a node', () => {
  for (const [node, texts] of Object.entries(table)) {
    it(`of ${node}: at most ${MAX_STATUS} characters, in words and not in codes, whatever is to be said`, () => {
      const all = texts();
      should(all.length).be.above(4);
      should(all.filter((text) => text.length > MAX_STATUS || /OPENOT_/.test(text) || text === '')).eql([]);
    });
  }

  it('says the cause first and then what has room', () => {
    should(statusText('server not reached, 3 min', '12.3 k records', 'lag 3 %')).equal(
      'server not reached, 3 min: lag 3 %'
    );
    should(statusText('server not reached', '12.3 k records', 'lag 3 %')).equal('server not reached: 12.3 k records');
    should(statusText('', '1 event', '', '2 losses')).equal('1 event, 2 losses');
  });

  it('cuts the name of a node, and never what is said of it', () => {
    const [guard, collector, long] = NODES.map(shortName);
    should(statusNaming('waits for ', guard, ' (disabled)')).equal("waits for 'drift-guard' (disabled)");
    should(statusNaming('waits for ', collector, ' (refused, 3 min)')).equal("waits for 'collector' (refused, 3 min)");
    should(statusNaming('waits for ', long, ' (refused, 3 min)')).equal("waits for 'writes the…' (refused, 3 min)");
  });
});
