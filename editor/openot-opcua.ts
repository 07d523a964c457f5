import { configInput, onChange, showDefaults, showStoredCredentials } from './shared/dialog';
import { field, oneOf, opcuaAddress, required, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

const policies = oneOf('Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss', 'None');

RED.nodes.registerType('openot-opcua', {
  category: 'config',
  icon: 'openot-opcua.svg',
  defaults: {
    name: { value: '' },
    endpoint: { value: 'opc.tcp://127.0.0.1:4840', validate: field('endpoint', required(opcuaAddress)) },
    securityMode: { value: 'None', validate: field('securityMode', oneOf('None', 'Sign', 'SignAndEncrypt')) },
    securityPolicy: { value: 'Basic256Sha256', validate: field('securityPolicy', policies) },
    authentication: {
      value: 'anonymous',
      validate: field('authentication', oneOf('anonymous', 'password', 'certificate'))
    },
    trust: { value: 'list', validate: field('trust', oneOf('list', 'acceptFirst')) },
    requestTimeout: { value: '10000', validate: field('requestTimeout', wholeNumber(100, 600000)) },
    configVersion: { value: configVersion('openot-opcua'), validate: knownVersion('openot-opcua') }
  },
  credentials: {
    user: { type: 'text' },
    password: { type: 'password' },
    certificate: { type: 'password' },
    privateKey: { type: 'password' },
    passphrase: { type: 'password' }
  },
  label() {
    return this.name || String(this.endpoint ?? '') || 'openot-opcua';
  },
  oneditprepare() {
    showDefaults(this);
    showStoredCredentials(this);
    // A flow written by hand may say None here; it stays so until another policy is chosen.
    if (this.securityPolicy === 'None')
      configInput('securityPolicy').append('<option value="None">None</option>').val('None');
    const mode = configInput('securityMode');
    const authentication = configInput('authentication');
    onChange(mode.add(authentication), () => {
      const isClear = mode.val() === 'None';
      $('.openot-opcua-secure').toggle(!isClear);
      $('.openot-opcua-password').toggle(authentication.val() === 'password');
      $('.openot-opcua-certificate').toggle(authentication.val() === 'certificate');
      $('.openot-opcua-clear').toggle(isClear && authentication.val() === 'password');
    });
  }
});
migrateAdded('openot-opcua');
