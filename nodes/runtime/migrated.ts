import { CodedError } from './coded-error';
import { migrate, Migration, migrations } from './migrations';

/**
 * A node's saved properties as this version of the package knows them.
 * Throws OPENOT_CONFIG where a later version saved them: they may mean something else.
 */
export function migrated<T extends { type: string }>(properties: T): T {
  const steps: readonly Migration[] = migrations[properties.type as keyof typeof migrations];
  const outcome = migrate(properties as Record<string, unknown>, steps);
  if (outcome.ok) return { ...properties, ...outcome.properties };
  throw new CodedError(
    'OPENOT_CONFIG',
    `this node was saved by a later version of this package (configVersion ${outcome.found}, this one knows ` +
      `${outcome.known}): update @openot/node-red, or import an earlier copy of the flow`,
    'saved by a later version'
  );
}
