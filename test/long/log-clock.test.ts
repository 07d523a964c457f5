import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createOpcuaConnection, createOpcuaLogs, type OpcuaConnection } from '../../lib/transport/opcua';
import { keyAtHand } from '../support/key-at-hand';
import { type LogDevice, startLogDevice } from '../support/log-device';
import { seeded } from '../support/seeded';
import { TcpProxy, type WayFaults } from '../support/tcp-proxy';

const MEASUREMENTS = 200;

/** What the link between does to each piece, either way; by chance one way takes longer than the other. */
const LINKS: Readonly<Record<string, Partial<WayFaults>>> = {
  'answers at once': {},
  'answers after up to 40 ms, by chance': { jitterMs: 20 },
  'answers slowly, after 30 to 50 ms': { delayMs: 15, jitterMs: 10 }
};
const random = seeded(30);

describe('the clock of a device, measured over OPC UA', function () {
  this.timeout(600_000);
  let folder: string;
  let device: LogDevice;
  let link: TcpProxy;
  let connection: OpcuaConnection;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openot-log-clock-'));
    device = await startLogDevice();
    link = await TcpProxy.open(Number(new URL(device.endpointUrl.replace('opc.tcp', 'http')).port));
    connection = createOpcuaConnection({
      endpoint: `opc.tcp://127.0.0.1:${link.port}/openot`,
      pkiFolder: keyAtHand(join(folder, 'client'))
    });
  });
  afterEach(async () => {
    await connection.destroy();
    await link.close();
    await device.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [name, faults] of Object.entries(LINKS))
    it(`of a server that ${name}: the true offset is within the stated error ${MEASUREMENTS} of ${MEASUREMENTS} times`, async () => {
      const logs = createOpcuaLogs(connection);
      const opened = await logs.open([], () => undefined);
      assert.ok(opened.ok);
      const { port } = opened.logs[0];
      Object.assign(link.faults, faults);
      let within = 0;
      const errors: number[] = [];
      const wrong: string[] = [];
      for (let i = 0; i < MEASUREMENTS; i++) {
        device.offsetMs = (random.next() - 0.5) * 200_000;
        const facts = await port.facts();
        assert.ok(facts.ok, inspect(facts));
        const { offsetMs, errorMs } = facts.clock;
        errors.push(errorMs);
        const off = Math.abs(offsetMs - device.offsetMs);
        if (off <= errorMs) within++;
        else wrong.push(`${off.toFixed(3)} > ${errorMs.toFixed(3)}`);
      }
      await logs.close();
      errors.sort((a, b) => a - b);
      console.log(
        `      ${within} of ${MEASUREMENTS} within the stated error; that is ${errors[0].toFixed(2)} to ` +
          `${errors.at(-1)!.toFixed(2)} ms, median ${errors[MEASUREMENTS >> 1].toFixed(2)} ms`
      );
      assert.deepEqual(wrong, []);
    });
});
