type NodeOpcua = typeof import('node-opcua');

let loaded: Promise<NodeOpcua> | undefined;

/**
 * node-opcua, loaded at the first call: it costs a second and 100 MB that a simulator without a server does not need.
 * What it would print to the console of whoever runs it is kept quiet; OPENOT_OPCUA_LOG=1 lets it.
 */
export function loadNodeOpcua(): Promise<NodeOpcua> {
  loaded ??= import('node-opcua').then((module) =>
    quiet((module as NodeOpcua & { default?: NodeOpcua }).default ?? module)
  );
  return loaded;
}

function quiet(opcua: NodeOpcua): NodeOpcua {
  if (process.env.OPENOT_OPCUA_LOG === undefined) {
    opcua.setWarningLogger(() => undefined);
    opcua.setErrorLogger(() => undefined);
  }
  return opcua;
}
