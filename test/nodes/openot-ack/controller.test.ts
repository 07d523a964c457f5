import should from 'should';
import { AckController } from '../../../nodes/openot-ack/controller';
import { MAX_SEQUENCES } from '../../../nodes/openot-ack/sequences';
import { showAck } from '../../../nodes/openot-ack/show';
import type { ReaderSession } from '../../../nodes/delivery/session';
import { DeliveryTracker } from '../../../nodes/delivery/tracker';
import { entriesOf, tokenOf } from '../../../nodes/delivery/token';

describe('the acknowledgement of batches', () => {
  let tracker: DeliveryTracker;
  let settled: number[];
  let sessions: Map<string, ReaderSession>;
  let now: number;
  const acks = (branches = 1): AckController =>
    new AckController(branches, {
      ackStatus: (session, serial) => tracker.acknowledgements.ackStatus(session, serial),
      acknowledge: (session, serial) => tracker.acknowledgements.acknowledge(session, serial),
      reject: (session, serial) => tracker.acknowledgements.reject(session, serial),
      nowMs: () => now
    });
  const reader = (name: string, batches: number, awaitsAck = true): void => {
    const session = tracker.openSession(name, 'boot', {
      settled: (serial) => void settled.push(serial),
      onLost: () => undefined,
      awaitsAck
    });
    for (let serial = 1; serial <= batches; serial++) session.begin(serial);
    sessions.set(name, session);
  };
  const message = (serials: Array<number | string>, more: object = {}): { openot: { commit: unknown[] } } => ({
    openot: { commit: serials.map((serial) => (typeof serial === 'number' ? `r/boot/${serial}` : serial)) },
    ...more
  });

  beforeEach(() => {
    tracker = new DeliveryTracker({ now: () => 0, after: () => () => undefined, nextTurn: (call) => call() });
    settled = [];
    sessions = new Map();
    now = 0;
    reader('r', 10);
  });

  it('acknowledges a batch that a message brings, once', () => {
    const ack = acks();
    should(ack.take(message([1]))).equal(undefined);
    should(settled).eql([1]);
    ack.take(message([1]));
    should(settled).eql([1]);
    should(ack.totals).eql({ acknowledged: 1, failed: 0, without: 0, unknown: 0, unasked: 0, malformed: 0 });
  });

  it('acknowledges everything before it as well', () => {
    const ack = acks();
    ack.take(message([4]));
    should(settled).eql([4]);
    ack.take(message([2]));
    should(settled).eql([4]);
    should(ack.totals.acknowledged).equal(4);
    should(ack.totals.unknown).equal(0);
  });

  it('acknowledges what a merged message brings, arrays in arrays included', () => {
    acks().take({ openot: { commit: [['r/boot/1'], ['r/boot/2', ['r/boot/3']]] } } as never);
    should(settled.at(-1)).equal(3);
  });

  it('keeps readers apart', () => {
    reader('other', 3);
    const ack = acks();
    ack.take(message(['other/boot/2']));
    should(settled).eql([2]);
    ack.take(message([1]));
    should(settled).eql([2, 1]);
  });

  describe('with two branches', () => {
    it('waits until two messages brought the token', () => {
      const ack = acks(2);
      ack.take(message([1]));
      should(settled).eql([]);
      should(ack.waiting).equal(1);
      ack.take(message([1]));
      should(settled).eql([1]);
      should(ack.waiting).equal(0);
    });

    it('counts a token once that stands twice in one message', () => {
      const ack = acks(2);
      ack.take(message([1, 1]));
      ack.take({ openot: { commit: [['r/boot/2', 'r/boot/2'], ['r/boot/2']] } } as never);
      should(settled).eql([]);
    });

    it('acknowledges what the slower one brought, however far ahead the other is', () => {
      const ack = acks(2);
      for (const serial of [1, 2, 3, 4, 5]) ack.take(message([serial]));
      should(settled).eql([]);
      for (const serial of [1, 2, 3]) ack.take(message([serial]));
      should(settled).eql([1, 2, 3]);
      should(ack.waiting).equal(2);
    });

    it('forgets partly counted tokens below what is acknowledged', () => {
      const ack = acks(2);
      for (const serial of [1, 2, 3, 3]) ack.take(message([serial]));
      should(settled).eql([3]);
      should(ack.unfinished()).eql([]);
    });

    it('names what it has partly counted, so that it can be read again', () => {
      const ack = acks(2);
      ack.take(message([1]));
      ack.take(message([2], { parts: { id: 'x', index: 0, count: 2 } }));
      should(ack.unfinished().sort()).eql(['r/boot/1', 'r/boot/2']);
    });
  });

  describe('of sequences', () => {
    const part = (index: number, count: number | undefined, id = 'x', parts?: object): object => ({
      parts: { id, index, ...(count === undefined ? {} : { count }), ...(parts === undefined ? {} : { parts }) }
    });

    it(
      'counts with the last part where a split has copied the tokens to all, and covers what came before ' +
        'at the first',
      () => {
        const ack = acks();
        ack.take(message([2], part(0, 3)));
        should(settled).eql([1]);
        ack.take(message([2], part(1, 3)));
        should(settled).eql([1]);
        ack.take(message([2], part(2, 3)));
        should(settled).eql([1, 2]);
      }
    );

    it('counts at the last part where the tokens ride on that one only, and says nothing of the others', () => {
      const ack = acks();
      ack.take({ ...part(0, 2) } as never);
      should(ack.totals.without).equal(0);
      ack.take(message([1], part(1, 2)));
      should(settled).eql([1]);
    });

    it('counts at the last part what parts before it brought that a sort or a batch put there', () => {
      reader('other', 3);
      const ack = acks();
      ack.take(message(['other/boot/1'], part(0, 3)));
      ack.take(message([1], part(1, 3)));
      ack.take(part(2, 3) as never);
      should(settled).eql([1, 1]);
      should(ack.totals.without).equal(0);
    });

    it('counts a sequence in a sequence when both are at their end', () => {
      const ack = acks();
      const send = (outer: number, inner: number): void =>
        void ack.take(message([1], part(inner, 2, `inner ${outer}`, { id: 'outer', index: outer, count: 2 })));
      send(0, 0);
      send(0, 1);
      send(1, 0);
      should(settled).eql([]);
      send(1, 1);
      should(settled).eql([1]);
      should(ack.waiting).equal(0);
    });

    it("counts each branch's sequence as one arrival", () => {
      const ack = acks(2);
      for (const id of ['a', 'b']) {
        ack.take(message([1], part(0, 2, id)));
        should(settled).eql([]);
        ack.take(message([1], part(1, 2, id)));
      }
      should(settled).eql([1]);
    });

    it('never ends where the parts have no count: then the next batch covers it', () => {
      const ack = acks();
      ack.take(message([1], part(0, undefined)));
      ack.take(message([1], part(1, undefined)));
      should(settled).eql([]);
      ack.take(message([2], part(2, undefined)));
      should(settled).eql([1]);
    });

    it('keeps no more of them than its limit, and none of what is acknowledged', () => {
      const ack = acks(2);
      for (let id = 0; id < MAX_SEQUENCES + 10; id++) ack.take(message([1 + (id % 10)], part(0, 2, String(id))));
      should((ack as unknown as { sequences: { waiting: Map<string, unknown> } }).sequences.waiting.size).equal(
        MAX_SEQUENCES
      );
      ack.take(message([10]));
      ack.take(message([10]));
      should((ack as unknown as { sequences: { waiting: Map<string, unknown> } }).sequences.waiting.size).equal(0);
    });
  });

  describe('of messages that come with an error, by a Catch node', () => {
    const failed = (serials: number[], more: object = {}): object =>
      message(serials, { error: { message: 'disk full', source: { id: 'file' } }, ...more });

    it(
      'passes over the troubles of our own nodes that belong to no message: the batches under way are ' +
        'acknowledged',
      () => {
        const ack = acks();
        ack.take({
          error: { message: 'OPENOT_OTLP_UNREACHABLE: …', source: { id: 'otlp', type: 'openot-otlp' } }
        } as never);
        ack.take(message([1]));
        should([settled, ack.totals.failed]).eql([[1], 0]);
        ack.take({ error: { message: 'disk full', source: { id: 'file', type: 'file' } } } as never);
        ack.take(message([2]));
        should(settled).eql([1]);
      }
    );

    it('rejects the batch: nothing from it on is settled any more', () => {
      const ack = acks();
      ack.take(message([1]));
      ack.take(failed([2]) as never);
      ack.take(message([2]));
      ack.take(message([3]));
      should(settled).eql([1]);
      should(ack.totals).match({ failed: 1 });
      should(ack.unfinished()).eql([]);
    });

    it('rejects it with what one branch had brought', () => {
      const ack = acks(2);
      ack.take(message([1]));
      ack.take(failed([1]) as never);
      ack.take(message([2]));
      ack.take(message([2]));
      should(settled).eql([]);
    });

    it('rejects the batch of a sequence one part of which failed, whichever part has the token', () => {
      const part = (index: number): object => ({ parts: { id: 'x', index, count: 3 } });
      const ack = acks();
      ack.take(failed([], part(1)) as never);
      should(ack.take(message([1], part(2)))).equal(undefined);
      ack.take(message([2]));
      should(settled).eql([]);
      should(ack.totals.failed).equal(1);
    });

    it('rejects it at once when the failing part of a split has the token, and acknowledges what was before', () => {
      const ack = acks();
      ack.take(message([1]));
      ack.take(failed([2], { parts: { id: 'x', index: 0, count: 3 } }) as never);
      should(ack.totals.failed).equal(1);
      ack.take(message([2], { parts: { id: 'x', index: 2, count: 3 } }));
      should(settled).eql([1]);
    });

    it('rejects what covers a part that failed, where the part with the token never comes', () => {
      const part = (index: number): object => ({ parts: { id: 'x', index, count: 3 } });
      const ack = acks();
      ack.take(failed([], part(1)) as never);
      // The last part of the first batch was filtered out on its way.
      ack.take(message([2]));
      should(settled).eql([]);
      should(ack.totals.failed).equal(1);
      should(ack.last).equal('failed');
    });

    it('tells of a failure that comes too late', () => {
      const ack = acks();
      ack.take(message([2]));
      ack.take(failed([1]) as never);
      should(settled).eql([2]);
      should(ack.totals.failed).equal(1);
      should(ack.last).equal('failed');
      ack.take(failed([]) as never);
      should(ack.totals).match({ failed: 2, without: 0 });
    });

    it('ignores one of a reader that does not wait, or of another session', () => {
      reader('sends', 1, false);
      const ack = acks();
      ack.take({ error: {}, openot: { commit: ['sends/boot/1', 'r/old/1'] } } as never);
      should(ack.totals).match({ failed: 0, unasked: 1, unknown: 1 });
    });
  });

  describe('of what is not there', () => {
    it('ignores and counts tokens of another session, of a reader that is gone, and of batches never sent', () => {
      const ack = acks(2);
      ack.take(message(['r/old boot/1', 'gone/boot/1', 'r/boot/11']));
      should(ack.totals).match({ unknown: 3, acknowledged: 0 });
      should(ack.unfinished()).eql([]);
      should(ack.last).equal('unknown');
    });

    it('forgets what it counted of a session that has ended', () => {
      const ack = acks(2);
      ack.take(message([1]));
      sessions.get('r')!.close();
      ack.take(message([2]));
      should(ack.unfinished()).eql([]);
    });

    it('ignores and counts tokens of a reader that does not wait', () => {
      reader('sends', 1, false);
      const ack = acks();
      ack.take(message(['sends/boot/1']));
      should(ack.totals).match({ unasked: 1, acknowledged: 0 });
    });

    it('does not count metrics and spans that openot-otlp delivered, but logs', () => {
      const ack = acks();
      for (const signal of ['metrics', 'traces']) ack.take({ otlp: { signal } } as never);
      should(ack.totals.without).equal(0);
      should(ack.last).equal('nothing');
      for (const otlp of [{ signal: 'logs' }, null, {}]) ack.take({ otlp } as never);
      should(ack.totals.without).equal(3);
    });

    it('counts messages without a token, whatever else they carry', () => {
      const ack = acks();
      for (const bare of [{}, { openot: {} }, { openot: null }, { openot: { commit: [] } }, { openot: 'text' }])
        should(ack.take(bare as never)).equal(undefined);
      should(ack.totals.without).equal(5);
      should(ack.last).equal('without');
      ack.take(message([1]));
      should(ack.last).equal('acknowledged');
    });

    for (const bad of ['r/boot/1', 7, { 0: 'r/boot/1' }, true]) {
      it(`has an error for a commit of ${JSON.stringify(bad)}`, () => {
        const error = acks().take({ openot: { commit: bad } } as never)!;
        should(error.code).equal('OPENOT_ACK_TOKEN');
        should(error.message).match(/must be an array of tokens/);
        should(settled).eql([]);
      });
    }

    it('has one error for a message with several entries that are no tokens, and counts its right ones', () => {
      const ack = acks();
      const error = ack.take(
        message(['nonsense', 1, 'r/boot/0', 'r/boot/x', '/boot/1', 'r//1', 'r/boot/99999999999999999999'])
      )!;
      should(error.code).equal('OPENOT_ACK_TOKEN');
      should(error.message).match(/6 of the 7 entries.*"nonsense"/);
      should(settled).eql([1]);
      should(ack.totals.malformed).equal(6);
      should(ack.take({ openot: { commit: [null, { a: 1 }, 3, BigInt(4)] } } as never)!.code).equal('OPENOT_ACK_TOKEN');
    });
  });

  it('shows what is acknowledged, what waits for other branches, and since when', () => {
    const ack = acks(2);
    should(showAck(ack, 0)).eql({ fill: 'green', shape: 'dot', text: '0 batches' });
    for (const serial of [1, 1, 2]) ack.take(message([serial]));
    should(showAck(ack, 5000)).eql({
      fill: 'green',
      shape: 'dot',
      text: '1 batch, 1 not from every branch'
    });
    ack.take({});
    should(showAck(ack, 5000)).match({
      fill: 'yellow',
      shape: 'ring',
      text: /^message without a token: 1 without token/
    });
    ack.take(message(['nonsense']));
    should(showAck(ack, 5000)).match({ fill: 'red', text: /^that is no token: / });
    ack.take(message([2]));
    should(showAck(ack, 5000).fill).equal('green');
  });
});

describe('a commit token', () => {
  it("is taken apart from its end, since a reader's id may have any character", () => {
    should(tokenOf('a/b/boot/12')).eql({ text: 'a/b/boot/12', session: 'a/b/boot', serial: 12 });
    for (const bad of ['', 'a/1', 'a/b/', 'a/b/-1', 'a/b/1.5', 'a/b/01', undefined, null, 5])
      should(tokenOf(bad)).equal(undefined, String(bad));
  });

  it('is found in arrays in arrays', () => {
    should(entriesOf([['a'], [['b'], 'c']])).eql(['a', 'b', 'c']);
    should(entriesOf('a')).equal(undefined);
  });
});
