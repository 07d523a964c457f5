import should from 'should';
import { modbusSettings } from '../../../nodes/runtime/modbus-settings';
import { modbusRing, transportOf } from '../../../nodes/openot-reader/way-to-the-ring';

describe('settings of openot-modbus', () => {
  const good = {
    host: '192.168.0.10',
    port: '502',
    unitId: '255',
    requestTimeout: '3000',
    maxRegisters: '125',
    pipeline: '1'
  };

  const rest = {
    maxRegisters: 125,
    pipeline: 1,
    connectPauseMs: 0,
    requestPauseMs: 0,
    transactionId: 'strict'
  };

  it('become what the connection is told', () => {
    should(modbusSettings(good)).eql({
      host: '192.168.0.10',
      settings: { host: '192.168.0.10', port: 502, unitId: 255, requestTimeoutMs: 3000, ...rest }
    });
    should(
      modbusSettings({ ...good, port: '1502', unitId: '0', requestTimeout: 100, maxRegisters: '16', pipeline: '16' })
        .settings
    ).match({ port: 1502, unitId: 0, requestTimeoutMs: 100, maxRegisters: 16, pipeline: 16 });
  });

  it('take their defaults where a flow names nothing', () => {
    should(modbusSettings({ host: 'plc' }).settings).eql({
      host: 'plc',
      port: 502,
      unitId: 255,
      requestTimeoutMs: 3000,
      ...rest
    });
  });

  it('take pauses and how answers are matched', () => {
    const { settings } = modbusSettings({
      ...good,
      connectPause: '1000',
      requestPause: '50',
      transactionId: 'tolerant'
    });
    should(settings).match({ connectPauseMs: 1000, requestPauseMs: 50, transactionId: 'tolerant' });
  });

  for (const [written, host] of [
    [' plc-7.line.local ', 'plc-7.line.local'],
    ['[fe80::1]', 'fe80::1'],
    ['fe80::1', 'fe80::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::1', '::1']
  ]) {
    it(`take the host "${written}"`, () => {
      should(modbusSettings({ ...good, host: written }).settings.host).equal(host);
    });
  }

  for (const [name, wrong, message] of [
    ['an empty host', { host: ' ' }, /the field "Host" is empty: the name or the IP address of the device is expected/],
    [
      'an address with a scheme',
      { host: 'tcp://plc' },
      /the field "Host" must be a name or an IP address alone, found "tcp:\/\/plc": .*the port in its own field/
    ],
    ['a host with a port', { host: 'plc:502' }, /found "plc:502"/],
    [
      'a port beyond the last',
      { port: '65536' },
      /the field "Port" must be a whole number from 1 to 65535, found "65536"/
    ],
    ['a port that is none', { port: 'modbus' }, /the field "Port" must be a whole number from 1 to 65535/],
    ['a unit id beyond a byte', { unitId: '256' }, /the field "Unit id" must be a whole number from 0 to 255/],
    ['no time at all', { requestTimeout: '0' }, /the field "Time-out" must be a whole number from 100 to 600000/],
    [
      'more registers than an answer holds',
      { maxRegisters: '126' },
      /the field "Max. registers" must be a whole number from 1 to 125/
    ],
    [
      'a pause that never ends',
      { requestPause: '10001' },
      /the field "Pause between" must be a whole number from 0 to 10000/
    ],
    ['a pipeline of none', { pipeline: '0' }, /the field "Under way" must be a whole number from 1 to 16/],
    [
      'a number from a variable that is not set',
      { port: '${PLC_PORT}' },
      /the field "Port" names the environment variable \$\{PLC_PORT\}, which is not set/
    ]
  ] as Array<[string, Record<string, unknown>, RegExp]>) {
    it(`refuse ${name}`, () => {
      should(() => modbusSettings({ ...good, ...wrong })).throw(message);
      should(() => modbusSettings({ ...good, ...wrong })).throw(/^OPENOT_CONFIG: /);
    });
  }

  it('never show what stands before an @', () => {
    should(() => modbusSettings({ ...good, host: 'user:secret@plc' })).throw(/^(?!.*secret).*…@plc/);
  });
});

describe('where a reader looks for a ring in registers', () => {
  const ring = { registerType: 'input', controlAddress: '100', ringAddress: '144', byteOrder: 'little' };

  it('is what its dialog says', () => {
    should(modbusRing(ring)).eql({ registerType: 'input', controlAddress: 100, ringAddress: 144, byteOrder: 'little' });
    should(modbusRing({ controlAddress: '0', ringAddress: '65535' })).eql({
      registerType: 'holding',
      controlAddress: 0,
      ringAddress: 65_535,
      byteOrder: 'big'
    });
  });

  it('has to be said: no address is guessed', () => {
    should(() => modbusRing({ ...ring, controlAddress: '' })).throw(
      /OPENOT_CONFIG: the field "Control block" is empty: the first register of the control block is expected, counted from 0/
    );
    should(() => modbusRing({ ...ring, ringAddress: undefined })).throw(/the field "Ring" is empty/);
    should(() => modbusRing({ ...ring, ringAddress: '65536' })).throw(
      /the field "Ring" must be a whole number from 0 to 65535/
    );
    should(() => modbusRing({ ...ring, registerType: 'coil' })).throw(/"Registers" must be one of holding, input/);
    should(() => modbusRing({ ...ring, byteOrder: 'middle' })).throw(/"Byte order" must be one of big, little/);
  });

  it('is an OPC UA server in a flow that says nothing, as one of version 0.1', () => {
    should(transportOf({})).equal('opcua');
    should(() => transportOf({ transport: 'telex' })).throw(/OPENOT_CONFIG: the field "Reached by" must be one of/);
  });
});
