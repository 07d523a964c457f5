/** Findings of one cause, told once: what one deed leaves in many entries is not many things to read. */
import type { Finding, FindingGroup } from './findings';

/** Findings of a group that are kept as its examples. */
export const EXAMPLES = 3;
/** Groups that are told apart; what comes beyond them is counted in the last one of its kind. */
const MAX_GROUPS = 200;
/** Entries between two findings of one group, at most: what lies further apart is another place. */
const MAX_DISTANCE = 256;

interface Draft {
  kind: Finding['kind'];
  stream?: string;
  count: number;
  first?: number;
  last?: number;
  examples: Finding[];
}

/** Puts findings into groups as they come: of one kind and stream, near to each other. */
export class Grouping {
  private readonly drafts: Draft[] = [];
  /** The last group of each kind and stream. */
  private readonly open = new Map<string, Draft>();

  add(finding: Finding): void {
    const { kind, index } = finding;
    // What was changed in a file lies side by side, whatever streams it is of.
    const stream = kind === 'entry-changed' ? undefined : finding.stream;
    const key = `${kind}/${stream ?? ''}`;
    let draft = this.open.get(key);
    if (draft === undefined || (this.drafts.length < MAX_GROUPS && isElsewhere(draft, index))) {
      draft = { kind, ...(stream === undefined ? {} : { stream }), count: 0, examples: [] };
      this.drafts.push(draft);
      this.open.set(key, draft);
    }
    draft.count++;
    if (draft.examples.length < EXAMPLES) draft.examples.push(finding);
    if (index === undefined) return;
    draft.first = Math.min(draft.first ?? index, index);
    draft.last = Math.max(draft.last ?? index, index);
  }

  /** In the order in which the first finding of each came. */
  groups(): FindingGroup[] {
    return this.drafts.map((draft) => ({ ...draft }));
  }
}

const isElsewhere = ({ first, last }: Draft, index: number | undefined): boolean =>
  first !== undefined &&
  last !== undefined &&
  index !== undefined &&
  (index > last + MAX_DISTANCE || index < first - MAX_DISTANCE);
