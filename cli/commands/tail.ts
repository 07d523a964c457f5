import { bind, DefinitionStore } from '../../lib/definition';
import { createFormatter } from '../../lib/document';
import type { Transport } from '../../lib/transport/transport';
import { itemsOfBatch } from '../../lib/stream';
import { Command } from '../command';
import { definitionsOf } from '../inputs';
import { Given, UsageError } from '../usage';

const help = `openot tail <endpoint> --control <where> --ring <where> [--definition <file>]... [--from oldest|newest]
            [--format text|json|strict] [--count <records>]

Reads a ring as the node openot-reader does and writes what it brings, until it is stopped (Ctrl-C). It keeps nothing:
each start begins anew.

  <endpoint>    opc.tcp://host:port, or modbus://host[:port][/unit id]
  --control     NodeId of the control block, or its first register (from 0)
  --ring        NodeId of the ring (may be given again, in order), or its first register
  --from        oldest: what the ring retains first; newest (default): only what comes now
  --count       ends after so many records

OPC UA is read without message security, as an anonymous user.
`;

/** `openot tail`. */
export const tail: Command = {
  name: 'tail',
  summary: 'what a ring brings, on the terminal',
  help,
  options: {
    control: { type: 'string' },
    ring: { type: 'string', many: true },
    definition: { type: 'string', many: true },
    from: { type: 'string' },
    format: { type: 'string' },
    count: { type: 'string' }
  },
  run: async (given, terminal) => {
    const format = given.text('format') ?? 'text';
    const startFrom = given.text('from') ?? 'newest';
    if (startFrom !== 'oldest' && startFrom !== 'newest') throw new UsageError('--from must be oldest or newest');
    const most = given.number('count', Infinity);
    const store = new DefinitionStore();
    for (const [hash, compiled] of await definitionsOf(given.all('definition'))) store.add(compiled, hash);
    const formatter = createFormatter({ profile: format === 'strict' ? 'strict' : 'enriched' });
    const transport = await transportOf(given);
    const { openReader } = await import('../../lib/reader/index.js');
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const reader = openReader({
      transport,
      startFrom,
      signal: stop.signal,
      onError: ({ code, message }) => terminal.error(`${code}: ${message}\n`)
    });
    let records = 0;
    for await (const batch of reader) {
      const { items } = itemsOfBatch(batch.payload, batch.facts);
      const binding = bind(store, { ...batch.facts, whenUnadvertised: 'assume' });
      for (const text of formatter.texts(items, batch.facts, binding)) {
        if (records++ >= most) break;
        const { text: line } = format === 'text' ? (JSON.parse(text) as { text?: string }) : { text };
        terminal.out(`${line ?? text}\n`);
      }
      batch.settle();
      if (records >= most) break;
    }
    return 0;
  }
};

/** Loads the carriage that is needed, and no other. */
async function transportOf(given: Given): Promise<Transport> {
  const endpoint = given.only('one endpoint, opc.tcp://… or modbus://…');
  const control = given.needed('control');
  const ring = given.all('ring');
  if (ring.length === 0) throw new UsageError('--ring is missing');
  if (endpoint.startsWith('opc.tcp://')) {
    const { opcua } = await import('../../lib/transport/opcua/index.js');
    return opcua({ endpoint, control, ring });
  }
  const found = /^modbus:\/\/([^/:]+|\[[^\]]+\])(?::([0-9]+))?(?:\/([0-9]+))?$/.exec(endpoint);
  if (found === null)
    throw new UsageError(
      `the endpoint must be opc.tcp://host:port or modbus://host[:port][/unit id], found ${endpoint}`
    );
  const [, host, port, unitId] = found;
  const numbers = [control, ring[0]].map(Number);
  if (!numbers.every((number) => Number.isInteger(number) && number >= 0))
    throw new UsageError('--control and --ring of a Modbus device are registers, counted from 0');
  const { modbus } = await import('../../lib/transport/modbus/index.js');
  return modbus({
    host: host.replace(/^\[|\]$/g, ''),
    control: numbers[0],
    ring: numbers[1],
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(unitId === undefined ? {} : { unitId: Number(unitId) })
  });
}
