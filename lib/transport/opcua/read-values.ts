import type { ClientSession, DataValue, ReadValueId, ReadValueIdOptions } from 'node-opcua';
import { transportError } from '../link';
import { CallResult, SharedOpcuaConnection } from './connection';
import { loadClient } from './load';

/** One Read, however it is made. */
type Ask<Item> = (session: ClientSession, items: Item[]) => Promise<DataValue[]>;

/**
 * Reads the items in order, maxAge 0 (a server's cache would be older than the look beside it), in one Read or in as
 * many as the server's limit on nodes asks for: node-opcua's client does not split by itself.
 */
export const readValues = (
  connection: SharedOpcuaConnection,
  items: readonly ReadValueIdOptions[]
): Promise<CallResult<DataValue[]>> => readWith((session, some) => session.read(some, 0), connection, items);

/**
 * The same for bytes, with what every poll would pay for in vain left out: no timestamps are asked for, nothing is
 * looked up for structures, and the items are made once.
 */
export const readBytes = (
  connection: SharedOpcuaConnection,
  items: readonly ReadValueId[]
): Promise<CallResult<DataValue[]>> => readWith(askForBytes, connection, items);

/** What is used of node-opcua's session that is not part of its published interface. */
interface Transacting {
  performMessageTransaction?(
    request: object,
    done: (error: Error | null | undefined, response?: { results?: DataValue[] | null }) => void
  ): void;
}

/** Where a node-opcua of the future has no such method, it is a Read like any other. */
function askForBytes(session: ClientSession & Transacting, items: ReadValueId[]): Promise<DataValue[]> {
  if (session.performMessageTransaction === undefined) return session.read(items, 0);
  const { ReadRequest, TimestampsToReturn } = loadClient();
  const request = new ReadRequest({ maxAge: 0, timestampsToReturn: TimestampsToReturn.Neither });
  request.nodesToRead = items;
  return new Promise((resolve, reject) =>
    session.performMessageTransaction?.(request, (error, response) =>
      error === null || error === undefined ? resolve(response?.results ?? []) : reject(error)
    )
  );
}

async function readWith<Item>(
  ask: Ask<Item>,
  connection: SharedOpcuaConnection,
  items: readonly Item[]
): Promise<CallResult<DataValue[]>> {
  const values: DataValue[] = [];
  while (values.length < items.length) {
    const take = Math.min(connection.maxNodesPerRead, items.length - values.length);
    const result = await readOnce(ask, connection, items.slice(values.length, values.length + take));
    if (result.ok) {
      values.push(...result.value);
      continue;
    }
    if (result.code !== TOO_MANY || take === 1) return result;
    connection.maxNodesPerRead = Math.max(1, Math.floor(take / 2));
  }
  return { ok: true, value: values };
}

const TOO_MANY = 'OPENOT_OPCUA_TOO_MANY_NODES';

async function readOnce<Item>(
  ask: Ask<Item>,
  connection: SharedOpcuaConnection,
  items: Item[]
): Promise<CallResult<DataValue[]>> {
  const result = await connection.call((session) => ask(session, items));
  if (!result.ok)
    return result.message.includes('BadTooManyOperations') ? transportError(TOO_MANY, result.message, 'retry') : result;
  if (result.value.length !== items.length) {
    return transportError(
      'OPENOT_OPCUA_READ_FAILED',
      `${items.length} values were asked for, ${result.value.length} came`,
      'retry'
    );
  }
  return result;
}
