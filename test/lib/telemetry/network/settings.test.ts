import 'should';
import { networkSettings } from '../../../../lib/telemetry/network';

describe('the settings of the network envelope', () => {
  it('have their defaults where nothing but producer and domain is set', () => {
    networkSettings({ producer: ' plant-1 ', domain: 'Energy', encoding: '', checksum: ' ', scopeName: '' }).should.eql(
      {
        ok: true,
        settings: {
          encoding: 'otlp',
          producer: 'plant-1',
          domain: 'Energy',
          resource: [],
          scopeName: 'openot',
          scopeVersion: '1.0',
          checksum: 'md5',
          scopeUuid: true,
          count: true,
          schemaUrl: '',
          senderId: '',
          recipientId: ''
        }
      }
    );
  });

  it('are refused without a producer, with the place to set it', () => {
    networkSettings({ producer: '  ', domain: 'Energy' }).should.eql({
      ok: false,
      code: 'OPENOT_OTEL_NETWORK_PRODUCER',
      message:
        'OPENOT_OTEL_NETWORK_PRODUCER: the profile network needs "Producer" (who makes this telemetry, by the ' +
        'name under which the network knows you), and it is empty. Set "Producer" of the openot-otel node'
    });
  });

  it('are refused without a domain, with the place to set it', () => {
    networkSettings({ producer: 'plant-1' }).should.eql({
      ok: false,
      code: 'OPENOT_OTEL_NETWORK_DOMAIN',
      message:
        'OPENOT_OTEL_NETWORK_DOMAIN: the profile network needs "Domain" (where it happens, by the word your ' +
        'network has for it), and it is empty. Set "Domain" of the openot-otel node'
    });
  });

  it('are refused with words that they do not know, and say which they know', () => {
    const set = { producer: 'plant-1', domain: 'Energy' };
    networkSettings({ ...set, encoding: 'xml' }).should.eql({
      ok: false,
      code: 'OPENOT_OTEL_NETWORK_ENCODING',
      message:
        'OPENOT_OTEL_NETWORK_ENCODING: "Encoding" must be one of otlp, literal, found "xml". Set "Encoding" of ' +
        'the openot-otel node'
    });
    networkSettings({ ...set, checksum: 'crc'.repeat(50) }).should.containEql({ code: 'OPENOT_OTEL_NETWORK_CHECKSUM' });
    networkSettings({ ...set, checksum: 'MD5' }).should.containEql({ ok: false });
  });
});
