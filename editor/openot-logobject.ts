import { labelStyle, onChange, showDefaults } from './shared/dialog';
import { field, oneOf, wholeNumber, type Check } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

interface FoundServer {
  readonly id: string;
  readonly ok: boolean;
  readonly message?: string;
  readonly logs?: readonly { logObject: string; name: string; maxRecords?: number; isReadable: boolean }[];
}

const idsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const someEndpoint: Check = (value) => {
  const ids = idsOf(value);
  if (ids.length === 0) return 'noConfig';
  return ids.some((id) => !RED.nodes.node(id)) ? 'goneConfig' : undefined;
};

RED.nodes.registerType('openot-logobject', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-logobject.svg',
  defaults: {
    name: { value: '' },
    endpoints: { value: '', validate: field('endpoints', someEndpoint) },
    objects: { value: '' },
    mode: { value: 'collect', validate: field('mode', oneOf('collect', 'query')) },
    interval: { value: '10000', validate: field('interval', wholeNumber(100, 86400000)) },
    startFrom: { value: 'oldest', validate: field('startFrom', oneOf('oldest', 'newest')) },
    overlap: { value: '10000', validate: field('overlap', wholeNumber(0, 3600000)) },
    minimumSeverity: { value: '1', validate: field('minimumSeverity', wholeNumber(1, 1000)) },
    pageSize: { value: '500', validate: field('pageSize', wholeNumber(1, 100000)) },
    feed: { value: 'records', validate: field('feed', oneOf('records', 'events')) },
    eventFilter: { value: 'log', validate: field('eventFilter', oneOf('log', 'all')) },
    commit: { value: 'onSend', validate: field('commit', oneOf('onSend', 'onAck')) },
    clockWarning: { value: '1000', validate: field('clockWarning', wholeNumber(1, 86400000)) },
    statusInterval: { value: '5000', validate: field('statusInterval', wholeNumber(100, 3600000)) },
    configVersion: { value: configVersion('openot-logobject'), validate: knownVersion('openot-logobject') }
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`openot-logobject.output.${index === 0 ? 'documents' : 'status'}`);
  },
  paletteLabel: 'log',
  label() {
    return this.name || 'openot log';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    const chosen = new Set(idsOf(this.endpoints));
    const list = $('#node-input-endpoints');
    RED.nodes.eachConfig((config) => {
      if (config.type !== 'openot-opcua') return true;
      $('<option>')
        .val(config.id)
        .text(config.name || String(config.endpoint ?? '') || config.id)
        .prop('selected', chosen.has(config.id))
        .appendTo(list);
      return true;
    });
    const mode = $('#node-input-mode');
    onChange(mode, () => $('.openot-logobject-collect').toggle(mode.val() === 'collect'));
    $('#openot-logobject-browse').on('click', () => browse(this));
  },
  oneditsave() {
    this.endpoints = idsOf($('#node-input-endpoints').val());
  }
});
migrateAdded('openot-logobject');

/** Asks the runtime for the logs of the endpoints chosen, and shows them below the button. */
function browse(node: EditorNode): void {
  const found = $('#openot-logobject-found').empty();
  const line = (text: string): JQuery => $('<div>').text(text).appendTo(found);
  $.ajax({
    url: 'openot/logs',
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify({ endpoints: idsOf($('#node-input-endpoints').val()) })
  }).then(
    ({ servers }: { servers: readonly FoundServer[] }) => {
      for (const { ok, message, logs = [] } of servers) {
        if (!ok) line(message ?? '');
        else if (logs.length === 0) line(node._('openot-logobject.found.none'));
        for (const { logObject, name, maxRecords, isReadable } of logs) {
          const limits = maxRecords === undefined ? '' : `, ${node._('openot-logobject.found.limits', { maxRecords })}`;
          line(`${name}: ${logObject}${isReadable ? limits : ` — ${node._('openot-logobject.found.dead')}`}`);
        }
      }
    },
    () => line('?')
  );
}
