import type { DataValue, NodeId } from 'node-opcua';
import { OpcuaNodes, OpcuaSettings } from '../transport/opcua';
import {
  SharedOpcuaConnection,
  bytesOf,
  isGood,
  rangeOf,
  loadClient,
  parseNodeId,
  readNamespaces,
  resolveNodeId,
  readValues,
  statusName,
  OpcuaTransport
} from '../transport/opcua/probing';
import type { RingFacts } from '../transport/transport';
import type { ProbeReport } from './api';
import { Budget } from './budget';
import { bad, Finding, good, probe, usable } from './probe';
import { PROBE_MS } from './probe-modbus';
import { blockOf, RingCheck } from './ring-check';
import { sizeText } from './texts';

/**
 * Elements of the range that is asked for, and how often it is compared with the whole on a ring that is being written.
 */
const RANGE = 4;
const TRIES = 3;
/** A ring that is larger is not read as a whole for the comparison. */
const MAX_WHOLE = 1 << 20;

/**
 * Tests a ring in an OPC UA server: a session of its own, one request at a time, closed at the end. Never rejects.
 *
 * @example
 * ```ts
 * import { probeOpcuaRing } from '@openot/node-red/discovery';
 *
 * const report = await probeOpcuaRing(
 *   { endpoint: 'opc.tcp://plc-7:4840', pkiFolder: './pki' },
 *   { controlNode: 'ns=3;s=Ring.Control', ringNodes: ['ns=3;s=Ring.Data'] }
 * );
 * console.log(report.verdict, report.lines.join('\n'));
 * ```
 */
export async function probeOpcuaRing(
  settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>,
  nodes: OpcuaNodes,
  timeMs = PROBE_MS,
  signal?: AbortSignal
): Promise<ProbeReport> {
  const budget = new Budget(timeMs, signal);
  const connection = new SharedOpcuaConnection(settings);
  budget.onEnd(() => void connection.destroy());
  const transport = new OpcuaTransport(connection, nodes);
  try {
    return await probe(
      { transport, extra: (facts, check) => ranges(connection, nodes.ringNodes[0], facts, check) },
      budget
    );
  } finally {
    budget.close();
    await transport.close();
    await connection.destroy();
  }
}

type Behaviour = 'exact' | 'whole' | 'refused' | 'short' | 'shifted' | 'unclear';

const SAYS: Record<Behaviour, (status: string, bytes: number) => Finding> = {
  exact: () => good('the server answers ranges of the ring exactly'),
  whole: (_, bytes) =>
    usable(
      `the server sends the whole ring (${sizeText(bytes)}) whatever range is asked for: every poll with data ` +
        'carries all of it; cutting the ring into several nodes would help'
    ),
  refused: (status, bytes) =>
    usable(
      `the server refuses ranges (${status}): the ring (${sizeText(bytes)}) is read whole at every poll with ` +
        'data; cutting the ring into several nodes would help'
    ),
  short: () => bad('the server answers ranges with fewer elements than were asked for'),
  shifted: () =>
    bad(
      'the server answers ranges with other elements than were asked for (shifted by one): please report it to ' +
        'its maker; a ring of several small nodes is read without ranges'
    ),
  unclear: (status) => usable(`how the server answers ranges could not be told${status === '' ? '' : ` (${status})`}`)
};

async function ranges(
  connection: SharedOpcuaConnection,
  ringNode: string,
  facts: RingFacts,
  check: RingCheck
): Promise<{ title: string; lines: readonly string[]; findings: readonly Finding[] }> {
  const nodeId = await resolved(connection, ringNode);
  const bytes = facts.ringBytes ?? 0;
  const found =
    nodeId === undefined
      ? { behaviour: 'unclear' as const, status: '' }
      : await behaviourOf(connection, nodeId, bytes, check);
  const finding = SAYS[found.behaviour](found.status, bytes);
  return {
    title: 'Ranges',
    lines: [`${found.behaviour}${found.status === '' ? '' : ` (${found.status})`}`],
    findings: [finding]
  };
}

async function behaviourOf(
  connection: SharedOpcuaConnection,
  nodeId: NodeId,
  ringBytes: number,
  check: RingCheck
): Promise<{ behaviour: Behaviour; status: string }> {
  const item = { nodeId, attributeId: loadClient().AttributeIds.Value };
  let last: { behaviour: Behaviour; status: string } = { behaviour: 'unclear', status: '' };
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const whole = ringBytes > MAX_WHOLE ? undefined : await valueOf(connection, item);
    const all = whole === undefined ? undefined : bytesOf(whole.value);
    const width = all?.ok === true ? all.width : 1;
    const elements = all?.ok === true ? all.bytes.length / width : Math.floor(ringBytes / 8);
    const first = quietPlace(check, elements, width);
    const part = await valueOf(connection, { ...item, indexRange: rangeOf(`${first}:${first + RANGE - 1}`) });
    if (part === undefined) return last;
    if (!isGood(part.statusCode))
      return {
        behaviour: whole !== undefined && isGood(whole.statusCode) ? 'refused' : 'unclear',
        status: statusName(part.statusCode)
      };
    const got = bytesOf(part.value);
    if (!got.ok) return last;
    const count = got.bytes.length / got.width;
    if (count > RANGE) return { behaviour: 'whole', status: '' };
    if (count < RANGE) return { behaviour: 'short', status: `${count} of ${RANGE} elements came` };
    if (all?.ok !== true) return { behaviour: 'exact', status: 'by the number of elements' };
    const at = (element: number): boolean =>
      Buffer.compare(all.bytes.subarray(element * width, (element + RANGE) * width), got.bytes) === 0;
    if (at(first)) return { behaviour: 'exact', status: '' };
    last = at(first + 1) || at(first - 1) ? { behaviour: 'shifted', status: '' } : last;
  }
  return last;
}

/** An element that will not be overwritten in a moment: half a ring away from head. */
function quietPlace(check: RingCheck, elements: number, width: number): number {
  const block = blockOf(check);
  const head = block === undefined ? 0 : Number(block.headAbs % BigInt(Math.max(1, block.capacity)));
  const place = (Math.floor(head / width) + Math.floor(elements / 2)) % Math.max(1, elements);
  return Math.max(1, Math.min(place, elements - RANGE - 2));
}

async function valueOf(
  connection: SharedOpcuaConnection,
  item: Parameters<typeof readValues>[1][number]
): Promise<DataValue | undefined> {
  const read = await readValues(connection, [item]);
  return read.ok ? read.value[0] : undefined;
}

async function resolved(connection: SharedOpcuaConnection, text: string): Promise<NodeId | undefined> {
  const written = parseNodeId(text);
  const namespaces = await readNamespaces(connection);
  if (!written.ok || !namespaces.ok) return undefined;
  const found = resolveNodeId(written, namespaces.value, undefined);
  return found.ok ? found.nodeId : undefined;
}
