import type { NodeRef } from '../delivery';
import { CodedError } from './coded-error';
import { named, Waiting } from './held-back';
import { shortName, statusNaming } from './status-text';

/** What is told of what comes twice. */
export interface DoubledPorts {
  /** For Catch nodes and the log. */
  onError(error: Error): void;
  /** Ids of other readers that read this ring under the same stream name now. */
  twins(): string[];
  refOf(id: string): NodeRef;
}

/** What makes every record come twice behind a reader: two ways into one node, or another reader on the same ring. */
export class Doubled {
  /** A node that gets everything by two ways. */
  private twice: NodeRef | undefined;

  constructor(private readonly ports: DoubledPorts) {}

  /** The wires were walked. Told once for each node; the status says it as long as it is so. */
  saw(node: NodeRef | undefined): void {
    if (node !== undefined && node.id !== this.twice?.id)
      this.ports.onError(new CodedError('OPENOT_WIRED_TWICE', wiredTwice(node).detail));
    this.twice = node;
  }

  /** For the status; undefined where nothing comes twice. */
  get why(): (Waiting & Required<Pick<Waiting, 'code'>>) | undefined {
    if (this.twice !== undefined) return wiredTwice(this.twice);
    return readTwice(this.ports);
  }
}

const wiredTwice = (node: NodeRef): Waiting & { code: 'OPENOT_WIRED_TWICE' } => ({
  code: 'OPENOT_WIRED_TWICE',
  text: statusNaming('', shortName(node), ' gets all twice'),
  detail:
    `two ways lead to the node ${named(node)}, and every record comes by both: take one of the wires away, or ` +
    'give each way a node of its own, and deploy',
  node
});

/** Another reader on the same ring, under the same stream name; undefined where there is none. */
export function readTwice({ twins, refOf }: Pick<DoubledPorts, 'twins' | 'refOf'>): Twice | undefined {
  const [id] = twins();
  return id === undefined ? undefined : twice(refOf(id));
}

type Twice = Waiting & { code: 'OPENOT_READER_TWICE' };

const twice = (node: NodeRef): Twice => ({
  code: 'OPENOT_READER_TWICE',
  text: statusNaming('', shortName(node), ' reads the same ring'),
  detail:
    `the reader ${named(node)} (${node.id}) reads the same ring under the same stream name, so every record comes ` +
    'twice: name the streams differently, or wire one reader to both places',
  node
});
