import should from 'should';
import { FakePlc } from './fake-plc';
import { failure } from './fake-ports';
import { Rig } from './rig';

describe('reader: what its status stands for', () => {
  it('tells since when its totals count, the same in every status of one life and another in the next', async () => {
    const plc = new FakePlc(8192);
    plc.fill(3);
    const rig = new Rig(plc, { statusIntervalMs: 1_000 });
    await rig.clock.pass(7);
    await rig.started(10_000);
    should(rig.statuses.length).be.above(5);
    should([...new Set(rig.statuses.map(({ sinceNs }) => sinceNs))]).eql(['2000000000']);
    await rig.reader.stop();
    const next = rig.again();
    should(next.reader.status()).have.properties({
      sinceNs: String(2_000_000_000n + BigInt(Math.round(rig.clock.now * 1e6)))
    });
    should(next.reader.status().totals.records).equal(0);
    await next.started();
    should(next.reader.status().sinceNs).equal(next.statuses[0].sinceNs);
    await next.reader.stop();
  });

  it('names its stream before it has seen the ring, where the settings name it', async () => {
    const rig = new Rig(new FakePlc(8192), { stream: 'line 3' });
    rig.transport.facts = failure('OPENOT_TEST', 'reconnect');
    await rig.started(600);
    should(rig.reader.status().state).equal('outage');
    should(rig.reader.statusFacts()).eql({ stream: 'line 3' });
    await rig.reader.stop();
  });

  it('has no name to tell before it has seen the ring, where the settings have none', async () => {
    const rig = new Rig(new FakePlc(8192));
    rig.transport.facts = failure('OPENOT_TEST', 'reconnect');
    await rig.started(600);
    should(rig.reader.statusFacts()).eql({});
    await rig.reader.stop();
  });

  it(
    'names the stream of its saved state, whatever the settings say now, though the ring is out of ' + 'reach',
    async () => {
      const rig = await new Rig(new FakePlc(8192), { stream: 'line 3' }).started(600);
      await rig.reader.stop();
      const next = rig.again({ stream: 'renamed' });
      should(next.reader.statusFacts()).eql({});
      next.transport.facts = failure('OPENOT_TEST', 'reconnect');
      await next.started(600);
      should(next.reader.statusFacts()).have.properties({ stream: 'line 3', incarnation: 0, bufferId: 7 });
      await next.reader.stop();
    }
  );

  it('takes the name of the settings again once everything was forgotten', async () => {
    const rig = await new Rig(new FakePlc(8192), { stream: 'line 3' }).started(600);
    await rig.reader.stop();
    const next = rig.again({ stream: 'renamed' });
    next.transport.facts = failure('OPENOT_TEST', 'reconnect');
    await next.started(600);
    const forgotten = next.reader.forget();
    await next.clock.pass(20_000);
    should(await forgotten).eql({ ok: true });
    should(next.reader.statusFacts()).eql({ stream: 'renamed' });
    await next.reader.stop();
  });
});
