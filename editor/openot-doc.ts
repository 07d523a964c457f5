import { labelStyle, showDefaults } from './shared/dialog';
import { configNode, field, oneOf } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-doc', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-doc.svg',
  defaults: {
    name: { value: '' },
    definition: {
      value: '',
      type: 'openot-definition',
      validate: field('definition', configNode)
    },
    whenUnadvertised: {
      value: 'placeholder',
      validate: field('whenUnadvertised', oneOf('placeholder', 'assume'))
    },
    profile: { value: 'strict', validate: field('profile', oneOf('strict', 'enriched')) },
    format: { value: 'object', validate: field('format', oneOf('object', 'json', 'ndjson')) },
    emit: { value: 'batch', validate: field('emit', oneOf('batch', 'document')) },
    outputs: { value: 1, validate: field('outputs', oneOf('1', '3')) },
    configVersion: { value: configVersion('openot-doc'), validate: knownVersion('openot-doc') }
  },
  inputs: 1,
  outputs: 1,
  outputLabels(index) {
    if (Number(this.outputs) === 1) return this._('openot-doc.output.documents');
    return this._(`openot-doc.output.${['events', 'losses', 'placeholders'][index]}`);
  },
  paletteLabel: 'doc',
  label() {
    return this.name || 'openot doc';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
  }
});
migrateAdded('openot-doc');
