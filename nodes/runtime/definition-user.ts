import type { Node, NodeAPI } from 'node-red';
import { Binding, bind, DefinitionStore, WhenUnadvertised } from '../../lib/definition';
import type { LooseFacts } from '../../lib/stream';
import { CodedError } from './coded-error';
import { useConfig } from './config-users';
import type { DefinitionAuthority, DefinitionNode, DefinitionState } from './definition-node';

const nothing = new DefinitionStore();

/**
 * The definitions that a guard or doc node works with. Without a config node nothing is bound, and nothing is lost for
 * it.
 */
export class DefinitionUser {
  private authority: DefinitionAuthority | undefined;
  private readonly listeners: Array<() => void> = [];
  private readonly ends: Array<() => void> = [];

  constructor(
    private readonly RED: NodeAPI,
    private readonly user: Node,
    private readonly configId: string,
    private readonly whenUnadvertised: WhenUnadvertised
  ) {
    this.look();
    if (this.authority !== undefined || !configId) return;
    // A deploy that puts a deleted definition node back does not touch the nodes that name it.
    const again = (): void => {
      if (this.authority === undefined) this.look();
    };
    RED.events.on('flows:started', again);
    this.ends.push(() => RED.events.removeListener('flows:started', again));
  }

  private look(): void {
    const node = this.configId ? (this.RED.nodes.getNode(this.configId) as DefinitionNode | null) : null;
    this.authority = node?.definitions;
    // Also when its own settings are wrong: its errors reach Catch nodes by way of this node's flow.
    if (node) this.ends.push(useConfig(node, this.user));
    if (this.authority === undefined) return;
    for (const listener of this.listeners) {
      this.ends.push(this.authority.onChange(listener));
      listener();
    }
  }

  /** No definition node is chosen, or its own settings are wrong. */
  get isMissing(): boolean {
    return this.authority === undefined;
  }

  /**
   * Undefined when the definitions have been looked at, else what to wait for: records that come before the files have
   * been
   * read would become placeholders for no reason. Those that wait go on in the order they came.
   */
  get pending(): Promise<void> | undefined {
    return this.authority === undefined || this.authority.isReady ? undefined : this.authority.ready;
  }

  /** Why nothing can be bound, which is a mistake in the settings and not the controller's; undefined where it can. */
  get mistake(): CodedError | undefined {
    if (this.authority === undefined)
      return new CodedError(
        'OPENOT_NO_DEFINITIONS',
        'no openot-definition node is chosen, or the chosen one is disabled, missing or has wrong ' +
          'settings: records are not taken, and no placeholders are made of them'
      );
    const { held, refused, missing } = this.authority.state();
    if (held > 0 || (refused === 0 && missing !== true)) return undefined;
    const what =
      missing === true
        ? 'the source of the openot-definition node is not there'
        : 'what the openot-definition node was given is no definition';
    return new CodedError(
      'OPENOT_NO_DEFINITIONS',
      `${what} ` + '(see its error): records are not taken, and no placeholders are made of them'
    );
  }

  bind(facts: LooseFacts): Binding {
    if (this.authority !== undefined) return this.authority.bind(facts, this.whenUnadvertised);
    return bind(nothing, {
      stream: facts.stream ?? '',
      snapshot: facts.snapshot,
      epochs: facts.epochs,
      whenUnadvertised: this.whenUnadvertised
    });
  }

  state(): DefinitionState {
    return this.authority?.state() ?? { held: 0, refused: 0 };
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
    if (this.authority !== undefined) this.ends.push(this.authority.onChange(listener));
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
  }
}
