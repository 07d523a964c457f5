import should from 'should';
import { DocumentObject } from '../../../../lib/document';
import { Span } from '../../../../lib/telemetry/otlp-types';
import { createSpanStore, SpanStore } from '../../../../lib/telemetry/spans';
import { seeded, Seeded } from '../../../support/seeded';
import { randomHistory } from './support/histories';
import { tellSpans, Told, toldBy } from './support/oracle';
import { loadPlant, Plant } from './support/plc';
import { read } from './support/reading';
import { rounds } from '../../../support/rounds';

const STREAM = 'line 1';

/** A node, its state file, the collector behind it and the reader before it: what each would know after a kill. */
class Life {
  spanStore: SpanStore;
  /** Every span that arrived, by its id; the same id must always bring the same span. */
  readonly accepted = new Map<string, Span>();
  private saved: Uint8Array | undefined;
  private checkpoint = 0;
  private position = 0;
  kills = 0;

  constructor(
    private readonly history: readonly DocumentObject[],
    private readonly random: Seeded,
    private readonly rereads: 'fromCheckpoint' | 'fromAnywhere'
  ) {
    this.spanStore = createSpanStore();
  }

  run(): void {
    while (this.position < this.history.length) this.batch();
  }

  private batch(): void {
    const { spanStore, random } = this;
    const batch = this.history.slice(this.position, this.position + 1 + random.below(8));
    const spans = read(spanStore, batch, STREAM, true);
    if (this.dies()) return;
    if (spanStore.changed || (spanStore.moved && this.rereads === 'fromAnywhere')) this.saved = spanStore.image();
    if (this.dies()) return;
    for (const span of spans) {
      if (random.below(60) === 0) return this.restart();
      this.accept(span);
    }
    if (this.dies()) return;
    if (random.below(40) === 0) {
      // Refused behind the node: the reader reads again from its checkpoint, the node goes on.
      this.position = this.checkpoint;
      return;
    }
    this.settle(batch);
    this.position += batch.length;
    if (random.below(2) === 0) this.checkpoint = this.position;
    this.dies();
  }

  private settle(batch: readonly DocumentObject[]): void {
    for (const document of batch)
      if (document.kind !== 'loss')
        this.spanStore.settled(
          STREAM,
          document.provenance.runId,
          document.provenance.source.id,
          document.seq,
          document.provenance.incarnation
        );
  }

  private accept(span: Span): void {
    const before = this.accepted.get(span.spanId);
    if (before !== undefined) should(span).eql(before, 'handed out again, it is the same');
    this.accepted.set(span.spanId, span);
  }

  private dies(): boolean {
    if (this.random.below(25) !== 0) return false;
    this.restart();
    return true;
  }

  private restart(): void {
    this.kills++;
    this.spanStore = createSpanStore();
    if (this.saved !== undefined) should(this.spanStore.restore(this.saved)).eql({ ok: true });
    const anywhere = this.rereads === 'fromAnywhere' && this.random.below(4) === 0;
    this.position = anywhere ? this.random.below(this.checkpoint + 1) : this.checkpoint;
  }
}

const byStart = (told: readonly Told[]): Told[] => [...told].sort((a, b) => (a.spanId < b.spanId ? -1 : 1));

describe('spans of random histories', () => {
  let plant: Plant;
  before(() => {
    plant = loadPlant();
  });

  it('are those that the rules tell, one after the other', () => {
    for (let seed = 1; seed <= rounds(4, 10); seed++) {
      const history = randomHistory(seeded(seed), plant, 600);
      const spanStore = createSpanStore();
      const expected = tellSpans(history, STREAM, true);
      should(expected.length).be.above(30);
      should(read(spanStore, history, STREAM, true).map(toldBy)).eql(expected, `seed ${seed}`);
    }
  });

  it('are the same however often the process is killed and whatever is read again', () => {
    const histories = rounds(10, 30);
    let kills = 0;
    for (let seed = 1; seed <= histories; seed++) {
      const random = seeded(seed);
      const history = randomHistory(random, plant, 350);
      const life = new Life(history, random, 'fromAnywhere');
      life.run();
      kills += life.kills;
      should(byStart([...life.accepted.values()].map(toldBy))).eql(
        byStart(tellSpans(history, STREAM, true)),
        `seed ${seed}`
      );
    }
    should(kills).be.above(3 * histories);
  });

  it('without the time that is saved at leisure only the end of a truncated span may be earlier', () => {
    for (let seed = 101; seed <= 100 + rounds(5, 15); seed++) {
      const random = seeded(seed);
      const history = randomHistory(random, plant, 350);
      const life = new Life(history, random, 'fromCheckpoint');
      life.run();
      const expected = byStart(tellSpans(history, STREAM, true));
      const found = byStart([...life.accepted.values()].map(toldBy));
      const cutByLife = ({ truncation }: Told): boolean => truncation === 'run' || truncation === 'incarnation';
      const comparable = (told: Told, index: number): Told =>
        cutByLife(told) ? { ...told, end: expected[index]?.end, reversed: expected[index]?.reversed } : told;
      should(found.map(comparable)).eql(expected, `seed ${seed}`);
    }
  });

  it('are the same when the whole ring is read again with an empty state', () => {
    const history = randomHistory(seeded(7), plant, 1000);
    const first = read(createSpanStore(), history, STREAM, true);
    should(read(createSpanStore(), history, STREAM, true)).eql(first);
  });

  it('are not told twice when everything was settled and is read again', () => {
    const history = randomHistory(seeded(8), plant, 1000);
    const spanStore = createSpanStore();
    read(spanStore, history, STREAM, true);
    for (const document of history)
      if (document.kind !== 'loss')
        spanStore.settled(
          STREAM,
          document.provenance.runId,
          document.provenance.source.id,
          document.seq,
          document.provenance.incarnation
        );
    const { opened, closed } = spanStore.counts;
    should(spanStore.pending).equal(0);
    should(read(spanStore, history, STREAM, true)).eql([]);
    should(spanStore.counts).containEql({ opened, closed });
  });
});
