import { Binding, BindingReason, CompiledDefinition, EpochBinding } from '../../../../lib/definition';

/** Everything is current and bound to `compiled`. */
export function boundTo(compiled: CompiledDefinition, advertised = compiled.carriageHash): Binding {
  return bindingOf({ ok: true, compiled, advertised });
}

/** Everything is current and bound to nothing. */
export function unbound(reason: BindingReason, advertised = '1111111111111111'): Binding {
  return bindingOf({ ok: false, reason, advertised });
}

function bindingOf(current: EpochBinding): Binding {
  const relation = { relation: 'current', bound: current } as const;
  return {
    current,
    prior: { ok: false, reason: { kind: 'stalePriorEpoch' }, advertised: '0000000000000000' },
    relationOf: () => relation
  };
}
