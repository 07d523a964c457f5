import { OpcuaSettings } from '../transport/opcua';
import { SharedOpcuaConnection, OpcuaTransport, readNamespaces } from '../transport/opcua/probing';
import type { TransportError } from '../transport/transport';
import { DEFAULT_FIND_LIMITS, FindLimits, FindOutcome, FoundRing, OpcuaFields } from './api';
import { Budget } from './budget';
import { lengthOf, Carrier } from './candidates';
import { nodeIdText } from './node-text';
import { ringsFor, RingParts } from './pairing';
import { checkRing, controlBlockIn, RingCheck } from './ring-check';
import { describeRing, durationText } from './texts';
import { AddressSpaceWalk } from './walk-address-space';

/** Rings tried for one control block, and variables of unknown length that are read whole for it. */
const MAX_TRIED = 12;
const MAX_MEASURED = 12;

/**
 * Browses an OPC UA server for control blocks and the rings that belong to them. A session of its own, one request at a
 * time, closed at the end; within `limits.timeMs`, or until `signal` says so. Never rejects.
 *
 * @example
 * ```ts
 * import { findOpcuaRings } from '@openot/node-red/discovery';
 *
 * const found = await findOpcuaRings({ endpoint: 'opc.tcp://plc-7:4840', pkiFolder: './pki' });
 * if (!found.ok) console.error(found.message);
 * else for (const { fields, isProved } of found.rings) console.log(fields.controlNode, fields.ringNode, isProved);
 * ```
 */
export async function findOpcuaRings(
  settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>,
  limits: Partial<FindLimits> = {},
  signal?: AbortSignal
): Promise<FindOutcome<OpcuaFields>> {
  const all = { ...DEFAULT_FIND_LIMITS, ...limits };
  const budget = new Budget(all.timeMs, signal);
  const connection = new SharedOpcuaConnection(settings);
  budget.onEnd(() => void connection.destroy());
  try {
    return await new Search(connection, all, budget).run();
  } finally {
    budget.close();
    await connection.destroy();
  }
}

type Rings = FoundRing<OpcuaFields>[];

class Search {
  private namespaces: readonly string[] = [];
  private readonly rings: Rings = [];
  /** Control blocks whose ring has not been found yet, by the text of their NodeId. */
  private readonly open = new Map<string, Carrier>();
  private readonly tried = new Set<string>();
  private provedAtMs: number | undefined;

  constructor(
    private readonly connection: SharedOpcuaConnection,
    private readonly limits: FindLimits,
    private readonly budget: Budget
  ) {}

  async run(): Promise<FindOutcome<OpcuaFields>> {
    const opened = await this.connection.acquire(this);
    if (!opened.ok) return opened;
    const namespaces = await readNamespaces(this.connection);
    if (!namespaces.ok) return namespaces;
    this.namespaces = namespaces.value;
    const walk = new AddressSpaceWalk(this.connection, this.limits, () => this.isOver());
    let failure: TransportError | undefined;
    while (!this.isOver() && !walk.isDone) {
      const step = await walk.step();
      if (!step.ok) {
        failure = step;
        break;
      }
      for (const carrier of step.value)
        if (controlBlockIn(carrier.head) !== undefined) this.open.set(this.text(carrier), carrier);
      if (step.value.length > 0) await this.pair(walk.carriers, false);
    }
    await this.pair(walk.carriers, true);
    if (failure !== undefined && this.rings.length === 0 && !this.budget.isOver) return failure;
    return {
      ok: true,
      rings: [...this.rings].sort((a, b) => Number(b.isProved) - Number(a.isProved)),
      looked: `${walk.nodes} nodes and ${walk.carriers.length} arrays in ${durationText(this.budget.usedMs)}`,
      isComplete: walk.isDone && !walk.isCut && failure === undefined,
      hints: this.hints(walk)
    };
  }

  private isOver(): boolean {
    if (this.budget.isOver) return true;
    return (
      this.provedAtMs !== undefined &&
      this.open.size === 0 &&
      this.budget.usedMs - this.provedAtMs > this.limits.lingerMs
    );
  }

