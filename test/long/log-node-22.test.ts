import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../e2e/support/process';
import { serveForeignLogs } from '../support/foreign-logs';
import { loadVectors } from '../lib/logobject/support/vectors';

const root = join(__dirname, '../..');
const client = join(root, 'test/lib/transport/opcua/children/read-foreign-logs.ts');

interface Answer {
  readonly node: string;
  readonly readings: Readonly<Record<string, { readonly contents?: readonly unknown[] }>>;
}

/** What a client on that Node.js reads of all the logs. */
function readOn(node: string, endpointUrl: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, ['-r', 'tsx/cjs', client, endpointUrl], { cwd: root });
    let [out, error] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    child.on('error', reject);
    child.on('close', () => {
      const line = out.split('\n').find((one) => one.startsWith('{"node"'));
      if (line === undefined) reject(new Error(`the client printed no readings:\n${out}\n${error}`));
      else resolve(JSON.parse(line) as Answer);
    });
  });
}

const node22 = async (): Promise<string> =>
  (await run('npx', ['-y', '-p', 'node@22', 'node', '-p', 'process.execPath'], { cwd: tmpdir() }))
    .trim()
    .split('\n')
    .pop() as string;

/* test/lib/transport/opcua/log/foreign-bytes.test.ts shows that what the running Node.js reads is right. */
describe('clients of a server that sends what a foreign encoder made', () => {
  it('read the same under Node 22 as under the Node that runs the tests', async () => {
    const server = await serveForeignLogs();
    try {
      const here = await readOn(process.execPath, server.endpointUrl);
      const there = await readOn(await node22(), server.endpointUrl);
      console.log(`the same of ${Object.keys(here.readings).length} logs: Node ${here.node}, Node ${there.node}`);
      assert.match(there.node, /^22\./);
      assert.deepEqual(there.readings, here.readings);
      assert.deepEqual(
        Object.keys(here.readings),
        loadVectors().map(({ name }) => name)
      );
      const records = Object.values(here.readings).reduce((sum, { contents = [] }) => sum + contents.length, 0);
      assert.ok(records > 400, `${records} records`);
    } finally {
      await server.stop();
    }
  });
});
