import type { NodeId } from 'node-opcua';
import { loadClient } from './load';

/** A NodeId as a user wrote it, before its namespace is looked up in the session. */
export interface WrittenNodeId {
  readonly ok: true;
  readonly text: string;
  /** Namespace URI of the `nsu=` form; undefined for `ns=`. */
  readonly uri: string | undefined;
  /** Namespace index of the `ns=` form. */
  readonly index: number;
  readonly kind: 'i' | 's' | 'g' | 'b';
  readonly identifier: string;
}

/** What is wrong with it, for a person. */
export interface NodeIdFault {
  readonly ok: false;
  readonly message: string;
}

const EXPECTED = 'expected a NodeId as ns=3;s="Ring"."Data" or nsu=http://example.org/plc;i=1001';

/** Takes `ns=3;s=…`, `nsu=<uri>;s=…` or `i=…`; quotes inside the identifier are kept. */
export function parseNodeId(text: string): WrittenNodeId | NodeIdFault {
  const match = /^(?:ns=(\d{1,5});|nsu=([^;]+);)?([isgb])=([\s\S]+)$/.exec(text.trim());
  if (match === null) return { ok: false, message: `"${text}" is not a NodeId: ${EXPECTED}` };
  const kind = match[3] as WrittenNodeId['kind'];
  if (kind === 'i' && !/^\d{1,10}$/.test(match[4])) return { ok: false, message: `"${text}" is not a NodeId: after i= a number is expected` };
  const index = Number(match[1] ?? 0);
  if (index > 65535) return { ok: false, message: `"${text}" is not a NodeId: a namespace index is at most 65535` };
  return { ok: true, text: text.trim(), uri: match[2]?.replace(/%3B/gi, ';').replace(/%25/g, '%'), index, kind, identifier: match[4] };
}

/**
 * The NodeId in this session. Indexes move when a server's interfaces change; `knownUri` is the URI that a plain
 * `ns=` index had at first contact, so that it is followed.
 */
export function resolveNodeId(written: WrittenNodeId, namespaces: readonly string[], knownUri: string | undefined): { readonly ok: true; readonly nodeId: NodeId; readonly uri: string | undefined } | NodeIdFault {
  const { NodeId, NodeIdType } = loadClient();
  const uri = written.uri ?? knownUri;
  const index = uri === undefined ? written.index : namespaces.indexOf(uri);
  if (index < 0) return { ok: false, message: `the server has no namespace "${uri}" (asked for by ${written.text}); it has: ${namespaces.join(', ')}` };
  if (written.uri === undefined && index >= namespaces.length) return { ok: false, message: `the server has no namespace ${written.index} (asked for by ${written.text}); it has: ${namespaces.map((name, i) => `${i} ${name}`).join(', ')}` };
  const types = { i: NodeIdType.NUMERIC, s: NodeIdType.STRING, g: NodeIdType.GUID, b: NodeIdType.BYTESTRING };
  const value = written.kind === 'i' ? Number(written.identifier) : written.kind === 'b' ? Buffer.from(written.identifier, 'base64') : written.identifier;
  return { ok: true, nodeId: new NodeId(types[written.kind], value, index), uri: namespaces[index] };
}
