import type { ExpandedNodeId, NodeId, QualifiedName } from './model';

/* NodeIds as text that is the same in every session: by namespace URI (docs/format.md 28). */

const escaped = (uri: string): string => uri.replaceAll('%', '%25').replaceAll(';', '%3B');

function namespaceText(namespace: number, namespaces: readonly string[]): string {
  if (namespace === 0) return '';
  const uri = namespaces[namespace];
  return uri === undefined ? `ns=${namespace};` : `nsu=${escaped(uri)};`;
}

/** `i=2041`, `nsu=urn:plc;s=Motor`; `ns=7;…` where the server does not name the namespace. */
export const nodeIdText = ({ namespace, kind, id }: NodeId, namespaces: readonly string[]): string =>
  `${namespaceText(namespace, namespaces)}${kind}=${id}`;

/** As `nodeIdText`, with `svr=` before it where it belongs to another server. */
export function expandedNodeIdText(nodeId: ExpandedNodeId, namespaces: readonly string[]): string {
  const { serverIndex, namespaceUri, kind, id } = nodeId;
  const server = serverIndex === undefined ? '' : `svr=${serverIndex};`;
  if (namespaceUri === undefined || namespaceUri === null) return server + nodeIdText(nodeId, namespaces);
  return `${server}nsu=${escaped(namespaceUri)};${kind}=${id}`;
}

/** `nsu=urn:plc;name`; in namespace 0 the name alone. */
export const qualifiedNameText = ({ namespace, name }: QualifiedName, namespaces: readonly string[]): string =>
  namespaceText(namespace, namespaces) + (name ?? '');

/** Whether a NodeId names nothing: number 0, or an empty identifier, in namespace 0. */
export const isNullNodeId = ({ namespace, id, kind }: NodeId): boolean =>
  namespace === 0 && (id === 0 || id === '' || (kind === 'g' && !/[1-9a-f]/.test(id as string)));
