import should from 'should';
import { ReadOutcome, ReadPart, TransportError } from '../../../lib/transport/transport';
import { FakePlc } from './fake-plc';
import { failure, FakeTransport, ManualClock, MemoryStore } from './fake-ports';
import { Rig } from './rig';

/** A link that can fall silent, and that can tell of its loss. */
class DyingTransport extends FakeTransport {
  silent = false;
  private listener: ((error: TransportError) => void) | undefined;
  private release: (() => void) | undefined;

  override async read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    if (this.silent) await new Promise<void>((resolve) => (this.release = resolve));
    return super.read(parts);
  }

  onLost(listener: (error: TransportError) => void): () => void {
    this.listener = listener;
    return () => (this.listener = undefined);
  }

  lose(): void {
    this.facts = failure('OPENOT_TEST_UNREACHABLE', 'reconnect');
    this.listener?.(failure('OPENOT_TEST_LOST', 'reconnect'));
  }

  answerAtLast(): void {
    this.silent = false;
    this.release?.();
  }

  get listens(): boolean {
    return this.listener !== undefined;
  }
}

describe('a link that says nothing', () => {
  const rigOn = (settings: ConstructorParameters<typeof Rig>[1]): { rig: Rig; transport: DyingTransport } => {
    const plc = new FakePlc(4096);
    plc.fill(3);
    const transport = new DyingTransport(plc);
    return { transport, rig: new Rig(plc, settings, new MemoryStore(), new ManualClock(), transport) };
  };

  it(
    'is told after three seconds of an unanswered Read, with its age and without a lag, and forgotten ' +
      'once it answers',
    async () => {
      const { rig, transport } = rigOn({ intervalMs: 100 });
      await rig.started(500);
      should(rig.reader.status()).match({ state: 'idle', lag: 0 });
      transport.silent = true;
      await rig.clock.pass(2500);
      should(rig.reader.status().code).be.undefined();
      await rig.clock.pass(4500);
      const status = rig.reader.status();
      should(status).match({
        state: 'reading',
        code: 'OPENOT_READ_SILENT',
        detail: 'no answer for 6 s',
        silentMs: 6000
      });
      should(status.lag).be.undefined();
      should(rig.statuses.some(({ code }) => code === 'OPENOT_READ_SILENT')).be.true();
      transport.answerAtLast();
      await rig.clock.pass(500);
      should(rig.reader.status()).match({ state: 'idle', lag: 0 });
      should(rig.reader.status().code).be.undefined();
      await rig.reader.stop();
    }
  );

  it('shows no lag of before either when the Read that was silent is given up and asked again', async () => {
    const { rig, transport } = rigOn({ intervalMs: 100 });
    await rig.started(500);
    transport.silent = true;
    await rig.clock.pass(8000);
    should(rig.reader.status().code).equal('OPENOT_READ_SILENT');
    // In smaller pieces, which the link swallows as well.
    transport.answer = () => failure('OPENOT_TEST_TIMEOUT', 'smaller');
    transport.answerAtLast();
    transport.silent = true;
    await rig.clock.pass(1000);
    should(rig.reader.status()).match({ state: 'reading', code: 'OPENOT_TEST_TIMEOUT' });
    should(rig.reader.status().lag).be.undefined();
    transport.answer = (outcome) => outcome;
    transport.answerAtLast();
    await rig.clock.pass(500);
    should(rig.reader.status()).match({ state: 'idle', lag: 0 });
    await rig.reader.stop();
  });

  it('is told at once when it is lost, also while nothing is read', async () => {
    const { rig, transport } = rigOn({ mode: 'trigger' });
    await rig.started(10);
    rig.reader.read();
    await rig.clock.pass(100);
    should(rig.reader.status().state).equal('idle');
    transport.lose();
    await rig.clock.pass(10);
    should(rig.reader.status().state).equal('outage');
    should(rig.errors[0].code).equal('OPENOT_TEST_LOST');
    await rig.reader.stop();
    should(transport.listens).be.false();
  });

  it('shows a Read that had to be made smaller as a trouble, not as health', async () => {
    const { rig, transport } = rigOn({ intervalMs: 100 });
    await rig.started(500);
    let failures = 2;
    transport.answer = (outcome) => (failures-- > 0 ? failure('OPENOT_TEST_TIMEOUT', 'smaller') : outcome);
    rig.statuses.length = 0;
    await rig.clock.pass(200);
    should(rig.statuses.map(({ code }) => code)).containEql('OPENOT_TEST_TIMEOUT');
    await rig.clock.pass(500);
    should(rig.reader.status().code).be.undefined();
    await rig.reader.stop();
  });

  it('shows no lag before the first poll of a life, and none that is older than a few intervals', async () => {
    const { rig } = rigOn({ mode: 'trigger', intervalMs: 100, slowIntervalMs: 1000 });
    await rig.started(10);
    should(rig.reader.status().lag).be.undefined();
    rig.reader.read();
    await rig.clock.pass(100);
    should(rig.reader.status().lag).equal(0);
    await rig.clock.pass(5000);
    should(rig.reader.status().lag).be.undefined();
    await rig.reader.stop();
  });
});
