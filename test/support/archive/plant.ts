import { cpSync, renameSync, rmSync } from 'node:fs';
import { reactorDefinition } from './definition';
import { ArchiveFolder } from './real-archive';
import { StreamMaker } from './stream-maker';

/**
 * An archive of two streams, 1,000 entries and more, two checkpoints, a definition, and 20 entries in its journal, as a
 * kill leaves it. Sources 10 to 12 of the streams are those of the definition.
 */
export async function plantArchive(): Promise<ArchiveFolder> {
  const folder = new ArchiveFolder();
  const definition = await reactorDefinition();
  folder.definitions = new Map([[definition.hash, definition.held]]);
  const archive = await folder.opened();
  const [one, two] = [new StreamMaker('line 1'), new StreamMaker('line 2')];
  for (const stream of [one, two]) {
    stream.definitionHash = definition.hash;
    stream.firstSource = 10;
  }
  for (let i = 0; i < 10; i++) {
    for (const stream of [one, two]) {
      const { payload, facts } = stream
        .records(50)
        .lose(i % 3, 10)
        .batch();
      const error = await archive.takeBatch(payload, facts);
      if (error !== undefined) throw new Error(error.message);
    }
    if (i === 4) await archive.checkpoint();
  }
  await archive.checkpoint();
  for (let i = 0; i < 2; i++) {
    const { payload, facts } = one.records(10).batch();
    await archive.takeBatch(payload, facts);
  }
  cpSync(folder.folder, `${folder.folder}.kept`, { recursive: true });
  await archive.close();
  rmSync(folder.folder, { recursive: true });
  renameSync(`${folder.folder}.kept`, folder.folder);
  return folder;
}
