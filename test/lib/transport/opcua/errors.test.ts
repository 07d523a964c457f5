import should from 'should';
import { shownEndpoint } from '../../../../lib/transport/opcua/errors';
import { createOpcuaTransport } from '../../../../lib/transport/opcua';
import { Bench } from './bench';

describe('OPC UA transport: what an error shows', () => {
  for (const [written, shown] of [
    ['opc.tcp://plc1:4840/path', 'opc.tcp://plc1:4840/path'],
    ['opc.tcp://operator:S3cret!@plc1:4840', 'opc.tcp://plc1:4840'],
    ['opc.tcp://operator:S3@cret!@plc1:4840/path', 'opc.tcp://plc1:4840/path'],
    ['opc.tcp://operator:S3/cret!@plc1:4840/path', 'opc.tcp://plc1:4840/path'],
    ['opc.tcp://operator:S3 cret!@plc1', 'opc.tcp://plc1'],
    ['operator:S3cret!@plc1:4840', 'plc1:4840'],
    ['opc.tcp:operator:S3cret!@plc1', 'plc1'],
    ['http://S3cret!@plc1', 'http://plc1'],
    ['opc.tcp://operator:S3cret!@', 'opc.tcp://']
  ]) {
    it(`"${written}" is shown as "${shown}"`, () => should(shownEndpoint(written)).equal(shown));
  }

  it(
    'an endpoint with a user name in it is refused before anything is sent, and the password stands ' + 'nowhere',
    async () => {
      const bench = new Bench();
      for (const endpoint of [
        'opc.tcp://operator:S3cret!@127.0.0.1:4840',
        'opc.tcp://operator:S3/cret!@127.0.0.1:4840'
      ]) {
        const transport = createOpcuaTransport(bench.connection({ endpoint }), {
          controlNode: 'i=1',
          ringNodes: ['i=2']
        });
        const refused = await transport.connect();
        should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_ENDPOINT_INVALID', remedy: 'refused' });
        should(JSON.stringify(refused)).not.match(/S3|cret/);
        await transport.close();
      }
      await bench.end();
    }
  );
});
