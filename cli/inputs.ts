import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { NoteVerifier, parseVkey } from '../lib/archive';
import { CompiledDefinition, compileDefinition } from '../lib/definition';
import { UsageError } from './usage';

/** A file, or standard input where it is `-`. */
export async function readInput(path: string): Promise<Buffer> {
  try {
    if (path !== '-') return await readFile(path);
    const parts: Buffer[] = [];
    for await (const part of process.stdin) parts.push(part as Buffer);
    return Buffer.concat(parts);
  } catch (thrown) {
    throw new UsageError(`${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** Verifier keys as they were given: each the key itself, or a file that holds it. */
export async function keysOf(given: readonly string[]): Promise<NoteVerifier[]> {
  return Promise.all(
    given.map(async (one) => {
      const text = existsSync(one) ? (await readInput(one)).toString('utf8') : one;
      const parsed = parseVkey(text);
      if (!parsed.ok && !one.includes('+'))
        throw new UsageError(`--key: ${one} is neither a verifier key nor a file that holds one`);
      if (!parsed.ok) throw new UsageError(`--key: ${parsed.message}`);
      return parsed.verifier;
    })
  );
}

/** Definition files, by their carriage hash. */
export async function definitionsOf(paths: readonly string[]): Promise<Map<string, CompiledDefinition>> {
  const held = new Map<string, CompiledDefinition>();
  for (const path of paths) {
    const compiled = compileDefinition(await readInput(path));
    if (!compiled.ok) throw new UsageError(`${path} is no definition: ${compiled.message}`);
    held.set(compiled.compiled.carriageHash, compiled.compiled);
  }
  return held;
}
