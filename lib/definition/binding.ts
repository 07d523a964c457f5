/** Which definition a stream's records belong to, as a value (docs/format.md 15). Made by `bind`. */
import { KnownEpoch } from '../ring/snapshot';
import { CompiledDefinition, FullHashDrift } from './compiled';

/** Why no definition may be used, as it stands in a placeholder's `reason` (docs/format.md 15). */
export type BindingReason =
  | { readonly kind: 'missingCurrentDefinition' }
  | { readonly kind: 'stalePriorEpoch' }
  /** `expected` = what the control block advertises, `actual` = the definition that is held. */
  | {
      readonly kind: 'drift';
      readonly detail: { readonly actual: string; readonly epoch: 'current' | 'prior'; readonly expected: string };
    }
  | { readonly kind: 'fullHashDrift'; readonly detail: FullHashDrift };

/**
 * One epoch of a stream: its definition, or the reason why there is none. `advertised` = 16 hex digits, all zero when
 * not advertised.
 */
export type EpochBinding =
  | { readonly ok: true; readonly compiled: CompiledDefinition; readonly advertised: string }
  | { readonly ok: false; readonly reason: BindingReason; readonly advertised: string };

/** Which epoch a record belongs to, seen from the control block (docs/format.md 15). */
export type Relation = 'current' | 'prior';

/** A record's epoch, and what that epoch is bound to. */
export interface BoundRelation {
  readonly relation: Relation;
  readonly bound: EpochBinding;
  /** The record's own epoch id, where it is known for certain. */
  readonly epochId?: number;
}

/** The epochs of one batch, bound (docs/format.md 15). */
export interface Binding {
  readonly current: EpochBinding;
  readonly prior: EpochBinding;
  /** The prior epoch, when its start is known without doubt. Older records are `stalePriorEpoch`. */
  readonly priorEpoch?: KnownEpoch;
  /** The epoch of the record that starts at `abs`. Makes no objects: ask it for every record. */
  relationOf(abs: number): BoundRelation;
}

/** What to do where a controller advertises no hash: refuse, or take the one definition that is loaded. */
export type WhenUnadvertised = 'placeholder' | 'assume';

/** Re-exported: what a binding advertises where the controller does not. */
export { NOT_ADVERTISED } from '../ring/snapshot';

/** `msg.openot.binding`: plain values only. */
export interface BindingDescription {
  current: { hash: string } | { reason: BindingReason };
  prior: { hash: string } | { reason: BindingReason };
}
