import { input, labelStyle, showDefaults, showStoredCredentials } from './shared/dialog';
import { field, logName, optional, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

RED.nodes.registerType('openot-archive', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-archive.svg',
  defaults: {
    name: { value: '' },
    folder: { value: '' },
    origin: { value: '', validate: field('origin', optional(logName)) },
    checkpointInterval: { value: '60000', validate: field('checkpointInterval', wholeNumber(1000, 86400000)) },
    flushDelay: { value: '50', validate: field('flushDelay', wholeNumber(0, 10000)) },
    keep: { value: '0', validate: field('keep', wholeNumber(0, 36500)) },
    configVersion: { value: configVersion('openot-archive'), validate: knownVersion('openot-archive') }
  },
  credentials: { key: { type: 'password' } },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`openot-archive.output.${index === 0 ? 'stored' : 'checkpoint'}`);
  },
  paletteLabel: 'archive',
  label() {
    return this.name || 'openot archive';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    showStoredCredentials(this);
    const text = $('.openot-archive-vkey-text');
    $('.openot-archive-copy').on('click', () => {
      text.trigger('select');
      document.execCommand('copy');
    });
    void $.getJSON(`openot/archive-key/${this.id}`).then((answer: { vkey?: string }) => {
      if (answer.vkey === undefined) return;
      text.val(answer.vkey);
      $('.openot-archive-vkey').show();
    });
  },
  oneditsave() {
    for (const name of ['folder', 'origin']) input(name).val(String(input(name).val()).trim());
  }
});
migrateAdded('openot-archive');
