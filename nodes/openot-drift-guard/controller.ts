import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import { Binding, describeBinding } from '../../lib/definition';
import type { Item, LooseFacts } from '../../lib/ring';
import { factsOf } from '../shared/facts';
import { itemsOf } from '../shared/items-in';
import { derive, withoutCommit } from '../shared/messages';
import { AlertBook } from './alerts';

export interface GuardSettings {
  readonly policy: 'placeholder' | 'divert';
}

export interface Guarded {
  /** For output 2, in order: alerts, then the diverted items. Sent before the main message. */
  readonly side: NodeMessage[];
  /** For output 1; undefined when everything was diverted and no commit token waits. */
  readonly main: NodeMessage | undefined;
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
  readonly alerts = new AlertBook();

  constructor(
    private readonly settings: GuardSettings,
    private readonly bind: (facts: LooseFacts) => Binding
  ) {}

  guard(message: NodeMessageInFlow): Guarded {
    const facts = factsOf(message.openot);
    const items = itemsOf(message.payload);
    const binding = this.bind(facts);
    const described = { ...facts, binding: describeBinding(binding) };
    const { policy } = this.settings;
    const alerts = this.alerts.alertsFor(facts.stream ?? '', facts.snapshot?.epochId ?? null, binding, items, policy);
    const side = alerts.map((payload) => derive(message, { payload, topic: 'alert', openot: withoutCommit(described) }));

    const { kept, diverted } = this.sort(items, binding);
    if (diverted.length > 0) side.push(derive(message, { payload: diverted, topic: 'diverted', openot: withoutCommit(described) }));
    const isEmpty = kept.length === 0 && items.length > 0 && (facts.commit ?? []).length === 0;
    // A single item stays a single item: the sequence that the decoder began keeps its parts.
    const payload = Array.isArray(message.payload) || kept.length === 0 ? kept : kept[0];
    return { side, main: isEmpty ? undefined : derive(message, { payload, openot: described }) };
  }

  private sort(items: Item[], binding: Binding): { kept: Item[]; diverted: Item[] } {
    const { totals } = this;
    const unbound = (item: Item): boolean => item.kind === 'record' && !binding.relationOf(item.abs).bound.ok;
    const records = items.reduce((count, item) => count + (item.kind === 'record' ? 1 : 0), 0);
    const loose = items.filter(unbound);
    totals.passed += records - loose.length;
    if (loose.length === 0 || this.settings.policy === 'placeholder') {
      totals.unbound += loose.length;
      return { kept: items, diverted: [] };
    }
    totals.diverted += loose.length;
    return { kept: items.filter((item) => !unbound(item)), diverted: loose };
  }
}
