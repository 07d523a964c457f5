import should from 'should';
import { spawn } from 'node:child_process';
import { until } from '../e2e/support/process';
import { freePort } from '../e2e/support/runtime';
import { root } from '../e2e/support/toolchain';

describe('the demo command of the README', function () {
  it('prints the editor address, resolved documents of at least three sources as NDJSON, and the summary', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, ['scripts/demo.mjs'], {
      cwd: root,
      env: { ...process.env, PORT: String(port), OPENOT_DEMO_SUMMARY_MS: '6000' },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    try {
      await until(
        'the summary',
        () => /The reader has read [1-9]/.test(output),
        () => output.slice(-3000)
      );
      should(output).containEql(`http://127.0.0.1:${port}/`);
      const documents = output
        .split('\n')
        .filter((line) => line.startsWith('{"kind":'))
        .map((line) => JSON.parse(line) as { kind: string; provenance: { source: { id: number; name?: string } } });
      const events = documents.filter(({ kind }) => kind === 'event');
      should(documents.filter(({ kind }) => kind !== 'event')).eql([]);
      should(events.length).be.above(20);
      should(new Set(events.map(({ provenance }) => provenance.source.name)).size).be.aboveOrEqual(3);
      const total = /all sources\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)/.exec(output)!;
      should(total.slice(2)).eql([total[1], '0', '0']);
      should((await fetch(`http://127.0.0.1:${port}/settings`)).ok).be.true();
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
  });
});
