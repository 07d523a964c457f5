import { ChildProcess, spawn } from 'node:child_process';
import { connect, Socket } from 'node:net';
import should from 'should';
import { createModbusConnection } from '../../../../lib/transport/modbus';

/**
 * Listens and takes nothing: once the system's queue is full, whoever connects gets no answer at all, as on a pulled
 * cable.
 */
const DEAF = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

describe('Modbus connection: a device that does not even take the connection', function () {
  let child: ChildProcess | undefined;
  const sockets: Socket[] = [];
  after(() => {
    child?.kill('SIGKILL');
    for (const socket of sockets) socket.destroy();
  });

  it(
    'is tried anew before TCP itself would ask again late, and now and then for as long as a request may ' + 'take',
    async () => {
      child = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'pipe', 'inherit'] });
      const port = Number(
        await new Promise<string>((resolve) => child!.stdout!.once('data', (data: Buffer) => resolve(data.toString())))
      );
      for (let i = 0; i < 6; i++) sockets.push(connect({ host: '127.0.0.1', port }).on('error', () => undefined));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const connection = createModbusConnection({ host: '127.0.0.1', port, requestTimeoutMs: 2_000 });
      const said: string[] = [];
      for (let i = 0; i < 4; i++) {
        const outcome = await connection.acquire({});
        said.push(outcome.ok ? 'connected' : `${outcome.code} ${/within \d+ ms/.exec(outcome.message)?.[0] ?? ''}`);
      }
      await connection.destroy();
      should(said).eql([
        ...Array<string>(3).fill('OPENOT_MODBUS_UNREACHABLE within 1500 ms'),
        'OPENOT_MODBUS_UNREACHABLE within 2000 ms'
      ]);
    }
  );
});
