import type { OPCUAServer, UAMethod, UAObject, UAVariable, Variant } from 'node-opcua';
import { createRequire } from 'node:module';
import { encodeLogRecords, ticksOfUnixMs } from '../../logobject';
import { raiseLogEvents } from './log-events';
import type { LogAnswerPage, LogCall, LogStore, ServedLog } from '../log-store';

type NodeOpcua = typeof import('node-opcua');
type OpcuaDate = Date & { picoseconds?: number };

const SERVER_LOG = { getRecords: 'i=19373', maxRecords: 'i=19376', maxStorage: 'i=19377', minimumSeverity: 'i=19751' };
const LOGS_FOLDER = 'i=19378';

interface Context {
  readonly opcua: NodeOpcua;
  readonly server: OPCUAServer;
  readonly namespaceIndex: number;
}

/** Serves the logs: their methods, their limits. Nodes of their own are in the simulator's namespace. */
export function addLogs(
  opcua: NodeOpcua,
  server: OPCUAServer,
  namespaceIndex: number,
  logs: readonly ServedLog[]
): void {
  const context = { opcua, server, namespaceIndex };
  for (const log of logs) {
    if (log.name === 'ServerLog') serveServerLog(context, log.store);
    else addLogObject(context, log);
  }
  raiseLogEvents(opcua, server, namespaceIndex, logs);
}

function serveServerLog(context: Context, store: LogStore): void {
  const { opcua, server } = context;
  const space = server.engine.addressSpace;
  const bind = (nodeId: string, dataType: number, value: () => number): void => {
    const node = space?.findNode(nodeId);
    if (node !== null && node !== undefined)
      (node as unknown as { bindVariable(options: unknown, overwrite: boolean): void }).bindVariable(
        { get: () => new opcua.Variant({ dataType, value: value() }) },
        true
      );
  };
  bind(SERVER_LOG.maxRecords, opcua.DataType.UInt32, () => store.maxRecords);
  bind(SERVER_LOG.maxStorage, opcua.DataType.Double, () => store.habits.maxStorageMs ?? 0);
  bind(SERVER_LOG.minimumSeverity, opcua.DataType.UInt16, () => 1);
  const method = space?.findNode(SERVER_LOG.getRecords) as UAMethod | null | undefined;
  if (method !== null && method !== undefined) bindGetRecords(context, method, store);
}

function addLogObject(context: Context, { store, name }: ServedLog): void {
  const { opcua, server, namespaceIndex } = context;
  const space = server.engine.addressSpace;
  if (space === null) return;
  const namespace = space.getNamespace(namespaceIndex);
  const folder = space.findNode(LOGS_FOLDER) as UAObject | null;
  const log = namespace.addObject({
    ...(folder === null ? {} : { organizedBy: folder }),
    browseName: name,
    nodeId: `s=${name}`,
    typeDefinition: space.findObjectType('LogObjectType') === null ? 'BaseObjectType' : 'LogObjectType'
  });
  const standard = (browseName: string): { name: string; namespaceIndex: number } => ({
    name: browseName,
    namespaceIndex: 0
  });
  const limit = (browseName: string, dataType: number, value: () => number): void => {
    namespace.addVariable({
      propertyOf: log,
      browseName: standard(browseName),
      nodeId: `s=${name}.${browseName}`,
      dataType: opcua.DataType[dataType],
      value: { get: () => new opcua.Variant({ dataType, value: value() }) }
    });
  };
  limit('MaxRecords', opcua.DataType.UInt32, () => store.maxRecords);
  limit('MaxStorageDuration', opcua.DataType.Double, () => store.habits.maxStorageMs ?? 0);
  const input = (argument: string, dataType: number): { name: string; dataType: number } => ({
    name: argument,
    dataType
  });
  const { DateTime, UInt32, UInt16, ByteString, ExtensionObject } = opcua.DataType;
  const getRecords = namespace.addMethod(log, {
    browseName: standard('GetRecords'),
    nodeId: `s=${name}.GetRecords`,
    inputArguments: [
      input('StartTime', DateTime),
      input('EndTime', DateTime),
      input('MaxReturnRecords', UInt32),
      input('MinimumSeverity', UInt16),
      input('RequestMask', UInt32),
      input('ContinuationPointIn', ByteString)
    ],
    outputArguments: [input('Results', ExtensionObject), input('ContinuationPointOut', ByteString)]
  });
  bindGetRecords(context, getRecords, store);
  const release = namespace.addMethod(log, {
    browseName: standard('ReleaseContinuationPoint'),
    nodeId: `s=${name}.ReleaseContinuationPoint`,
    inputArguments: [input('ContinuationPoint', ByteString)],
    outputArguments: []
  });
  release.bindMethod(async ([point]: Variant[], _context: unknown) => ({
    statusCode: statusOf(opcua, store.releaseContinuationPoint((point.value as Buffer | null) ?? Buffer.alloc(0))),
    outputArguments: []
  }));
}

