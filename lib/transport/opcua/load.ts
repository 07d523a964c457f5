import { guardAddresses, guardSockets, NodeOpcua } from './guard';

let loaded: NodeOpcua | undefined;

/**
 * node-opcua, loaded at the first call: it costs a second that a runtime without an OPC UA reader does not need. What
 * it
 * would print to the console (whole certificates, among others) is said by our own errors; OPENOT_OPCUA_LOG=1 lets it.
 */
export function loadClient(): NodeOpcua {
  if (loaded !== undefined) return loaded;
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  loaded = require('node-opcua') as NodeOpcua;
  guardSockets(loaded);
  guardAddresses(loaded);
  if (process.env.OPENOT_OPCUA_LOG === undefined) {
    loaded.setWarningLogger(() => undefined);
    loaded.setErrorLogger(() => undefined);
  }
  return loaded;
}
