import type { ReferenceDescription } from 'node-opcua';
import type { SharedOpcuaConnection } from '../transport/opcua/probing';
import { loadClient } from '../transport/opcua/probing';
import type { TransportError } from '../transport/transport';
import type { FindLimits } from './api';
import { BrowsedNode, childrenOf } from './browse';
import { Carrier, carriersOf, Shape, shapesOf } from './candidates';
import { BestFirst, nameScore } from './name-score';

/**
 * Nodes in one Browse, variables whose attributes are read at a time, values in one Read. Halved where the server
 * refuses.
 */
const BROWSE = 10;
const SHAPES = 30;
const VALUES = 8;
const OBJECTS_FOLDER = 85;

type Found = { readonly node: BrowsedNode; readonly shape: Shape };

/**
 * The variables of a server that can carry bytes, likely names first: each step is one or two requests. Bounded in
 * nodes and depth; nodes that are reached by several ways are looked at once.
 */
export class AddressSpaceWalk {
  readonly carriers: Carrier[] = [];
  /** Nodes met. */
  nodes = 0;
  /** Some were left out because of a limit. */
  isCut = false;
  private readonly seen = new Set<string>();
  private readonly toBrowse = new BestFirst<BrowsedNode>();
  private readonly toShape = new BestFirst<BrowsedNode>();
  private readonly toRead = new BestFirst<Found>();
  private readonly sizes = { browse: BROWSE, read: VALUES };

  constructor(
    private readonly connection: SharedOpcuaConnection,
    private readonly limits: Pick<FindLimits, 'maxNodes' | 'maxDepth'>,
    private readonly isOver: () => boolean
  ) {
    const { NodeId, NodeIdType } = loadClient();
    this.toBrowse.add(0, {
      nodeId: new NodeId(NodeIdType.NUMERIC, OBJECTS_FOLDER, 0),
      name: 'Objects',
      path: [],
      isVariable: false,
      score: 0
    });
  }

  get isDone(): boolean {
    return this.toBrowse.size === 0 && this.toShape.size === 0 && this.toRead.size === 0;
  }

  /** The carriers that this step has found. What was found is read before anything else is looked for. */
  async step(): Promise<{ ok: true; value: readonly Carrier[] } | TransportError> {
    if (this.toRead.size > 0) return this.read();
    if (this.toShape.size > 0) return this.shape();
    return this.browse();
  }

  private async browse(): Promise<{ ok: true; value: readonly Carrier[] } | TransportError> {
    const parents = this.toBrowse.next(this.sizes.browse);
    const browsed = await childrenOf(
      this.connection,
      parents.map(({ nodeId }) => nodeId),
      this.isOver
    );
    if (!browsed.ok) {
      if (parents.length === 1 || browsed.remedy === 'reconnect') return browsed;
      this.sizes.browse = Math.max(1, Math.floor(parents.length / 2));
      for (const parent of parents) this.toBrowse.add(parent.score, parent);
      return { ok: true, value: [] };
    }
    browsed.value.forEach((references, i) => references.forEach((reference) => this.meet(parents[i], reference)));
    return { ok: true, value: [] };
  }

  private meet(parent: BrowsedNode, reference: ReferenceDescription): void {
    const { NodeClass } = loadClient();
    const key = reference.nodeId.toString();
    if (this.seen.has(key)) return;
    if (this.nodes >= this.limits.maxNodes) {
      this.isCut = true;
      return;
    }
    this.seen.add(key);
    this.nodes++;
    const name = reference.browseName?.name ?? String(reference.nodeId.value);
    // What stands in a folder of ours is more likely ours.
    const score = nameScore(name) + Math.floor(parent.score / 2);
    const node = {
      nodeId: reference.nodeId,
      name,
      path: [...parent.path, name],
      isVariable: reference.nodeClass === NodeClass.Variable,
      score
    };
    if (node.isVariable) this.toShape.add(score, node);
    else this.below(node);
  }

  private below(node: BrowsedNode): void {
    if (node.path.length >= this.limits.maxDepth) this.isCut = true;
    else this.toBrowse.add(node.score, node);
  }

  private async shape(): Promise<{ ok: true; value: readonly Carrier[] } | TransportError> {
    const nodes = this.toShape.next(SHAPES);
    const shapes = await shapesOf(
      this.connection,
      nodes.map(({ nodeId }) => nodeId)
    );
    if (!shapes.ok) return shapes;
    nodes.forEach((node, i) => {
      const shape = shapes.value[i];
      if (shape.kind === 'bytes') this.toRead.add(node.score, { node, shape });
      else if (shape.kind === 'inner') this.below(node);
    });
    return { ok: true, value: [] };
  }

  private async read(): Promise<{ ok: true; value: readonly Carrier[] } | TransportError> {
    const found = this.toRead.next(this.sizes.read);
    const carriers = await carriersOf(this.connection, found);
    if (!carriers.ok) {
      if (carriers.remedy === 'reconnect') return carriers;
      // One that cannot be read even alone is left out.
      if (found.length > 1) {
        this.sizes.read = 1;
        for (const one of found) this.toRead.add(one.node.score, one);
      }
      return { ok: true, value: [] };
    }
    const good = carriers.value.filter((carrier) => carrier !== undefined);
    this.carriers.push(...good);
    return { ok: true, value: good };
  }
}
