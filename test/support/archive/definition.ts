import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HeldDefinition } from '../../../lib/archive';
import { compileDefinition } from '../../../lib/definition';

/** A definition of the simulator as an archive is given it: its carriage hash and its file. */
export async function reactorDefinition(): Promise<{ readonly hash: string; readonly held: HeldDefinition }> {
  const bytes = readFileSync(join(__dirname, '../../../lib/simulator/definitions/reactor-1.json'));
  const compiled = compileDefinition(bytes);
  if (!compiled.ok) throw new Error(compiled.message);
  const { carriageHash, semanticVersion } = compiled.compiled;
  return { hash: carriageHash, held: { semanticVersion, bytes } };
}
