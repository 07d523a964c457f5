import should from 'should';
import type { ReaderTotals } from '../../../lib/reader';
import { ReaderShow, RECENT_TROUBLE_MS, Shown } from '../../../nodes/openot-reader/show';

const totals = (changes: Partial<ReaderTotals> = {}): ReaderTotals => ({
  records: 12,
  bytes: 0,
  lost: 0,
  indeterminate: 0,
  beforeContact: 0,
  laps: 0,
  skipped: 0,
  incarnations: 0,
  ...changes
});
const status = (changes: Partial<Shown> = {}): Shown => ({
  state: 'idle',
  lag: 50,
  capacity: 100,
  totals: totals(),
  ...changes
});

const red = { fill: 'red', shape: 'ring' };

describe('the status line of a reader', () => {
  it('is green with its counts while all is well', () => {
    should(new ReaderShow().show(status(), 0)).eql({ fill: 'green', shape: 'dot', text: 'idle: 12 records, lag 50 %' });
  });

  for (const kind of ['lost', 'laps', 'skipped'] as const) {
    it(`is yellow for a minute after something was counted as ${kind}, then green again with the count kept`, () => {
      const line = new ReaderShow();
      line.show(status(), 0);
      const after = status({ totals: totals({ [kind]: 3 }) });
      should(line.show(after, 1000).fill).equal('yellow');
      should(line.show(after, 1000 + RECENT_TROUBLE_MS - 1).fill).equal('yellow');
      should(line.show(after, 1000 + RECENT_TROUBLE_MS)).eql({
        fill: 'green',
        shape: 'dot',
        text: `idle: 3 ${kind}, 12 records, lag 50 %`
      });
      should(line.show(status({ totals: totals({ [kind]: 4 }) }), 200_000).fill).equal('yellow');
    });
  }

  it('is yellow with a complaint, and when the other side is silent', () => {
    should(new ReaderShow().show(status({ code: 'OPENOT_CONTROL_UNCONFIRMED' }), 0)).eql({
      fill: 'yellow',
      shape: 'dot',
      text: 'control block unconfirmed: 12 records'
    });
    should(new ReaderShow().show(status({ silentMs: 12_000 }), 0)).eql({
      fill: 'yellow',
      shape: 'dot',
      text: 'no answer for 12 s: 12 records, lag 50 %'
    });
    should(new ReaderShow().show(status({ silentMs: 500 }), 0).fill).equal('green');
  });

  it('says how many batches are waited for, and is red when none is acknowledged any more', () => {
    should(new ReaderShow().show(status({ state: 'waiting', inFlight: 16 }), 0)).eql({
      fill: 'yellow',
      shape: 'ring',
      text: 'waiting: 16 batches wait, 12 records'
    });
    should(new ReaderShow().show(status({ state: 'idle', inFlight: 3 }), 0)).eql({
      fill: 'green',
      shape: 'dot',
      text: 'idle: 12 records, lag 50 %'
    });
    for (const state of ['idle', 'reading', 'waiting'] as const) {
      should(new ReaderShow().show(status({ state, inFlight: 3, code: 'OPENOT_ACK_TIMEOUT' }), 0)).eql({
        fill: 'red',
        shape: 'ring',
        text: 'nothing is acknowledged: 3 batches wait'
      });
    }
  });

  it('tells losses that may have been delivered apart', () => {
    should(new ReaderShow().show(status({ totals: totals({ lost: 5, indeterminate: 2 }) }), 0).text).equal(
      'idle: 5 lost (2 perhaps), 12 records'
    );
  });

  it('names a trouble first and for how long it has lasted, and complaints that have words of their own', () => {
    const line = new ReaderShow();
    const outage = status({ state: 'outage', code: 'OPENOT_OPCUA_UNREACHABLE' });
    line.show(outage, 1_000);
    should(line.show(outage, 181_000)).eql({ ...red, text: 'server not reached, 3 min: 12 records' });
    line.show(status(), 190_000);
    should(line.show(outage, 200_000).text).equal('server not reached: 12 records, lag 50 %');
    const twice = status({ code: 'OPENOT_WIRED_TWICE' });
    should(line.show(twice, 300_000, "'guard' gets all twice")).eql({
      fill: 'yellow',
      shape: 'dot',
      text: "'guard' gets all twice: 12 records"
    });
  });

  it('stays red in an outage, whatever was lost', () => {
    should(
      new ReaderShow().show(status({ state: 'outage', code: 'OPENOT_MODBUS_TIMEOUT', totals: totals({ lost: 1 }) }), 0)
    ).match({
      fill: 'red',
      text: /^device does not answer: /
    });
  });
});
