import { labelStyle, showDefaults } from './shared/dialog';
import { field, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-ack', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-ack.svg',
  defaults: {
    name: { value: '' },
    branches: { value: '1', validate: field('branches', wholeNumber(1, 64)) },
    configVersion: { value: configVersion('openot-ack'), validate: knownVersion('openot-ack') }
  },
  inputs: 1,
  outputs: 1,
  outputLabels() {
    return this._('openot-ack.output.acknowledged');
  },
  paletteLabel: 'ack',
  label() {
    return this.name || 'openot ack';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
  }
});
migrateAdded('openot-ack');
