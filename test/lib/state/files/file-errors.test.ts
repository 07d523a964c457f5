import should from 'should';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStore } from '../../../../lib/state/files';

describe('a state that cannot be kept where it should be', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'openot-state-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const saying = async (path: string): Promise<string> => {
    const error = await fileStore(path)
      .lock()
      .then(() => undefined)
      .catch((thrown: unknown) => thrown as Error);
    return error?.message ?? 'no error';
  };

  it('says that a file stands where a folder is expected; without the file it is kept', async () => {
    writeFileSync(join(folder, 'openot'), '');
    const path = join(folder, 'openot', 'reader.state');
    should(await saying(path)).match(/^.*openot: a file stands where a folder is expected \((EEXIST|ENOTDIR)\)$/);
    rmSync(join(folder, 'openot'));
    should(await saying(path)).equal('no error');
  });

  it('says that a folder above is missing and cannot be made', async () => {
    if (process.platform !== 'linux') return;
    should(await saying('/proc/none/openot/reader.state')).equal(
      '/proc/none/openot: a folder above it is missing and cannot be made (ENOENT)'
    );
  });

  it('says that the file system is mounted read-only', async () => {
    const mounted = join(folder, 'mounted');
    mkdirSync(mounted);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', mounted], { stdio: 'ignore' });
    } catch {
      return; // Only root may mount, and not in every container.
    }
    try {
      should(await saying(join(mounted, 'openot', 'reader.state'))).equal(
        `${join(mounted, 'openot')}: it is on a file system that is mounted read-only (EROFS)`
      );
    } finally {
      execFileSync('umount', [mounted]);
    }
  });
});
