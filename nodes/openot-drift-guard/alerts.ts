import { BoundedMap } from '../../lib/base';
import { Binding, EpochBinding, NOT_ADVERTISED, Relation } from '../../lib/definition';
import type { Item } from '../../lib/stream';

export type GuardAction = 'placeholder' | 'divert' | 'hold' | 'resolve';

/** Payload of the second output: a stream's records cannot be resolved any more, or again (docs/design.md 3). */
export interface DriftAlert {
  stream: string;
  /** The current epoch's id; null for bytes that came without a ring. */
  epochId: number | null;
  /** Which records: those of the current epoch, or earlier ones that are still in the ring. */
  relation: Relation;
  /** Why; `bound` when the records resolve again, `holdLimit` when the oldest held ones leave as placeholders. */
  reason: string;
  /** Hash that the controller advertises; null when it advertises none. */
  expected: string | null;
  /** Hash of the definition that is held; null when there is none to compare. */
  actual: string | null;
  /** Records and notices of the stream held back, those that wait behind included; with `resolve`, how many were. */
  held: number;
  action: GuardAction;
}

/** Streams whose state is remembered, at most; the longest unused is forgotten first. */
export const MAX_STREAMS = 1024;

interface StreamState {
  current: string;
  prior: string;
  /** Why the current records do not resolve. */
  why: 'drift' | 'none' | 'unadvertised' | undefined;
  /** Under `drift`: what the controller advertises, and what is held. */
  hashes?: Drift;
}

/** The two hashes that differ. */
export interface Drift {
  readonly expected: string;
  readonly actual: string;
}

function whyOf(bound: EpochBinding): StreamState['why'] {
  if (bound.ok) return undefined;
  if (bound.advertised === NOT_ADVERTISED) return 'unadvertised';
  return bound.reason.kind === 'drift' || bound.reason.kind === 'fullHashDrift' ? 'drift' : 'none';
}

/** Says once for each change of a stream's state what happened to it. */
export class AlertTracker {
  private readonly states = new BoundedMap<string, StreamState>(MAX_STREAMS);

  /** The alerts that this batch gives rise to. The prior epoch counts only when the batch holds records of it. */
  alertsFor(
    stream: string,
    epochId: number | null,
    binding: Binding,
    items: readonly Item[],
    action: (relation: Relation) => Exclude<GuardAction, 'resolve'>,
    held: number
  ): DriftAlert[] {
    const state = this.states.use(stream, () => ({ current: 'bound', prior: 'bound', why: undefined }));
    state.why = whyOf(binding.current);
    const { expected, actual } = facts(binding.current);
    state.hashes = state.why === 'drift' && expected !== null && actual !== null ? { expected, actual } : undefined;
    const alerts: DriftAlert[] = [];
    const note = (relation: Relation, bound: EpochBinding): void => {
      const now = bound.ok
        ? 'bound'
        : `${bound.reason.kind}/${bound.advertised}/${relation === 'current' ? epochId : ''}`;
      if (state[relation] === now) return;
      state[relation] = now;
      // That earlier records resolve is no news: they only pass by once.
      if (bound.ok && relation === 'prior') return;
      alerts.push({
        stream,
        epochId,
        relation,
        ...facts(bound),
        held,
        action: bound.ok ? 'resolve' : action(relation)
      });
    };
    note('current', binding.current);
    const prior = priorOf(binding, items);
    if (prior !== undefined) note('prior', prior);
    return alerts;
  }

  /** Too much is held: the oldest leave. */
  overLimit(stream: string, epochId: number | null, binding: Binding, held: number): DriftAlert {
    const relation = binding.current.ok ? 'prior' : 'current';
    return { stream, epochId, relation, ...facts(binding[relation]), reason: 'holdLimit', held, action: 'placeholder' };
  }

  /** The hashes of the first stream that drifts. */
  get drift(): Drift | undefined {
    return [...this.states.values()].find(({ hashes }) => hashes !== undefined)?.hashes;
  }

  /**
   * Streams whose current records do not resolve: another definition is held, none is, or the controller names none.
   */
  get unbound(): { drift: number; none: number; unadvertised: number } {
    const count = { drift: 0, none: 0, unadvertised: 0 };
    for (const { why } of this.states.values()) if (why !== undefined) count[why]++;
    return count;
  }
}

/**
 * What the batch's earlier records are bound to: the first that is not bound decides; undefined when there are none.
 */
function priorOf(binding: Binding, items: readonly Item[]): EpochBinding | undefined {
  let found: EpochBinding | undefined;
  for (const item of items) {
    if (item.kind !== 'record') continue;
    const { relation, bound } = binding.relationOf(item.abs);
    if (relation !== 'prior') continue;
    if (!bound.ok) return bound;
    found = bound;
  }
  return found;
}

function facts(bound: EpochBinding): Pick<DriftAlert, 'reason' | 'expected' | 'actual'> {
  const advertised = bound.advertised === NOT_ADVERTISED ? null : bound.advertised;
  if (bound.ok) return { reason: 'bound', expected: advertised, actual: bound.compiled.carriageHash };
  const { reason } = bound;
  if (reason.kind === 'drift' || reason.kind === 'fullHashDrift')
    return { reason: reason.kind, expected: reason.detail.expected, actual: reason.detail.actual };
  return { reason: reason.kind, expected: advertised, actual: null };
}
