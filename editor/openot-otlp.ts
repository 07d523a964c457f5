import { input, labelStyle, onChange, showDefaults, showStoredCredentials } from './shared/dialog';
import { field, httpAddress, oneOf, optional, proxyAddress, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

const addresses = ['endpoint', 'logsEndpoint', 'metricsEndpoint', 'tracesEndpoint'] as const;
const address = optional(httpAddress);

RED.nodes.registerType('openot-otlp', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-otlp.svg',
  defaults: {
    name: { value: '' },
    endpoint: { value: '', validate: field('endpoint', address) },
    logsEndpoint: { value: '', validate: field('logsEndpoint', address) },
    metricsEndpoint: { value: '', validate: field('metricsEndpoint', address) },
    tracesEndpoint: { value: '', validate: field('tracesEndpoint', address) },
    tls: { value: '', type: 'tls-config', required: false },
    compression: { value: '', validate: field('compression', optional(oneOf('gzip', 'none'))) },
    whenAway: { value: 'wait', validate: field('whenAway', oneOf('wait', 'bestEffort')) },
    awayBytes: { value: '67108864', validate: field('awayBytes', wholeNumber(1024, 1073741824)) },
    awayItems: { value: '100000', validate: field('awayItems', wholeNumber(1, 10000000)) },
    proxy: { value: '', validate: field('proxy', optional(proxyAddress)) },
    timeout: { value: '', validate: field('timeout', optional(wholeNumber(100, 600000))) },
    maxItems: { value: '500', validate: field('maxItems', wholeNumber(1, 100000)) },
    maxBytes: { value: '4194304', validate: field('maxBytes', wholeNumber(1024, 67108864)) },
    maxInFlight: { value: '4', validate: field('maxInFlight', wholeNumber(1, 64)) },
    configVersion: { value: configVersion('openot-otlp'), validate: knownVersion('openot-otlp') }
  },
  credentials: {
    token: { type: 'password' },
    headers: { type: 'password' }
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`openot-otlp.output.${index === 0 ? 'accepted' : 'rejected'}`);
  },
  paletteLabel: 'otlp',
  label() {
    return this.name || String(this.endpoint ?? '') || 'openot otlp';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    showStoredCredentials(this);
    const written = (name: string): string => String(input(name).val() ?? '').trim();
    const all = addresses.reduce((fields, name) => fields.add(input(name)), $());
    onChange(all.add(input('token')).add(input('headers')), () => warnOfClearText(written), 'input change');
    onChange(input('whenAway'), () => {
      $('.openot-otlp-away').toggle(input('whenAway').val() === 'bestEffort');
      $('.openot-otlp-wait').toggle(input('whenAway').val() !== 'bestEffort');
    });
    const isWhole = /\/v1\/(logs|metrics|traces)\/*\s*(\?|#|$)/i;
    onChange(input('endpoint'), () => $('.openot-otlp-base').toggle(isWhole.test(written('endpoint'))), 'input change');
  },
  oneditsave() {
    for (const name of addresses) input(name).val(String(input(name).val()).trim());
  }
});
migrateAdded('openot-otlp');

/** A secret that goes to another machine without TLS. */
function warnOfClearText(written: (name: string) => string): void {
  const isClear = addresses.some((name) =>
    /^http:\/\/(?!(localhost|127\.0\.0\.1|\[::1\])([:/]|$))/i.test(written(name))
  );
  $('.openot-otlp-clear').toggle(isClear && (written('token') !== '' || written('headers') !== ''));
}
