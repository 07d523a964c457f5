import type { OPCUAServer, UAObject, UAObjectType } from 'node-opcua';
import { type LogRecord, UNIX_EPOCH_TICKS } from '../../logobject';
import type { ServedLog } from '../log-store';

type NodeOpcua = typeof import('node-opcua');

/** Every record that a log gets is an event of the Server object as well, of a type below BaseLogEventType. */
export function raiseLogEvents(
  opcua: NodeOpcua,
  server: OPCUAServer,
  namespaceIndex: number,
  logs: readonly ServedLog[]
): void {
  const space = server.engine.addressSpace;
  const base = space?.findEventType('BaseLogEventType');
  const notifier = space?.rootFolder.objects.server as UAObject | undefined;
  // Nodesets before Part 26 know no log events.
  if (space === null || base === null || base === undefined || notifier === undefined) return;
  const type = space.getNamespace(namespaceIndex).addEventType({
    browseName: 'SimulatedLogEventType',
    subtypeOf: base
  });
  const plain = space.findEventType('BaseEventType') ?? type;
  for (const { store } of logs)
    store.onEntered = (record) => {
      // A log outlives its server: of one that has stopped there is nobody to tell.
      if ((notifier.addressSpace as unknown) === null) return;
      raise(opcua, notifier, store.habits.plainEvents === true ? plain : type, record);
    };
}

function raise(opcua: NodeOpcua, notifier: UAObject, type: UAObjectType, record: LogRecord): void {
  const { DateTime, LocalizedText, String: Text, UInt16, StatusCode } = opcua.DataType;
  const { ticks, severity, sourceName, message, additionalData } = record;
  const time: Date & { picoseconds?: number } = new Date(Number((ticks - UNIX_EPOCH_TICKS) / 10_000n));
  time.picoseconds = Number((ticks - UNIX_EPOCH_TICKS) % 10_000n) * 100_000;
  const code = additionalData?.find(({ name }) => name === 'ErrorCode')?.value.value;
  notifier.raiseEvent(type, {
    time: { dataType: DateTime, value: time },
    severity: { dataType: UInt16, value: severity },
    message: { dataType: LocalizedText, value: message },
    ...(typeof sourceName === 'string' ? { sourceName: { dataType: Text, value: sourceName } } : {}),
    ...(typeof code === 'number' ? { errorCode: { dataType: StatusCode, value: opcua.coerceStatusCode(code) } } : {})
  });
}
