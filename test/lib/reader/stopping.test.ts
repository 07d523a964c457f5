import should from 'should';
import { FakePlc } from './fake-plc';
import { ManualClock, MemoryStore } from './fake-ports';
import { Rig } from './rig';

/** A store whose next save takes until the test lets it end. */
class SlowStore extends MemoryStore {
  isSlow = false;
  saving: (() => void) | undefined;

  override async save(bytes: Uint8Array): Promise<void> {
    if (this.isSlow) await new Promise<void>((resolve) => (this.saving = resolve));
    await super.save(bytes);
  }
}

describe('reader: stopping', () => {
  it(
    'ends when it is stopped while the state is saved that a batch needs: the batch is not handed on any ' + 'more',
    async () => {
      const plc = new FakePlc(4096);
      const store = new SlowStore();
      const clock = new ManualClock();
      // Stopped in order, it leaves a state that covers nothing more: the first batch of the next one needs a save.
      plc.fill(3);
      const before = await new Rig(plc, {}, store, clock).started(600);
      const ending = before.reader.stop();
      await clock.pass(10);
      await ending;
      plc.fill(3);
      store.isSlow = true;
      const rig = before.again();
      // As a sink whose gate is shut: it waits for the end of the reader.
      rig.sink = () => new Promise<void>(() => undefined);
      await rig.started(600);
      should(store.saving).be.Function();
      let isStopped = false;
      const stopping = rig.reader.stop().then(() => (isStopped = true));
      await clock.pass(10);
      store.isSlow = false;
      store.saving?.();
      await clock.pass(10);
      should(isStopped).be.true();
      await stopping;
      should(rig.batches).eql([]);
      // Read again by the next one.
      const next = await rig.again().started(600);
      should(next.ids).eql(['1/1/3', '1/1/4', '1/1/5']);
    }
  );
});
