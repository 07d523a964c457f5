import type { NodeAPI } from 'node-red';
import { createOpcuaLogs } from '../../lib/transport/opcua';
import { codedErrorOf } from '../runtime/coded-error';
import type { OpcuaNode } from '../runtime/opcua-node';

const served = new WeakSet<object>();

/**
 * `POST openot/logs` with the ids of endpoint nodes: the logs of their servers with their limits, for the button of the
 * dialog. Needs the permission `openot.write`; the endpoints must be deployed.
 */
export function serveBrowse(RED: NodeAPI): void {
  const admin = RED.httpAdmin as NodeAPI['httpAdmin'] | undefined;
  if (admin === undefined || admin === null || served.has(admin)) return;
  served.add(admin);
  admin.post('/openot/logs', RED.auth.needsPermission('openot.write'), (req, res) => {
    const { endpoints } = (req.body ?? {}) as { endpoints?: unknown };
    const ids = Array.isArray(endpoints) ? endpoints.map(String).slice(0, 32) : [];
    Promise.all(ids.map((id) => logsOf(RED, id))).then(
      (servers) => res.set('Cache-Control', 'no-store').json({ servers }),
      (thrown: unknown) => res.status(500).json({ message: codedErrorOf(thrown).message })
    );
  });
}

async function logsOf(RED: NodeAPI, id: string): Promise<object> {
  const node = RED.nodes.getNode(id) as OpcuaNode | null;
  if (node === null || node.connection === undefined)
    return { id, ok: false, message: 'this endpoint is not deployed yet: deploy it, then look again' };
  const logs = createOpcuaLogs(node.connection);
  try {
    const found = await logs.browse();
    return found.ok ? { id, ok: true, logs: found.logs } : { id, ok: false, message: found.message };
  } finally {
    await logs.close();
  }
}
