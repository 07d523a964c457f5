import { labelStyle, showDefaults } from './shared/dialog';
import { field, oneOf } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-decoder', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-decoder.svg',
  defaults: {
    name: { value: '' },
    emit: { value: 'batch', validate: field('emit', oneOf('batch', 'item')) },
    configVersion: { value: configVersion('openot-decoder'), validate: knownVersion('openot-decoder') }
  },
  inputs: 1,
  outputs: 1,
  outputLabels() {
    return this._('openot-decoder.output.items');
  },
  paletteLabel: 'decoder',
  label() {
    return this.name || 'openot decoder';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
  }
});
migrateAdded('openot-decoder');
