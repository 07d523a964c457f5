import { Item, NoticeItem } from '../../../lib/stream';
import { Simulator, TruthRecord } from '../../../lib/simulator';

/** What became of everything that a controller produced, as sums that must close. */
export interface Sums {
  readonly produced: number;
  /** Different records handed on. */
  readonly delivered: number;
  /** Records handed on more than once, each further time counted. */
  readonly duplicates: number;
  /** Seqs reported lost, those of class `indeterminate` apart. */
  readonly lost: number;
  readonly indeterminate: number;
  /** Handed on and never produced, or as something else than it was. */
  readonly invented: string[];
  /** Produced, and neither handed on nor reported. */
  readonly silent: string[];
  /** Reported lost more than once. */
  readonly reportedTwice: string[];
  /** Reported as surely lost, but handed on. */
  readonly lostAndDelivered: string[];
}

const identityOf = (record: { runId: string | bigint; sourceId: number; seq: number }): string =>
  `${record.runId}/${record.sourceId}/${record.seq}`;

/** Everything that came out of a reader, held against what its controller wrote. */
export class Tally {
  readonly notices: NoticeItem[] = [];
  private readonly delivered = new Map<string, { times: number; eventTypeId: number; abs: number | undefined }>();
  private readonly reported = new Map<string, { times: number; isLost: boolean }>();

  take(items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind === 'record') this.record(identityOf(item), item.eventTypeId, item.abs);
      else {
        this.notices.push(item);
        if (item.kind === 'loss' && item.upgrade !== true)
          this.loss(item.runId, item.sourceId, item.firstSeq, item.lastSeq, item.class !== 'indeterminate');
      }
    }
  }

  /** `abs` undefined where it is not known. */
  record(identity: string, eventTypeId: number, abs: number | undefined): void {
    const known = this.delivered.get(identity);
    if (known === undefined) this.delivered.set(identity, { times: 1, eventTypeId, abs });
    else known.times++;
  }

  loss(runId: string | number, sourceId: number, firstSeq: number, lastSeq: number, isLost: boolean): void {
    for (let seq = firstSeq; seq <= lastSeq; seq++) {
      const identity = `${runId}/${sourceId}/${seq}`;
      const known = this.reported.get(identity);
      if (known === undefined) this.reported.set(identity, { times: 1, isLost });
      else known.times++;
    }
  }

  get records(): number {
    return this.delivered.size;
  }

  /** `truth` = all that was written, also what the producer itself dropped. */
  sums(truth: readonly TruthRecord[]): Sums {
    const written = new Map(truth.map((record) => [identityOf(record), record]));
    const invented: string[] = [];
    let duplicates = 0;
    for (const [identity, { times, eventTypeId, abs }] of this.delivered) {
      duplicates += times - 1;
      const record = written.get(identity);
      if (record === undefined || record.eventTypeId !== eventTypeId || (abs !== undefined && record.abs !== abs))
        invented.push(identity);
    }
    let lost = 0;
    let indeterminate = 0;
    for (const [identity, { isLost }] of this.reported) {
      if (!written.has(identity)) invented.push(`${identity} reported`);
      if (isLost) lost++;
      else indeterminate++;
    }
    return {
      produced: written.size,
      delivered: this.delivered.size,
      duplicates,
      lost,
      indeterminate,
      invented,
      silent: [...written.keys()].filter((identity) => !this.delivered.has(identity) && !this.reported.has(identity)),
      reportedTwice: [...this.reported].filter(([, { times }]) => times > 1).map(([identity]) => identity),
      lostAndDelivered: [...this.reported]
        .filter(([identity, { isLost }]) => isLost && this.delivered.has(identity))
        .map(([identity]) => identity)
    };
  }
}

/** One line for a person who reads the log of a test. */
export function line(sums: Sums): string {
  const { produced, delivered, duplicates, lost, indeterminate, invented, silent } = sums;
  return (
    `produced ${produced}, delivered ${delivered}, duplicates ${duplicates}, lost ${lost}, indeterminate ` +
    `${indeterminate}, invented ${invented.length}, silently lost ${silent.length}`
  );
}

/** Stops the controller; what it wrote in its life, which must all be in the simulator's truth. */
export function allWritten(simulator: Simulator): readonly TruthRecord[] {
  simulator.command('stop-producer');
  const truth = simulator.truth();
  const { written, dropped } = simulator.statistics();
  if (truth.length !== written + dropped)
    throw new Error(`the truth holds ${truth.length} of ${written + dropped} records: raise truthLimit`);
  return truth;
}
