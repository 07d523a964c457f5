import { showDefaults } from './shared/dialog';
import { field, host, oneOf, required, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-modbus', {
  category: 'config',
  icon: 'openot-modbus.svg',
  defaults: {
    name: { value: '' },
    host: { value: '127.0.0.1', validate: field('host', required(host)) },
    port: { value: '502', validate: field('port', wholeNumber(1, 65535)) },
    unitId: { value: '255', validate: field('unitId', wholeNumber(0, 255)) },
    requestTimeout: { value: '3000', validate: field('requestTimeout', wholeNumber(100, 600000)) },
    maxRegisters: { value: '125', validate: field('maxRegisters', wholeNumber(1, 125)) },
    pipeline: { value: '1', validate: field('pipeline', wholeNumber(1, 16)) },
    connectPause: { value: '0', validate: field('connectPause', wholeNumber(0, 10000)) },
    requestPause: { value: '0', validate: field('requestPause', wholeNumber(0, 10000)) },
    transactionId: { value: 'strict', validate: field('transactionId', oneOf('strict', 'tolerant')) },
    configVersion: { value: configVersion('openot-modbus'), validate: knownVersion('openot-modbus') }
  },
  label() {
    return this.name || (this.host ? `${String(this.host)}:${String(this.port)}` : 'openot-modbus');
  },
  oneditprepare() {
    showDefaults(this);
  }
});
migrateAdded('openot-modbus');
