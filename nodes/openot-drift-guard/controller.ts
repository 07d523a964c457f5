import type { NodeMessageInFlow } from 'node-red';
import { Binding, describeBinding } from '../../lib/definition';
import type { Item, LooseFacts } from '../../lib/stream';
import { factsOf, itemsOf, trustItems } from '../delivery';
import { CodedError } from '../runtime/coded-error';
import type { Send } from '../runtime/handle';
import { derive, withoutCommit } from '../runtime/messages';
import { AlertTracker, DriftAlert } from './alerts';
import { canArrive, Held, HeldStream, Holds, mustWait } from './hold';

export type GuardPolicy = 'placeholder' | 'divert' | 'hold';

export interface GuardSettings {
  readonly policy: GuardPolicy;
  /** Under `hold`: records and notices held back, over all streams, at most. */
  readonly holdLimit: number;
}

export interface GuardTotals {
  /** Records that passed and are bound to a definition. */
  passed: number;
  /** Records that are not, and passed as they are. */
  unbound: number;
  diverted: number;
}

/** Decides what happens to records whose definition is not the one the controller advertises (docs/design.md 7). */
export class GuardController {
  readonly totals: GuardTotals = { passed: 0, unbound: 0, diverted: 0 };
  readonly alerts = new AlertTracker();
  private readonly holds = new Holds();

  constructor(
    private readonly settings: GuardSettings,
    private readonly bind: (facts: LooseFacts) => Binding,
    /** Is somebody wired to output 2? */
    private readonly canDivert: () => boolean = () => true,
    /** An alert that nobody hears of. */
    private readonly onUnheard: (alert: DriftAlert) => void = () => undefined
  ) {}

  /** Records and notices held back. */
  get held(): number {
    return this.holds.held;
  }

  /** Of these, the ones that are lost when the node closes, since no token makes the reader read them again. */
  get heldWithoutToken(): number {
    return this.holds.withoutToken();
  }

  /** Handles one message; the promise is that of one that is held back, and resolves when all of it has left. */
  guard(message: NodeMessageInFlow, pass: Send): void | Promise<void> {
    const facts = factsOf(message.openot);
    const items = itemsOf(message.payload);
    if (this.settings.policy === 'hold') return this.orHold(message, facts, items, pass);
    this.atOnce(message, facts, items, this.settings.policy, pass);
  }

  /** The definitions have changed: what they bind now leaves, in order. */
  release(): void {
    for (const stream of this.holds.all()) this.drain(stream, 0);
  }

  private atOnce(
    message: NodeMessageInFlow,
    facts: LooseFacts,
    items: Item[],
    policy: 'placeholder' | 'divert',
    pass: Send
  ): void {
    const binding = this.bind(facts);
    const described = { ...facts, binding: describeBinding(binding) };
    if (policy === 'divert' && !this.canDivert() && items.some((item) => isUnbound(item, binding)))
      throw new CodedError(
        'OPENOT_DIVERT_UNWIRED',
        'records without their definition are to be diverted, and nothing is wired to output 2: wire ' +
          'it, or choose another policy'
      );
    this.alert(
      this.alerts.alertsFor(facts.stream ?? '', facts.snapshot?.epochId ?? null, binding, items, () => policy, 0),
      message,
      described,
      pass
    );
    const { kept, diverted } = this.sort(items, binding, policy);
    if (diverted.length > 0)
      pass([null, derive(message, { payload: diverted, topic: 'diverted', openot: withoutCommit(described) })]);
    const isEmpty = kept.length === 0 && items.length > 0 && (facts.commit ?? []).length === 0;
    if (!isEmpty) pass([derive(message, { payload: payloadOf(message, kept), openot: described }), null]);
  }

  private sort(items: Item[], binding: Binding, policy: 'placeholder' | 'divert'): { kept: Item[]; diverted: Item[] } {
    const loose = this.count(items, binding);
    if (loose === 0 || policy === 'placeholder') {
      this.totals.unbound += loose;
      return { kept: items, diverted: [] };
    }
    this.totals.diverted += loose;
    return {
      kept: trustItems(items.filter((item) => !isUnbound(item, binding))),
      diverted: trustItems(items.filter((item) => isUnbound(item, binding)))
    };
  }

