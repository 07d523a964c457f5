import should from 'should';
import { runInNewContext } from 'node:vm';
import type { Item, RecordItem } from '../../../lib/stream';
import { MAX_PAYLOAD_BYTES } from '../../../nodes/openot-decoder/controller';
import { showDecoder } from '../../../nodes/openot-decoder/show';
import { Flow, settled, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { concat, facts, message } from '../support/data';

const flow = (emit = 'batch'): Promise<Flow> =>
  Flow.start([
    { id: 'decoder', type: 'openot-decoder', emit, wires: [['out', 'second']] },
    sink('out'),
    sink('second')
  ]);
const two = concat(message(0), message(1));

describe('openot-decoder', () => {
  useNodeRed();

  it("makes items of a batch, keeps the stream's facts and every other property, and changes nothing it was given", async () => {
    const running = await flow();
    const given = {
      payload: two,
      openot: facts({ notices: [{ kind: 'lap', fromAbs: 0, toAbs: 100, lostCountDelta: 2, beforeAbs: 100 }] }, 100),
      topic: 'mine',
      req: { some: 'request' }
    };
    const before = structuredClone({ ...given, payload: undefined });
    running.send('decoder', given);
    await settled();
    const [sent] = running.at('out');
    should((sent.payload as Item[]).map(({ kind }) => kind)).eql(['lap', 'record', 'record']);
    should((sent.payload as RecordItem[]).slice(1).map(({ abs, seq }) => ({ abs, seq }))).eql([
      { abs: 100, seq: 0 },
      { abs: 152, seq: 1 }
    ]);
    should(sent.topic).equal('mine');
    should(sent.req).eql({ some: 'request' });
    should(sent.openot)
      .have.properties({ stream: 'line 1', commit: ['r/b/1'] })
      .and.not.have.properties('segments');
    should(sent.openot).not.have.property('notices');
    should({ ...given, payload: undefined, _msgid: undefined }).eql({ ...before, _msgid: undefined });
    should(running.at('completed').length).equal(1);
    should(running.caught).eql([]);
    running.at('out').forEach((each) => shouldBePlain(each));
    running.at('second').forEach((each) => shouldBePlain(each));
  });

  it('takes bytes without facts: buffer id 0, a receive time of its own, positions are offsets', async () => {
    const running = await flow();
    for (const payload of [
      two,
      [...two],
      two.toString('hex').toUpperCase(),
      ' ' + two.toString('base64').replace(/(.{30})/g, '$1\n')
    ])
      running.send('decoder', { payload });
    await settled();
    should(running.caught).eql([]);
    should(running.at('out').length).equal(4);
    for (const { payload, openot } of running.at('out')) {
      should((payload as RecordItem[]).map(({ abs, seq }) => [abs, seq])).eql([
        [0, 0],
        [52, 1]
      ]);
      should(openot).have.property('bufferId', 0);
      should((openot as { receiveTimeNs: string }).receiveTimeNs).match(/^\d{19}$/);
      shouldBePlain(payload);
    }
  });

  it('delivers what is whole before half a record, and reports the rest once', async () => {
    const running = await flow();
    running.send('decoder', { payload: two.subarray(0, 80) });
    await settled();
    should((running.at('out')[0].payload as Item[]).length).equal(1);
    should(running.caught.length).equal(1);
    should(running.caught[0].code).equal('OPENOT_WIRE_TRUNCATED');
    should(running.caught[0].message).startWith('OPENOT_WIRE_TRUNCATED: at byte 52');
    should(running.at('completed')).eql([]);
  });

  const bad: Array<[string, unknown, string]> = [
    ['garbage', Buffer.from('this is no record at all, but long enough'), 'OPENOT_WIRE_WRONG_SYNC'],
    ['a record of wire version 1', Buffer.from('OOT!'.padEnd(60, 'x')), 'OPENOT_WIRE_VERSION_1'],
    ['text', 'hello', 'OPENOT_PAYLOAD_NOT_BYTES'],
    ['hex with half a byte', message(0).toString('hex').slice(0, -1), 'OPENOT_PAYLOAD_NOT_BYTES'],
    ['an object', { some: 'thing' }, 'OPENOT_PAYLOAD_NOT_BYTES'],
    ['nothing', undefined, 'OPENOT_PAYLOAD_NOT_BYTES'],
    ['a BigInt', 5n, 'OPENOT_PAYLOAD_NOT_BYTES'],
    ['an array with a number that is no byte', [0x4f, 300], 'OPENOT_PAYLOAD_NOT_BYTES']
  ];
  for (const [name, payload, code] of bad) {
    it(`refuses ${name} with a coded error and goes on`, async () => {
      const running = await flow();
      running.send('decoder', { payload });
      running.send('decoder', { payload: two });
      await settled();
      should(running.caught.map(({ code: found }) => found)).eql([code]);
      should(running.at('out').length).equal(1);
    });
  }

  it('refuses facts that are none', async () => {
    const running = await flow();
    running.send('decoder', { payload: two, openot: { snapshot: { headAbs: 'x' } } });
    running.send('decoder', { payload: two, openot: facts({ segments: [{ offset: 4, abs: 0 }] }) });
    await settled();
    should(running.caught.map(({ code }) => code)).eql(['OPENOT_FACTS_INVALID', 'OPENOT_FACTS_INVALID']);
  });

  it('sends one message for each item, with parts, and the commit tokens on the last only', async () => {
    const running = await flow('item');
    running.send('decoder', { payload: two, openot: facts() });
    await settled();
    const sent = running.at('out');
    should(sent.map(({ payload }) => (payload as RecordItem).seq)).eql([0, 1]);
    should(sent.map(({ openot }) => (openot as { commit?: string[] }).commit)).eql([undefined, ['r/b/1']]);
    should(sent.map(({ parts }) => parts)).match([
      { index: 0, count: 2, type: 'array', len: 1 },
      { index: 1, count: 2 }
    ]);
    should((sent[0].parts as { id: string }).id).equal((sent[1].parts as { id: string }).id);
  });

  it(
    'still sends a batch without records when it carries notices or tokens, and nothing when it carries ' + 'neither',
    async () => {
      const running = await flow();
      running.send('decoder', { payload: Buffer.alloc(0), openot: facts({ segments: [] }) });
      running.send('decoder', { payload: Buffer.alloc(0), openot: facts({ segments: [], commit: [] }) });
      await settled();
      should(running.at('out').map(({ payload }) => payload)).eql([[]]);
      should(running.at('completed').length).equal(2);
    }
  );

  it('refuses more than 16 MiB in one message before it makes anything of it, and goes on', async () => {
    const running = await flow();
    for (const payload of [
      Buffer.alloc(MAX_PAYLOAD_BYTES + 1),
      'T09UMgAA' + 'A'.repeat(MAX_PAYLOAD_BYTES * 2),
      { type: 'Buffer', data: new Array(MAX_PAYLOAD_BYTES + 1) }
    ])
      running.send('decoder', { payload });
    running.send('decoder', { payload: two });
    await settled();
    should(running.caught.map(({ code }) => code)).eql(Array(3).fill('OPENOT_PAYLOAD_TOO_LARGE'));
    should(running.at('out').length).equal(1);
  });

  it('takes the bytes of a function node, which come from another context', async () => {
    const running = await flow();
    running.send('decoder', { payload: runInNewContext('new Uint8Array(bytes)', { bytes: [...two] }) as Uint8Array });
    await settled();
    should(running.caught).eql([]);
    should((running.at('out')[0].payload as Item[]).length).equal(2);
  });

  it('shows an age that grows while no message comes', async () => {
    const running = await flow();
    running.send('decoder', { payload: message(0, { timeNs: BigInt(Date.now()) * 1_000_000n }) });
    await until('an age of seconds', () =>
      statusesOf('decoder').some(({ text }) => /newest [1-9]\d* s old/.test(text ?? ''))
    );
    should(statusesOf('decoder')[0].text).match(/newest 0 s old/);
  });

  it('shows ages, and a clock that is ahead, as they are', () => {
    const totals = { records: 5, notices: 0, errors: 0, newestMs: 1_000_000 };
    const text = (nowMs: number): string | undefined => showDecoder(totals, '', nowMs).text;
    should([1_000_000, 1_059_999, 1_060_000, 4_600_000, 999_000].map(text)).eql([
      '5 records, newest 0 s old',
      '5 records, newest 59 s old',
      '5 records, newest 1 min old',
      '5 records, newest 1 h old',
      '5 records, newest 0 s old'
    ]);
    should(showDecoder(totals, '', 400_000)).eql({
      fill: 'yellow',
      shape: 'dot',
      text: 'its clock is 10 min ahead: 5 records'
    });
  });

  it('shows counts and the last error', async () => {
    const running = await flow();
    running.send('decoder', { payload: 'hello' });
    await settled();
    should(statusesOf('decoder').at(-1)!.text).match(/^payload is no records: /);
    should(statusesOf('decoder').at(-1)!.fill).equal('red');
  });
});
