import type { DataValue, NumericRange, UAVariable, Namespace, UAObject, StatusCode } from 'node-opcua';
import { elementBytes, valueOf } from './elements';
import { Image, MemoryView } from './memory-view';
import { ElementType, Quirks } from './quirks';

type NodeOpcua = typeof import('node-opcua');

/** One OPC UA variable: which bytes of which image it shows, as what. */
export interface RingVariable {
  /** The identifier part of the string NodeId. */
  readonly name: string;
  readonly image: Image;
  /** Bytes `[from, to)` of the image. */
  readonly from: number;
  readonly to: number;
  readonly type: ElementType;
}

/** What a variable needs to answer. */
export interface VariableContext {
  readonly opcua: NodeOpcua;
  readonly view: MemoryView;
  readonly quirks: Quirks;
  /** Called at every read of a value. */
  readonly onRead: (variable: RingVariable) => void;
  /** A status to answer with instead of the value, or undefined. */
  readonly itemFault: (bytes: number) => StatusCode | undefined;
}

/**
 * Adds the variable to the address space. Its value is read by a function of our own in place of node-opcua's,
 * for two reasons: only the asked range is copied (a torn copy of a large ring stays cheap), and the bad habits
 * of IndexRange have to be made here.
 */
export function addRingVariable(
  context: VariableContext,
  namespace: Namespace,
  folder: UAObject,
  variable: RingVariable
): UAVariable {
  const { quirks } = context;
  const elements = (variable.to - variable.from) / elementBytes(variable.type);
  const isArray = variable.type !== 'ByteString';
  const node = namespace.addVariable({
    componentOf: folder,
    nodeId: `s=${variable.name}`,
    browseName: variable.name,
    dataType: variable.type,
    valueRank: isArray ? 1 : -1,
    arrayDimensions: isArray ? [quirks.dimensionsZero ? 0 : elements] : undefined,
    accessLevel: 'CurrentRead',
    userAccessLevel: 'CurrentRead',
    minimumSamplingInterval: 50
  });
  node.readValue = ((_session: unknown, indexRange?: NumericRange) =>
    readValue(context, variable, indexRange)) as UAVariable['readValue'];
  return node;
}

function readValue(context: VariableContext, variable: RingVariable, indexRange: NumericRange | undefined): DataValue {
  const { opcua, quirks } = context;
  context.onRead(variable);
  const unit = elementBytes(variable.type);
  const count = (variable.to - variable.from) / unit;
  const range = elementRange(quirks, indexRange, count);
  if (!range.ok)
    return new opcua.DataValue({ statusCode: opcua.StatusCodes[range.status], serverTimestamp: new Date() });
  const fault = context.itemFault((range.to - range.from) * unit);
  if (fault !== undefined) return new opcua.DataValue({ statusCode: fault, serverTimestamp: new Date() });
  const bytes = context.view.copy(variable.image, variable.from + range.from * unit, variable.from + range.to * unit);
  const now = new Date();
  return new opcua.DataValue({
    value: valueOf(opcua, variable.type, bytes),
    statusCode: opcua.getStatusCodeFromCode(quirks.valueStatus ?? 0),
    sourceTimestamp: now,
    serverTimestamp: now
  });
}

type ElementRange =
  | { ok: true; from: number; to: number }
  | { ok: false; status: NonNullable<Quirks['rangeStatus']> | 'BadIndexRangeNoData' };

/** Elements `[from, to)` that this server returns for an IndexRange, its habits applied. */
function elementRange(quirks: Quirks, indexRange: NumericRange | undefined, count: number): ElementRange {
  if (indexRange === undefined || indexRange.isEmpty() || quirks.indexRange === 'ignored')
    return { ok: true, from: 0, to: count };
  if (quirks.indexRange === 'refused') return { ok: false, status: quirks.rangeStatus ?? 'BadIndexRangeInvalid' };
  if (!indexRange.isValid()) return { ok: false, status: 'BadIndexRangeInvalid' };
  const value = indexRange.value;
  let from: number;
  let to: number;
  if (typeof value === 'number') [from, to] = [value, value + 1];
  else if (Array.isArray(value) && typeof value[0] === 'number') [from, to] = [value[0], Number(value[1]) + 1];
  else return { ok: false, status: 'BadIndexRangeInvalid' };
  if (quirks.indexRange === 'shifted') [from, to] = [from + 1, to + 1];
  if (quirks.indexRange === 'short') to = Math.max(from, Math.min(to, count) - 1);
  if (from >= count) return { ok: false, status: 'BadIndexRangeNoData' };
  return { ok: true, from, to: Math.min(to, count) };
}
