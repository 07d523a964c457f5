import { configVersionOf, migrate, migrations, NodeType } from '../../nodes/runtime/migrations';

/** The version in which this package saves nodes of a type. */
export const configVersion = (type: NodeType): number => configVersionOf(migrations[type]);

/** Refuses a node that a later version of the package saved: its properties may mean something else. */
export const knownVersion = (type: NodeType): Validator =>
  function (value, _options) {
    const known = configVersion(type);
    if (value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= known)) return true;
    return this._('openot.invalid.laterVersion', { found: String(Number(value)), known });
  };

/**
 * Brings every node of a type that comes into the editor (loaded, imported, pasted) to the version of this package, as
 * the runtime does when it makes the node. The next deploy saves it so.
 */
export function migrateAdded(type: NodeType): void {
  RED.events.on('nodes:add', (node) => {
    if (node.type !== type) return;
    const outcome = migrate(node, migrations[type]);
    if (outcome.ok) Object.assign(node, outcome.properties);
  });
}
