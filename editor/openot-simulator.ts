import { labelStyle, showDefaults } from './shared/dialog';
import { field, oneOf, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-simulator', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-simulator.svg',
  defaults: {
    name: { value: '' },
    scenario: { value: 'reactor', validate: field('scenario', oneOf('reactor', 'packaging')) },
    rate: { value: '20', validate: field('rate', wholeNumber(0, 100000)) },
    ringBytes: { value: '65536', validate: field('ringBytes', wholeNumber(1024, 16777216, 8)) },
    opcuaPort: { value: '48400', validate: field('opcuaPort', wholeNumber(0, 65535)) },
    modbusPort: { value: '0', validate: field('modbusPort', wholeNumber(0, 65535)) },
    configVersion: { value: configVersion('openot-simulator'), validate: knownVersion('openot-simulator') }
  },
  inputs: 1,
  outputs: 1,
  outputLabels() {
    return this._('openot-simulator.output.answers');
  },
  paletteLabel: 'simulator',
  label() {
    return this.name || 'openot simulator';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
  }
});
migrateAdded('openot-simulator');
