import { BoundedMap } from '../base';
import { CompiledDefinition } from './compiled';

/** Streams whose last definition is remembered; the longest unused is forgotten first. */
const MAX_REMEMBERED_STREAMS = 1024;

interface Held {
  readonly origin: string;
  readonly compiled: CompiledDefinition;
}

/**
 * Every definition that can be seen, by carriage hash (docs/format.md 15). An origin (a file's path, a node's
 * own text) holds one definition at a time; the same definition may come from several. Pure: who watches
 * files calls `add` and `remove`.
 *
 * @example
 * ```ts
 * import { compileDefinition, DefinitionStore } from '@openot/node-red/definition';
 *
 * const store = new DefinitionStore();
 * store.onChange(() => console.log(store.origins()));
 * const file = compileDefinition('{"header": {}}');
 * if (file.ok) store.add(file.compiled, 'plc-7.json');
 * ```
 */
export class DefinitionStore {
  /** In order of loading, the newest last. */
  private held: Held[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly lastBound = new BoundedMap<string, string>(MAX_REMEMBERED_STREAMS);

  /**
   * Holds a definition, in place of what this origin held before. An origin that brings what it holds
   * already changes nothing. Returns whether anything changed.
   */
  add(compiled: CompiledDefinition, origin: string): boolean {
    const before = this.held.find((entry) => entry.origin === origin)?.compiled;
    // The text of the named hash is no part of the hash, but decides about fullHashDrift.
    const isSame =
      before?.contentHash === compiled.contentHash &&
      before.fullHashDrift?.expected === compiled.fullHashDrift?.expected;
    if (isSame) return false;
    this.held = this.held.filter((entry) => entry.origin !== origin);
    this.held.push({ origin, compiled });
    this.announce();
    return true;
  }

  /** Lets go of what an origin holds. Returns whether it held anything. */
  remove(origin: string): boolean {
    const kept = this.held.filter((entry) => entry.origin !== origin);
    if (kept.length === this.held.length) return false;
    this.held = kept;
    this.announce();
    return true;
  }

  /**
   * The definition with this carriage hash. Of two that differ only in the hash they name, one whose name is right is
   * preferred.
   */
  get(carriageHash: string): CompiledDefinition | undefined {
    let found: CompiledDefinition | undefined;
    for (const { compiled } of this.held) {
      if (compiled.carriageHash !== carriageHash) continue;
      if (compiled.fullHashDrift === undefined) return compiled;
      found ??= compiled;
    }
    return found;
  }

  /** The definition loaded last, or undefined when there is none. */
  newest(): CompiledDefinition | undefined {
    const last = this.held.at(-1);
    return last && this.get(last.compiled.carriageHash);
  }

  /** Every definition once, in order of loading. */
  all(): CompiledDefinition[] {
    const hashes = new Set(this.held.map(({ compiled }) => compiled.carriageHash));
    return [...hashes].flatMap((hash) => this.get(hash) ?? []);
  }

  /** Where definitions come from, in order of loading: for status lines and help. */
  origins(): { origin: string; carriageHash: string }[] {
    return this.held.map(({ origin, compiled }) => ({ origin, carriageHash: compiled.carriageHash }));
  }

  /** Calls `listener` after every change. Returns a function that ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Notes what a stream was bound to, so that a later drift can name it. */
  rememberBound(stream: string, carriageHash: string): void {
    this.lastBound.set(stream, carriageHash);
  }

  /** What drift is measured against: the definition last bound for this stream while it is held, else the newest. */
  heldFor(stream: string): CompiledDefinition | undefined {
    const remembered = this.lastBound.get(stream);
    return (remembered === undefined ? undefined : this.get(remembered)) ?? this.newest();
  }

  private announce(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