const statusOf = (opcua: NodeOpcua, name: string): import('node-opcua').StatusCode =>
  (opcua.StatusCodes as unknown as Record<string, import('node-opcua').StatusCode>)[name];

function bindGetRecords({ opcua }: Context, method: UAMethod, store: LogStore): void {
  method.bindMethod(async (input: Variant[], _context: unknown) => {
    const { delay = 0 } = store.habits;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const answer = store.getRecords(callOf(input));
    if (!answer.ok) return { statusCode: statusOf(opcua, answer.status), outputArguments: [] };
    const mask = Number(input[4].value);
    return {
      statusCode: opcua.StatusCodes.Good,
      outputArguments: [
        { dataType: opcua.DataType.ExtensionObject, value: pageOf(bytesOf(store, answer, mask)) },
        { dataType: opcua.DataType.ByteString, value: answer.continuationPoint }
      ]
    };
  });
}

const bytesOf = ({ habits }: LogStore, answer: LogAnswerPage, mask: number): Uint8Array =>
  answer.body ??
  encodeLogRecords(answer.records, {
    layout: habits.flat === true ? 'flat' : 'part6',
    requestMask: habits.noFields === true ? 0 : mask
  });

const ticksOf = (value: unknown): bigint => {
  const date = value as OpcuaDate;
  return ticksOfUnixMs(date.getTime()) + BigInt(Math.floor((date.picoseconds ?? 0) / 100_000));
};

const callOf = (input: readonly Variant[]): LogCall => ({
  start: ticksOf(input[0].value),
  end: ticksOf(input[1].value),
  maxRecords: Number(input[2].value),
  minimumSeverity: Number(input[3].value),
  continuationPoint: (input[5].value as Buffer | null) ?? null
});

type PageClass = new (options: object) => { encode(stream: { writeUInt8(byte: number): void }): void };

/** The class is in a part of node-opcua that its index does not hand on. */
const pageClassOf = (): PageClass =>
  (createRequire(require.resolve('node-opcua'))('node-opcua-types') as { LogRecordsDataType: PageClass })
    .LogRecordsDataType;

/** A page that node-opcua sends with these bytes as its body: its own encoder leaves the EncodingMask out. */
export function pageOf(bytes: Uint8Array): object {
  const pageClass = pageClassOf();
  const page = new pageClass({ logRecordArray: [] });
  page.encode = (stream: { writeUInt8(byte: number): void }) => {
    // Byte by byte, which the stream that only counts lengths knows as well.
    for (const byte of bytes) stream.writeUInt8(byte);
  };
  return page;
}

/** Lets the server's clock, as clients read it, stand so many milliseconds beside the host's. */
export function shiftClock(opcua: NodeOpcua, server: OPCUAServer, offsetMs: () => number): void {
  const node = server.engine.addressSpace?.findNode('i=2258') as UAVariable | null | undefined;
  if (node === null || node === undefined) return;
  node.readValue = () => {
    const value = new Date(Date.now() + offsetMs());
    return new opcua.DataValue({
      value: { dataType: opcua.DataType.DateTime, value },
      statusCode: opcua.StatusCodes.Good,
      sourceTimestamp: value,
      serverTimestamp: value
    });
  };
}
