import should from 'should';
import { encodeControlBlock } from '../../../lib/ring';
import { ControlSample, PlausibleSample, takeSample } from '../../../lib/reader/observe/control-sample';
import { counted, nextSample, NO_RUN } from '../../../lib/reader/observe/seqlock';
import { FakePlc } from './fake-plc';
import { Rig, seqs } from './rig';

describe('reader: looks', () => {
  it('an odd seqlock is looked at again, and passes when the update ends', async () => {
    const plc = new FakePlc(65536);
    plc.fill(3);
    const rig = await new Rig(plc).started(600);
    const update = plc.stores();
    update.steps[0]();
    update.steps[1]();
    let looks = 0;
    rig.transport.beforePart = (part) => {
      if (part.kind === 'control' && ++looks === 4) for (const step of update.steps.slice(2)) step();
    };
    await rig.clock.pass(600);
    should(rig.ids).eql(seqs(0, 3));
    should(rig.reader.status().looks.repeated).be.aboveOrEqual(2);
    should(rig.errors).eql([]);
  });

  it(
    'an odd seqlock that stays is reported, polled slowly and never spun on; reading goes on when the ' +
      'controller runs',
    async () => {
      const plc = new FakePlc(65536);
      plc.fill(3);
      const rig = await new Rig(plc).started(600);
      const update = plc.stores();
      update.steps[0]();
      await rig.clock.pass(1000);
      should(rig.reader.status().state).equal('updating');
      should(rig.reader.status().code).equal('OPENOT_CONTROL_FROZEN');
      rig.reads();
      await rig.clock.pass(60_000);
      should(rig.reads().length).be.within(12, 12 * 8 + 8);
      should(rig.errors).eql([]);
      for (const step of update.steps.slice(1)) step();
      await rig.clock.pass(6_000);
      should(rig.ids).eql(seqs(0, 3));
      should(rig.reader.status().state).equal('idle');
    }
  );

  it(
    'a controller that is busy at every look does not stall: an image between two others is taken, and ' + 'counted',
    async () => {
      const plc = new FakePlc(65536);
      const rig = new Rig(plc);
      rig.transport.beforePart = (part) => {
        if (part.kind === 'control') plc.append();
      };
      await rig.started(5_000);
      const written = plc.nextSeq(1);
      should(rig.ids).eql(seqs(0, rig.ids.length - 1));
      should(written - rig.ids.length).be.below(20);
      const { looks } = rig.reader.status();
      should(looks.unconfirmed).be.above(3);
      should(rig.notices).eql([]);
      should(rig.errors).eql([]);
    }
  );

  it('after polls that never agreed the pace is kept with three looks each', async () => {
    const plc = new FakePlc(65536);
    const rig = new Rig(plc);
    rig.transport.beforePart = (part) => {
      if (part.kind === 'control') plc.append();
    };
    await rig.started(5_000);
    rig.reads();
    const { polls } = rig.reader.status().looks;
    await rig.clock.pass(500);
    should(rig.reads().length).equal((rig.reader.status().looks.polls - polls) * 3);
  });

  it('a torn image with an even seqlock is never believed by itself', async () => {
    const plc = new FakePlc(65536);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    // Half of an old image and half of a later one: even, and consistent in itself.
    plc.fill(2);
    let torn = true;
    rig.transport.answer = (outcome) => {
      if (!outcome.ok || !torn) return outcome;
      torn = false;
      const bytes = outcome.parts[0].slice();
      bytes[26] = 1;
      bytes[34] = 1;
      plc.append();
      return { ok: true, parts: [bytes, ...outcome.parts.slice(1)] };
    };
    await rig.clock.pass(600);
    should(torn).be.false();
    should(rig.ids).eql(seqs(0, 12));
    should(rig.notices).eql([]);
  });

  const broken: [string, string, (plc: FakePlc) => void][] = [
    ['88 bytes of FF', 'OPENOT_CONTROL_WRONG_SYNC', (plc) => (plc.control = new Uint8Array(88).fill(0xff))],
    ['88 bytes of zero', 'OPENOT_CONTROL_WRONG_SYNC', (plc) => (plc.control = new Uint8Array(88))],
    [
      'wire version 1',
      'OPENOT_WIRE_VERSION_1',
      (plc) => (plc.control = Uint8Array.from(plc.controlBytes(), (byte, at) => (at === 3 ? 0x21 : byte)))
    ],
    [
      'another version',
      'OPENOT_CONTROL_UNSUPPORTED_VERSION',
      (plc) => (plc.control = Uint8Array.from(plc.controlBytes(), (byte, at) => (at === 4 ? 3 : byte)))
    ],
    [
      'a reserved byte that is set',
      'OPENOT_CONTROL_RESERVED_NOT_ZERO',
      (plc) => (plc.control = Uint8Array.from(plc.controlBytes(), (byte, at) => (at === 6 ? 1 : byte)))
    ],
    ['half a control block', 'OPENOT_CONTROL_TRUNCATED', (plc) => (plc.control = plc.controlBytes().slice(0, 40))],
    [
      'positions that do not fit together',
      'OPENOT_CONTROL_INCONSISTENT',
      (plc) => (plc.control = Uint8Array.from(plc.controlBytes(), (byte, at) => (at === 33 ? 0xff : byte)))
    ],
    ['another size than the ring', 'OPENOT_RING_SIZE', (plc) => (plc.capacityShown = 32768)],
    ['no size at all', 'OPENOT_RING_CAPACITY_ZERO', (plc) => (plc.capacityShown = 0)]
  ];
  for (const [what, code, breakIt] of broken) {
    it(
      `a control block with ${what} is one error, ${code}, retried slowly; reading begins when it is ` + 'right',
      async () => {
        const plc = new FakePlc(65536);
        breakIt(plc);
        const rig = await new Rig(plc).started(1_000);
        should(rig.reader.status()).have.properties({ state: 'refused', code });
        rig.reads();
        await rig.clock.pass(20_000);
        should(rig.reads().length).be.within(4, 4 * 8);
        should(rig.errors.map((error) => error.code)).eql([code]);
        plc.control = undefined;
        plc.capacityShown = plc.capacity;
        plc.fill(2);
        await rig.clock.pass(6_000);
        should(rig.ids).eql(seqs(0, 1));
        should(rig.reader.status().state).equal('idle');
      }
    );
  }

  it('refuses a position above 2^53', async () => {
    const plc = new FakePlc(65536);
    const at = 2n ** 53n;
    plc.control = encodeControlBlock({
      version: 2,
      caps: 0,
      bufferId: 1,
      capacity: 65536,
      seqlock: 2,
      headAbs: at,
      oldestAbs: at,
      lostCount: 0n,
      runId: 1n,
      epochId: 1n,
      epochFirstAbs: 0n,
      definitionHash: '0'.repeat(16),
      prevDefinitionHash: '0'.repeat(16)
    });
    const rig = await new Rig(plc).started(1_000);
    should(rig.reader.status().code).equal('OPENOT_CONTROL_POSITION_TOO_LARGE');
  });
});

