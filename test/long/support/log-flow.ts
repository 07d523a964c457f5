import type { FlowNode } from '../../e2e/support/runtime';

/** A tab with the log node and its endpoints, in an order that names them `opcua-0`, `opcua-1` and so on. */
export function logFlow(
  endpoints: readonly string[],
  properties: Record<string, unknown>,
  wires: string[][]
): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'logs', disabled: false },
    ...endpoints.map((endpoint, i): FlowNode => ({
      id: `opcua-${i}`,
      type: 'openot-opcua',
      name: '',
      endpoint,
      securityMode: 'None',
      securityPolicy: 'None',
      authentication: 'anonymous',
      trust: 'list',
      requestTimeout: '10000'
    })),
    {
      id: 'log',
      type: 'openot-logobject',
      z: 'tab',
      name: '',
      endpoints: endpoints.map((_, i) => `opcua-${i}`),
      objects: '',
      startFrom: 'oldest',
      overlap: '10000',
      minimumSeverity: '1',
      pageSize: '500',
      clockWarning: '1000',
      x: 200,
      y: 80,
      wires,
      ...properties
    }
  ];
}

/** A function node that looks at every message with `func` and hands it on; `fs` is what it may write with. */
export const looking = (id: string, func: string, wires: string[][] = []): FlowNode => ({
  id,
  type: 'function',
  z: 'tab',
  name: id,
  outputs: wires.length,
  timeout: 0,
  noerr: 0,
  initialize: '',
  finalize: '',
  libs: [],
  x: 400,
  y: 80,
  wires,
  func: `const fs = global.get('fs');\n${func}\nreturn msg;`
});

/** A button that sends these properties, as JSON. */
export const button = (id: string, properties: Record<string, unknown>): FlowNode => ({
  id,
  type: 'inject',
  z: 'tab',
  name: id,
  props: Object.entries(properties).map(([p, v]) => ({ p, v: JSON.stringify(v), vt: 'json' })),
  repeat: '',
  once: false,
  x: 60,
  y: 80,
  wires: [['log']]
});
