import { KnownEpoch, Snapshot } from '../ring/snapshot';
import { Binding, BindingDescription, BoundRelation, EpochBinding, NOT_ADVERTISED, WhenUnadvertised } from './binding';
import { CompiledDefinition } from './compiled';
import { DefinitionStore } from './store';

/** What one batch says of its stream (docs/format.md 15). */
export interface BindRequest {
  /** Name of the stream; only for telling what drift is measured against. */
  readonly stream: string;
  /** Absent for bytes that came without a ring: then everything is current and nothing is advertised. */
  readonly snapshot?: Snapshot;
  /** Known starts of epochs, ascending. */
  readonly epochs?: readonly KnownEpoch[];
  readonly whenUnadvertised: WhenUnadvertised;
}

/**
 * Binds a stream's epochs to definitions (docs/format.md 15): the one place that decides. A definition is
 * used only if its hash is the one the controller advertises for that epoch; whatever is in doubt is bound
 * to a reason instead. Cheap enough for every batch.
 *
 * @example
 * ```ts
 * import { bind, DefinitionStore } from '@openot/node-red/definition';
 *
 * const store = new DefinitionStore();
 * const binding = bind(store, { stream: 'line 1', whenUnadvertised: 'assume' });
 * console.log(binding.current.ok ? binding.current.compiled.carriageHash : binding.current.reason.kind);
 * ```
 */
export function bind(store: DefinitionStore, request: BindRequest): Binding {
  const { stream, snapshot, epochs = [], whenUnadvertised } = request;
  const advertised = snapshot?.definitionHash ?? NOT_ADVERTISED;
  const current = isContradicted(snapshot, epochs)
    ? stale(advertised)
    : bindCurrent(store, stream, advertised, whenUnadvertised);
  if (current.ok) store.rememberBound(stream, current.compiled.carriageHash);
  if (snapshot === undefined) return new StreamBinding(current, stale(NOT_ADVERTISED), undefined, undefined);
  const priorEpoch = knownPrior(snapshot, epochs);
  const prior =
    priorEpoch === undefined ? stale(snapshot.prevDefinitionHash) : bindPrior(store, snapshot, whenUnadvertised);
  return new StreamBinding(current, prior, snapshot, priorEpoch);
}

/**
 * Whether what is known of the current epoch names another definition than the snapshot does: one of the two was read
 * wrongly, and no checksum protects either. Then nobody knows which definition these records were written with.
 */
function isContradicted(snapshot: Snapshot | undefined, epochs: readonly KnownEpoch[]): boolean {
  return (
    snapshot !== undefined &&
    epochs.some((epoch) => epoch.epochId === snapshot.epochId && epoch.hash !== snapshot.definitionHash)
  );
}

function bindCurrent(
  store: DefinitionStore,
  stream: string,
  advertised: string,
  whenUnadvertised: WhenUnadvertised
): EpochBinding {
  const compiled = lookUp(store, advertised, whenUnadvertised);
  if (compiled !== undefined) return bound(compiled, advertised);
  const held = advertised === NOT_ADVERTISED ? undefined : store.heldFor(stream);
  if (held === undefined) return { ok: false, reason: { kind: 'missingCurrentDefinition' }, advertised };
  return {
    ok: false,
    reason: { kind: 'drift', detail: { actual: held.carriageHash, epoch: 'current', expected: advertised } },
    advertised
  };
}

function bindPrior(store: DefinitionStore, snapshot: Snapshot, whenUnadvertised: WhenUnadvertised): EpochBinding {
  const advertised = snapshot.prevDefinitionHash;
  // A controller that advertises its current definition does advertise: a prior hash of zero is then unknown, not
  // unsaid.
  if (advertised === NOT_ADVERTISED && snapshot.definitionHash !== NOT_ADVERTISED) return stale(advertised);
  const compiled = lookUp(store, advertised, whenUnadvertised);
  return compiled === undefined ? stale(advertised) : bound(compiled, advertised);
}

/** The definition with the advertised hash; where none is advertised, the only one there is, if that may be assumed. */
function lookUp(
  store: DefinitionStore,
  advertised: string,
  whenUnadvertised: WhenUnadvertised
): CompiledDefinition | undefined {
  if (advertised !== NOT_ADVERTISED) return store.get(advertised);
  const loaded = whenUnadvertised === 'assume' ? store.all() : [];
  return loaded.length === 1 ? loaded[0] : undefined;
}

function bound(compiled: CompiledDefinition, advertised: string): EpochBinding {
  const { fullHashDrift } = compiled;
  if (fullHashDrift === undefined) return { ok: true, compiled, advertised };
  return {
    ok: false,
    reason: { kind: 'fullHashDrift', detail: { actual: fullHashDrift.actual, expected: fullHashDrift.expected } },
    advertised
  };
}

const stale = (advertised: string): EpochBinding => ({ ok: false, reason: { kind: 'stalePriorEpoch' }, advertised });

/**
 * The prior epoch, when there is no doubt where it began: the last known start before the current epoch has
 * the previous hash, the id directly before the current one (else an epoch between them may have been
 * missed), and no rival at the same position.
 */
function knownPrior(snapshot: Snapshot, epochs: readonly KnownEpoch[]): KnownEpoch | undefined {
  let last: KnownEpoch | undefined;
  let isDisputed = false;
  for (const epoch of epochs) {
    if (epoch.firstAbs >= snapshot.epochFirstAbs) continue;
    if (last === undefined || epoch.firstAbs > last.firstAbs) {
      last = epoch;
      isDisputed = false;
    } else if (epoch.firstAbs === last.firstAbs && (epoch.hash !== last.hash || epoch.epochId !== last.epochId))
      isDisputed = true;
  }
  if (last === undefined || isDisputed) return undefined;
  return last.hash === snapshot.prevDefinitionHash && last.epochId === snapshot.epochId - 1 ? last : undefined;
}

class StreamBinding implements Binding {
  private readonly epochFirstAbs: number;
  private readonly priorFirstAbs: number;
  private readonly asCurrent: BoundRelation;
  private readonly asPrior: BoundRelation;
  private readonly asOlder: BoundRelation;

  constructor(
    readonly current: EpochBinding,
    readonly prior: EpochBinding,
    snapshot: Snapshot | undefined,
    readonly priorEpoch: KnownEpoch | undefined
  ) {
    this.epochFirstAbs = snapshot?.epochFirstAbs ?? -Infinity;
    this.priorFirstAbs = priorEpoch?.firstAbs ?? Infinity;
    this.asCurrent = { relation: 'current', bound: current, ...(snapshot && { epochId: snapshot.epochId }) };
    this.asPrior = { relation: 'prior', bound: prior, ...(priorEpoch && { epochId: priorEpoch.epochId }) };
    this.asOlder = { relation: 'prior', bound: stale(prior.advertised) };
  }

  relationOf(abs: number): BoundRelation {
    if (abs >= this.epochFirstAbs) return this.asCurrent;
    return abs >= this.priorFirstAbs ? this.asPrior : this.asOlder;
  }
}

/** A binding as `msg.openot.binding` carries it: the hash that is bound, or the reason why none is. */
export function describeBinding(binding: Binding): BindingDescription {
  return { current: describeEpoch(binding.current), prior: describeEpoch(binding.prior) };
}

function describeEpoch(epoch: EpochBinding): BindingDescription['current'] {
  return epoch.ok ? { hash: epoch.compiled.carriageHash } : { reason: epoch.reason };
}