describe('reader: images that no second reading confirmed', () => {
  /** The producer writes at every look, so that no two agree. */
  function busy(rig: Rig): { on: boolean } {
    const state = { on: true };
    rig.transport.beforePart = (part) => {
      if (state.on && part.kind === 'control') rig.plc.append();
    };
    return state;
  }

  it(
    'one that was torn before the hashes is not taken: no batch names a definition that was never in ' + 'force',
    async () => {
      const plc = new FakePlc(65536);
      plc.fill(5);
      const rig = await new Rig(plc).started(600);
      let looks = 0;
      const state = busy(rig);
      const before = rig.transport.beforePart;
      rig.transport.beforePart = (part, read, index) => {
        before(part, read, index);
        if (part.kind === 'control') looks++;
      };
      rig.transport.answer = (outcome, parts) =>
        outcome.ok && (looks === 6 || looks === 7)
          ? {
              ok: true,
              parts: outcome.parts.map((bytes, i) => {
                if (parts[i].kind !== 'control') return bytes;
                const torn = bytes.slice();
                torn.set(Buffer.from('22222222222222221111111111111111', 'hex'), 72);
                return torn;
              })
            }
          : outcome;
      await rig.clock.pass(3_000);
      state.on = false;
      await rig.clock.pass(3_000);
      should(looks).be.above(7);
      should(
        rig.batches.map((batch) => batch.facts.snapshot.definitionHash).filter((hash) => hash !== '1111111111111111')
      ).eql([]);
      should(rig.ids).eql(seqs(0, rig.ids.length - 1));
    }
  );

  it('a change of definition passes all the same, once three looks agree on it', async () => {
    const plc = new FakePlc(65536);
    const rig = new Rig(plc);
    busy(rig);
    await rig.started(2_000);
    plc.epochId = 2n;
    plc.prevDefinitionHash = plc.definitionHash;
    plc.definitionHash = '2222222222222222';
    plc.epochFirstAbs = BigInt(plc.append());
    await rig.clock.pass(2_000);
    should(rig.batches[rig.batches.length - 1].facts.snapshot).have.properties({
      epochId: 2,
      definitionHash: '2222222222222222'
    });
  });

  it('the status says so while it lasts, without flickering, and stops saying so', async () => {
    const plc = new FakePlc(1 << 20);
    plc.fill(2);
    const rig = await new Rig(plc).started(600);
    // One such poll is nothing to speak of.
    const state = busy(rig);
    let looks = 0;
    const write = rig.transport.beforePart;
    rig.transport.beforePart = (part, read, index) => {
      if (part.kind === 'control' && ++looks <= 8) write(part, read, index);
    };
    await rig.clock.pass(600);
    should(rig.reader.status().looks.unconfirmed).be.within(1, 2);
    should(rig.statuses.every((status) => status.code === undefined)).be.true();
    rig.transport.beforePart = write;
    await rig.clock.pass(5_000);
    should(rig.reader.status().code).equal('OPENOT_CONTROL_UNCONFIRMED');
    const changes = rig.statuses.length;
    await rig.clock.pass(4_000);
    should(rig.statuses.slice(changes).every((status) => status.code === 'OPENOT_CONTROL_UNCONFIRMED')).be.true();
    should(rig.statuses.length - changes).be.below(3);
    state.on = false;
    await rig.clock.pass(3_000);
    should(rig.reader.status()).have.properties({ state: 'idle', detail: '' });
    should(rig.reader.status().code).be.undefined();
    should(rig.errors).eql([]);
  });
});

describe('reader: a poll does not come to nothing', () => {
  it('three looks without an image between two others are followed by more, also after polls that never agreed', () => {
    const plc = new FakePlc(65536);
    let run = NO_RUN;
    let last: PlausibleSample | undefined;
    const look = (isOdd = false): ControlSample => {
      plc.append();
      const bytes = plc.controlBytes();
      if (isOdd) bytes[16] |= 1;
      return takeSample(bytes);
    };
    const settled = (samples: ControlSample[]): number => {
      const start = { given: samples.length, last, maxSamples: 8, run };
      for (;;) {
        const next = nextSample(samples, start);
        if (next.do === 'read') samples.push(look());
        else {
          if (next.outcome.kind !== 'accepted') throw new Error(next.outcome.kind);
          run = counted(run, next.outcome.confirmed);
          last = next.outcome.base;
          return samples.length;
        }
      }
    };
    for (let polls = 0; polls < 3; polls++) should(settled([look()])).equal(polls < 2 ? 8 : 3);
    // The middle one of three is in the midst of an update.
    should(settled([look(), look(true)])).equal(4);
  });
});
