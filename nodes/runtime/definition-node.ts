import type { Node } from 'node-red';
import type { Binding, WhenUnadvertised } from '../../lib/definition';
import type { LooseFacts } from '../../lib/stream';

/** Definitions held, how many files are refused at the moment, and whether the file or folder itself is not there. */
export interface DefinitionState {
  held: number;
  refused: number;
  missing?: true;
}

/** A definition file, for whoever keeps it. */
export interface DefinitionFile {
  readonly semanticVersion: string;
  readonly bytes: Uint8Array;
}

/** What the nodes that use definitions see of an `openot-definition` node. */
export interface DefinitionAuthority {
  /** Resolves when the first look at the source is done, well or not. */
  readonly ready: Promise<void>;
  readonly isReady: boolean;
  /** The one place that binds a stream's epochs to definitions (docs/design.md 7). */
  bind(facts: LooseFacts, whenUnadvertised: WhenUnadvertised): Binding;
  /** The file of the definition with this carriage hash, exactly as it was loaded; undefined where none is held. */
  fileOf(hash: string): DefinitionFile | undefined;
  state(): DefinitionState;
  /** Calls `listener` after every change; returns how to end that. */
  onChange(listener: () => void): () => void;
}

/** An `openot-definition` node as `RED.nodes.getNode` gives it; without definitions when its own settings are wrong. */
export interface DefinitionNode extends Node {
  definitions?: DefinitionAuthority;
}
