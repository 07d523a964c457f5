import { shortened } from '../../base';
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

/** Characters of a string or of base64 text in a NodeId, at most (OPC UA Part 3, 8.2). */
const MAX_IDENTIFIER = 4096;
const MAX_NUMBER = 0xffff_ffff;

const expectedAfter: Record<WrittenNodeId['kind'], string> = {
  i: `a whole number from 0 to ${MAX_NUMBER}`,
  s: `a name of at most ${MAX_IDENTIFIER} characters`,
  g: 'a GUID as 72962b91-fa75-4ae6-8d28-b404dc7daf63',
  b: 'base64 text'
};

/** node-opcua throws on what these let through wrongly: nothing else stands between a typing mistake and that. */
const isIdentifier: Record<WrittenNodeId['kind'], (text: string) => boolean> = {
  i: (text) => /^\d{1,10}$/.test(text) && Number(text) <= MAX_NUMBER,
  s: (text) => text.length <= MAX_IDENTIFIER,
  g: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  b: isBase64
};

function isBase64(text: string): boolean {
  if (text.length > MAX_IDENTIFIER || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const bare = (written: string): string => written.replace(/=+$/, '');
  return bare(Buffer.from(text, 'base64').toString('base64')) === bare(text);
}

const shown = (text: string): string => shortened(text, 120);

/** Takes `ns=3;s=…`, `nsu=<uri>;s=…` or `i=…`; quotes inside the identifier are kept. */
export function parseNodeId(text: string): WrittenNodeId | NodeIdFault {
  const match = /^(?:ns=(\d{1,5});|nsu=([^;]+);)?([isgb])=([\s\S]+)$/.exec(text.trim());
  if (match === null) return { ok: false, message: `"${shown(text)}" is not a NodeId: ${EXPECTED}` };
  const kind = match[3] as WrittenNodeId['kind'];
  const wrong = (why: string): NodeIdFault => ({ ok: false, message: `"${shown(text)}" is not a NodeId: ${why}` });
  if (!isIdentifier[kind](match[4])) return wrong(`after ${kind}= ${expectedAfter[kind]} is expected`);
  const index = Number(match[1] ?? 0);
  if (index > 65535) return wrong('a namespace index is at most 65535');
  return {
    ok: true,
    text: text.trim(),
    uri: match[2]?.replace(/%3B/gi, ';').replace(/%25/g, '%'),
    index,
    kind,
    identifier: match[4]
  };
}

/**
 * The NodeId in this session. Indexes move when a server's interfaces change; `knownUri` is the URI that a plain
 * `ns=` index had at first contact, so that it is followed.
 */
export function resolveNodeId(
  written: WrittenNodeId,
  namespaces: readonly string[],
  knownUri: string | undefined
): { readonly ok: true; readonly nodeId: NodeId; readonly uri: string | undefined } | NodeIdFault {
  const { NodeId, NodeIdType } = loadClient();
  const uri = written.uri ?? knownUri;
  const index = uri === undefined ? written.index : namespaces.indexOf(uri);
  if (index < 0)
    return {
      ok: false,
      message: `the server has no namespace "${uri}" (asked for by ${written.text}); it has: ${namespaces.join(', ')}`
    };
  if (written.uri === undefined && index >= namespaces.length)
    return {
      ok: false,
      message:
        `the server has no namespace ${written.index} (asked for by ${written.text}); it has: ` +
        `${namespaces.map((name, i) => `${i} ${name}`).join(', ')}`
    };
  const types = { i: NodeIdType.NUMERIC, s: NodeIdType.STRING, g: NodeIdType.GUID, b: NodeIdType.BYTESTRING };
  const value =
    written.kind === 'i'
      ? Number(written.identifier)
      : written.kind === 'b'
        ? Buffer.from(written.identifier, 'base64')
        : written.identifier;
  return { ok: true, nodeId: new NodeId(types[written.kind], value, index), uri: namespaces[index] };
}
