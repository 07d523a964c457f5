import { areSignals, attributeRows, severities, severityRows, signals, typed, typedFields } from './otel/properties';
import { input, labelStyle, onChange, showDefaults } from './shared/dialog';
import { choiceType, elsewhere, rowsOf, showRows, TypedRows } from './shared/typed-rows';
import { field } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

const typedValue = (name: string): Validator => field(name, typed(name));

RED.nodes.registerType('openot-otel', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-otel.svg',
  defaults: {
    name: { value: '' },
    signals: { value: { logs: true, metrics: true, traces: true }, validate: field('signals', areSignals) },
    signalsType: { value: 'choice' },
    profile: { value: 'otlp', validate: typedValue('profile') },
    profileType: { value: 'choice' },
    encoding: { value: 'otlp', validate: typedValue('encoding') },
    encodingType: { value: 'choice' },
    producer: { value: '', validate: typedValue('producer') },
    producerType: { value: 'str' },
    domain: { value: '', validate: typedValue('domain') },
    domainType: { value: 'str' },
    resource: {
      value: [
        { key: 'service.name', value: 'openot', type: 'str' },
        { key: 'service.instance.id', value: 'openot.stream', type: 'msg' }
      ],
      validate: field('resource', attributeRows)
    },
    scopeName: { value: '', validate: typedValue('scopeName') },
    scopeNameType: { value: 'str' },
    scopeVersion: { value: '', validate: typedValue('scopeVersion') },
    scopeVersionType: { value: 'str' },
    checksum: { value: 'md5', validate: typedValue('checksum') },
    checksumType: { value: 'choice' },
    scopeUuid: { value: 'true', validate: typedValue('scopeUuid') },
    scopeUuidType: { value: 'bool' },
    count: { value: 'true', validate: typedValue('count') },
    countType: { value: 'bool' },
    schemaUrl: { value: '', validate: typedValue('schemaUrl') },
    schemaUrlType: { value: 'str' },
    senderId: { value: '', validate: typedValue('senderId') },
    senderIdType: { value: 'str' },
    recipientId: { value: '', validate: typedValue('recipientId') },
    recipientIdType: { value: 'str' },
    severityOverrides: { value: [], validate: field('severityOverrides', severityRows) },
    recordSpans: { value: 'false', validate: typedValue('recordSpans') },
    recordSpansType: { value: 'bool' },
    stateSpans: { value: 'false', validate: typedValue('stateSpans') },
    stateSpansType: { value: 'bool' },
    boolMetrics: { value: 'false', validate: typedValue('boolMetrics') },
    boolMetricsType: { value: 'bool' },
    maxItems: { value: '500', validate: typedValue('maxItems') },
    maxItemsType: { value: 'num' },
    maxBytes: { value: '1048576', validate: typedValue('maxBytes') },
    maxBytesType: { value: 'num' },
    maxAge: { value: '200', validate: typedValue('maxAge') },
    maxAgeType: { value: 'num' },
    configVersion: { value: configVersion('openot-otel'), validate: knownVersion('openot-otel') }
  },
  inputs: 1,
  outputs: 3,
  outputLabels(index) {
    return this._(`openot-otel.output.${signals[index]}`);
  },
  paletteLabel: 'otel',
  label() {
    return this.name || 'openot otel';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    for (const [name, { own, choices = [] }] of Object.entries(typedFields)) {
      const first = own === 'choice' ? choice(this, name, choices) : own;
      input(name).typedInput({ types: [first, ...elsewhere], typeField: input(`${name}Type`) });
    }
    showSignals(this);
    showRows($('#openot-otel-resource'), this.resource as object[], attributes(this));
    showRows($('#openot-otel-severityOverrides'), this.severityOverrides as object[], overrides(this));
    const profile = input('profile');
    onChange(profile, () => {
      const isOtlp = profile.typedInput('type') === 'choice' && profile.typedInput('value') === 'otlp';
      $('.openot-otel-network').toggle(!isOtlp);
    });
  },
  oneditsave() {
    this.signals = chosenSignals();
    this.resource = rowsOf($('#openot-otel-resource'), attributes(this));
    this.severityOverrides = rowsOf($('#openot-otel-severityOverrides'), overrides(this));
  }
});
migrateAdded('openot-otel');

/** The type "as set here" of a property with a drop-down. */
function choice(node: EditorNode, name: string, values: readonly string[], isMultiple = false): TypedInputType {
  const options = values.map((value) => ({ value, label: node._(`openot-otel.${name}.${value}`) }));
  return choiceType(node._('openot-otel.choice.own'), options, isMultiple);
}

const attributes = (node: EditorNode): TypedRows => ({
  key: 'key',
  value: 'value',
  fallback: '',
  types: ['str', 'num', 'bool', ...elsewhere],
  placeholder: node._('openot-otel.placeholder.attribute'),
  add: node._('openot-otel.add.attribute')
});

function overrides(node: EditorNode): TypedRows {
  const options = severities.map((value, at) => ({ value, label: `${value} (${at + 1})` }));
  return {
    key: 'event',
    value: 'severity',
    fallback: 'WARN',
    types: [choiceType(node._('openot-otel.choice.own'), options), ...elsewhere],
    placeholder: node._('openot-otel.placeholder.event'),
    add: node._('openot-otel.add.event')
  };
}

/** An object of Bools in the flow file, names with commas between in the typed input. */
function showSignals(node: EditorNode): void {
  const shown = $('#openot-otel-signals');
  const given = node.signals ?? node._def.defaults.signals.value;
  const names = (on: Record<string, unknown>): string => signals.filter((name) => on[name] !== false).join(',');
  shown.val(typeof given === 'object' ? names(given as Record<string, unknown>) : String(given));
  shown.typedInput({ types: [choice(node, 'signals', signals, true), ...elsewhere], typeField: input('signalsType') });
  onChange(shown, () =>
    $('.openot-otel-silent').toggle(shown.typedInput('type') === 'choice' && shown.typedInput('value') === '')
  );
}

function chosenSignals(): unknown {
  const shown = $('#openot-otel-signals');
  const value = shown.typedInput('value');
  if (shown.typedInput('type') !== 'choice') return value;
  const names = value.split(',');
  return Object.fromEntries(signals.map((name) => [name, names.includes(name)]));
}
