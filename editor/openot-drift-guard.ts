import { input, labelStyle, onChange, showDefaults } from './shared/dialog';
import { configNode, field, oneOf, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-drift-guard', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-drift-guard.svg',
  defaults: {
    name: { value: '' },
    definition: {
      value: '',
      type: 'openot-definition',
      validate: field('definition', configNode)
    },
    policy: { value: 'placeholder', validate: field('policy', oneOf('placeholder', 'divert', 'hold')) },
    holdLimit: { value: '20000', validate: field('holdLimit', wholeNumber(1, 1000000)) },
    whenUnadvertised: {
      value: 'placeholder',
      validate: field('whenUnadvertised', oneOf('placeholder', 'assume'))
    },
    configVersion: { value: configVersion('openot-drift-guard'), validate: knownVersion('openot-drift-guard') }
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`openot-drift-guard.output.${index === 0 ? 'items' : 'alerts'}`);
  },
  paletteLabel: 'drift guard',
  label() {
    return this.name || 'openot drift guard';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    onChange(input('policy'), () => $('.openot-guard-hold').toggle(input('policy').val() === 'hold'));
  }
});
migrateAdded('openot-drift-guard');
