import type { DataValue, ReadValueIdOptions } from 'node-opcua';
import { transportError } from '../link';
import { CallResult, SharedOpcuaConnection } from './connection';

/**
 * Reads the items in order, maxAge 0 (a server's cache would be older than the look beside it), in one Read or in as
 * many as the server's limit on nodes asks for: node-opcua's client does not split by itself.
 */
export async function readValues(
  connection: SharedOpcuaConnection,
  items: readonly ReadValueIdOptions[]
): Promise<CallResult<DataValue[]>> {
  const values: DataValue[] = [];
  while (values.length < items.length) {
    const take = Math.min(connection.maxNodesPerRead, items.length - values.length);
    const result = await readOnce(connection, items.slice(values.length, values.length + take));
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

async function readOnce(
  connection: SharedOpcuaConnection,
  items: readonly ReadValueIdOptions[]
): Promise<CallResult<DataValue[]>> {
  const result = await connection.call((session) => session.read(items.slice(), 0));
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
