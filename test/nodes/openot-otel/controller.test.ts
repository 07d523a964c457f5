import should from 'should';
import { showOtel } from '../../../nodes/openot-otel/show';
import { Bench, turns, withoutMetrics as open } from './support/bench';
import { alarm, eventDocument } from './support/otel';

describe('the mapper', () => {
  it(
    'collects over messages until the oldest is old enough, and lets all tokens go with the last logs ' + 'request',
    async () => {
      const bench = await open({ maxAge: '100' });
      const first = bench.input([eventDocument(1)], ['r/b/1']);
      await bench.pass(60);
      const second = bench.input([eventDocument(2)], ['r/b/2']);
      await turns();
      should([first.state, second.state, bench.sent.length]).eql(['waits', 'waits', 0]);
      await bench.pass(40);
      should([first.state, second.state]).eql(['left', 'left']);
      should(bench.uids).eql(['line 1/0/1/1/1', 'line 1/0/1/1/2']);
      should(bench.tokens).eql(['r/b/1', 'r/b/2']);
      should(bench.sent.length).equal(1);
      should(bench.sent[0]).not.have.property('parts');
    }
  );

  it('sends at once when a request is full, split by items, the tokens on the last part alone', async () => {
    const bench = await open({ maxItems: '2' });
    bench.input(
      [1, 2, 3, 4, 5].map((seq) => eventDocument(seq)),
      ['r/b/1']
    );
    await turns();
    should(bench.logs.map(({ resourceLogs }) => resourceLogs[0].scopeLogs[0].logRecords.length)).eql([2, 2, 1]);
    should(bench.sent.map(({ openot }) => openot?.commit)).eql([undefined, undefined, ['r/b/1']]);
    should(bench.sent.map(({ parts }) => [parts!.index, parts!.count])).eql([
      [0, 3],
      [1, 3],
      [2, 3]
    ]);
  });

  it('splits by bytes, and sends an item above the limit alone', async () => {
    const bench = await open({ maxBytes: '4096' });
    bench.input([eventDocument(1), eventDocument(2, { text: 'x'.repeat(5000) }), eventDocument(3)], ['r/b/1']);
    await turns();
    should(bench.logs.map(({ resourceLogs }) => resourceLogs[0].scopeLogs[0].logRecords.length)).eql([1, 1, 1]);
  });

  it('sends each message at once where nothing may wait', async () => {
    const bench = await open({ maxAge: '0' });
    bench.input([eventDocument(1)], ['r/b/1']);
    bench.input([eventDocument(2)], ['r/b/2']);
    await turns();
    should(bench.tokens).eql(['r/b/1', 'r/b/2']);
    should(bench.sent.length).equal(2);
  });

  it('keeps what no token covers out of the sequence of the tokens, whose last part is never such a one', async () => {
    const bench = await open({ maxItems: '100' });
    bench.input([eventDocument(1)], ['r/b/1'], { openot: { stream: 'a', commit: ['r/b/1'] } });
    bench.input([eventDocument(1)], undefined, { openot: { stream: 'mqtt' } });
    await bench.pass(1000);
    should(bench.sent.map(({ openot, parts }) => [openot?.stream, openot?.commit, parts])).eql([
      ['mqtt', undefined, undefined],
      ['a', ['r/b/1'], undefined]
    ]);
    bench.input([], ['r/b/2'], { openot: { stream: 'a', commit: ['r/b/2'] } });
    bench.input([eventDocument(2)], undefined, { openot: { stream: 'mqtt' } });
    await bench.pass(1000);
    should(
      bench.sent
        .slice(2)
        .map(({ openot, parts, payload }) => [
          openot?.commit,
          parts,
          (payload as { resourceLogs: unknown[] }).resourceLogs.length
        ])
    ).eql([
      [undefined, undefined, 1],
      [['r/b/2'], undefined, 0]
    ]);
  });

  it('names the stream of the tokens on an empty request that carries them, whatever came last', async () => {
    const bench = await open({ signals: { logs: false, metrics: false, traces: true }, maxItems: '100' });
    bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], ['r/b/1']);
    bench.input([alarm(1, 'ConditionActive'), alarm(2, 'ConditionCleared')], undefined, { openot: { stream: 'mqtt' } });
    await bench.pass(1000);
    should(bench.sent.map(({ topic, openot }) => [topic, openot])).eql([
      ['traces', { stream: 'mqtt' }],
      ['traces', { stream: 'line 1' }],
      ['logs', { stream: 'line 1', commit: ['r/b/1'] }]
    ]);
  });

  it(
    'keeps a request open for each resource, and lets no token go before the items of an earlier ' + 'message',
    async () => {
      const bench = await open({ maxItems: '3' });
      bench.input([eventDocument(1)], ['r/b/1'], { openot: { stream: 'a', commit: ['r/b/1'] } });
      bench.input([eventDocument(1), eventDocument(2)], ['r/b/2'], { openot: { stream: 'b', commit: ['r/b/2'] } });
      bench.input([eventDocument(2)], ['r/b/3'], { openot: { stream: 'a', commit: ['r/b/3'] } });
      await bench.pass(1000);
      should(bench.logs.map(({ resourceLogs }) => resourceLogs[0].resource.attributes[1].value.stringValue)).eql([
        'a',
        'b'
      ]);
      should(bench.sent.map(({ openot }) => [openot?.stream, openot?.commit])).eql([
        ['a', undefined],
        ['b', ['r/b/1', 'r/b/2', 'r/b/3']]
      ]);
    }
  );

  it('lets nothing that a token is bound to wait longer than a second, whatever the age', async () => {
    const bench = await open({ maxAge: '60000' });
    bench.input([eventDocument(1)]);
    await bench.pass(5000);
    should(bench.sent).eql([]);
    bench.input([eventDocument(2)], ['r/b/1']);
    await bench.pass(999);
    should(bench.sent).eql([]);
    await bench.pass(1);
    should(bench.uids.length).equal(2);
    bench.input([eventDocument(3)]);
    await bench.pass(59_999);
    should(bench.sent.length).equal(1);
    await bench.pass(1);
    should(bench.sent.length).equal(2);
  });

  it('passes the tokens of an empty batch on, and of one whose signals are all off', async () => {
    const bench = await open({ maxAge: '0' });
    bench.input([], ['r/b/1']);
    await turns();
    const quiet = await open({ maxAge: '0', signals: { logs: false, metrics: false, traces: false } });
    quiet.input([eventDocument(1)], ['r/b/1']);
    await turns();
    for (const { sent } of [bench, quiet]) {
      should(sent.length).equal(1);
      should(sent[0]).match({ topic: 'logs', payload: { resourceLogs: [] }, openot: { commit: ['r/b/1'] } });
    }
    should(bench.input([]).state).equal('waits');
    await turns();
    should(bench.sent.length).equal(1);
  });

  it('reports a document that is none, and sends its neighbours and the tokens', async () => {
    const bench = await open({ maxAge: '0' });
    const taken = bench.input([eventDocument(1), { kind: 'event' }, eventDocument(2)], ['r/b/1']);
    const error = (await taken.outcome) as Error & { code: string };
    should(error.code).equal('OPENOT_OTEL_NOT_A_DOCUMENT');
    should(error.message).match(/^OPENOT_OTEL_NOT_A_DOCUMENT: 1 of 3 documents/);
    should(bench.uids).eql(['line 1/0/1/1/1', 'line 1/0/1/1/2']);
    should(bench.tokens).eql(['r/b/1']);
    should(bench.controller.totals.refused).equal(1);
  });

  it('refuses what is the wrong kind altogether with its token, counts it, and says what to change', async () => {
    const strict = eventDocument(1);
    delete strict.text;
    delete strict.provenance.time;
    const record = { kind: 'record', seq: 1, payload: {} };
    const cases: Array<[unknown, string, number]> = [
      [[strict], 'STRICT_DOCUMENT', 1],
      [strict, 'STRICT_DOCUMENT', 1],
      [[strict, strict], 'STRICT_DOCUMENT', 2],
      [[record, record, record], 'NOT_A_DOCUMENT', 3],
      [record, 'NOT_A_DOCUMENT', 1],
      [[null, 5], 'NOT_A_DOCUMENT', 2],
      ['[]', 'TEXT', 1],
      [Buffer.from('x'), 'PAYLOAD', 1],
      [5, 'PAYLOAD', 1],
      [undefined, 'PAYLOAD', 1]
    ];
    for (const [payload, code, refused] of cases) {
      const bench = await open({ maxAge: '0' });
      const error = (await bench.input(payload, ['r/b/1']).outcome) as Error & { code: string };
      should(error.code).equal(`OPENOT_OTEL_${code}`);
      should(error.message).not.match(/others went on/);
      if (refused > 1)
        should(error.message).match(
          new RegExp(
            `none of ${refused} documents could be mapped: the message was refused, and its commit token with it`
          )
        );
      should(bench.sent).eql([]);
      should(bench.controller.totals.refused).equal(refused);
      should(bench.controller.refusing).equal(error.code);
      should(showOtel(bench.controller)).match({
        fill: 'red',
        text: new RegExp(`^[a-z ]+: ${refused} refused`)
      });
    }
  });

  it('shows what was refused whole until documents are mapped again: a status in between changes nothing', async () => {
    const bench = await Bench.open({ maxAge: '0' });
    const status = {
      state: 'idle',
      totals: { records: 1, bytes: 40, lost: 0, indeterminate: 0, laps: 0, skipped: 0, incarnations: 0 }
    };
    await bench.input('[]', ['r/b/1']).outcome;
    await bench.input(status).outcome;
    await bench.input([], ['r/b/2']).outcome;
    should(showOtel(bench.controller)).match({ fill: 'red', text: /^text is no document: / });
    await bench.input([eventDocument(1), { kind: 'event' }], ['r/b/3']).outcome;
    should(showOtel(bench.controller)).match({ fill: 'yellow', text: /2 refused/ });
    await bench.input(status).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'yellow');
    await bench.input([eventDocument(2)], ['r/b/4']).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'green');
    // The other way round.
    await bench.input({ state: 'idle', totals: { records: 'x' } }).outcome;
    await bench.input([eventDocument(3)], ['r/b/5']).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'red');
    await bench.input(status).outcome;
    should(showOtel(bench.controller)).have.property('fill', 'green');
  });

  it('lets the tokens of documents go that are broken for good', async () => {
    const bench = await open({ maxAge: '0' });
    const broken = { ...eventDocument(1), seq: 'x' };
    should(((await bench.input([broken, broken], ['r/b/1']).outcome) as Error).message).match(
      /^OPENOT_OTEL_NOT_A_DOCUMENT: none of 2 documents could be mapped\. The first/
    );
    should(bench.tokens).eql(['r/b/1']);
  });

  it('says when all signals are off', async () => {
    const bench = await open({ maxAge: '0', signals: { logs: false, metrics: false, traces: false } });
    should(showOtel(bench.controller).fill).equal('green');
    await bench.input([eventDocument(1)], ['r/b/1']).outcome;
    should(showOtel(bench.controller)).match({ fill: 'yellow', text: /all signals are off/ });
  });

  it('makes what cannot be sent an error of its messages, and keeps their tokens', async () => {
    const bench = await open({ maxAge: '10' });
    bench.failure = new Error('no more');
    const taken = bench.input([eventDocument(1)], ['r/b/1']);
    await bench.pass(100);
    should(((await taken.outcome) as Error & { code: string }).code).equal('OPENOT_INTERNAL');
    bench.failure = undefined;
    bench.input([eventDocument(2)], ['r/b/2']);
    await bench.pass(100);
    should(bench.tokens).eql(['r/b/2']);
  });

  it('takes the status of a reader by its shape', async () => {
    const bench = await Bench.open({ maxAge: '0' });
    const totals = { records: 10, bytes: 400, lost: 2, indeterminate: 1, laps: 1, skipped: 0, incarnations: 0 };
    await bench.input({
      state: 'reading',
      detail: '',
      cursorAbs: 5,
      lag: 100,
      capacity: 65536,
      clockSkewMs: 12,
      sinceNs: '1780000000000000000',
      totals,
      looks: {},
      inFlight: 0,
      about: []
    }).outcome;
    should(bench.sent.length).equal(1);
    should(bench.sent[0].topic).equal('metrics');
    should(JSON.stringify(bench.sent[0].payload)).containEql('"openot.records.delivered"');
  });
});
