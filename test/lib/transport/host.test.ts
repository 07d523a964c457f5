import 'should';
import { modbus } from '../../../lib/transport/modbus';
import { opcua } from '../../../lib/transport/opcua';

describe('the host of a transport', () => {
  const hostOf = (endpoint: string): string | undefined => opcua({ endpoint, control: 'ns=1;i=1', ring: 'i=2' }).host;

  it('is that of the endpoint, whatever stands behind it', () => {
    [
      ['opc.tcp://plc-7:4840', 'plc-7'],
      ['opc.tcp://10.0.0.7/path', '10.0.0.7'],
      ['opc.tcp://[fe80::1]:4840/path', 'fe80::1'],
      ['no endpoint', 'ring']
    ]
      .map(([endpoint, host]) => [hostOf(endpoint), host])
      .forEach(([found, host]) => found!.should.equal(host));
  });

  it('is that of the device', () => {
    modbus({ host: 'plc-8', control: 0, ring: 100 }).host!.should.equal('plc-8');
  });
});
