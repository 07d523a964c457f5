import { FindPanel } from './reader/find-panel';
import { registerName } from './reader/register-name';
import { input, labelStyle, onChange, showDefaults } from './shared/dialog';
import { Check, configNode, field, notEmpty, oneOf, required, wholeNumber } from './shared/validators';
import { configVersion, knownVersion, migrateAdded } from './shared/version';

/** What belongs to another way to the ring is not looked at. The choice in an open dialog counts. */
function onlyBy(transport: string, check: Check): Check {
  return (value, node) => {
    const choice = $('#node-input-transport.openot-reader-transport');
    const chosen = (choice.length > 0 ? choice.val() : node.transport) || 'opcua';
    return chosen === transport ? check(value, node) : undefined;
  };
}
const register = onlyBy('modbus', required(wholeNumber(0, 65535)));

/** Of the dialog that is open. */
let findPanel: FindPanel | undefined;
function closePanel(): void {
  findPanel?.stop();
  findPanel = undefined;
}

RED.nodes.registerType('openot-reader', {
  category: 'OpenOT',
  color: '#8CB9BD',
  icon: 'openot-reader.svg',
  defaults: {
    name: { value: '' },
    stream: { value: '' },
    transport: { value: 'opcua', validate: field('transport', oneOf('opcua', 'modbus', 'capture')) },
    opcua: { value: '', type: 'openot-opcua', validate: field('opcua', onlyBy('opcua', configNode)) },
    controlNode: { value: '', validate: field('controlNode', onlyBy('opcua', notEmpty)) },
    ringNode: { value: '', validate: field('ringNode', onlyBy('opcua', notEmpty)) },
    modbus: { value: '', type: 'openot-modbus', validate: field('modbus', onlyBy('modbus', configNode)) },
    registerType: { value: 'holding', validate: field('registerType', oneOf('holding', 'input')) },
    controlAddress: { value: '', validate: field('controlNode', register) },
    ringAddress: { value: '', validate: field('ringNode', register) },
    byteOrder: { value: 'big', validate: field('byteOrder', oneOf('big', 'little')) },
    capturePath: { value: '', validate: field('capturePath', onlyBy('capture', notEmpty)) },
    captureSpeed: { value: 'once', validate: field('captureSpeed', oneOf('once', 'original')) },
    mode: { value: 'poll', validate: field('mode', oneOf('poll', 'subscribe', 'trigger')) },
    interval: { value: '500', validate: field('interval', wholeNumber(10, 3600000)) },
    verify: { value: 'extraCall', validate: field('verify', oneOf('extraCall', 'sameCall')) },
    startFrom: { value: 'oldest', validate: field('startFrom', oneOf('oldest', 'newest')) },
    maxRecords: { value: '1000', validate: field('maxRecords', wholeNumber(1, 100000)) },
    maxBytes: { value: '65536', validate: field('maxBytes', wholeNumber(64, 16777216)) },
    commit: { value: 'onSend', validate: field('commit', oneOf('onSend', 'onAck')) },
    maxInFlight: { value: '16', validate: field('maxInFlight', wholeNumber(1, 1024)) },
    ackTimeout: { value: '60000', validate: field('ackTimeout', wholeNumber(1000, 86400000)) },
    statusInterval: { value: '5000', validate: field('statusInterval', wholeNumber(100, 3600000)) },
    recordPath: { value: '' },
    recordBytes: { value: '16777216', validate: field('recordBytes', wholeNumber(16384, 268435456)) },
    recordFiles: { value: '4', validate: field('recordFiles', wholeNumber(1, 1000)) },
    configVersion: { value: configVersion('openot-reader'), validate: knownVersion('openot-reader') }
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`openot-reader.output.${index === 0 ? 'batches' : 'status'}`);
  },
  paletteLabel: 'reader',
  label() {
    return this.name || String(this.stream ?? '') || 'openot reader';
  },
  labelStyle,
  oneditprepare() {
    showDefaults(this);
    onChange(input('commit'), () => $('.openot-reader-ack').toggle(input('commit').val() === 'onAck'));
    onChange(input('transport'), () =>
      $('.openot-reader-by')
        .hide()
        .filter(`.openot-reader-by-${String(input('transport').val())}`)
        .show()
    );
    const registers = input('registerType').add(input('controlAddress')).add(input('ringAddress'));
    onChange(registers, () => showRegisterNames(this), 'change keyup');
    const isRecording = (): boolean => String(input('recordPath').val()).trim() !== '';
    onChange(input('recordPath'), () => $('.openot-reader-record').toggle(isRecording()), 'change keyup');
    onChange(input('mode'), () => $('.openot-reader-interval').toggle(input('mode').val() !== 'trigger'));
    findPanel = new FindPanel(this);
  },
  oneditsave: closePanel,
  oneditcancel: closePanel
});
migrateAdded('openot-reader');

function showRegisterNames(node: EditorNode): void {
  $('.openot-reader-address').each(function () {
    const address = String(input(String($(this).data('field'))).val());
    const name = registerName(String(input('registerType').val()), address);
    $(this).text(node._('openot-reader.unit.address') + (name === '' ? '' : ` (= ${name})`));
  });
}
