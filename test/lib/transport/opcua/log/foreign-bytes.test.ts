import { strict as assert } from 'node:assert';
import { expectedOf, type ForeignReading, readForeignLogs, serveForeignLogs } from '../../../../support/foreign-logs';
import { loadVectors } from '../../../logobject/support/vectors';

describe('a client of a server that sends what a foreign encoder made', () => {
  it('reads every record of every vector, whatever node-opcua makes of the bytes', async () => {
    const server = await serveForeignLogs();
    try {
      const readings = await readForeignLogs(server.endpointUrl);
      const namespaces = ['http://opcfoundation.org/UA/', 'urn:localhost:openot-simulator', 'urn:openot:simulator'];
      for (const vector of loadVectors()) {
        const { contents, verdicts } = readings[vector.name] as Partial<ForeignReading>;
        assert.deepEqual({ contents, verdicts }, expectedOf(vector, namespaces), vector.name);
      }
    } finally {
      await server.stop();
    }
  });
});
