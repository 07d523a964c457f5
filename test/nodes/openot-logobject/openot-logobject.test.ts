import { strict as assert } from 'node:assert';
import type { LogDocument } from '../../../lib/logobject';
import { Flow, helper, until, useNodeRed } from '../../support/node-red';
import { Devices, endpoint, enter, textsOf } from './support/devices';

describe('openot-logobject', function () {
  const place = useNodeRed();
  const devices = new Devices(place);

  afterEach(() => devices.stopAll());

  it('collects every record once, goes on after a restart where it was, and tells the clock', async () => {
    const device = await devices.start(5_000);
    for (let i = 0; i < 120; i++) enter(device, `record ${i}`, 2_000 - i);
    const documentsFlow = await Flow.start(devices.flow({ statusInterval: '1000' }));
    const documents = documentsFlow.at('documents');
    const status = documentsFlow.at('status');
    await until('the first records', () => textsOf(documents).length >= 120);
    enter(device, 'later');
    await until('the later record', () => textsOf(documents).includes('later'));
    assert.equal(textsOf(documents).length, 121);
    assert.equal(
      new Set(documents.flatMap(({ payload }) => (payload as LogDocument[]).map(({ uid }) => uid))).size,
      121
    );
    const [first] = documents[0].payload as LogDocument[];
    assert.equal(first.kind, 'log');
    assert.equal(first.severityText, 'Warning');
    assert.deepEqual(first.data, [{ name: 'speed', type: 'Int32', value: 42 }]);
    assert.equal(first.provenance.logObject, 'i=19372');
    const clock = status.map(
      ({ payload }) => payload as { code?: string; clockOffsetMs?: number; clockErrorMs?: number }
    );
    assert.ok(clock.some(({ code }) => code === 'OPENOT_LOG_CLOCK'));
    for (const { clockOffsetMs, clockErrorMs } of clock)
      if (clockOffsetMs !== undefined) assert.ok(Math.abs(clockOffsetMs - 5_000) <= (clockErrorMs as number));

    await until('the counts of all 121', () =>
      status.some(({ payload }) => (payload as { totals?: { records: number } }).totals?.records === 121)
    );
    const { payload, openot } = status.at(-1) as { payload: { sinceNs: string; stream: string }; openot: unknown };
    assert.ok(BigInt(payload.sinceNs) > 0n);
    assert.deepEqual(openot, { stream: payload.stream });

    await helper.unload();
    enter(device, 'while away');
    const againFlow = await Flow.start(devices.flow());
    const again = againFlow.at('documents');
    await until('the record entered while away', () => textsOf(again).includes('while away'));
    assert.deepEqual(textsOf(again), ['while away']);
  });

  it('reads again what was not acknowledged', async () => {
    const device = await devices.start(0);
    enter(device, 'one', 100);
    const documentsFlow = await Flow.start(devices.flow({ commit: 'onAck' }));
    const documents = documentsFlow.at('documents');
    await until('the one record', () => textsOf(documents).length === 1);
    await helper.unload();
    const againFlow = await Flow.start(devices.flow({ commit: 'onAck' }));
    const again = againFlow.at('documents');
    await until('the record again', () => textsOf(again).length === 1);
    assert.deepEqual(textsOf(again), ['one']);
  });

  it('searches two servers whose clocks are off, in true order, by a word, and names one that fails', async () => {
    const ahead = await devices.start(5_000);
    const behind = await devices.start(-90_000);
    for (let i = 0; i < 60; i++) {
      enter(ahead, `ahead ${2 * i} ${i % 2 === 0 ? 'Hot' : 'cold'}`, 100_000 - 200 * i);
      enter(behind, `behind ${2 * i + 1} ${i % 2 === 0 ? 'hot' : 'cold'}`, 99_900 - 200 * i);
    }
    const nodes = devices.flow({ mode: 'query', endpoints: ['opcua-0', 'opcua-1', 'gone'] }, [
      endpoint('gone', 'opc.tcp://127.0.0.1:9')
    ]);
    const documentsFlow = await Flow.start(nodes);
    const documents = documentsFlow.at('documents');
    documentsFlow.send(devices.node, { start: new Date(Date.now() - 3_600_000).toISOString(), text: 'HOT' } as never);
    await until('the end of the search', () =>
      documents.some(({ openot }) => (openot as { query?: unknown } | undefined)?.query !== undefined)
    );
    const numbers = textsOf(documents).map((text) => Number(text.split(' ')[1]));
    assert.equal(numbers.length, 60);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b)
    );
    const last = documents[documents.length - 1].openot as {
      query: { records: number; errors: { endpoint: string; code: string }[] };
    };
    assert.equal(last.query.records, 60);
    assert.deepEqual(
      last.query.errors.map(({ code }) => code),
      ['OPENOT_OPCUA_REFUSED']
    );
  });
});