  /**
   * Tries to find a ring for each control block that has none; at the end also among variables whose length has to be
   * measured, and unproved.
   */
  private async pair(carriers: readonly Carrier[], isLast: boolean): Promise<void> {
    for (const [text, control] of [...this.open]) {
      const known = isLast && !this.budget.isOver ? await this.measured(control, carriers) : carriers;
      const found = await this.ringOf(text, control, known, isLast);
      if (found === undefined) continue;
      this.rings.push(found);
      this.open.delete(text);
      if (found.isProved) this.provedAtMs ??= this.budget.usedMs;
    }
  }

  private async ringOf(
    text: string,
    control: Carrier,
    carriers: readonly Carrier[],
    isLast: boolean
  ): Promise<FoundRing<OpcuaFields> | undefined> {
    const capacity = capacityIn(control.head);
    let unproved: { parts: RingParts; check: RingCheck } | undefined;
    let tries = 0;
    for (const parts of ringsFor(control, carriers, capacity)) {
      const key = [text, ...parts.map((part) => this.text(part))].join('\n');
      if (this.budget.isAborted || tries >= MAX_TRIED || (this.tried.has(key) && !isLast)) continue;
      this.tried.add(key);
      tries++;
      const check = await this.check(text, parts);
      if (check.kind === 'proved') return this.found(text, control, parts, check);
      if (check.kind === 'empty' || check.kind === 'restless') unproved ??= { parts, check };
    }
    return isLast && unproved !== undefined ? this.found(text, control, unproved.parts, unproved.check) : undefined;
  }

  private async check(control: string, parts: RingParts): Promise<RingCheck> {
    const transport = new OpcuaTransport(this.connection, {
      controlNode: control,
      ringNodes: parts.map((part) => this.text(part))
    });
    try {
      const connected = await transport.connect();
      return connected.ok ? await checkRing(transport, this.budget) : { kind: 'error', error: connected };
    } finally {
      await transport.close();
    }
  }

  private found(text: string, control: Carrier, parts: RingParts, check: RingCheck): FoundRing<OpcuaFields> {
    const ringNode = parts.map((part) => this.text(part)).join('\n');
    const where = `${control.node.path.join(' / ')} + ${parts.map(({ node }) => node.name).join(', ')}`;
    return {
      description: describeRing(where, check, capacityIn(control.head)),
      fields: { controlNode: text, ringNode },
      isProved: check.kind === 'proved'
    };
  }

  /** With the lengths of those that the server does not say, neighbours first. */
  private async measured(control: Carrier, carriers: readonly Carrier[]): Promise<readonly Carrier[]> {
    const home = control.node.path.slice(0, -1).join('\n');
    const isNear = ({ node }: Carrier): boolean => node.path.slice(0, -1).join('\n') === home;
    const unknown = carriers
      .filter((carrier) => carrier.length === undefined && carrier !== control)
      .sort((a, b) => Number(isNear(b)) - Number(isNear(a)) || b.node.score - a.node.score);
    const lengths = new Map<Carrier, number | undefined>();
    for (const carrier of unknown.slice(0, MAX_MEASURED)) {
      if (this.budget.isOver) break;
      lengths.set(carrier, await lengthOf(this.connection, carrier.node.nodeId));
    }
    return carriers.map((carrier) => (lengths.has(carrier) ? { ...carrier, length: lengths.get(carrier) } : carrier));
  }

  private hints(walk: AddressSpaceWalk): string[] {
    const hints: string[] = [];
    for (const [text, control] of this.open) {
      hints.push(
        `${text} is a control block (${control.type}), but no array of ${capacityIn(control.head)} bytes holds ` +
          'its records: make the ring visible to OPC UA too, as one array of that size or as several with numbered ' +
          'names'
      );
    }
    if (walk.isCut && this.rings.length === 0)
      hints.push(
        `the server has more than ${walk.nodes} nodes below ${this.limits.maxDepth} levels: not all were looked at`
      );
    if (this.budget.isOver && this.rings.length === 0)
      hints.push(
        `the search was ended after ${Math.round(this.budget.usedMs / 1000)} s: copy the NodeIds from an OPC UA ` +
          'browser, or make fewer variables visible to OPC UA'
      );
    return hints;
  }

  private text({ node }: Carrier): string {
    return nodeIdText(node.nodeId, this.namespaces);
  }
}

/** Offset 12 of the control block, also of one in the middle of an update. */
const capacityIn = (head: Uint8Array): number =>
  new DataView(head.buffer, head.byteOffset, head.length).getUint32(12, true);
