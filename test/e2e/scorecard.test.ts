import should from 'should';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './support/process';
import { packedTarball, root } from './support/toolchain';

describe("Node-RED's scorecard", function () {
  it('has nothing to say against the packed package', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openot-scorecard-'));
    await run('tar', ['-xzf', await packedTarball(), '-C', folder], { cwd: folder });
    // The check of dependencies looks at what is installed beside the package.
    await run('cp', ['-as', join(root, 'node_modules'), join(folder, 'package')], { cwd: folder });
    const report = join(folder, 'scorecard.json');
    const output = await run(
      'node',
      [
        '-r',
        join(root, 'test/e2e/support/scorecard-offline.cjs'),
        join(root, 'node_modules/node-red-dev/bin/run'),
        'validate',
        '-p',
        join(folder, 'package'),
        '-o',
        report
      ],
      { cwd: root }
    );
    const card = JSON.parse(readFileSync(report, 'utf8')) as Record<string, { test?: boolean }>;
    const checks = Object.entries(card).filter(([name]) => name !== 'package');
    should(checks.length).be.aboveOrEqual(11);
    should(checks.filter(([, { test }]) => test !== true)).eql([], output);
    await rm(folder, { recursive: true, force: true });
  });
});