  /** Adds the bound records of these items to the totals; how many are not. */
  private count(items: readonly Item[], binding: Binding): number {
    let records = 0;
    let loose = 0;
    for (const item of items) {
      if (item.kind === 'record') records++;
      if (isUnbound(item, binding)) loose++;
    }
    this.totals.passed += records - loose;
    return loose;
  }

  private orHold(message: NodeMessageInFlow, facts: LooseFacts, items: Item[], pass: Send): void | Promise<void> {
    let hasLeft = false;
    let leave = (): void => void (hasLeft = true);
    const isBehind = this.holds.get(facts.stream ?? '') !== undefined;
    const stream = this.holds.add(facts.stream ?? '', {
      message,
      facts,
      items,
      gone: 0,
      hasWaited: isBehind,
      pass,
      done: () => leave()
    });
    // What is behind a held one waits, whatever it is bound to.
    if (!isBehind) this.drain(stream, 0);
    this.keepWithinLimit();
    if (!hasLeft) return new Promise((resolve) => (leave = resolve));
  }

  /** At the limit the oldest leave as they are, to become placeholders: memory is bounded, and nothing is dropped. */
  private keepWithinLimit(): void {
    for (const stream of this.holds.all()) {
      const excess = this.holds.held - this.settings.holdLimit;
      if (excess <= 0) return;
      if (!stream.isOverLimit) this.alertLimit(stream);
      stream.isOverLimit = true;
      this.drain(stream, excess);
    }
  }

  /**
   * Lets go of what need not wait, and of up to `force` items that should: in order, the tokens of a message with its
   * last item.
   */
  private drain(stream: HeldStream, force: number): void {
    for (let held = stream.queue[0]; held !== undefined; held = stream.queue[0]) {
      const { message, facts, items, gone } = held;
      const binding = this.bind(facts);
      const described = { ...facts, binding: describeBinding(binding) };
      const left = gone === 0 ? items : items.slice(gone);
      const first = left.findIndex((item, index) => index >= force && mustWait(binding, item));
      const leaving = first === -1 ? left : trustItems(left.slice(0, first));
      const action = (relation: 'current' | 'prior') =>
        (canArrive(binding, relation) ? 'hold' : 'placeholder') as 'hold' | 'placeholder';
      if (first !== -1) held.hasWaited = true;
      const heldBack = first !== -1 ? stream.held - first : held.hasWaited ? stream.held : 0;
      const alerts = this.alerts.alertsFor(
        stream.name,
        facts.snapshot?.epochId ?? null,
        binding,
        left,
        action,
        heldBack
      );
      this.alert(alerts, message, described, held.pass);
      force = Math.max(0, force - leaving.length);
      this.holds.leave(stream, leaving.length);
      this.totals.unbound += this.count(leaving, binding);
      if (first === -1 || leaving.length > 0)
        held.pass([
          derive(message, {
            payload: payloadOf(message, leaving),
            openot: first === -1 ? described : withoutCommit(described)
          }),
          null
        ]);
      if (first !== -1) return;
      held.done();
    }
  }

  private alert(alerts: readonly DriftAlert[], message: NodeMessageInFlow, described: LooseFacts, pass: Send): void {
    for (const payload of alerts) {
      if (payload.relation === 'current' && isDrift(payload) && !this.canDivert()) this.onUnheard(payload);
      pass([null, derive(message, { payload, topic: 'alert', openot: withoutCommit(described) })]);
    }
  }

  private alertLimit(stream: HeldStream): void {
    const { message, facts, pass }: Held = stream.queue[0];
    const binding = this.bind(facts);
    this.alert(
      [this.alerts.overLimit(stream.name, facts.snapshot?.epochId ?? null, binding, stream.held)],
      message,
      { ...facts, binding: describeBinding(binding) } as LooseFacts,
      pass
    );
  }
}

const isDrift = ({ reason }: DriftAlert): boolean => reason === 'drift' || reason === 'fullHashDrift';

const isUnbound = (item: Item, binding: Binding): boolean =>
  item.kind === 'record' && !binding.relationOf(item.abs).bound.ok;

/** A single item stays a single item: the sequence that the decoder began keeps its parts. */
const payloadOf = (message: NodeMessageInFlow, items: readonly Item[]): unknown =>
  Array.isArray(message.payload) || items.length === 0 ? items : items[0];
