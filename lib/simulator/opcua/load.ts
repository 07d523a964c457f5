type NodeOpcua = typeof import('node-opcua');

let loaded: Promise<NodeOpcua> | undefined;

/** node-opcua, loaded at the first call: it costs a second and 100 MB that a simulator without a server does not need. */
export function loadNodeOpcua(): Promise<NodeOpcua> {
  loaded ??= import('node-opcua').then((module) => (module as NodeOpcua & { default?: NodeOpcua }).default ?? module);
  return loaded;
}
