import type { NodeAPI } from 'node-red';

/** Verifier keys of the archives of this runtime, by node id. */
const vkeys = new Map<string, string>();
/** Admin servers that have the route: a module is set up once, but tests set it up for each runtime of theirs. */
const served = new WeakSet<object>();

/** What the dialog shows of this archive's key; ends when the node closes. */
export function announceVkey(id: string, vkey: string): () => void {
  vkeys.set(id, vkey);
  return () => {
    if (vkeys.get(id) === vkey) vkeys.delete(id);
  };
}

/** `GET openot/archive-key/<node id>`, for the dialog: the verifier key, no secret. Permission `openot.read`. */
export function serveVkeys(RED: NodeAPI): void {
  const admin = RED.httpAdmin as NodeAPI['httpAdmin'] | undefined;
  if (admin === undefined || admin === null || served.has(admin)) return;
  served.add(admin);
  admin.get('/openot/archive-key/:id', RED.auth.needsPermission('openot.read'), (req, res) => {
    const vkey = vkeys.get(String(req.params.id));
    res.set('Cache-Control', 'no-store').json(vkey === undefined ? {} : { vkey });
  });
}
