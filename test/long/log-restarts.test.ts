import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, until } from '../e2e/support/process';
import { Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';
import { type LogDevice, startLogDevice } from '../support/log-device';
import { seeded } from '../support/seeded';
import { logFlow, looking } from './support/log-flow';

const RESTARTS = Number(process.env.OPENOT_RESTARTS ?? 10);
const RATE = 50;
/** Of docs/format.md 29: so many messages of so many documents may be under way when a runtime ends. */
const MOST_TWICE = 16 * 500;

interface Line {
  readonly life: number;
  readonly kind: 'log' | 'gap';
  readonly uid: string;
  readonly message?: { readonly text?: string };
}

describe('the log of a device, collected by a Node-RED that is started anew again and again', function () {
  this.timeout(1_800_000);
  let device: LogDevice;
  let userDir: string;
  let runtime: Runtime | undefined;
  let feeding: NodeJS.Timeout;
  let entered = 0;
  let life = 0;

  beforeEach(async () => {
    device = await startLogDevice(-90_000, { maxRecords: 200_000, pageLimit: 100 });
    userDir = await makeUserDirectory();
    const path = join(userDir, 'log.ndjson');
    const flow = [
      ...logFlow([device.endpointUrl], { mode: 'collect', interval: '200', commit: 'onAck' }, [['append'], []]),
      looking(
        'append',
        `fs.appendFileSync(${JSON.stringify(path)}, msg.payload.map((one) => JSON.stringify(one) + '\\n').join(''));`,
        [['ack']]
      ),
      { id: 'ack', type: 'openot-ack', z: 'tab', name: '', branches: '1', x: 600, y: 80, wires: [[]] }
    ];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
    const begun = Date.now();
    feeding = setInterval(() => {
      const due = Math.floor(((Date.now() - begun) * RATE) / 1000);
      for (; entered < due; entered++) device.enter(String(entered));
    }, 1000 / RATE);
  });
  afterEach(async () => {
    clearInterval(feeding);
    runtime?.kill();
    await device?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  /** Where each life's lines end. */
  const ends: number[] = [];

  function read(): Line[] {
    const path = join(userDir, 'log.ndjson');
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    let at = 0;
    return bytes
      .toString('utf8')
      .split('\n')
      .flatMap((text): Line[] => {
        const life = ends.filter((end) => end <= at).length;
        at += Buffer.byteLength(text) + 1;
        return text === '' ? [] : [{ ...(JSON.parse(text) as Line), life }];
      });
  }
  const delivered = (): Set<string> => new Set(read().map(({ message }) => message?.text ?? 'gap'));
  const size = (): number =>
    (existsSync(join(userDir, 'log.ndjson')) ? readFileSync(join(userDir, 'log.ndjson')) : '').length;

  it(`${RESTARTS} restarts, ordered and killed, at ${RATE} records/s: none is missing, and little comes twice`, async () => {
    const random = seeded(13);
    const twiceAfter: Record<'ordered' | 'killed', number[]> = { ordered: [], killed: [] };
    const ways: ('ordered' | 'killed')[] = [];
    for (life = 0; life < RESTARTS; life++) {
      const before = size();
      runtime = await Runtime.start(userDir);
      await until(
        'this life to write',
        () => size() > before,
        () => runtime!.log
      );
      await sleep(random.below(3_000));
      ways.push(life % 2 === 0 ? 'ordered' : 'killed');
      if (life % 2 === 0) await runtime.stop();
      else await runtime.die();
      ends.push(size());
    }
    runtime = await Runtime.start(userDir);
    await sleep(1_000);
    clearInterval(feeding);
    await until(
      'the last record',
      () => delivered().has(String(entered - 1)),
      () => runtime!.log
    );
    await runtime.stop();

    const lines = read();
    const seen = new Map<string, string>();
    for (const { life, kind, uid, message } of lines) {
      if (kind === 'gap') continue;
      const text = message!.text!;
      if (seen.has(text)) {
        const way = ways[life - 1];
        twiceAfter[way].push(life);
        assert.equal(uid, seen.get(text), `record ${text} has another uid the second time`);
      }
      seen.set(text, uid);
    }
    const missing = Array.from({ length: entered }, (_, i) => String(i)).filter((text) => !seen.has(text));
    const invented = [...seen.keys()].filter((text) => !(Number(text) < entered));
    const gaps = lines.filter(({ kind }) => kind === 'gap').length;
    const mostOf = (lives: number[]): number =>
      Math.max(0, ...ways.map((_, i) => lives.filter((life) => life === i + 1).length));
    const most = [mostOf(twiceAfter.ordered), mostOf(twiceAfter.killed)];
    console.log(
      `      ${RESTARTS} restarts: entered ${entered}, delivered ${seen.size}, missing ${missing.length}, invented ` +
        `${invented.length}, gaps ${gaps}, twice after ordered stops ${twiceAfter.ordered.length} (most after one ` +
        `${most[0]}), after kills ${twiceAfter.killed.length} (most after one ${most[1]})`
    );
    assert.deepEqual({ missing, invented, gaps }, { missing: [], invented: [], gaps: 0 });
    assert.equal(new Set(seen.values()).size, entered);
    assert.ok(Math.max(...most) <= MOST_TWICE);
  });
});
