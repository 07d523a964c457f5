export type NodeOpcua = typeof import('node-opcua');

let loaded: NodeOpcua | undefined;

/** node-opcua, loaded at the first call: it costs a second that a runtime without an OPC UA reader does not need. */
export function loadClient(): NodeOpcua {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  loaded ??= require('node-opcua') as NodeOpcua;
  return loaded;
}
