/**
 * What a node's saved properties were called, and meant, in earlier versions of this package. Imports nothing: the
 * runtime migrates a node when it makes it, the editor when it loads it.
 */
type Properties = Readonly<Record<string, unknown>>;

/** One step: the properties of one version, out of those of the version before it. Pure; gives only what changes. */
export interface Migration {
  /** The version that it brings a node to: 2 for the first one, and one more for each. */
  readonly to: number;
  /** What was changed, for whoever reads the table. */
  readonly what: string;
  migrate(properties: Properties): Properties;
}

/** By node type, the steps in their order. 0.1.0 is version 1 of all. */
export const migrations = {
  'openot-ack': [],
  'openot-api': [],
  'openot-archive': [],
  'openot-decoder': [],
  'openot-definition': [],
  'openot-doc': [],
  'openot-drift-guard': [],
  'openot-logobject': [],
  'openot-modbus': [],
  'openot-opcua': [],
  'openot-otel': [],
  'openot-otlp': [],
  'openot-reader': [],
  'openot-simulator': []
} satisfies Record<string, readonly Migration[]>;

export type NodeType = keyof typeof migrations;

/** The version that nodes are saved in now. */
export const configVersionOf = (steps: readonly Migration[]): number => 1 + steps.length;

export type MigrationOutcome =
  | { readonly ok: true; readonly properties: Properties }
  /** Saved by a later version of this package, or by nobody: no step leads from there. */
  | { readonly ok: false; readonly found: string; readonly known: number };

/**
 * The properties as this version of the package knows them; a node without a version is of version 1.
 * @example
 * const toMs: Migration = { to: 2, what: 'speed in ms', migrate: ({ speed }) => ({ speed: Number(speed) * 1000 }) };
 * migrate({ configVersion: 1, speed: 5 }, [toMs]); // { ok: true, properties: { speed: 5000, configVersion: 2 } }
 */
export function migrate(properties: Properties, steps: readonly Migration[]): MigrationOutcome {
  const known = configVersionOf(steps);
  const found = properties.configVersion ?? 1;
  if (!Number.isInteger(found) || (found as number) < 1 || (found as number) > known)
    return { ok: false, found: String(found).slice(0, 20), known };
  const changes: Record<string, unknown> = {};
  for (const step of steps.slice((found as number) - 1))
    Object.assign(changes, step.migrate({ ...properties, ...changes }));
  return { ok: true, properties: { ...changes, configVersion: known } };
}
