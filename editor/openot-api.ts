import { input, labelStyle, showDefaults } from './shared/dialog';
import { elsewhere, optionalProperty, rowsOf, showRows, TypedRows } from './shared/typed-rows';
import { Check, field, isText, notEmpty, oneOf, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

/** Each has the name of an attribute, once, and a property of the message. */
const toldRows: Check = (value) => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return 'rows';
  const rows = value as Record<string, unknown>[];
  const wrong = rows.findIndex((row) => !isText(row.key) || !isText(row.value));
  if (wrong !== -1) return ['row', { row: wrong + 1 }];
  const twice = rows.findIndex((row, at) => rows.findIndex((other) => other.key === row.key) !== at);
  return twice === -1 ? undefined : ['twice', { row: twice + 1 }];
};

RED.nodes.registerType('openot-api', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-api.svg',
  defaults: {
    name: { value: '' },
    direction: { value: 'served', validate: field('direction', oneOf('served', 'called')) },
    senderId: { value: '', validate: field('senderId', notEmpty) },
    senderIdType: { value: 'str' },
    recipientId: { value: '', validate: field('recipientId', notEmpty) },
    recipientIdType: { value: 'str' },
    route: { value: '' },
    transactionId: { value: '' },
    userAgent: { value: false },
    told: { value: [], validate: field('told', toldRows) },
    timeout: { value: '120000', validate: field('timeout', wholeNumber(100, 3600000)) },
    configVersion: { value: configVersion('openot-api'), validate: knownVersion('openot-api') }
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`openot-api.output.${index === 0 ? 'passed' : 'api'}`);
  },
  paletteLabel: 'api',
  label() {
    return this.name || 'openot api';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    for (const name of ['senderId', 'recipientId'])
      input(name).typedInput({ types: ['str', ...elsewhere], typeField: input(`${name}Type`) });
    input('transactionId').typedInput({ types: [optionalProperty] });
    showRows($('#openot-api-told'), this.told as object[], told(this));
  },
  oneditsave() {
    this.told = rowsOf($('#openot-api-told'), told(this));
  }
});
migrateAdded('openot-api');

const told = (node: EditorNode): TypedRows => ({
  key: 'key',
  value: 'value',
  fallback: '',
  types: ['msg'],
  placeholder: node._('openot-api.placeholder.told'),
  add: node._('openot-api.add.told')
});
