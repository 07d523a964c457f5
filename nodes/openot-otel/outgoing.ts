import type { NodeMessage } from 'node-red';
import { assembleRequest } from '../../lib/telemetry';
import type { NetworkProfile, MappedItems, Signal } from '../../lib/telemetry';
import type { Send } from '../runtime/handle';
import { derive } from '../runtime/messages';
import { Batch, Entry, Group, order } from './batcher';
import type { EnvelopeSettings } from './settings';

/** A message and the output it leaves by: 0 logs, 1 metrics, 2 traces. */
export interface Outgoing {
  readonly port: number;
  readonly message: NodeMessage;
  readonly pass: Send;
}

const portOf: Record<Signal, number> = { logs: 0, metrics: 1, traces: 2 };

/**
 * The messages of one batch in the order in which they are sent: traces, metrics, then logs, whose last one carries the
 * tokens (an empty request where there is no log record). All of them are one sequence (`msg.parts`), since a token
 * speaks for what left before it, too. `awaitsToken`: a message without a token whose token is still to come.
 */
export function outgoing(
  batch: Batch,
  network: Pick<NetworkProfile, 'request'>,
  awaitsToken: (entry: Entry) => boolean,
  newId: () => string
): Outgoing[] {
  const { tokens } = batch;
  const parts: Array<{ signal: Signal; payload: unknown; from: Entry; isTied: boolean }> = [];
  // What no token covers stays out of the sequence: whoever loses it must know that it does not come again.
  const hasOwnToken = batch.entries.some((entry) => entry.tokens.length > 0);
  const isCovered = ({ entries }: Group): boolean =>
    entries.some((entry) => entry.tokens.length > 0 || awaitsToken(entry));
  const groups = batch.groups
    .map((group) => ({ group, from: group.entries.at(-1)!, isTied: !hasOwnToken || isCovered(group) }))
    .sort((a, b) => Number(a.isTied) - Number(b.isTied));
  for (const signal of order) {
    for (const { group, from, isTied } of groups) {
      for (const items of group[signal].chunks(batch.limits))
        parts.push({ signal, payload: requestOf(signal, items, group, network), from, isTied });
    }
  }
  const last = parts.at(-1);
  if (tokens.length > 0 && (last?.signal !== 'logs' || !last.isTied))
    parts.push({
      signal: 'logs',
      payload: assembleRequest('logs', {}, { resource: { attributes: [] }, scope: {} }),
      from: lastWithToken(batch.entries),
      isTied: true
    });
  const id = newId();
  const tied = parts.filter((part) => part.isTied);
  return parts.map((part) => {
    const { signal, payload, from } = part;
    const sequence =
      part.isTied && tied.length > 1
        ? { id, type: 'array', index: tied.indexOf(part), count: tied.length, len: 1 }
        : undefined;
    return {
      port: portOf[signal],
      pass: from.pass,
      message: messageOf(from.message, signal, payload, part === parts.at(-1) ? tokens : [], sequence)
    };
  });
}

/** An empty request names the stream of its tokens: who gets it ties to them what came of that stream before. */
function lastWithToken(entries: readonly Entry[]): Entry {
  return [...entries].reverse().find(({ tokens }) => tokens.length > 0) ?? entries.at(-1)!;
}

function requestOf(
  signal: Signal,
  items: unknown[],
  { envelope }: Group,
  network: Pick<NetworkProfile, 'request'>
): unknown {
  const given = { [signal === 'traces' ? 'spans' : signal]: items } as Partial<MappedItems>;
  const own = withOwnResource(envelope);
  if (own.profile === 'network') return network.request(signal, given, own.settings);
  const { resource, scopeName, scopeVersion } = own;
  return assembleRequest(signal, given, {
    resource: { attributes: [...resource] },
    scope: { name: scopeName, version: scopeVersion }
  });
}

/** What a flow does to the resource of one request must not be seen in the next one. */
function withOwnResource(envelope: EnvelopeSettings): EnvelopeSettings {
  if (envelope.profile === 'otlp') return { ...envelope, resource: structuredClone(envelope.resource) };
  return { ...envelope, settings: { ...envelope.settings, resource: structuredClone(envelope.settings.resource) } };
}

function messageOf(
  from: NodeMessage,
  signal: Signal,
  payload: unknown,
  tokens: readonly string[],
  parts: object | undefined
): NodeMessage {
  const message = derive(from, {
    topic: signal,
    payload,
    headers: { 'content-type': 'application/json' }
  } as NodeMessage) as NodeMessage & { parts?: object; openot?: unknown };
  // The sequence that the documents came in ends here.
  delete message.parts;
  if (parts !== undefined) message.parts = parts;
  const facts: Record<string, unknown> = { ...(message.openot as object | undefined) };
  delete facts.commit;
  if (tokens.length > 0) facts.commit = [...tokens];
  if (message.openot !== undefined || tokens.length > 0) message.openot = facts;
  return message;
}
