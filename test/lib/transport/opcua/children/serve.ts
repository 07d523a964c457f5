/** A server in a process of its own, with a clock of its own: prints its endpoint, ends with its parent. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOpcuaServer } from '../../../../../lib/simulator';
import { FakePlc } from '../../../reader/fake-plc';

const plc = new FakePlc(4096);
const memory = {
  get control() {
    return plc.controlBytes();
  },
  get ring() {
    return plc.writer.bytes;
  },
  step: () => false
};
void startOpcuaServer({ producer: memory, port: 0, pkiFolder: mkdtempSync(join(tmpdir(), 'openot-serve-')) }).then(
  ({ endpointUrl, controlNodeId, ringNodeIds }) => process.send?.({ endpointUrl, controlNodeId, ringNodeIds })
);
process.on('disconnect', () => process.exit());
