import { readFileSync } from 'node:fs';
import { TruthRecord } from '../../../lib/simulator';
import { FlowNode } from '../../e2e/support/runtime';

/** Of one `run/source`: what came, as ranges of seqs in the order in which they came, and what was reported lost. */
interface Counted {
  readonly came: [first: number, last: number][];
  readonly lost: [first: number, last: number][];
}

/**
 * A function node that keeps what it is given as ranges of seqs and writes them to a file once a second: documents by
 * the
 * hundred thousand would fill a disk, and their file would be what is measured.
 */
export function countingFunction(id: string, tab: string, path: string): FlowNode {
  return {
    id,
    type: 'function',
    z: tab,
    name: 'count',
    outputs: 0,
    timeout: 0,
    noerr: 0,
    finalize: '',
    libs: [],
    x: 900,
    y: 80,
    wires: [],
    initialize: "context.set('counted', {});",
    func: `
const counted = context.get('counted');
for (const { kind, provenance, seq, firstSeq, lastSeq } of msg.payload) {
  const key = provenance.runId + '/' + provenance.source.id;
  const source = (counted[key] ??= { came: [], lost: [] });
  if (kind === 'loss') { source.lost.push([firstSeq, lastSeq]); continue; }
  const last = source.came.at(-1);
  if (last !== undefined && last[1] + 1 === seq) last[1] = seq;
  else source.came.push([seq, seq]);
}
const now = Date.now();
clearTimeout(context.get('timer'));
const write = () => {
  context.set('written', Date.now());
  global.get('fs').writeFileSync(${JSON.stringify(path + '.new')}, JSON.stringify(counted));
  global.get('fs').renameSync(${JSON.stringify(path + '.new')}, ${JSON.stringify(path)});
};
if (now - (context.get('written') ?? 0) > 1000) write();
else context.set('timer', setTimeout(write, 300));
`
  };
}

export interface RangeSums {
  readonly produced: number;
  readonly delivered: number;
  readonly lost: number;
  /** Ranges of seqs lost. */
  readonly gaps: number;
  /** What must not be: something twice, out of order, invented, neither delivered nor reported. */
  readonly faults: string[];
  has(source: string, seq: number): boolean;
}

/** What the function node wrote, held against what the controller wrote. */
export function rangeSums(path: string, truth: readonly TruthRecord[]): RangeSums {
  const counted = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Counted>;
  const produced = new Map<string, number>();
  for (const { runId, sourceId, seq } of truth) {
    const key = `${runId}/${sourceId}`;
    produced.set(key, Math.max(produced.get(key) ?? 0, seq + 1));
  }
  const faults: string[] = [];
  let delivered = 0;
  let lost = 0;
  let gaps = 0;
  for (const [key, { came, lost: missing }] of Object.entries(counted)) {
    // Together, in order, they must be 0 to the last seq: each exactly once.
    const all = [
      ...came.map(([first, last]) => ({ first, last })),
      ...missing.map(([first, last]) => ({ first, last }))
    ].sort((a, b) => a.first - b.first);
    let next = 0;
    for (const { first, last } of all) {
      if (first !== next) faults.push(`${key}: ${first} came where ${next} was due`);
      next = last + 1;
    }
    if (next !== produced.get(key)) faults.push(`${key}: known up to ${next}, produced up to ${produced.get(key)}`);
    if (came.some(([first], i) => i > 0 && first <= came[i - 1][1])) faults.push(`${key}: out of order`);
    delivered += came.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    lost += missing.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    gaps += missing.length;
  }
  for (const key of produced.keys()) if (counted[key] === undefined) faults.push(`${key}: nothing came`);
  return {
    produced: truth.length,
    delivered,
    lost,
    gaps,
    faults: faults.slice(0, 20),
    has: (source, seq) => counted[source]?.came.some(([first, last]) => seq >= first && seq <= last) ?? false
  };
}

/** One line for a person who reads the log of a test. */
export const rangeLine = ({ produced, delivered, lost, gaps, faults }: RangeSums): string =>
  `produced ${produced}, delivered ${delivered}, lost ${lost} in ${gaps} gaps, faults ${faults.length}`;
