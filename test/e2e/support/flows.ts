import { FlowNode } from './runtime';

/**
 * The chain reader -> decoder -> guard -> doc with its config nodes, on one tab. `after` receives doc's first
 * output. Properties not given have the defaults of the dialogs.
 */
export interface ChainOptions {
  endpoint: string;
  controlNode: string;
  ringNode: string;
  definition: Record<string, unknown>;
  reader?: Record<string, unknown>;
  guard?: Record<string, unknown>;
  doc?: Record<string, unknown>;
  opcua?: Record<string, unknown>;
  /** Ids that doc's outputs go to. */
  after: string[][];
  /** Ids that the reader's status output goes to. */
  status?: string[];
}

export function chain(options: ChainOptions): FlowNode[] {
  const at = (x: number): Record<string, unknown> => ({ x: 120 + 180 * x, y: 80 });
  return [
    { id: 'tab', type: 'tab', label: 'test', disabled: false },
    {
      id: 'definition',
      type: 'openot-definition',
      name: '',
      source: 'json',
      json: '',
      path: '',
      watch: true,
      ...options.definition
    },
    {
      id: 'opcua',
      type: 'openot-opcua',
      name: '',
      endpoint: options.endpoint,
      securityMode: 'None',
      securityPolicy: 'None',
      authentication: 'anonymous',
      trust: 'list',
      requestTimeout: '10000',
      ...options.opcua
    },
    {
      id: 'reader',
      type: 'openot-reader',
      z: 'tab',
      name: '',
      stream: 'test',
      transport: 'opcua',
      opcua: 'opcua',
      controlNode: options.controlNode,
      ringNode: options.ringNode,
      mode: 'poll',
      interval: '100',
      verify: 'extraCall',
      startFrom: 'oldest',
      maxRecords: '1000',
      maxBytes: '262144',
      statusInterval: '1000',
      ...at(0),
      wires: [['decoder'], options.status ?? []],
      ...options.reader
    },
    { id: 'decoder', type: 'openot-decoder', z: 'tab', name: '', emit: 'batch', ...at(1), wires: [['guard']] },
    {
      id: 'guard',
      type: 'openot-drift-guard',
      z: 'tab',
      name: '',
      definition: 'definition',
      policy: 'placeholder',
      whenUnadvertised: 'placeholder',
      ...at(2),
      wires: [['doc'], []],
      ...options.guard
    },
    {
      id: 'doc',
      type: 'openot-doc',
      z: 'tab',
      name: '',
      definition: 'definition',
      whenUnadvertised: 'placeholder',
      profile: 'strict',
      format: 'ndjson',
      emit: 'batch',
      outputs: 1,
      ...at(3),
      wires: options.after,
      ...options.doc
    }
  ];
}

/**
 * A function node that appends every payload to a file at once, so that nothing of it waits in a queue when the runtime
 * stops.
 */
export function appendTo(id: string, path: string): FlowNode {
  return {
    id,
    type: 'function',
    z: 'tab',
    name: 'append',
    outputs: 0,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    x: 900,
    y: 80,
    wires: [],
    func: `global.get('fs').appendFileSync(${JSON.stringify(path)}, msg.payload);`
  };
}

/** A Catch node for the whole tab that appends `code message` lines to a file. */
export function catchTo(path: string): FlowNode[] {
  return [
    {
      id: 'catch',
      type: 'catch',
      z: 'tab',
      name: '',
      scope: null,
      uncaught: false,
      x: 120,
      y: 200,
      wires: [['catch-append']]
    },
    {
      ...appendTo('catch-append', path),
      func:
        `global.get('fs').appendFileSync(${JSON.stringify(path)}, (msg.error.code || '-') + ' ' + ` +
        `msg.error.source.type + ' ' + msg.error.message + '\\n');`
    }
  ];
}
